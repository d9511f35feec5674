/* A simulated Asterisk database, and the wire between it and a reconciler. Time and chance are the test's. */
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
	char family[24];
	char key[72];
	char value[256];
	int64_t written_ms;
	bool used;
};

/* Asterisk, as far as it matters here, and the wire to it. */
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
	bool mute;			/* look-ups give nothing */
	unsigned lose_percent;		/* acknowledged, but not kept */
	const char *refuse;		/* every write is answered with this */
	const char *refuse_family;	/* ... NULL = of any family */
	const char *lose_key;		/* its writes never hold */
	unsigned random;
	bool check_order;
};

/* NULL = owner "store-1", window 8. Every answer is checked: no number ever leads to an agent without dial string. */
struct sim *sim_new(const struct routes_config *config);
void sim_free(struct sim *s);

unsigned sim_roll(struct sim *s, unsigned below);
const char *sim_held(struct sim *s, const char *family, const char *key);	/* NULL = no such key */
void sim_put(struct sim *s, const char *family, const char *key, const char *value);
void sim_del(struct sim *s, const char *family, const char *key);

void sim_fill(struct sim *s);				/* sends what may be sent */
void sim_perform(struct sim *s, size_t i);		/* answers one of those in flight */
void sim_run(struct sim *s);				/* in order, until nothing more can be done at this time */
bool sim_settle(struct sim *s);				/* on through all waits; false when it does not come to rest */
void sim_begin(struct sim *s);				/* all told, connected */
void sim_want(struct sim *s, const char *number, const char *agent, const char *dial);

struct routes_stats sim_stats(const struct sim *s);
const struct route_report *sim_last(const struct sim *s, const char *number);
void sim_assert_state(const struct sim *s, const char *number, enum route_state state);
bool sim_was(const struct sim *s, const char *number, enum route_state state, size_t from);

#endif
