/*
 * Decodes accepted frames into call events.
 *
 * An event is decoded only in Asterisk's own form: with its channel block, and, for the two events that are about every
 * call (FullyBooted, Shutdown), with all its keys. A Shutdown without a time stamp is too short to tell it from a
 * forged one. An event in any other form is EVENT_OTHER. The tracker decides whether the channels exist.
 */
#include "config.h"

#include "trunkdeck/ami/event.h"

#include <string.h>

#include "trunkdeck/base/mem.h"

enum legs { LEGS_NONE, LEGS_PLAIN, LEGS_LOCAL, LEGS_BLIND, LEGS_ATTENDED };

static const struct event_form {
	struct str name;
	enum event_kind kind;
	unsigned blocks;		/* one of these must be whole; 0 = none needed */
	enum legs legs;
	bool answer;			/* an item of a list */
} forms[] = {
#define FORM(name, kind, blocks, legs, answer) { { name, sizeof(name) - 1 }, EVENT_##kind, blocks, LEGS_##legs, answer }
	FORM("Newstate", NEWSTATE, AMI_BLOCK_LEG, PLAIN, false),
	FORM("Newchannel", NEWCHANNEL, AMI_BLOCK_LEG, PLAIN, false),
	FORM("Hangup", HANGUP, AMI_BLOCK_LEG, PLAIN, false),
	FORM("HangupRequest", HANGUP_REQUEST, AMI_BLOCK_LEG, PLAIN, false),
	FORM("SoftHangupRequest", SOFT_HANGUP_REQUEST, AMI_BLOCK_LEG, PLAIN, false),
	FORM("BridgeEnter", BRIDGE_ENTER, AMI_BLOCK_LEG, PLAIN, false),
	FORM("BridgeLeave", BRIDGE_LEAVE, AMI_BLOCK_LEG, PLAIN, false),
	FORM("BridgeDestroy", BRIDGE_DESTROY, 0, NONE, false),
	FORM("BridgeMerge", BRIDGE_MERGE, 0, NONE, false),
	FORM("NewConnectedLine", NEW_CONNECTED_LINE, AMI_BLOCK_LEG, PLAIN, false),
	FORM("DialBegin", DIAL_BEGIN, AMI_BLOCK_DEST, PLAIN, false),
	FORM("DialState", DIAL_STATE, AMI_BLOCK_DEST, PLAIN, false),
	FORM("DialEnd", DIAL_END, AMI_BLOCK_DEST, PLAIN, false),
	FORM("ChannelTalkingStart", TALKING_START, AMI_BLOCK_LEG, PLAIN, false),
	FORM("Hold", HOLD, AMI_BLOCK_LEG, PLAIN, false),
	FORM("Unhold", UNHOLD, AMI_BLOCK_LEG, PLAIN, false),
	FORM("Rename", RENAME, 0, PLAIN, false),
	FORM("LocalBridge", LOCAL_BRIDGE, AMI_BLOCK_LOCALONE, LOCAL, false),
	FORM("LocalOptimizationEnd", LOCAL_OPTIMIZED, AMI_BLOCK_LOCALONE, LOCAL, false),
	FORM("BlindTransfer", BLIND_TRANSFER, 0, BLIND, false),
	FORM("AttendedTransfer", ATTENDED_TRANSFER, 0, ATTENDED, false),
	FORM("Cdr", CDR, AMI_BLOCK_CDR, PLAIN, false),
	FORM("QueueCallerJoin", QUEUE_JOINED, AMI_BLOCK_LEG, PLAIN, false),
	FORM("QueueCallerAbandon", QUEUE_ABANDONED, AMI_BLOCK_LEG, PLAIN, false),
	FORM("UserEvent", USER, 0, PLAIN, false),
	FORM("CoreShowChannel", CHANNEL_LISTED, AMI_BLOCK_LEG, PLAIN, true),
	FORM("FullyBooted", FULLY_BOOTED, 0, NONE, false),
	FORM("Shutdown", SHUTDOWN, 0, NONE, false),
#undef FORM
};

static const struct event_form *form_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (forms[i].name.len == name.len && memcmp(forms[i].name.p, name.p, name.len) == 0)
			return &forms[i];
	return NULL;
}

/* Reads small whole numbers; -1 for anything else. */
static int64_t number_of(struct str s)
{
	int64_t n = 0;

	if (!s.len || s.len > 15)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		n = n * 10 + (s.p[i] - '0');
	}
	return n;
}

static int small_number_of(struct str s)
{
	int64_t n = number_of(s);

	return n > INT32_MAX ? -1 : (int)n;
}

/* The form is seconds, a dot, and up to six decimals. */
int64_t ami_event_time(struct str s)
{
	const char *dot = s.len ? memchr(s.p, '.', s.len) : NULL;
	size_t whole = dot ? (size_t)(dot - s.p) : s.len, decimals = dot ? s.len - whole - 1 : 0;
	int64_t seconds, us;

	if (whole > 11 || decimals > 6 || (dot && !decimals))
		return -1;
	seconds = number_of((struct str){ s.p, whole });
	us = decimals ? number_of((struct str){ dot + 1, decimals }) : 0;
	if (seconds < 0 || us < 0)
		return -1;
	for (; decimals && decimals < 6; decimals++)
		us *= 10;
	return seconds * 1000000 + us;
}

/* Decodes the block whose keys begin at `first` in the key table. */
static void decode_leg(struct event_leg *leg, const struct ami_frame *f, enum ami_key first)
{
	const int shift = (int)first - AMI_KEY_CHANNEL;

	leg->channel = ami_get(f, (enum ami_key)(AMI_KEY_CHANNEL + shift));
	leg->uniqueid = ami_get(f, (enum ami_key)(AMI_KEY_UNIQUEID + shift));
	leg->linkedid = ami_get(f, (enum ami_key)(AMI_KEY_LINKEDID + shift));
	leg->context = ami_get(f, (enum ami_key)(AMI_KEY_CONTEXT + shift));
	leg->exten = ami_get(f, (enum ami_key)(AMI_KEY_EXTEN + shift));
	leg->caller = ami_get(f, (enum ami_key)(AMI_KEY_CALLERIDNUM + shift));
	leg->state = small_number_of(ami_get(f, (enum ami_key)(AMI_KEY_CHANNELSTATE + shift)));
}

/* Decodes a block without ids in the key table; these are rare. */
static void decode_named_leg(struct event_leg *leg, const struct ami_frame *f, const char *channel, const char *state,
			     const char *uniqueid, const char *linkedid)
{
	leg->channel = ami_find(f, channel);
	leg->uniqueid = ami_find(f, uniqueid);
	leg->linkedid = ami_find(f, linkedid);
	leg->state = small_number_of(ami_find(f, state));
}

#define NAMED_LEG(leg, f, prefix) \
	decode_named_leg(leg, f, prefix "Channel", prefix "ChannelState", prefix "Uniqueid", prefix "Linkedid")

static struct str user_value(const void *frame, const char *key)
{
	return ami_find(frame, key);
}

/* Decodes the legs and other values. False when a key is missing that Asterisk always writes: it is forged. */
static bool decode(struct call_event *e, const struct ami_frame *f, enum legs legs)
{
	const struct ami_header *const *has = f->by_key;

	switch (legs) {
	case LEGS_NONE:
		break;
	case LEGS_PLAIN:
		decode_leg(&e->leg, f, AMI_KEY_CHANNEL);
		if (f->blocks & AMI_BLOCK_DEST)
			decode_leg(&e->dest, f, AMI_KEY_DESTCHANNEL);
		break;
	case LEGS_LOCAL:
		decode_leg(&e->leg, f, AMI_KEY_LOCALONECHANNEL);
		decode_leg(&e->dest, f, AMI_KEY_LOCALTWOCHANNEL);
		break;
	case LEGS_BLIND:
		NAMED_LEG(&e->leg, f, "Transferer");
		NAMED_LEG(&e->dest, f, "Transferee");
		break;
	case LEGS_ATTENDED:
		NAMED_LEG(&e->leg, f, "OrigTransferer");
		NAMED_LEG(&e->dest, f, "Transferee");
		break;
	}
	switch (e->kind) {
	case EVENT_BRIDGE_MERGE:
		e->bridge = ami_get(f, AMI_KEY_FROMBRIDGEUNIQUEID);
		e->to_bridge = ami_get(f, AMI_KEY_TOBRIDGEUNIQUEID);
		return has[AMI_KEY_FROMBRIDGEUNIQUEID] && has[AMI_KEY_TOBRIDGEUNIQUEID];
	case EVENT_BRIDGE_ENTER:
	case EVENT_BRIDGE_LEAVE:
	case EVENT_BRIDGE_DESTROY:
		e->bridge = ami_get(f, AMI_KEY_BRIDGEUNIQUEID);
		return e->kind != EVENT_BRIDGE_DESTROY || (has[AMI_KEY_BRIDGEUNIQUEID] && has[AMI_KEY_BRIDGENUMCHANNELS]);
	case EVENT_DIAL_STATE:
	case EVENT_DIAL_END:
		e->dial_status = ami_get(f, AMI_KEY_DIALSTATUS);
		return has[AMI_KEY_DIALSTATUS];
	case EVENT_BLIND_TRANSFER:
		e->transfer_result = ami_find(f, "Result");
		e->transfer_to = ami_get(f, AMI_KEY_EXTENSION);
		return e->transfer_result.len && e->leg.linkedid.len && has[AMI_KEY_EXTENSION];
	case EVENT_ATTENDED_TRANSFER:
		e->transfer_result = ami_find(f, "Result");
		e->transfer_kind = ami_find(f, "DestType");
		e->transfer_to = ami_find(f, "TransferTargetExten");
		return e->transfer_result.len && e->transfer_kind.len && e->leg.linkedid.len;
	case EVENT_RENAME:
		e->new_name = ami_get(f, AMI_KEY_NEWNAME);
		return true;
	case EVENT_USER:
		e->user_event = ami_get(f, AMI_KEY_USEREVENT);
		e->user_value = user_value;
		e->user_frame = f;
		/* What our dialplan tells comes from a channel. Without its block an AMI user wrote it, or a caller. */
		return (f->blocks & AMI_BLOCK_LEG) || !str_starts(e->user_event, STR("Trunkdeck"));
	case EVENT_CDR:
		e->application = ami_get(f, AMI_KEY_LASTAPPLICATION);
		return true;
	case EVENT_CHANNEL_LISTED:
		e->duration = ami_get(f, AMI_KEY_DURATION);
		return true;
	case EVENT_HANGUP:
	case EVENT_HANGUP_REQUEST:
	case EVENT_SOFT_HANGUP_REQUEST:
		e->cause = small_number_of(ami_get(f, AMI_KEY_CAUSE));
		e->tech_cause = small_number_of(ami_get(f, AMI_KEY_TECHCAUSE));
		return e->kind != EVENT_HANGUP || (has[AMI_KEY_CAUSE] && has[AMI_KEY_CAUSETXT]);
	case EVENT_FULLY_BOOTED:
		e->uptime_s = number_of(ami_get(f, AMI_KEY_UPTIME));
		return has[AMI_KEY_UPTIME] && has[AMI_KEY_LASTRELOAD] &&
		       str_eq(ami_get(f, AMI_KEY_STATUS), STR("Fully Booted"));
	case EVENT_SHUTDOWN:
		return has[AMI_KEY_TIMESTAMP] && has[AMI_KEY_SHUTDOWN] && has[AMI_KEY_RESTART];
	default:
		return true;
	}
}

void ami_event_decode(struct call_event *e, const struct ami_frame *f, int64_t arrival_us)
{
	const struct event_form *form = NULL;
	int64_t stamp = ami_event_time(ami_get(f, AMI_KEY_TIMESTAMP));

	if (f->kind == AMI_EVENT && f->reject == AMI_ACCEPTED)
		form = form_of(f->headers[0].value);
	if (form && (form->answer == f->async || (form->blocks && !(f->blocks & form->blocks))))
		form = NULL;
	call_event_init(e, form ? form->kind : EVENT_OTHER, stamp < 0 ? arrival_us : stamp);
	if (form && !decode(e, f, form->legs))
		call_event_init(e, EVENT_OTHER, e->at_us);
}
