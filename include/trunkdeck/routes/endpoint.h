/*
 * The endpoints of providers as an Asterisk sees them: whether it reaches the provider, and how quickly. Also its
 * registrations at providers, which calls of the provider may depend on.
 *
 * The questions are the device state, then the endpoint's AORs, their contacts, and each contact's state. They are
 * dialplan functions (Getvar), which need only write=reporting, and so work in every routes mode. PJSIPShowEndpoint
 * needs write=system, and PJSIPShowContacts leaves out contacts that a trunk's AOR names in pjsip.conf (22.10).
 *
 * The probe below is a pure state machine: it returns questions and takes the answers. Any thread, one owner.
 */
#ifndef TRUNKDECK_ROUTES_ENDPOINT_H
#define TRUNKDECK_ROUTES_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/str.h"
#include "trunkdeck/base/words.h"

/* id, name in JSON, text, needs a person, what it means */
#define ENDPOINT_STATE_TABLE(X) \
	X(UNKNOWN, "unknown", N_("unknown"), 0, N_("the server is away, was not asked yet, or may not be asked")) \
	X(REACHABLE, "reachable", N_("reachable"), 0, N_("a contact answers Asterisk's OPTIONS")) \
	X(UNWATCHED, "unwatched", N_("not watched"), 0, N_("it has no contact, or none that Asterisk qualifies")) \
	X(UNREACHABLE, "unreachable", N_("unreachable"), 1, N_("no contact answers Asterisk's OPTIONS")) \
	X(ABSENT, "absent", N_("no endpoint"), 1, N_("the server has no PJSIP endpoint of this name"))

enum endpoint_state {
#define ENDPOINT_STATE_ENUM(id, name, text, alarm, help) ENDPOINT_##id,
	ENDPOINT_STATE_TABLE(ENDPOINT_STATE_ENUM)
#undef ENDPOINT_STATE_ENUM
	ENDPOINT_STATE_COUNT
};

WORDS_DECLARE(endpoint_state, enum endpoint_state)
bool endpoint_state_needs_person(enum endpoint_state s);
/* The state for Asterisk's word for a contact: "Reachable", "Unreachable", "NonQualified", ... */
enum endpoint_state endpoint_state_of_contact(struct str status);

#define ENDPOINT_NAME_SIZE 72
#define ENDPOINT_AORS_MAX 4		/* an endpoint's further AORs are not asked for */
#define ENDPOINT_CONTACTS_MAX 8

/* One endpoint on one server; a value. */
struct endpoint_report {
	char name[ENDPOINT_NAME_SIZE];
	enum endpoint_state state;	/* of its best contact */
	int64_t rtt_us;			/* REACHABLE: the shortest; -1 = unknown */
	int64_t since_ms;		/* monotonic, when the state began; 0 = it was so at the first look */
	unsigned contacts;
	unsigned answering;		/* of them */
};

/* A registration of the server at a provider; a value, cleaned. */
struct registration_report {
	char name[ENDPOINT_NAME_SIZE];
	char at[96];			/* the provider's URI */
	char status[24];		/* Asterisk's word: "Registered", "Unregistered", "Rejected", ... */
	bool registered;
	int64_t since_ms;		/* as above */
};

/* --- the probe --- */

struct endpoint_contact {
	char id[160];
	enum endpoint_state state;
	int64_t rtt_us;
};

struct endpoint_probe {
	char name[ENDPOINT_NAME_SIZE];
	enum { PROBE_DEVICE, PROBE_AORS, PROBE_CONTACTS, PROBE_STATUS, PROBE_RTT, PROBE_DONE } step;
	char aors[ENDPOINT_AORS_MAX][ENDPOINT_NAME_SIZE];
	size_t aor_count, aor;		/* count of AORs, and index of the current one */
	struct endpoint_contact contacts[ENDPOINT_CONTACTS_MAX];
	size_t contact_count, contact;
	bool absent;
};

void endpoint_probe_begin(struct endpoint_probe *p, const char *name);
/* The variable to ask for with Getvar now; false when there are no more questions. */
bool endpoint_probe_next(const struct endpoint_probe *p, char *variable, size_t size);
void endpoint_probe_answer(struct endpoint_probe *p, struct str value);
/* The result of a finished probe. The caller fills in since_ms. */
void endpoint_probe_result(const struct endpoint_probe *p, struct endpoint_report *out);

#endif
