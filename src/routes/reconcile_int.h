/*
 * Inside the reconciler: one `struct key` for each key of the server's database. reconcile.c has what was told, and the
 * actions. reconcile_needs.c knows which keys are wanted, because another one needs them. reconcile_keys.c brings one key
 * to its wanted value, and knows whether keys may be read and written. Only these three files include this.
 */
#ifndef ROUTES_RECONCILE_INT_H
#define ROUTES_RECONCILE_INT_H

#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/route.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>
#include <utlist.h>

enum key_phase {
	PHASE_REST,		/* nothing to do */
	PHASE_FORGET_SEEN,	/* odbc: a number changed, so the row that the server has kept of it is deleted, in two steps */
	PHASE_FORGET_ROW,
	PHASE_READ,
	PHASE_CHECK,		/* an object: is it what Asterisk uses? */
	PHASE_WRITE,
	PHASE_ASK,		/* a chunk: does the number's key on the server name another generation? */
	PHASE_DELETE,
	PHASE_WAIT,		/* written when the keys that it needs are there */
	PHASE_REFUSED,
};

/* The list that a key is in. */
enum key_place {
	PLACE_NONE, PLACE_READY, PLACE_SLEEPING, PLACE_FLYING,
	PLACE_GRACE,		/* asleep too: nobody needs the key, and calls may have read what led to it */
};

/* One key needs another one. */
struct need {
	struct key *from, *to;
	bool told;			/* it is among the needs of `from` that were told last */
	bool former;			/* it counts on former servers too */
	bool lingers;			/* the server may still lead from `from` to `to`: kept until `from` is at rest */
	struct need *next;		/* of the needs of `from` */
	struct need *user_prev, *user_next;	/* of the users of `to` */
};

struct key {
	enum route_family family;
	enum key_phase phase;
	enum key_place place;
	enum route_state state;		/* of this key alone */
	enum route_state reported;	/* NUMBER: of the number and all that it needs, as last reported */
	enum route_state counted;	/* as counted in struct routes; ROUTE_STATE_COUNT = it is not */
	bool told;			/* the owner of the reconciler knows it */
	bool wanted;			/* it is to be on the server */
	bool leaving;			/* it was wanted or found, and is to be deleted */
	bool foreign;			/* NUMBER: found by a scan and not in the store; it is only read */
	bool off, wants_new;		/* NUMBER: see struct route_key */
	bool kept;			/* NUMBER, odbc: the server may have kept a row that is no longer right; OWNER: to be tried */
	bool former_off;		/* AGENT: a former dialplan may not use it; `former` is kept until no number leads to it */
	bool in_force;			/* OBJECT: Asterisk uses it; true until seen otherwise */
	bool restart;			/* something changed while its action was in flight: begin again after the answer */
	bool present;			/* the server has acknowledged or shown the wanted value */
	bool held;			/* the server has been seen to have the key; NUMBER that is off: with another value */
	bool written;			/* an acknowledged write has not been read back yet */
	bool wrote;			/* this program has written or deleted it */
	unsigned mismatches;		/* acknowledged writes that did not hold, in a row */
	uint64_t epoch;			/* TRUNK, BLOCK, HAS: the last time that all were told */
	int64_t wake_ms;		/* asleep: becomes ready then */
	int64_t recheck_ms;		/* an acknowledged write may still be lost until then; 0 = no longer */
	char *value, *former, *spare, *uri;	/* see struct route_key; NULL = none */
	char *found;			/* NUMBER: what the server has instead; NULL = nothing, or the wanted value */
	struct need *needs, *users;
	struct key *prev, *next;	/* in the list of its place */
	UT_hash_handle hh;
	char name[];			/* without its family */
};

/* May keys be read and written now? Up to OPEN there is no answer yet; after OPEN the answer is no. */
enum access {
	ACCESS_CLOSED,			/* not connected, routes missing, or the store's id unknown */
	ACCESS_CHECKING,		/* the owner key is being read */
	ACCESS_OPEN,
	ACCESS_FOREIGN,			/* the server belongs to another store */
	ACCESS_REFUSED,
	ACCESS_MUTE,			/* lookup: the server gets nothing from the store; asked again now and then. What it has
					 * kept of a number can still be deleted */
};

enum scan { SCAN_IDLE, SCAN_DUE, SCAN_RUNNING };

struct slot {
	uint64_t id;
	struct key *key;
};

struct routes {
	struct routes_config config;
	char *owner;
	int version;			/* of the dialplan */
	bool former;			/* it is a former one */
	enum access access;
	bool connected;
	bool seen_ours;			/* access was open since the server was connected */
	bool complete;
	struct key *owner_key;
	struct key *keys[ROUTE_FAMILY_COUNT];	/* hashes by name; that of OWNER is empty */
	struct key *ready[ROUTE_FAMILY_COUNT];
	struct key *sleeping;		/* by wake_ms */
	size_t sleepers, leavers;	/* keys in PLACE_SLEEPING and in PLACE_GRACE; both are in that list */
	struct slot *slots;		/* config.window of them */
	size_t *free_slots;
	size_t in_flight;
	uint64_t next_id;
	size_t by_state[ROUTE_STATE_COUNT];	/* numbers, by reported state */
	size_t count[ROUTE_FAMILY_COUNT][ROUTE_STATE_COUNT];	/* wanted or leaving keys, by their own state */
	size_t want_new;
	uint64_t epoch;
	uint64_t rounds, written;	/* for the statistics */
	enum scan scan;
	bool scan_failed;
	size_t foreign_keys;
	bool keeps_rows;		/* odbc: the server refused to forget what it has kept */
	char foreign_owner[72];
	char refusal[120];
};

/* --- reconcile.c --- */

struct key *key_new(enum route_family family, const char *name);
struct key *key_find(const struct routes *r, enum route_family family, const char *name);
/* Finds the key, or adds it: not told, not wanted. */
struct key *key_get(struct routes *r, enum route_family family, const char *name);
void key_free(struct key *k);
/* Calls fn for needed keys before those that need them. `fn` may free the key, but no other one of its family. */
void each_key(struct routes *r, void (*fn)(struct routes *r, struct key *k, int64_t now_ms), int64_t now_ms);

/* --- reconcile_needs.c --- */

/* True for keys that are on the server only because others need them. */
bool family_is_needed(enum route_family family);
/* Does `from` need the key now, in the present form? */
bool need_counts(const struct routes *r, const struct need *n);
/* May the server still lead to the key from one that no longer needs it? */
bool key_lingers(const struct key *k);
/* Replaces the needs of the key. Those that are no longer told linger. */
void key_set_needs(struct routes *r, struct key *k, const struct route_need *needs, size_t count);
/* Decides anew whether the key is wanted, and begins with it if that changed. Returns whether it is; if not, it may be freed. */
bool key_weigh(struct routes *r, struct key *k, int64_t now_ms);
/* What the server holds for the key leads to nothing but its present needs: forgets those that lingered. */
void key_release(struct routes *r, struct key *k, int64_t now_ms);
/* Frees the key if nobody knows, needs or holds it. */
void key_try_free(struct routes *r, struct key *k);
/* Are the keys that must be there before this one is written? */
bool needs_are_present(const struct routes *r, const struct key *k);
/* The state of the key and all that it needs; *fault is the key that is at fault. */
enum route_state key_whole_state(const struct routes *r, const struct key *k, const struct key **fault);

/* --- reconcile_keys.c --- */

/* Puts a key into a phase and a list; the only place where either changes. */
void key_move(struct routes *r, struct key *k, enum key_phase phase, enum key_place place);
/* Starts over: reads the key, or deletes it when it is not wanted. May free the key. */
void key_begin(struct routes *r, struct key *k, int64_t now_ms);
/* Reads the key once more, and keeps what is known of it. */
void key_reverify(struct routes *r, struct key *k, int64_t now_ms);
/* NULL = not found. */
void key_answer(struct routes *r, struct key *k, enum route_answer answer, const char *value, int64_t now_ms);
/* The next action for the key: everything but its id. */
void key_action(const struct routes *r, const struct key *k, struct route_action *out);
/* What the server is to hold for the key in the present form; NULL = nothing. */
const char *key_value(const struct routes *r, const struct key *k);
/* Counts a key whose state, or whether it is wanted, may have changed. */
void key_count(struct routes *r, struct key *k, int64_t now_ms);

#endif
