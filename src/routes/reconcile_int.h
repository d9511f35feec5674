/*
 * Inside the reconciler: one `struct key` for each key of the server's database. reconcile_keys.c brings one key to its
 * wanted value, and knows whether keys may be read and written. reconcile.c has the wanted routes, and calls it. Only
 * these two files include this.
 */
#ifndef ROUTES_RECONCILE_INT_H
#define ROUTES_RECONCILE_INT_H

#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/route.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>
#include <utlist.h>

/* In the order in which they are served. */
enum key_kind { KEY_OWNER, KEY_PREFIX, KEY_AGENT, KEY_NUMBER, KEY_KIND_COUNT };

enum key_phase {
	PHASE_REST,		/* nothing to do */
	PHASE_READ,
	PHASE_WRITE,
	PHASE_DELETE,
	PHASE_NEEDS_AGENT,	/* a number that is written when its agent's dial string is there */
	PHASE_REFUSED,
};

/* The list that a key is in. */
enum key_place { PLACE_NONE, PLACE_READY, PLACE_DELETIONS, PLACE_SLEEPING, PLACE_FLYING };

struct key {
	enum key_kind kind;
	enum key_phase phase;
	enum key_place place;
	enum route_state state;		/* of this key alone */
	enum route_state reported;	/* number: of number and agent together, as last reported */
	bool wanted;
	bool foreign;			/* number: found by a scan and not in the store; it is only read */
	bool restart;			/* something changed while its action was in flight: begin again after the answer */
	bool present;			/* the server has acknowledged or shown the wanted value */
	bool held;			/* the server has been seen to have the key */
	bool written;			/* an acknowledged write has not been read back yet */
	bool wrote;			/* this program has written or deleted it */
	unsigned mismatches;		/* acknowledged writes that did not hold, in a row */
	int64_t wake_ms;		/* PLACE_SLEEPING: becomes ready then */
	int64_t recheck_ms;		/* an acknowledged write may still be lost until then; 0 = no longer */
	struct key *agent;		/* number: the key that holds its dial string; NULL = not wanted */
	struct key *numbers;		/* agent: the numbers that want it */
	char *dial;			/* agent, prefix: wanted value */
	char found[72];			/* what the server has instead */
	char name[72];			/* without its family */
	struct key *prev, *next;	/* in the list of its place */
	struct key *agent_prev, *agent_next;
	UT_hash_handle hh;
};

/* May keys be read and written now? Up to OPEN there is no answer yet; after OPEN the answer is no. */
enum access {
	ACCESS_CLOSED,			/* not connected, routes missing, or the store's id unknown */
	ACCESS_CHECKING,		/* the owner key is being read */
	ACCESS_OPEN,
	ACCESS_FOREIGN,			/* the server belongs to another store */
	ACCESS_REFUSED,
	ACCESS_MUTE,			/* lookup: the server gets nothing from the store; asked again now and then */
};

enum scan { SCAN_IDLE, SCAN_DUE, SCAN_RUNNING };

struct slot {
	uint64_t id;
	struct key *key;
};

struct routes {
	struct routes_config config;
	char *owner;
	enum access access;
	bool connected;
	bool complete;
	struct key owner_key;
	struct key *prefixes;		/* hashes by name */
	struct key *agents;
	struct key *numbers;
	struct key *ready[KEY_KIND_COUNT];
	struct key *deletions;		/* agent keys to delete when no number can lead to them any more */
	struct key *sleeping;		/* by wake_ms */
	size_t busy_numbers;		/* numbers whose content on the server is not settled */
	struct slot *slots;		/* config.window of them */
	size_t *free_slots;
	size_t in_flight;
	uint64_t next_id;
	size_t by_state[ROUTE_STATE_COUNT];
	uint64_t rounds, written;	/* for the statistics */
	enum scan scan;
	bool scan_failed;
	char foreign_owner[72];
	char refusal[120];
};

void key_init(struct key *k, enum key_kind kind, const char *name);
/* Puts a key into a phase and a list; the only place where either changes. */
void key_move(struct routes *r, struct key *k, enum key_phase phase, enum key_place place);
/* Starts over: reads the key, or deletes it when it is not wanted. May free the key. */
void key_begin(struct routes *r, struct key *k, int64_t now_ms);
/* Reads the key once more, and keeps what is known of it. */
void key_reverify(struct routes *r, struct key *k, int64_t now_ms);
void key_answer(struct routes *r, struct key *k, enum route_op op, enum route_answer answer, const char *value, int64_t now_ms);
/* The next action for the key. */
enum route_op key_op(const struct routes *r, const struct key *k);
const char *key_family(const struct routes *r, const struct key *k);
/* What to write; not for lookup. */
const char *key_wanted_value(const struct routes *r, const struct key *k);
/* Calls fn for agents before numbers, because a number acts on the state of its agent's key. `fn` may free the key. */
void each_key(struct routes *r, void (*fn)(struct routes *r, struct key *k, int64_t now_ms), int64_t now_ms);

#endif
