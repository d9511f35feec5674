/*
 * One AMI event, decoded and typed for the tracker, but not yet trusted. ami/event.c makes it from a frame; tests make
 * it directly. All slices point into the frame and are valid during tracker_apply() only.
 */
#ifndef TRUNKDECK_CALLS_EVENT_H
#define TRUNKDECK_CALLS_EVENT_H

#include <stdint.h>

#include "trunkdeck/base/str.h"

enum event_kind {
	EVENT_OTHER,			/* of no interest to the tracker */
	EVENT_NEWCHANNEL,
	EVENT_NEWSTATE,
	EVENT_RENAME,
	EVENT_DIAL_BEGIN,
	EVENT_DIAL_STATE,
	EVENT_DIAL_END,
	EVENT_BRIDGE_ENTER,
	EVENT_BRIDGE_LEAVE,
	EVENT_BRIDGE_DESTROY,
	EVENT_BRIDGE_MERGE,
	EVENT_HANGUP_REQUEST,
	EVENT_SOFT_HANGUP_REQUEST,
	EVENT_HANGUP,
	EVENT_HOLD,
	EVENT_UNHOLD,
	EVENT_TALKING_START,
	EVENT_NEW_CONNECTED_LINE,
	EVENT_LOCAL_BRIDGE,
	EVENT_LOCAL_OPTIMIZED,
	EVENT_BLIND_TRANSFER,
	EVENT_ATTENDED_TRANSFER,
	EVENT_CDR,
	EVENT_QUEUE_JOINED,
	EVENT_QUEUE_ABANDONED,
	EVENT_USER,			/* UserEvent: `user_event` names it */
	EVENT_CHANNEL_LISTED,		/* an item of CoreShowChannels */
	EVENT_FULLY_BOOTED,
	EVENT_SHUTDOWN,
	EVENT_KIND_COUNT
};

/* The channel block of ami.md 2.1, for one leg. */
struct event_leg {
	struct str channel;
	struct str uniqueid;
	struct str linkedid;
	struct str context;
	struct str exten;
	struct str caller;		/* CallerIDNum */
	int state;			/* ChannelState, -1 = not given */
};

struct call_event {
	enum event_kind kind;
	int64_t at_us;			/* Timestamp:, or the arrival when the server sends none, or CALL_NO_TIME */
	struct event_leg leg;		/* the channel it is about */
	struct event_leg dest;		/* Dest*: DialBegin, DialEnd; LocalTwo* for EVENT_LOCAL_* (LocalOne* in leg);
					 * the transferee of a transfer (the transferer in leg) */
	struct str bridge;		/* BridgeUniqueid */
	struct str to_bridge;		/* BridgeMerge: the surviving bridge */
	struct str dial_status;		/* DialState, DialEnd */
	struct str new_name;		/* Rename */
	struct str user_event;		/* UserEvent */
	/* UserEvent: returns the value of one of its own keys; the empty slice when it has none. NULL = it has no keys. */
	struct str (*user_value)(const void *frame, const char *key);
	const void *user_frame;
	struct str transfer_result;	/* BlindTransfer, AttendedTransfer: "Success", or why not */
	struct str transfer_kind;	/* AttendedTransfer: Bridge, App, Link, Threeway, Fail */
	struct str transfer_to;		/* the extension of the target, if known */
	struct str application;		/* Cdr: the last one */
	struct str duration;		/* CoreShowChannels: HH:MM:SS since the channel began */
	int cause;			/* -1 = not given */
	int tech_cause;			/* SIP code, -1 = not given */
	int64_t uptime_s;		/* FullyBooted, -1 = not given */
};

void call_event_init(struct call_event *e, enum event_kind kind, int64_t at_us);

#endif
