/*
 * Routes: what a server holds for a number, compared with the store (DESIGN.md 4.2).
 *
 * In `astdb` mode a route is two keys: family `trunkdeck`, key the number, value the agent id; family `trunkdeckagent`,
 * key the agent id, value its dial string. A carrier's form is family `trunkdecktrunk`, key the PJSIP endpoint, value
 * the prefix. `trunkdeckmeta/owner` holds the id of the store that owns the server. In `odbc` mode (`lookup` below) the
 * server reads all of that from the store itself. Nothing is written, and everything is read through Asterisk's own
 * functions; "" = not there. If its functions return nothing at all, it does not reach the store: routes are unknown,
 * not missing.
 *
 * `struct routes` is the reconciler of one server: a pure state machine. It is told what is wanted, returns actions to
 * send, takes the answers, and reports states. It has no I/O and no clock: the caller passes the time. Owner: the AMI
 * thread.
 *
 * It reads before it writes. It writes an agent's dial string before the numbers that lead to the agent, and deletes it
 * after them. A number that is no longer wanted is always deleted. A key that it was never told about is found by a
 * scan and only reported (FOREIGN), until routes_delete_foreign(). The wanted routes are kept when the connection ends:
 * after a reconnect everything is read back and repaired.
 */
#ifndef TRUNKDECK_ROUTES_ROUTE_H
#define TRUNKDECK_ROUTES_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/words.h"
#include "trunkdeck/model/e164.h"

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

WORDS_DECLARE(route_state, enum route_state)
bool route_state_needs_person(enum route_state s);

/* A route as desired; a value. */
struct route {
	char number[E164_SIZE];
	char agent[72];
	char dial[256];
};

/* The state of a number on one server; a value. `gone`: a readback showed that the number is not there. */
struct route_report {
	char number[E164_SIZE];
	enum route_state state;
	char found_agent[72];		/* what the server has instead (STALE, FOREIGN) */
	bool gone;
	bool was_there;			/* gone: the server did hold it */
	bool written;			/* this program has written it, or its agent's dial string */
	int64_t at_ms;			/* monotonic */
};

/* One action to send. */
enum route_op { ROUTE_OP_PUT, ROUTE_OP_DEL, ROUTE_OP_GET, ROUTE_OP_LOOKUP };

struct route_action {
	uint64_t id;			/* passed to routes_answer() */
	enum route_op op;
	char family[24];		/* LOOKUP: the function */
	char key[72];			/* LOOKUP: its argument */
	char value[256];		/* PUT */
};

/* The prefix for a number that arrives through this endpoint without '+'; a value. */
struct route_prefix {
	char endpoint[72];
	char prefix[16];		/* "" = "+" */
};

struct routes;

struct routes_config {
	const char *owner;		/* id of the store; "" = not known yet: nothing is read or written */
	bool take_over;			/* write to a server another store owns */
	bool read_only;			/* read and report only */
	bool lookup;			/* the server reads the store itself (`odbc`) */
	int64_t verify_wait_ms;		/* an acknowledged write may be lost within a second: read again after this (>= 1500) */
	size_t window;			/* actions in flight at most */
	void (*report)(void *arg, const struct route_report *r);
	void *arg;
};

struct routes *routes_new(const struct routes_config *config);
void routes_free(struct routes **r);

/* The id of the store is known now. */
void routes_set_owner(struct routes *r, const char *owner, int64_t now_ms);
/* What is wanted for a number: one route, or none. routes_complete() follows once all have been told; nothing is sent before.
 * Routes of one agent have the same dial string; while they do not, the newest wins. */
void routes_want(struct routes *r, const struct route *route, int64_t now_ms);
void routes_unwant(struct routes *r, const char *number, int64_t now_ms);
void routes_complete(struct routes *r, int64_t now_ms);
/* All prefixes. Prefixes of an earlier call that are not among them are deleted. */
void routes_set_prefixes(struct routes *r, const struct route_prefix *prefixes, size_t n, int64_t now_ms);
/* From now on write to the server even if another store owns it. */
void routes_take_over(struct routes *r, int64_t now_ms);

/* A scan of the server's numbers finds keys that the store does not know. It is due after the owner was found right, and again
 * after routes_verify_all(). Between begin and end, each number that is found is told. It is read back before it is called
 * foreign. */
bool routes_scan_due(const struct routes *r);
void routes_scan_begin(struct routes *r);
void routes_scan_found(struct routes *r, const char *number, int64_t now_ms);
void routes_scan_end(struct routes *r, bool ok);
/* Deletes the number if it was found by a scan and is still foreign. */
void routes_delete_foreign(struct routes *r, const char *number, int64_t now_ms);

/* The control connection came up (everything is read back) or went down (everything is unknown). */
void routes_connected(struct routes *r, int64_t now_ms);
void routes_disconnected(struct routes *r, int64_t now_ms);
/* Read everything back again: on demand, after FullyBooted. */
void routes_verify_all(struct routes *r, int64_t now_ms);

/* The next action to send, false when there is none now. */
bool routes_next(struct routes *r, int64_t now_ms, struct route_action *out);
/* When routes_next() may have an action even without an answer; -1 = never. */
int64_t routes_next_at_ms(const struct routes *r);
/* The answer: ok and a value (GET, LOOKUP); not found; or refused, with Asterisk's message as the value. */
enum route_answer { ROUTE_ANSWER_OK, ROUTE_ANSWER_NOT_FOUND, ROUTE_ANSWER_REFUSED };
void routes_answer(struct routes *r, uint64_t id, enum route_answer answer, const char *value, int64_t now_ms);

struct routes_stats {
	size_t by_state[ROUTE_STATE_COUNT];
	size_t in_flight;
	uint64_t rounds;		/* of routes_verify_all() */
	uint64_t written;		/* writes of numbers, repeated ones too */
	bool settled;			/* nothing to do, nothing to wait for */
	bool foreign_owner;		/* the server belongs to another store: nothing is written */
	char owner[72];			/* the id of that store */
	bool mute;			/* lookup: the server gets nothing from the store */
	bool scan_failed;		/* the scan failed, so foreign keys are not known */
	size_t prefixes;		/* carrier forms wanted or to be deleted, and those verified */
	size_t prefixes_verified;
	char refusal[120];		/* Asterisk's last refusal, "" = none */
};

void routes_get_stats(const struct routes *r, struct routes_stats *out);

#endif
