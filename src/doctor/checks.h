/* The checks and the data they work on; for doctor*.c. */
#ifndef DOCTOR_CHECKS_H
#define DOCTOR_CHECKS_H

#include "trunkdeck/ami/session.h"
#include "trunkdeck/doctor/doctor.h"
#include "trunkdeck/routes/endpoint.h"

/* A server during a run. */
struct probe {
	const struct server_config *config;
	struct ami_session *session;	/* NULL: the server could not be reached; err says why */
	struct err err;
	struct server_facts facts;
	struct err facts_err;		/* why its version is not known */
	int dialplan;			/* version of the server's dialplan; 0 = it has none, or dialplan_err says why it is not known */
	struct err dialplan_err;
	char *allowed;			/* actions of its user, each between blanks: " Ping DBGet "; NULL = unknown */
	bool stamped;			/* an event had a time stamp */
	bool heard;			/* an event was heard */
};

/* The subject of a check; members outside its scope are NULL. */
struct subject {
	const struct doctor_options *options;
	const char *typed;		/* the number as given; NULL = taken from the store */
	const char *e164;		/* the number that it stands for */
	const struct number *number;	/* NULL = not configured */
	const struct agent *agent;	/* of the number */
	const struct provider *provider;
	struct probe *probe;
};

typedef void check_fn(const struct subject *s, struct finding *f);

enum scope { SCOPE_WORKSPACE, SCOPE_NUMBER, SCOPE_AGENT, SCOPE_SERVER, SCOPE_PROVIDER, SCOPE_ROUTE };

/* True if the number belongs on the server. */
bool doctor_wants_route(const struct subject *s);

void finding_set(struct finding *f, enum verdict v, const char *seen, ...) __attribute__((format(printf, 3, 4)));
void finding_todo(struct finding *f, const char *todo, ...) __attribute__((format(printf, 2, 3)));
void finding_remedy(struct finding *f, enum remedy_action action, enum entity entity, const char *key, const char *field);
void finding_error(struct finding *f, enum verdict v, const struct err *e);

/* Takes a refusal of Asterisk. If a permission is missing, the verdict is unknown, and the advice is the line of
 * manager.conf that grants `right`. */
void doctor_refused(const struct subject *s, struct finding *f, enum verdict v, const struct err *e, const char *right);

/* The agents that a call to a number can reach, the agent itself first. */
#define NUMBER_WAYS_MAX 12
struct number_ways {
	size_t count;
	struct number_way {
		const char *way;		/* translated: "fallback" */
		char id[72];
		const struct agent *agent;	/* NULL = there is none with this id */
	} list[NUMBER_WAYS_MAX];
};
void number_ways(struct snapshot *s, const struct number *n, struct number_ways *w);

/* store_checks.c */
check_fn check_limit, check_format, check_configured, check_enabled, check_provider, check_agent, check_usable, check_region,
	check_servers, check_calls, check_arrived;
/* server_checks.c */
check_fn check_encrypted, check_reachable, check_version, check_permissions, check_owner, check_dialplan, check_mode, check_stamps, check_clock, check_cdr;
check_fn check_endpoint, check_prefix, check_contact, check_route, check_dial;
/* key_checks.c */
check_fn check_keys, check_standing;
/* Sets the version of the dialplan. */
void probe_dialplan(struct probe *p);
/* agent_checks.c */
check_fn check_features, check_wizard, check_sections, check_dial_options, check_parameters, check_object;
/* way_checks.c */
check_fn check_split, check_fallback, check_hours, check_zones, check_caps, check_forms, check_guard, check_routing, check_default;
void probe_open(struct probe *p, const struct server_config *server, const struct doctor_options *o);
void probe_close(struct probe *p);

#endif
