/*
 * Shared by the files of the call tracker: tracker.c (events and the public functions), tracker_resync.c (the server's list),
 * tracker_legs.c (channels, groups, bridges), tracker_calls.c (what the legs mean for a call), tracker_route.c (what the dialplan
 * tells), tracker_story.c (its steps).
 *
 * A channel is a node known by its Uniqueid. Channels that belong together share a group: they are joined by Linkedid, by a common
 * bridge, or as halves of a Local channel. A group has at most one call. Groups of two calls are never joined, because two callers
 * in one bridge are still two calls. A Linkedid that names no known channel gets a placeholder node, so that legs find each other
 * in any order. A channel that others name by Linkedid stays as a placeholder after its end.
 *
 * Nothing is allocated per event: nodes come from free lists, and the ids of ended channels go into a fixed table.
 */
#ifndef CALLS_TRACKER_INTERNAL_H
#define CALLS_TRACKER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/tracker.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(message) die("%s", message)
#include <uthash.h>
#include <utlist.h>

#define CHANNEL_ID_SIZE 152		/* Asterisk's own limit (AST_MAX_UNIQUEID) and two more */
#define BRIDGE_ID_SIZE 152
#define TRACKER_MAX_CHANNELS 65536
#define TRACKER_FINISHED 8192		/* a power of two */

struct pool {
	size_t size;
	void *free;
};

struct bridge {
	UT_hash_handle hh;
	struct channel *members;
	char id[BRIDGE_ID_SIZE];
};

struct group {
	struct channel *channels;
	struct tracked *call;		/* NULL: none */
	unsigned announced;		/* channels that are not placeholders */
};

struct channel {
	UT_hash_handle hh;
	struct group *group;
	struct channel *prev, *next;			/* in the group */
	struct bridge *bridge;				/* NULL: in none */
	struct channel *bridge_prev, *bridge_next;	/* in the bridge */
	struct channel *gone;				/* the next one in the resync's list of ended channels */
	uint64_t linkedid;				/* hash of the last Linkedid seen */
	uint32_t round;					/* of the last resync that listed this channel */
	bool announced;
	bool ended;					/* hung up; stays as a placeholder */
	bool anchor;					/* another channel has it as Linkedid */
	bool dial_ended;
	bool local;					/* Local/...: half of a pair, never an agent itself */
	bool up;
	bool held;					/* has put the others on hold */
	bool transferring;				/* leaves because it has transferred the call */
	uint8_t leg;					/* its place in the call's story, from 1; 0 = none */
	char name[CALL_TEXT];
	char id[CHANNEL_ID_SIZE];
};

/* How the last Dial of the agent ended. DIAL_OPEN: the Dial runs, or its status gives no reason. */
enum dial_verdict { DIAL_OPEN, DIAL_BUSY, DIAL_NO_ANSWER, DIAL_UNREACHABLE };

/* A call, and the facts that decide its outcome. */
struct tracked {
	struct call call;
	struct tracked *prev, *next;	/* live calls, oldest first */
	struct channel *trunk;
	int64_t trunk_up_us;
	int64_t dialled_us;		/* the last leg that was dialled */
	int64_t agent_answered_us;
	int64_t caller_left_us;
	int caller_left_cause;
	enum dial_verdict verdict;
	bool agent_seen;		/* an agent leg was made or dialled */
	bool agent_leg_local;		/* call.agent_leg names a Local channel */
	bool agent_leg_gone;		/* ... and that channel has hung up */
	bool unmapped;
	bool refused;			/* ... by the dialplan, for call.reason */
	bool queued;			/* waits, or waited, in a queue */
	bool queue_left;		/* ... and the caller gave up there */
	bool application;		/* an application that is an agent (AudioSocket) had the caller's leg */
	bool held;			/* on hold by one of its legs */
	struct call_story story;
};

struct tracker {
	char *server;
	char *trunk_techs;
	char *trunk_contexts;
	struct tracker_config config;
	struct tracker_stats stats;
	struct channel *channels;	/* by id */
	struct bridge *bridges;		/* by id */
	struct tracked *live;
	struct tracked *dirty;		/* changed by this event, not reported yet */
	struct tracked *watched;	/* NULL = none */
	bool watched_changed;		/* by this event, not reported yet */
	struct pool channel_pool, group_pool, bridge_pool, call_pool;
	uint32_t round;			/* of resync */
	int64_t now_us;			/* of the event being applied */
	int64_t last_us;		/* of the last event with a time stamp of its own */
	uint64_t *finished;		/* of TRACKER_FINISHED hashes of ids; NULL before the first */
};

static inline struct tracked *call_of(const struct channel *c)
{
	return c ? c->group->call : NULL;
}

static inline bool is_trunk(const struct channel *c)
{
	return c->group->call && c->group->call->trunk == c;
}

/* tracker.c */
/* Updates a known channel from the fields that every event has. */
void tracker_refresh(struct tracker *t, struct channel *c, const struct event_leg *leg, int64_t at_us);
/* Returns the channel that an event is about; creates it if it is new. See legs_announce(). */
struct channel *tracker_announce(struct tracker *t, const struct call_event *e, bool caller, bool *fresh);

/* tracker_legs.c */
struct channel *legs_find(struct tracker *t, struct str id);
/* Returns the channel, new or known. NULL: it has ended, or there are too many channels and it is not a caller's (calls
 * have their own bound). *fresh: it is new. */
struct channel *legs_announce(struct tracker *t, const struct event_leg *leg, bool caller, bool *fresh);
void legs_set_linkedid(struct tracker *t, struct channel *c, struct str linkedid);
void legs_join(struct tracker *t, struct channel *a, struct channel *b);
/* Returns false if the channel was in that bridge already. */
bool legs_enter_bridge(struct tracker *t, struct channel *c, struct str id);
void legs_leave_bridge(struct tracker *t, struct channel *c);
/* Returns the surviving bridge; NULL when nothing was merged. */
struct bridge *legs_merge_bridges(struct tracker *t, struct str from, struct str to);
void legs_destroy_bridge(struct tracker *t, struct str id);
/* Do the two share a bridge? */
bool legs_together(const struct channel *a, const struct channel *b);
bool legs_is_finished(const struct tracker *t, struct str id);
void legs_drop(struct tracker *t, struct channel *c);
void legs_drop_group(struct tracker *t, struct group *g);
void *pool_take(struct pool *p);
void pool_give(struct pool *p, void *item);
void pool_clear(struct pool *p);

/* tracker_calls.c */
/* Does a new channel start a call? */
bool calls_starts(const struct tracker *t, const struct event_leg *leg);
/* Is this the channel of a caller that was up before we connected? */
bool calls_joins_late(const struct tracker *t, const struct event_leg *leg);
void calls_start(struct tracker *t, struct channel *trunk, const struct event_leg *leg, int64_t at_us, bool late);
/* A leg other than the trunk's has joined the call. */
void calls_leg_joined(struct tracker *t, struct tracked *k, struct channel *c);
void calls_trunk_up(struct tracker *t, struct tracked *k, int64_t at_us);
void calls_dialled(struct tracker *t, struct tracked *k, const struct event_leg *dest, int64_t at_us);
void calls_dial_ended(struct tracker *t, struct tracked *k, const struct event_leg *dest, struct str status, int64_t at_us);
/* The legs in the caller's bridge are connected to the caller. */
void calls_bridged(struct tracker *t, struct tracked *k, int64_t at_us);
/* c left the caller's bridge, or was asked to hang up: the agent ends the call, unless calls_goes_on() follows. */
void calls_leg_leaving(struct tracked *k, const struct channel *c);
/* A leg entered a bridge, so the call goes on: the leg that left another bridge did not hang up. */
void calls_goes_on(struct tracked *k);
/* First audio. c = NULL: the agent platform reported it. */
void calls_audio(struct tracker *t, struct tracked *k, const struct channel *c, int64_t at_us);
void calls_queued(struct tracker *t, struct tracked *k);
void calls_hold(struct tracker *t, struct tracked *k, struct channel *c, bool held);
void calls_transferred(struct tracker *t, struct tracked *k, struct channel *by, struct str to);
/* A leg other than the trunk's has hung up. The caller drops it afterwards. */
void calls_leg_gone(struct tracker *t, struct tracked *k, struct channel *c);
void calls_caller_left(struct tracker *t, struct tracked *k, int cause, int64_t at_us);
void calls_system_hangup(struct tracker *t, struct tracked *k);
/* Marks the call as uncertain and adds `why` as a step of its story. */
void calls_uncertain(struct tracker *t, struct tracked *k, enum call_step_kind why);
void calls_finish(struct tracker *t, struct tracked *k, int cause, int sip_code, int64_t at_us);
void calls_lose(struct tracker *t, struct tracked *k, int64_t at_us);
void calls_renamed(struct tracker *t, struct tracked *k, struct channel *c, struct str old_name);
/* The call has changed: it is reported at the end of the event. */
void calls_touch(struct tracker *t, struct tracked *k);
/* Reports what the event changed. */
void calls_tell(struct tracker *t);

/* tracker_route.c */
/* Takes what the dialplan tells in a UserEvent of the channel c. False: the event is none of these. */
bool route_told(struct tracker *t, struct tracked *k, const struct channel *c, const struct call_event *e);
/* The agent that was dialled last has answered. */
void route_answered(struct tracked *k, int64_t at_us);

/* tracker_story.c. c is a leg of the call; NULL where none is known. */
void story_begins(struct tracker *t, struct tracked *k);
void story_ends(struct tracker *t, struct tracked *k);
void story_step(struct tracker *t, struct tracked *k, enum call_step_kind kind, const struct channel *c);
void story_step_named(struct tracker *t, struct tracked *k, enum call_step_kind kind, struct str channel);
void story_leg_joined(struct tracker *t, struct tracked *k, struct channel *c);
void story_leg_up(struct tracker *t, struct tracked *k, const struct channel *c);
void story_leg_renamed(struct tracker *t, struct tracked *k, const struct channel *c);
void story_leg_held(struct tracker *t, struct tracked *k, const struct channel *c);
void story_leg_left(struct tracker *t, struct tracked *k, const struct channel *c);
/* call.agent_leg has changed. */
void story_agent_named(struct tracker *t, struct tracked *k);
/* c and the trunk leg begin to share a bridge; c and the trunk leg no longer share one. */
void story_connected(struct tracker *t, struct tracked *k, const struct channel *c);
void story_parted(struct tracker *t, struct tracked *k, const struct channel *c);
void story_transferred(struct tracker *t, struct tracked *k, const struct channel *by, struct str to);

#endif
