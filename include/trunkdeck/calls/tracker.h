/*
 * The call tracker of one server: it turns events into calls (DESIGN.md 4.4, ami.md 2).
 *
 * Invariants:
 * - A channel is known by its Uniqueid. Channels of one call are joined by Linkedid and by bridges (union-find).
 * - Applying an event twice changes nothing. Events may come in any order that the table of ami.md 2.3 shows.
 * - A call ends once, with the hang-up of the caller's leg, and has one outcome.
 * - Memory is bounded. The data of a call are freed with it. The ids of ended channels are kept in a table of fixed size, so that
 *   late and repeated events start nothing. When more than 16384 calls are live, the oldest ends as `lost`.
 *
 * A call starts with the first Newchannel of a trunk technology in a trunk context. Local/, AudioSocket/, WebSocket/,
 * UnicastRTP/, Message/, Announcer/ and Recorder/ are no trunk technologies, so their channels never start one.
 *
 * The state is RINGING, CONNECTING (an agent leg exists), TALKING (answered), HELD or ENDED. The tracker has no clock, so it never
 * reports SILENT. The screen derives it: TALKING, without first_audio_us, some time after the answer.
 *
 * A call stays one call when it is transferred: blind or attended, by the dialplan or by a Redirect. Its outcome stays
 * `answered`, its agent leg becomes the leg that is then connected to the caller, and the leg that transferred it did not
 * hang up. A call is HELD while one of its legs holds the others. Audio of an agent during a hold is no first audio.
 *
 * A call answered by the AudioSocket() *application* has no agent leg, and Asterisk does not report whether the agent took it: the
 * trunk leg is up, and cause 0 and the CDR are the same in both cases (fixtures A and Y). These rules decide:
 * - The call is answered when UserEvent AgentReady came, or when our side hung up after 3 s or more. (Answer() waits at most 0.5 s,
 *   the application at most 2 s to connect.) When our side hung up sooner, it is unreachable.
 * - When the caller hung up, the call is answered if the application was an agent, and abandoned otherwise: the caller may have
 *   heard music, or waited in a queue whose events the manager user may not read. Signs of an agent are UserEvent AgentAttach, a
 *   Cdr that came in time, and cause 0, with which a call ends that was in no bridge.
 * - The rules are wrong for a caller who hangs up while the application still connects (counted as answered), and for an agent
 *   who hangs up within 3 s of the answer (counted as unreachable). Dial(AudioSocket/...) avoids both.
 *
 * A caller in a queue is answered by an agent's leg only. The events of the queue report every other end.
 *
 * Events may come without a time (CALL_NO_TIME). Calls and outcomes are right then, and durations are unknown.
 *
 * One owner, one thread (the ami thread per server; replay; tests). It calls back, never blocks, and never reads a clock.
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
	/* Called at every change of the watched call, the last time at its end; after on_call when both are due. The detail is
	 * valid during the callback only. May be NULL when tracker_watch() is not used. */
	void (*on_detail)(void *arg, const struct call_detail *d);
	/* Called with the story of a call that ended without an answer, before on_call reports the end. The story is
	 * valid during the callback. NULL = not wanted. */
	void (*on_story)(void *arg, const struct call_detail *d);
	/* Returns the provider's prefix rule by endpoint, for numbers without '+'; NULL = "+" for all. */
	const char *(*prefix_of)(void *arg, struct str endpoint);
	void *arg;
};

#define TRACKER_MAX_CALLS 16384
#define TRACKER_TRUNK_TECHS "PJSIP"	/* when none are configured */

struct tracker_stats {
	uint64_t events;		/* applied */
	uint64_t ignored;		/* about unknown channels, or of no use */
	uint64_t calls;			/* started */
	uint64_t evicted;		/* ended as `lost` because there were more than TRACKER_MAX_CALLS */
	size_t live;			/* calls now */
	size_t channels;		/* channels known now */
};

struct tracker *tracker_new(const struct tracker_config *config);
void tracker_free(struct tracker **t);
void tracker_apply(struct tracker *t, const struct call_event *e);

/* Resynchronisation with CoreShowChannels (ami.md 2.8): begin, one listed event per channel, end. Normal events may be
 * applied in between. At the end, channels that were neither listed nor announced since begin are gone: their calls end
 * as `lost`. Listed channels that are not known become calls that joined late. */
void tracker_resync_begin(struct tracker *t);
void tracker_resync_channel(struct tracker *t, const struct call_event *e);
void tracker_resync_end(struct tracker *t, int64_t at_us);
/* The link went down at at_us: live calls become uncertain. */
void tracker_gap(struct tracker *t, int64_t at_us);
/* The stream is over (replay): calls whose caller has hung up are finished, the others stay live. */
void tracker_flush(struct tracker *t);
/* A frame about this channel was rejected as forged: its call, if any, is marked uncertain. */
void tracker_taint(struct tracker *t, struct str uniqueid);

/* Watches this call instead of the previous one: its detail is reported now and at every change. False: there is no
 * such live call, and none is watched. */
bool tracker_watch(struct tracker *t, struct str linkedid);

void tracker_each_live(const struct tracker *t, void (*fn)(void *arg, const struct call *c), void *arg);
/* Does the channel have one of these technologies (a comma list)? */
bool tracker_is_trunk(const char *techs, struct str channel);
void tracker_get_stats(const struct tracker *t, struct tracker_stats *out);

#endif
