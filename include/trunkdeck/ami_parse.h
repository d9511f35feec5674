/*
 * The AMI parser: bytes in, frames out. Pure and incremental: no I/O, no clock; the same bytes cut in any way give the
 * same frames. Source of the rules: ami.md 1.2 (framing) and 1.8 (hostile input).
 *
 * A caller can put CR LF into SIP user parts, and Asterisk copies some of them raw into events: headers, even whole
 * events, can be forged. The policy, applied here to every frame of an authenticated stream:
 *   - the first line must be `Event:` or `Response:` (the banner line is its own kind);
 *   - the second header of an event that is no answer to an action (has no ActionID) must be `Privilege:`;
 *   - a key that may not repeat and comes twice with different values -> rejected;
 *   - an event about a channel (has Channel:) without well-formed Uniqueid and Linkedid was split by a forged blank
 *     line: it and the next frame are rejected;
 *   - a frame above the size limit is skipped to its end and rejected.
 * A rejected frame is counted by reason and reported to the callback as such (never as an event), so that the owner
 * schedules a resync and taints the channel.
 *
 * Frames point into the parser's buffer and are valid during the callback only. One owner, one thread.
 */
#ifndef TRUNKDECK_AMI_PARSE_H
#define TRUNKDECK_AMI_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/str.h"

#define AMI_MAX_FRAME (256 * 1024)	/* bytes */
#define AMI_MAX_HEADERS 512

/* Keys the program reads; all others are AMI_KEY_OTHER. id, name, may repeat. Compared without case. */
#define AMI_KEY_TABLE(X) \
	X(EVENT, "Event", 0) X(RESPONSE, "Response", 0) X(PRIVILEGE, "Privilege", 0) X(ACTIONID, "ActionID", 0) \
	X(TIMESTAMP, "Timestamp", 0) X(MESSAGE, "Message", 0) X(EVENTLIST, "EventList", 0) X(LISTITEMS, "ListItems", 0) \
	X(CHANNEL, "Channel", 0) X(CHANNELSTATE, "ChannelState", 0) X(CALLERIDNUM, "CallerIDNum", 0) \
	X(CONTEXT, "Context", 0) X(EXTEN, "Exten", 0) X(UNIQUEID, "Uniqueid", 0) X(LINKEDID, "Linkedid", 0) \
	X(DESTCHANNEL, "DestChannel", 0) X(DESTCHANNELSTATE, "DestChannelState", 0) X(DESTUNIQUEID, "DestUniqueid", 0) \
	X(DESTLINKEDID, "DestLinkedid", 0) X(DESTCONTEXT, "DestContext", 0) X(DESTEXTEN, "DestExten", 0) \
	X(DESTCALLERIDNUM, "DestCallerIDNum", 0) X(DIALSTATUS, "DialStatus", 0) X(DIALSTRING, "DialString", 0) \
	X(BRIDGEUNIQUEID, "BridgeUniqueid", 0) X(TOBRIDGEUNIQUEID, "ToBridgeUniqueid", 0) \
	X(FROMBRIDGEUNIQUEID, "FromBridgeUniqueid", 0) X(CAUSE, "Cause", 0) X(TECHCAUSE, "TechCause", 0) \
	X(NEWNAME, "Newname", 0) X(USEREVENT, "UserEvent", 0) X(NUMBER, "Number", 0) X(DISPOSITION, "Disposition", 0) \
	X(DURATION, "Duration", 0) X(UPTIME, "Uptime", 0) X(LASTRELOAD, "LastReload", 0) X(VALUE, "Value", 0) \
	X(VAL, "Val", 0) X(FAMILY, "Family", 0) X(KEY, "Key", 0) X(VARIABLE, "Variable", 1) X(OUTPUT, "Output", 1) \
	X(CHANVARIABLE, "ChanVariable", 1) X(DESTCHANVARIABLE, "DestChanVariable", 1) \
	X(LOCALONECHANNEL, "LocalOneChannel", 0) X(LOCALONEUNIQUEID, "LocalOneUniqueid", 0) \
	X(LOCALONELINKEDID, "LocalOneLinkedid", 0) X(LOCALTWOCHANNEL, "LocalTwoChannel", 0) \
	X(LOCALTWOUNIQUEID, "LocalTwoUniqueid", 0) X(LOCALTWOLINKEDID, "LocalTwoLinkedid", 0) \
	X(ASTERISKVERSION, "AsteriskVersion", 0) X(PING, "Ping", 0)

enum ami_key {
	AMI_KEY_OTHER,
#define AMI_KEY_ENUM(id, name, repeats) AMI_KEY_##id,
	AMI_KEY_TABLE(AMI_KEY_ENUM)
#undef AMI_KEY_ENUM
	AMI_KEY_COUNT
};

/* Why a frame was rejected: id, text for the Servers view and the log. */
#define AMI_REJECT_TABLE(X) \
	X(FIRST_LINE, N_("first line is neither event nor response")) \
	X(NO_PRIVILEGE, N_("event without privilege")) \
	X(DUPLICATE_KEY, N_("key twice")) \
	X(BAD_UNIQUEID, N_("channel without well-formed identity")) \
	X(AFTER_SPLIT, N_("remainder of a split frame")) \
	X(MALFORMED_LINE, N_("line without a colon")) \
	X(TOO_LARGE, N_("frame too large"))

enum ami_reject {
	AMI_ACCEPTED,
#define AMI_REJECT_ENUM(id, text) AMI_REJECT_##id,
	AMI_REJECT_TABLE(AMI_REJECT_ENUM)
#undef AMI_REJECT_ENUM
	AMI_REJECT_COUNT
};

const char *ami_reject_text(enum ami_reject r);		/* translated */
const char *ami_reject_name(enum ami_reject r);		/* "duplicate_key": JSON */

enum ami_frame_kind { AMI_BANNER, AMI_EVENT, AMI_RESPONSE };

struct ami_header {
	struct str key;
	struct str value;
	enum ami_key id;
};

struct ami_frame {
	enum ami_frame_kind kind;
	enum ami_reject reject;		/* AMI_ACCEPTED, or why the contents must not be believed */
	const struct ami_header *headers;
	size_t count;
	/* First header of each known key, or NULL. */
	const struct ami_header *const *by_key;
	struct str bytes;		/* the raw frame */
};

typedef void ami_frame_fn(void *arg, const struct ami_frame *f);

struct ami_parser_stats {
	uint64_t bytes;
	uint64_t frames;		/* accepted, responses included */
	uint64_t events;		/* accepted events */
	uint64_t rejected;
	uint64_t rejected_by[AMI_REJECT_COUNT];
};

struct ami_parser;

/* The stream starts with a banner line when `banner` is set. */
struct ami_parser *ami_parser_new(bool banner, ami_frame_fn *fn, void *arg);
void ami_parser_free(struct ami_parser **p);
void ami_parser_feed(struct ami_parser *p, const char *bytes, size_t len);
/* Forget half a frame: a new connection starts. */
void ami_parser_restart(struct ami_parser *p, bool banner);
void ami_parser_get_stats(const struct ami_parser *p, struct ami_parser_stats *out);

/* The value of a key, or the empty slice. */
struct str ami_get(const struct ami_frame *f, enum ami_key key);
/* A key without an id, compared without case; linear. */
struct str ami_find(const struct ami_frame *f, const char *key);

#endif
