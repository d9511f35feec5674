/*
 * Routes: what a server holds for the numbers, compared with the store (DESIGN.md 4.2).
 *
 * A server holds keys in families of Asterisk's database: for each number, agent, schedule, provider and blocked caller,
 * and a few more. Keys refer to each other by name, so an edit of an agent is one write. The owner of the reconciler
 * makes the keys and their values (routes/desired.h) and tells, for each key, which other keys it needs. A key has two
 * values: one for servers whose dialplan is of version 3 or later, one for former servers; either may be missing.
 *
 * In `odbc` mode (`lookup` below) the server reads all of that from the store itself. Nothing is written, and everything
 * is read through Asterisk's own functions; "" = not there. If its functions return nothing at all, it does not reach
 * the store: routes are unknown, not missing. Such a server keeps what it has looked up, for when its database is away.
 * What it kept of a number that was changed or deleted is deleted at once, where our user may do that.
 *
 * `struct routes` is the reconciler of one server: a pure state machine. It is told what is wanted, returns actions to
 * send, takes the answers, and reports states. It has no I/O and no clock: the caller passes the time. Owner: the AMI
 * thread.
 *
 * It reads before it writes. A key is written after the keys that it needs are there, and a key that only others need is
 * deleted after none of them can lead to it: on servers of version 3 at least ROUTES_GRACE_MS later, because a call may
 * have read the other key just before. A number is verified when its own key and all that it needs are. A number that is
 * no longer wanted is always deleted. A number that the reconciler was not told about is found by a scan and only
 * reported (FOREIGN), until routes_delete_foreign(). Keys of other families that nobody needs, and whose value is of the
 * present form, were left behind by this program: they are deleted. The wanted routes are kept when the connection ends:
 * after a reconnect everything is read back and repaired.
 */
#ifndef TRUNKDECK_ROUTES_ROUTE_H
#define TRUNKDECK_ROUTES_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
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

/* The families, in the order in which keys are served: id, the family in Asterisk's database, the function that looks a key
 * up on a former server in odbc mode, or "" */
#define ROUTE_FAMILY_TABLE(X) \
	X(OWNER, "trunkdeckmeta", "TRUNKDECK_STORE") \
	X(TRUNK, "trunkdecktrunk", "TRUNKDECK_PREFIX") \
	X(BLOCK, "trunkdeckblock", "") \
	X(OBJECT, "ws/websocket_client", "") \
	X(AGENT, "trunkdeckagent", "") \
	X(TELL, "trunkdecktell", "") \
	X(DAY, "trunkdeckday", "") \
	X(SCHEDULE, "trunkdeckschedule", "") \
	X(NUMBER, "trunkdeck", "TRUNKDECK_ROUTE") \
	X(HAS, "trunkdeckmeta", "")

enum route_family {
#define ROUTE_FAMILY_ENUM(id, family, function) ROUTE_FAMILY_##id,
	ROUTE_FAMILY_TABLE(ROUTE_FAMILY_ENUM)
#undef ROUTE_FAMILY_ENUM
	ROUTE_FAMILY_COUNT
};

const char *route_family_name(enum route_family family);

#define ROUTES_NEW_DIALPLAN 3		/* the first version of the dialplan that reads the present form */
#define ROUTES_GRACE_MS 10000
#define ROUTES_KEY_FUNCTION "TRUNKDECK_KEY"	/* odbc: TRUNKDECK_KEY(family,key) is the value */
#define ROUTE_NAME_SIZE 80		/* a key without its family */
#define ROUTE_VALUE_SIZE 1024		/* an AMI line holds 1,013 bytes of a value (limits.md) */

/* A key that another one needs. */
struct route_need {
	enum route_family family;
	const char *name;
	bool former;			/* needed on former servers too */
};

/* One key as desired. The texts belong to the caller. NULL = none. */
struct route_key {
	enum route_family family;
	const char *name;
	const char *value;		/* for a dialplan of version 3 or later; NULL = the key is not there */
	const char *former;		/* for a former one */
	const char *spare;		/* AGENT: the value while Asterisk does not use the object that it needs */
	const char *uri;		/* OBJECT: what Asterisk itself reads from it when it is in force */
	bool off;			/* NUMBER: leads to no agent. It is reported as gone when the key is verified. */
	bool wants_new;			/* NUMBER: uses something that a former dialplan can't do */
	const struct route_need *needs;
	size_t need_count;
};

#define ROUTE_VALUE_FORMAT "3,"
/* Fields of the values of keys, in the present form; the format is field 0. An agent's dial string goes to the end. */
enum {
	ROUTE_NUMBER_GEN = 2, ROUTE_NUMBER_AGENT = 6, ROUTE_NUMBER_SPLIT = 7, ROUTE_NUMBER_FALLBACK = 8, ROUTE_NUMBER_CLOSED = 10,
	ROUTE_TRUNK_PREFIX = 2, ROUTE_AGENT_DIAL = 4
};

/* A field of a value; empty when there are fewer. */
struct str route_value_field(const char *value, size_t index);
/* A number's agent in the value of its key, of either form. The bytes may be of anybody: clean `out` before it is shown. */
void route_value_agent(const char *value, char *out, size_t size);
/* The same for the prefix in the value of a provider's key. */
void route_value_prefix(const char *value, char *out, size_t size);

/* Keys on their way between threads: packed one behind the other. */
void route_pack(struct buf *to, const struct route_key *k);
/* Takes the next key at *at; false at the end. Its texts lie in the packed bytes; *needs is grown as needed (free() it). */
bool route_unpack(const char **at, const char *end, struct route_key *k, struct route_need **needs);

/* The state of a number on one server; a value. `gone`: a readback showed that the number is not there. */
struct route_report {
	char number[E164_SIZE];
	enum route_state state;
	char found_agent[72];		/* what the server has instead (STALE, FOREIGN) */
	bool gone;
	bool was_there;			/* gone: the server did hold it */
	bool written;			/* this program has written it, or a key that it needs */
	char fault[ROUTE_NAME_SIZE + 24];	/* family/key of the needed key that is not as configured; "" = the number's own */
	int64_t at_ms;			/* monotonic */
};

/* One action to send. */
enum route_op { ROUTE_OP_PUT, ROUTE_OP_DEL, ROUTE_OP_GET, ROUTE_OP_LOOKUP };

struct route_action {
	uint64_t id;			/* passed to routes_answer() */
	enum route_op op;
	char family[40];		/* LOOKUP: the function */
	char key[ROUTE_NAME_SIZE + 48];	/* LOOKUP: its arguments */
	char value[ROUTE_VALUE_SIZE];	/* PUT; may hold a credential: not for logs */
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
/* The version of the server's dialplan; 0 = not known, which counts as a former one. When it changes between the forms, every
 * key is rewritten in the order above, so that no call meets half a route. */
void routes_set_version(struct routes *r, int version, int64_t now_ms);
/* One key: of a number, agent or schedule, or one that those need. A later call for the same key replaces it. A key that only
 * others need is written when one of them is wanted. routes_complete() follows once all have been told; nothing is sent before. */
void routes_tell(struct routes *r, const struct route_key *k, int64_t now_ms);
/* All keys of the families TRUNK, BLOCK and HAS, packed. Those of an earlier call that are not among them are deleted. */
void routes_tell_standing(struct routes *r, const char *packed, size_t len, int64_t now_ms);
/* The record is gone, or the number does not belong here. */
void routes_untell(struct routes *r, enum route_family family, const char *name, int64_t now_ms);
void routes_complete(struct routes *r, int64_t now_ms);
/* From now on write to the server even if another store owns it. */
void routes_take_over(struct routes *r, int64_t now_ms);

/* A scan of the server finds keys that nobody told. It is due after the owner was found right, and again after
 * routes_verify_all(). Between begin and end, each key that is found is told. A number is read back before it is called
 * foreign. Former servers are scanned for numbers only. */
bool routes_scan_due(const struct routes *r);
void routes_scan_begin(struct routes *r);
bool routes_scan_covers(const struct routes *r, enum route_family family);
void routes_scan_found(struct routes *r, enum route_family family, const char *name, const char *value, int64_t now_ms);
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
	int version;			/* of the dialplan; 0 = not known */
	bool former;			/* the keys are of the former form */
	size_t want_new;		/* numbers that use something that the former dialplan can't do */
	size_t leaving;			/* keys that nobody needs, to be deleted after the grace */
	bool keeps_rows;		/* odbc: our user may not delete what the server keeps for when its database is away */
	size_t foreign_keys;		/* found by the scan, of other families than numbers, and not ours */
	size_t prefixes;		/* carrier forms wanted or to be deleted, and those verified */
	size_t prefixes_verified;
	size_t others;			/* blocks and the key that says what there is, and those verified */
	size_t others_verified;
	char refusal[120];		/* Asterisk's last refusal, "" = none */
};

void routes_get_stats(const struct routes *r, struct routes_stats *out);

#endif
