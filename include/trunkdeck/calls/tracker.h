/*
 * The call tracker of one server: events in, calls out (DESIGN.md 4.4, ami.md 2).
 *
 * Invariants: every channel is keyed by its Uniqueid; channels of one call are joined by Linkedid and by bridges
 * (union-find); applying an event twice changes nothing; events may come in any order the ami.md 2.3 table shows; a call
 * ends exactly once, with the hang-up of the caller's leg, and has exactly one outcome; memory is bounded: everything
 * about a call goes with it, ids of what is over are kept in a table of fixed size (so that late and repeated events
 * resurrect nothing), and past 16384 live calls the oldest ends as `lost`.
 *
 * A call starts with the first Newchannel of a trunk technology in a trunk context. Local/, AudioSocket/, WebSocket/,
 * UnicastRTP/, Message/, Announcer/, Recorder/ channels never start one, as they are no trunk technologies.
 *
 * The state is RINGING, CONNECTING (an agent leg exists), TALKING (answered), HELD, ENDED. The tracker has no clock, so
 * SILENT is for the one who shows it to derive: TALKING, no first_audio_us, answered a while ago.
 *
 * Transfers, blind and attended in all their forms, by the dialplan or by a Redirect, leave a call one call: its outcome
 * stays `answered`, its agent leg becomes whoever is connected to the caller then, and a leg that left by transferring is not
 * the one who hung up. A call is HELD while one of its legs holds the others. What an agent says while the caller is on hold
 * (to the person he will transfer to) is no first audio.
 *
 * What can't be known: a call answered by the AudioSocket() *application* has no agent leg. The trunk leg's Up is the
 * only sign of an answer, and Asterisk gives the same cause 0 and the same CDR whether the agent took it or could not be
 * reached (fixtures A and Y). Rule: the call is answered when UserEvent AgentReady came, or when our side hung up after 3 s
 * or more (Answer() waits at most 0.5 s, the application at most 2 s to connect); it is unreachable when our side hung up
 * sooner. When the caller hung up it is answered if the application was an agent (UserEvent AgentAttach, a Cdr in time, or
 * Asterisk's cause 0, which a call ends with that was in no bridge), and abandoned otherwise: he may have heard music, or
 * waited in a queue whose events the manager user may not read. The rule is wrong for a caller who hangs up while the
 * application still tries to connect (counted answered), and for an agent who hangs up within 3 s of the answer (counted
 * unreachable). Use Dial(AudioSocket/...) to know.
 *
 * A caller in a queue is answered by an agent's leg only; what becomes of him else the queue's events say.
 *
 * Events may come without a time (CALL_NO_TIME): the calls and their outcomes are right then, without durations.
 *
 * One owner, one thread (the ami thread per server; replay; tests). It calls back, never blocks, never reads a clock.
 */
#ifndef TRUNKDECK_CALLS_TRACKER_H
#define TRUNKDECK_CALLS_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/calls/call.h"
#include "trunkdeck/calls/call_detail.h"
#include "trunkdeck/calls/event.h"

struct tracker;

struct tracker_config {
	const char *server;		/* name put into each call */
	const char *trunk_techs;	/* comma list, e.g. "PJSIP"; NULL = "PJSIP" */
	const char *trunk_contexts;	/* comma list; NULL or "" = any context */
	/* Called at every change of a call. The call is valid during the callback only. */
	void (*on_call)(void *arg, const struct call *c, enum call_change change);
	/* At every change of the call that is watched, its end being the last; after on_call where both are due. The detail is
	 * valid during the callback only. NULL where none is watched. */
	void (*on_detail)(void *arg, const struct call_detail *d);
	/* The story of a call that ended without an answer, before on_call tells of its end; valid during the callback. NULL = not wanted. */
	void (*on_story)(void *arg, const struct call_detail *d);
	/* The provider's prefix rule by endpoint, for numbers that arrive without '+'; NULL = "+" for all. */
	const char *(*prefix_of)(void *arg, struct str endpoint);
	void *arg;
};

#define TRACKER_MAX_CALLS 16384
#define TRACKER_TRUNK_TECHS "PJSIP"	/* when none are configured */

struct tracker_stats {
	uint64_t events;		/* applied */
	uint64_t ignored;		/* about channels never announced, or of no interest */
	uint64_t calls;			/* started */
	uint64_t evicted;		/* ended as `lost` because there were more than TRACKER_MAX_CALLS */
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
/* The stream is over (replay): calls whose caller has hung up are finished, the others stay live. */
void tracker_flush(struct tracker *t);
/* A frame about this channel was rejected as forged: its call, if any, is marked uncertain. */
void tracker_taint(struct tracker *t, struct str uniqueid);

/* The one call whose detail is told, at once the first time; the one before is so no more. False: there is no such live call, and
 * none is watched. */
bool tracker_watch(struct tracker *t, struct str linkedid);

void tracker_each_live(const struct tracker *t, void (*fn)(void *arg, const struct call *c), void *arg);
/* Is the channel of one of these technologies, a comma list? */
bool tracker_is_trunk(const char *techs, struct str channel);
void tracker_get_stats(const struct tracker *t, struct tracker_stats *out);

#endif
