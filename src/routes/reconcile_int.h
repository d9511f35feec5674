/*
 * Inside the reconciler: one `struct cell` per key of the server's database. reconcile.c knows what is desired and who may
 * write; reconcile_route.c brings one cell to what is wanted. Nothing outside these two files includes this.
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
enum cell_kind { CELL_OWNER, CELL_PREFIX, CELL_AGENT, CELL_NUMBER, CELL_KIND_COUNT };

enum cell_phase {
	PHASE_REST,		/* as far as it will go */
	PHASE_READ,
	PHASE_WRITE,
	PHASE_DELETE,
	PHASE_NEEDS_AGENT,	/* a number to be written as soon as its agent's dial string is there */
	PHASE_REFUSED,
};

enum cell_place { PLACE_NONE, PLACE_READY, PLACE_DOOMED, PLACE_SLEEPING, PLACE_FLYING };

struct cell {
	enum cell_kind kind;
	enum cell_phase phase;
	enum cell_place place;
	enum route_state state;		/* of this key alone */
	enum route_state reported;	/* numbers: of number and agent together, as last reported */
	bool wanted;
	bool foreign;			/* number: found by a scan, nobody told of it: it is read, and left alone */
	bool restart;			/* something changed while its action was in flight: begin again after the answer */
	bool present;			/* the server has acknowledged or shown the wanted value */
	bool held;			/* the server has been seen to have the key */
	bool written;			/* an acknowledged write has not been read back yet */
	bool wrote;			/* has been written or deleted by us at all */
	unsigned mismatches;		/* acknowledged writes that did not hold, in a row */
	int64_t wake_ms;		/* PLACE_SLEEPING: becomes ready then */
	int64_t recheck_ms;		/* an acknowledged write may still be lost until then, 0 = no longer */
	struct cell *agent;		/* number: the key that holds its dial string; NULL = not wanted */
	struct cell *numbers;		/* agent: the numbers that want it */
	char *dial;			/* agent, prefix: wanted value */
	char found[72];			/* what the server has instead */
	char key[72];
	struct cell *prev, *next;	/* in the list of its place */
	struct cell *agent_prev, *agent_next;
	UT_hash_handle hh;
};

/* May keys be read and written now? */
enum gate {
	GATE_CLOSED,			/* not connected, not all told, or the store's id unknown */
	GATE_CHECKING,			/* the owner key is being read */
	GATE_OPEN,
	GATE_FOREIGN,
	GATE_REFUSED,
	GATE_MUTE,			/* lookup: the server gets nothing from the store; asked again now and then */
};

enum scan { SCAN_IDLE, SCAN_DUE, SCAN_RUNNING };

struct slot {
	uint64_t id;
	struct cell *cell;
};

struct routes {
	struct routes_config config;
	char *owner;
	enum gate gate;
	bool connected;
	bool complete;
	struct cell owner_cell;
	struct cell *prefixes;		/* hashes by key */
	struct cell *agents;
	struct cell *numbers;
	struct cell *ready[CELL_KIND_COUNT];
	struct cell *doomed;		/* agent keys to delete once no number may still lead to them */
	struct cell *sleeping;		/* by wake_ms */
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

/* reconcile_route.c */
void cell_init(struct cell *c, enum cell_kind kind, const char *key);
/* Puts a cell into a phase and a list; the only place where either changes. */
void cell_move(struct routes *r, struct cell *c, enum cell_phase phase, enum cell_place place);
/* From the start: read it, or delete it when it is not wanted. May free the cell. */
void cell_begin(struct routes *r, struct cell *c, int64_t now_ms);
/* Read it back once more without forgetting what is known. */
void cell_reverify(struct routes *r, struct cell *c, int64_t now_ms);
/* Reports the numbers a cell concerns, where their state changed. */
void cell_tell(struct routes *r, struct cell *c, int64_t now_ms);
void cell_report(struct routes *r, struct cell *number, bool gone, int64_t now_ms);
/* Takes a number or agent out and frees it; a number is reported gone. */
void cell_gone(struct routes *r, struct cell *c, int64_t now_ms);
void cell_answer(struct routes *r, struct cell *c, enum route_op op, enum route_answer answer, const char *value,
		 int64_t now_ms);
enum route_op cell_op(const struct routes *r, const struct cell *c);
const char *cell_family(const struct routes *r, const struct cell *c);
/* What to write; not for lookup. */
const char *cell_wanted_value(const struct routes *r, const struct cell *c);

/* reconcile.c: what the owner key says. */
void routes_gate_open(struct routes *r, int64_t now_ms);
/* An answer that may mean that the server has lost the store: ask for the owner again before anything else. */
void routes_doubt(struct routes *r);
void routes_gate_shut(struct routes *r, enum gate gate, int64_t now_ms);

#endif
