/*
 * The call tracker of one server: events in, calls out (DESIGN.md 4.4, ami.md 2).
 *
 * Invariants: every channel is keyed by its Uniqueid; channels of one call are joined by Linkedid and by bridges
 * (union-find); applying an event twice changes nothing; events may come in any order the ami.md 2.3 table shows; a call
 * ends exactly once and has exactly one outcome; memory is bounded (live calls + calls held for late events, both
 * capped; past the cap the oldest ends as `lost`).
 *
 * A call starts with the first Newchannel of a trunk technology in a trunk context. Local/, AudioSocket/, WebSocket/,
 * UnicastRTP/, Message/, Announcer/, Recorder/ channels never start one.
 *
 * What can't be known: a call answered by the AudioSocket() *application* has no agent leg. The trunk leg's Up is the
 * only sign of an answer, and Asterisk gives the same cause 0 whether the agent took it or could not be reached
 * (fixtures A and Y). Rule: see tracker.c; it is the one place where an outcome is inferred.
 *
 * One owner, one thread (the ami thread per server; replay; tests). It calls back, never blocks, never reads a clock.
 */
#ifndef TRUNKDECK_TRACKER_H
#define TRUNKDECK_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/call.h"
#include "trunkdeck/event.h"

struct tracker;

struct tracker_config {
	const char *server;		/* name put into each call */
	const char *trunk_techs;	/* comma list, e.g. "PJSIP"; NULL = "PJSIP" */
	const char *trunk_contexts;	/* comma list; NULL or "" = any context */
	/* Called at every change of a call. The call is valid during the callback only. */
	void (*on_call)(void *arg, const struct call *c, enum call_change change);
	/* The provider's prefix rule by endpoint, for numbers that arrive without '+'; NULL = "+" for all. */
	const char *(*prefix_of)(void *arg, struct str endpoint);
	void *arg;
};

struct tracker_stats {
	uint64_t events;		/* applied */
	uint64_t ignored;		/* about channels never announced, or of no interest */
	uint64_t calls;			/* started */
	size_t live;			/* calls now */
	size_t channels;		/* channels known now */
};

struct tracker *tracker_new(const struct tracker_config *config);
void tracker_free(struct tracker **t);
void tracker_apply(struct tracker *t, const struct call_event *e);

/* Resynchronisation with CoreShowChannels (ami.md 2.8): begin, one listed event per channel, end. Between begin and end
 * normal events may be applied too. At the end channels not listed (and not announced since begin) are gone: their
 * calls end as `lost`; listed ones not known become calls that joined late. */
void tracker_resync_begin(struct tracker *t);
void tracker_resync_channel(struct tracker *t, const struct call_event *e);
void tracker_resync_end(struct tracker *t, int64_t at_us);
/* The link went down at at_us: live calls become uncertain. */
void tracker_gap(struct tracker *t, int64_t at_us);
/* Asterisk itself restarted: every live call ends as `lost`. */
void tracker_restarted(struct tracker *t, int64_t at_us);
/* The stream is over (replay): calls whose end is known are finished, the others stay live. */
void tracker_flush(struct tracker *t, int64_t at_us);
/* A frame about this channel was rejected as forged: its call, if any, is marked uncertain. */
void tracker_taint(struct tracker *t, struct str uniqueid);

void tracker_each_live(const struct tracker *t, void (*fn)(void *arg, const struct call *c), void *arg);
void tracker_get_stats(const struct tracker *t, struct tracker_stats *out);

#endif
