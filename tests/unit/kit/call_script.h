/*
 * Events by hand, for tests of the tracker: one line of words per event, so that a test reads like the stream.
 *
 *   new T            Newchannel            up T             Newstate Up
 *   dial T A         DialBegin             dialend T A BUSY DialEnd
 *   enter A B1       BridgeEnter           leave A B1       BridgeLeave
 *   destroy B1       BridgeDestroy         merge B1 B2      BridgeMerge
 *   request T 127 487  HangupRequest       soft T           SoftHangupRequest
 *   hangup T 16 0    Hangup: cause, SIP    cdr T Dial   Cdr
 *   talk A           ChannelTalkingStart   hold T, unhold T
 *   local L M        LocalBridge           optimized L M    LocalOptimizationEnd
 *   state T A RINGING  DialState             blind A sales Success   BlindTransfer: to, result
 *   attended A Bridge  AttendedTransfer of T: its form (Success unless Fail)
 *   line A           NewConnectedLine      rename A NAME    Rename
 *   user T NAME Key=Value ...  UserEvent  ready T          UserEvent AgentReady that only names the Linkedid
 *   list T up 0:01:40  an item of CoreShowChannels          booted 5         FullyBooted, Uptime 5 s
 *   wait 3000        ms pass
 *
 * Legs: T and U come in by trunks, A is an AudioSocket, W a WebSocket, L and M the halves of a Local channel, X a
 * UnicastRTP, P a phone dialled over PJSIP. All have T's Linkedid but T, U and X, which have their own; "X+T" is X once
 * its Linkedid is T's. Every event comes 10 ms after the one before.
 */
#ifndef TRUNKDECK_TESTS_CALL_SCRIPT_H
#define TRUNKDECK_TESTS_CALL_SCRIPT_H

#include "trunkdeck/calls/tracker.h"

#define STAGE_START_US INT64_C(1700000000000000)
#define STAGE_MAX_CALLS 8

struct stage {
	struct tracker *tracker;
	int64_t now_us;
	unsigned base;			/* set between calls so that their ids differ */
	unsigned up;			/* legs by bit */
	unsigned started, updated, finished;
	struct call ended[STAGE_MAX_CALLS];	/* the last finished calls */
	struct call seen;		/* last report of a call */
	unsigned stories;
	struct call_detail story;	/* last story of a call that was not answered */
	unsigned details;
	struct call_detail detail;	/* last detail of the watched call */
};

void stage_open(struct stage *s, const char *trunk_contexts);
void stage_close(struct stage *s);
void stage_event(struct stage *s, const char *line);
/* `lines` ends with NULL. */
void stage_play(struct stage *s, const char *const *lines);
/* Gives the events of tests/data/ami/NAME.ami to apply(s, event); NULL = to the tracker. */
void stage_play_recording(struct stage *s, const char *name, void (*apply)(void *arg, const struct call_event *e));
/* The only call that has finished. */
const struct call *stage_call(struct stage *s);
size_t stage_live(struct stage *s);
size_t stage_channels(struct stage *s);

/* Goes through all orders of lines[0..n-1], beginning with their own. Returns false when there are no more. */
bool next_order(unsigned *order, size_t n);

#endif
