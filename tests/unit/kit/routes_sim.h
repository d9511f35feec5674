/* A simulated Asterisk database, and the connection between it and a reconciler. The test sets time and chance. */
#ifndef ROUTES_SIM_H
#define ROUTES_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/routes/route.h"

#define KEYS_MAX 4096
#define REPORTS_MAX 4096
#define FLIGHT_MAX 64
#define WAIT_MS 1500

struct key {
	char family[40];
	char key[ROUTE_NAME_SIZE + 24];
	char value[ROUTE_VALUE_SIZE];
	char before[ROUTE_VALUE_SIZE];	/* the value before, if it was of the present form */
	int64_t written_ms;
	bool used;
};

/* The simulated part of Asterisk, and the connection to it. */
struct sim {
	struct routes *r;
	int64_t now;
	struct key keys[KEYS_MAX];
	size_t count;
	struct route_action flight[FLIGHT_MAX];
	size_t flying;
	struct route_report reports[REPORTS_MAX];
	size_t reported;
	size_t puts, dels, reads, scans;
	bool scan_fails;
	char put[64][ROUTE_VALUE_SIZE];	/* family/key of the first writes */
	bool wizard;			/* Asterisk reads client objects from its database */
	bool mute;			/* lookups return nothing */
	unsigned lose_percent;		/* writes acknowledged, but not kept */
	const char *refuse;		/* every write is answered with this text */
	const char *refuse_family;	/* ... NULL = of any family */
	const char *lose_key;		/* writes of this key are never kept */
	unsigned random;
	bool check_order;
};

/* NULL = owner "store-1", window 8. Each answer is checked: no number may lead to an agent without dial string, or to
 * a chunk that is missing. */
struct sim *sim_new(const struct routes_config *config);
void sim_free(struct sim *s);

unsigned sim_roll(struct sim *s, unsigned below);
const char *sim_held(struct sim *s, const char *family, const char *key);	/* NULL = no such key */
void sim_put(struct sim *s, const char *family, const char *key, const char *value);
void sim_del(struct sim *s, const char *family, const char *key);

void sim_fill(struct sim *s);				/* sends all actions that may be sent */
void sim_perform(struct sim *s, size_t i);		/* answers one action in flight */
void sim_run(struct sim *s);				/* in order, until nothing more can be done at this time */
bool sim_settle(struct sim *s);				/* runs through all waits; false = did not settle */
void sim_begin(struct sim *s);				/* all routes told, and connected */
/* A route as former servers have it: two keys. */
void sim_want(struct sim *s, const char *number, const char *agent, const char *dial);
void sim_unwant(struct sim *s, const char *number);
void sim_set_prefixes(struct sim *s, const struct route_prefix *prefixes, size_t n);

struct routes_stats sim_stats(const struct sim *s);
const struct route_report *sim_last(const struct sim *s, const char *number);
void sim_assert_state(const struct sim *s, const char *number, enum route_state state);
bool sim_was(const struct sim *s, const char *number, enum route_state state, size_t from);

#endif
