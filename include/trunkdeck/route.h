/*
 * Routes: what a server holds for a number, and how far that is from what the store says (DESIGN.md 4.2).
 *
 * In `astdb` mode a route is two keys: family `trunkdeck`, key the number, value the agent id; family `trunkdeckagent`,
 * key the agent id, value its dial string. `trunkdeckmeta/owner` holds the id of the store that owns the server.
 *
 * `struct routes` is the reconciler of one server: a pure state machine. It is told what is desired, it says which
 * actions to send, it is told the answers, it reports states. No I/O, no clock: times come in. Owner: the ami thread.
 *
 * It reads before it writes, writes an agent's dial string before the numbers that lead to it, and deletes it after
 * them. A number unwanted is always deleted; a key it was never told about is left alone. What it knows as desired
 * outlives a connection: after a reconnect everything is read back and put right without being told again.
 */
#ifndef TRUNKDECK_ROUTE_H
#define TRUNKDECK_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/e164.h"
#include "trunkdeck/gettext.h"

/* id, name in JSON, text in a row, needs a person, what it means */
#define ROUTE_STATE_TABLE(X) \
	X(UNKNOWN, "unknown", N_("unknown"), 0, N_("the server is away or may not be asked")) \
	X(PENDING, "pending", N_("pending"), 0, N_("being written or not yet read back")) \
	X(VERIFIED, "verified", N_("ok"), 0, N_("read back from the server as configured")) \
	X(MISSING, "missing", N_("missing"), 1, N_("the server has no route")) \
	X(STALE, "stale", N_("stale"), 1, N_("the server routes it to another agent or dial string")) \
	X(FOREIGN, "foreign", N_("foreign"), 1, N_("the server has a route the store does not know")) \
	X(REFUSED, "refused", N_("refused"), 1, N_("the server refuses the write: see the Servers view")) \
	X(NONE, "none", N_("off"), 0, N_("no route is wanted here: other region, or disabled"))

enum route_state {
#define ROUTE_STATE_ENUM(id, name, text, alarm, help) ROUTE_##id,
	ROUTE_STATE_TABLE(ROUTE_STATE_ENUM)
#undef ROUTE_STATE_ENUM
	ROUTE_STATE_COUNT
};

const char *route_state_name(enum route_state s);
const char *route_state_text(enum route_state s);	/* translated */
bool route_state_needs_person(enum route_state s);

/* A route as desired; a value. */
struct route {
	char number[E164_SIZE];
	char agent[72];
	char dial[256];
};

/* What became of a number on one server; a value. `gone` = verified as not there any more, if it ever was: drop the row. */
struct route_report {
	char number[E164_SIZE];
	enum route_state state;
	char found_agent[72];		/* what the server has instead (STALE, FOREIGN) */
	bool gone;
	bool was_there;			/* gone: the server did hold it */
	int64_t at_ms;			/* monotonic */
};

/* One action the reconciler wants sent. */
enum route_op { ROUTE_OP_PUT, ROUTE_OP_DEL, ROUTE_OP_GET };

struct route_action {
	uint64_t id;			/* comes back in routes_answer() */
	enum route_op op;
	char family[24];
	char key[72];
	char value[256];		/* PUT */
};

struct routes;

struct routes_config {
	const char *owner;		/* id of the store; "" = not known yet: nothing is read or written */
	bool take_over;			/* write to a server another store owns */
	bool read_only;			/* read and report only */
	int64_t verify_wait_ms;		/* an acknowledged write may be lost within a second: read again after this (>= 1500) */
	size_t window;			/* actions in flight at most */
	void (*report)(void *arg, const struct route_report *r);
	void *arg;
};

struct routes *routes_new(const struct routes_config *config);
void routes_free(struct routes **r);

/* The id of the store became known. */
void routes_set_owner(struct routes *r, const char *owner, int64_t now_ms);
/* What shall be: one route, or none for a number. `complete` once all have been told: nothing is sent before. Routes with
 * the same agent carry the same dial string; while they don't, the newest wins. */
void routes_want(struct routes *r, const struct route *route, int64_t now_ms);
void routes_unwant(struct routes *r, const char *number, int64_t now_ms);
void routes_complete(struct routes *r, int64_t now_ms);

/* The control connection came up (everything must be read back) or went down (everything unknown). */
void routes_connected(struct routes *r, int64_t now_ms);
void routes_disconnected(struct routes *r, int64_t now_ms);
/* Read everything back again: on demand, after FullyBooted. */
void routes_verify_all(struct routes *r, int64_t now_ms);

/* The next action to send, false when there is none now. */
bool routes_next(struct routes *r, int64_t now_ms, struct route_action *out);
/* When routes_next() may have more by time alone; -1 = never. */
int64_t routes_next_at_ms(const struct routes *r);
/* The answer: ok + value (GET), or not found, or refused with Asterisk's message as value. */
enum route_answer { ROUTE_ANSWER_OK, ROUTE_ANSWER_NOT_FOUND, ROUTE_ANSWER_REFUSED };
void routes_answer(struct routes *r, uint64_t id, enum route_answer answer, const char *value, int64_t now_ms);

struct routes_stats {
	size_t by_state[ROUTE_STATE_COUNT];
	size_t in_flight;
	bool settled;			/* nothing to do, nothing to wait for */
	bool foreign_owner;		/* the server belongs to another store: nothing is written */
	char owner[72];			/* who it belongs to then */
	char refusal[120];		/* Asterisk's last refusal, "" = none */
};

void routes_get_stats(const struct routes *r, struct routes_stats *out);

#endif
