/*
 * The AMI parser turns bytes into frames. It is pure and incremental: no I/O, no clock; the same bytes cut in any way
 * give the same frames. Lines end with CR LF, a frame ends with an empty line, and a known key is followed by a colon
 * and a blank. A bare LF is text (some messages of Asterisk have one; an LF at the end of a value is dropped). No
 * shorter form is accepted, so a forger cannot save bytes.
 *
 * A caller can put CR LF into SIP user parts, and Asterisk copies some of them raw into events (CallerIDNum,
 * ConnectedLineNum, Exten, AppData, DialString, the texts of a Cdr). So headers, and even whole events, can be forged.
 * One such field has at most 79 bytes. Asterisk's frames have a fixed form that is longer than that, and a forger
 * cannot remove the rest of the frame that he broke. Therefore the form decides, by these rules:
 *
 *  1. Head. The first line is `Event:` or `Response:`. The second line of an event is `Privilege: class,...,all`. It
 *     may be missing only in an event that answers an action (it has an ActionID), which is then not `async`. Once a
 *     connection has sent a Timestamp, the third line of every async event is one.
 *  2. Block. `Channel` followed by `ChannelState` begins a channel block, and so do these keys with a prefix:
 *     DestChannel, LocalOneChannel, and any other. The fourteen keys of AMI_BLOCK_TABLE follow in this order with
 *     nothing between. A Cdr event has its own order. An incomplete or interrupted block, and the end of a block
 *     without its beginning, are SPLIT. In a whole block Uniqueid and Linkedid must be 1..149 visible ASCII bytes. They
 *     need not be `epoch.number`: Originate and ARI let the caller of the API name channels, and media legs of ARI
 *     applications usually are UUIDs.
 *  3. Repeats. A key, known or not, that may not repeat and comes twice with different values rejects the frame. The
 *     same value twice is accepted (UserEvent repeats keys of the channel block).
 *  4. Neighbours. After a broken block every frame is rejected (AFTER_SPLIT) until the missing rest of it has come, at
 *     most for AMI_SPLIT_REACH bytes. An event with a block is held back until the next AMI_FIELD_REACH bytes have been
 *     read without a fault. If they contain the headless rest of a frame, the event was a forged beginning (a block
 *     closed within Exten, with another channel's Uniqueid): it is rejected, with all frames between.
 *  5. A frame above the size limits is skipped to its end and rejected. So is a frame with a line without a colon.
 *
 * A rejected frame is counted by reason and reported to the callback as rejected (never as an event), so that the owner
 * schedules a resync and taints the channel. The parser cannot detect forged text at the *end* of a frame, which needs
 * no rest: Newexten's AppData if a dialplan passes on a caller's text, and DialString if it dials the text. So never
 * subscribe to the class `dialplan`. No event that the tracker uses fits into 79 bytes.
 *
 * Rule 4 holds the last event back until the next frame, together with short frames that follow. Therefore the owner
 * calls ami_parser_idle() when the connection has been quiet for AMI_IDLE_MS (Asterisk writes a frame at once, so its
 * rest would have come), and at its end. Responses and events without a block are not held themselves.
 *
 * Frames point into the parser's buffer and are valid during the callback only. One owner, one thread.
 */
#ifndef TRUNKDECK_AMI_PARSE_H
#define TRUNKDECK_AMI_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/str.h"
#include "trunkdeck/base/words.h"

#define AMI_MAX_FRAME (256 * 1024)	/* bytes */
#define AMI_MAX_HEADERS 512
#define AMI_MAX_BANNER 1024
#define AMI_SPLIT_REACH 4096		/* bytes that are rejected after a broken block if its rest never comes */
#define AMI_FIELD_REACH 128		/* bytes; more than a caller can write into one field */
#define AMI_IDLE_MS 20

/* The channel block of ami.md 2.1, in Asterisk's order, for one prefix. */
#define AMI_BLOCK_TABLE(X, ID, PREFIX) \
	X(ID##CHANNEL, PREFIX "Channel", 0) X(ID##CHANNELSTATE, PREFIX "ChannelState", 0) \
	X(ID##CHANNELSTATEDESC, PREFIX "ChannelStateDesc", 0) X(ID##CALLERIDNUM, PREFIX "CallerIDNum", 0) \
	X(ID##CALLERIDNAME, PREFIX "CallerIDName", 0) X(ID##CONNECTEDLINENUM, PREFIX "ConnectedLineNum", 0) \
	X(ID##CONNECTEDLINENAME, PREFIX "ConnectedLineName", 0) X(ID##LANGUAGE, PREFIX "Language", 0) \
	X(ID##ACCOUNTCODE, PREFIX "AccountCode", 0) X(ID##CONTEXT, PREFIX "Context", 0) \
	X(ID##EXTEN, PREFIX "Exten", 0) X(ID##PRIORITY, PREFIX "Priority", 0) X(ID##UNIQUEID, PREFIX "Uniqueid", 0) \
	X(ID##LINKEDID, PREFIX "Linkedid", 0)
#define AMI_BLOCK_KEYS 14

/* Keys that the program reads or often meets; all others are AMI_KEY_OTHER. id, name, may repeat. Compared without
 * case. The blocks come first, each in one piece, because the parser needs that. */
#define AMI_KEY_TABLE(X) \
	AMI_BLOCK_TABLE(X, , "") AMI_BLOCK_TABLE(X, DEST, "Dest") \
	AMI_BLOCK_TABLE(X, LOCALONE, "LocalOne") AMI_BLOCK_TABLE(X, LOCALTWO, "LocalTwo") \
	X(EVENT, "Event", 0) X(RESPONSE, "Response", 0) X(PRIVILEGE, "Privilege", 0) X(ACTIONID, "ActionID", 0) \
	X(TIMESTAMP, "Timestamp", 0) X(MESSAGE, "Message", 0) X(CHALLENGE, "Challenge", 0) X(EVENTLIST, "EventList", 0) X(LISTITEMS, "ListItems", 0) \
	X(DIALSTATUS, "DialStatus", 0) X(DIALSTRING, "DialString", 0) \
	X(BRIDGEUNIQUEID, "BridgeUniqueid", 0) X(TOBRIDGEUNIQUEID, "ToBridgeUniqueid", 0) \
	X(FROMBRIDGEUNIQUEID, "FromBridgeUniqueid", 0) X(CAUSE, "Cause", 0) X(TECHCAUSE, "TechCause", 0) \
	X(NEWNAME, "Newname", 0) X(USEREVENT, "UserEvent", 0) X(NUMBER, "Number", 0) X(UPTIME, "Uptime", 0) \
	X(LASTRELOAD, "LastReload", 0) X(STATUS, "Status", 0) X(SHUTDOWN, "Shutdown", 0) X(RESTART, "Restart", 0) \
	X(VALUE, "Value", 0) X(VAL, "Val", 0) X(FAMILY, "Family", 0) X(KEY, "Key", 0) X(VARIABLE, "Variable", 1) \
	X(OUTPUT, "Output", 1) X(CONTACTS, "Contacts", 1) X(CHANVARIABLE, "ChanVariable", 1) X(DESTCHANVARIABLE, "DestChanVariable", 1) \
	X(SETVAR, "SetVar", 1) X(ASTERISKVERSION, "AsteriskVersion", 0) X(PING, "Ping", 0) \
	X(SOURCE, "Source", 0) X(DESTINATION, "Destination", 0) X(DESTINATIONCONTEXT, "DestinationContext", 0) \
	X(CALLERID, "CallerID", 0) X(DESTINATIONCHANNEL, "DestinationChannel", 0) \
	X(LASTAPPLICATION, "LastApplication", 0) X(LASTDATA, "LastData", 0) X(STARTTIME, "StartTime", 0) \
	X(ANSWERTIME, "AnswerTime", 0) X(ENDTIME, "EndTime", 0) X(DURATION, "Duration", 0) \
	X(BILLABLESECONDS, "BillableSeconds", 0) X(DISPOSITION, "Disposition", 0) X(AMAFLAGS, "AMAFlags", 0) \
	X(USERFIELD, "UserField", 0) X(APPLICATION, "Application", 0) X(APPLICATIONDATA, "ApplicationData", 0) \
	X(APPDATA, "AppData", 0) X(EXTENSION, "Extension", 0) X(CAUSETXT, "Cause-txt", 0) X(DEVICE, "Device", 0) \
	X(STATE, "State", 0) X(BRIDGETYPE, "BridgeType", 0) X(BRIDGETECHNOLOGY, "BridgeTechnology", 0) \
	X(BRIDGECREATOR, "BridgeCreator", 0) X(BRIDGENAME, "BridgeName", 0) \
	X(BRIDGENUMCHANNELS, "BridgeNumChannels", 0) X(BRIDGEVIDEOSOURCEMODE, "BridgeVideoSourceMode", 0) \
	X(CIDCALLINGPRES, "CID-CallingPres", 0) X(LOCALOPTIMIZATION, "LocalOptimization", 0)

enum ami_key {
	AMI_KEY_OTHER,
#define AMI_KEY_ENUM(id, name, repeats) AMI_KEY_##id,
	AMI_KEY_TABLE(AMI_KEY_ENUM)
#undef AMI_KEY_ENUM
	AMI_KEY_COUNT
};

/* Why a frame was rejected: id, name in JSON, text for the Servers view and the log. */
#define AMI_REJECT_TABLE(X) \
	X(ACCEPTED, "accepted", N_("accepted")) \
	X(FIRST_LINE, "first_line", N_("first line is neither event nor response")) \
	X(NO_PRIVILEGE, "no_privilege", N_("event without privilege")) \
	X(NO_TIMESTAMP, "no_timestamp", N_("event without time stamp")) \
	X(DUPLICATE_KEY, "duplicate_key", N_("key twice")) \
	X(SPLIT, "split", N_("broken channel block")) \
	X(BAD_UNIQUEID, "bad_uniqueid", N_("channel without well-formed identity")) \
	X(AFTER_SPLIT, "after_split", N_("remainder of a split frame")) \
	X(MALFORMED_LINE, "malformed_line", N_("line without a colon")) \
	X(TOO_LARGE, "too_large", N_("frame too large"))

enum ami_reject {
#define AMI_REJECT_ENUM(id, name, text) AMI_REJECT_##id,
	AMI_REJECT_TABLE(AMI_REJECT_ENUM)
#undef AMI_REJECT_ENUM
	AMI_REJECT_COUNT
};

#define AMI_ACCEPTED AMI_REJECT_ACCEPTED
WORDS_DECLARE(ami_reject, enum ami_reject)

enum ami_frame_kind { AMI_BANNER, AMI_EVENT, AMI_RESPONSE };

/* Whole blocks in a frame: bits. */
enum ami_block {
	AMI_BLOCK_LEG = 1,		/* no prefix */
	AMI_BLOCK_DEST = 2,
	AMI_BLOCK_LOCALONE = 4,
	AMI_BLOCK_LOCALTWO = 8,
	AMI_BLOCK_CDR = 16,
};

struct ami_header {
	struct str key;
	struct str value;
	enum ami_key id;
};

struct ami_frame {
	enum ami_frame_kind kind;
	enum ami_reject reject;		/* AMI_ACCEPTED, or why the contents must not be used */
	bool async;			/* an event of its own (Privilege: ...,all), not an answer to an action */
	unsigned blocks;		/* enum ami_block */
	const struct ami_header *headers;
	size_t count;
	/* First header of each known key, or NULL. */
	const struct ami_header *const *by_key;
	struct str bytes;		/* the raw frame without its empty line; empty when TOO_LARGE */
};

typedef void ami_frame_fn(void *arg, const struct ami_frame *f);

struct ami_parser_stats {
	uint64_t bytes;
	uint64_t frames;		/* accepted, responses included, the banner not */
	uint64_t events;		/* accepted events */
	uint64_t rejected;
	uint64_t rejected_by[AMI_REJECT_COUNT];
};

struct ami_parser;

/* The stream starts with a banner line when `banner` is set (none is fine too: recordings without one are read). */
struct ami_parser *ami_parser_new(bool banner, ami_frame_fn *fn, void *arg);
void ami_parser_free(struct ami_parser **p);
void ami_parser_feed(struct ami_parser *p, const char *bytes, size_t len);
/* Nothing more has come: delivers the held event, unless part of another frame already follows it. */
void ami_parser_idle(struct ami_parser *p);
/* A new connection starts: forgets half a frame and the held event. */
void ami_parser_restart(struct ami_parser *p, bool banner);
void ami_parser_get_stats(const struct ami_parser *p, struct ami_parser_stats *out);

/* Returns how many of the bytes fed (struct ami_parser_stats.bytes) belong to frames read so far; in the callback for a
 * response, where it ends. */
uint64_t ami_parser_offset(const struct ami_parser *p);

/* Returns the value of a key, or the empty slice. */
struct str ami_get(const struct ami_frame *f, enum ami_key key);
/* Returns the value of a key without an id, compared without case; linear. */
struct str ami_find(const struct ami_frame *f, const char *key);

#endif
