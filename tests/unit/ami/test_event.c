/* Decodes frames into call events. The frames are as Asterisk sends them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>

#include "kit/ami_stream.h"
#include "trunkdeck/ami/event.h"
#include "trunkdeck/base/mem.h"

static const struct caller caller = { "+4930111", "+15550001", "<unknown>", "PJSIP/twilio-00000001", "1795341781.3626" };
static const struct caller agent = { "", "s", "+4930111", "AudioSocket/x-1", "1795341781.3627" };

static void compare(struct str s, const char *text)
{
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.p, text, s.len);
}

struct wanted {
	void (*check)(const struct call_event *e);
	int events;
};

static void on_event(void *arg, const struct call_event *e)
{
	struct wanted *w = arg;

	w->events++;
	w->check(e);
}

static void decode(const char *text, void (*check)(const struct call_event *e))
{
	struct wanted w = { check, 0 };
	struct stream s;

	stream_init(&s, false);
	s.on_event = on_event;
	s.arg = &w;
	stream_run(&s, text);
	assert_int_equal(w.events, 1);
	stream_clear(&s);
}

static void decode_event(const char *name, const char *more, void (*check)(const struct call_event *e))
{
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	add_event(&b, name, &caller, more);
	decode(b.p, check);
	buf_clear(&b);
}

static void is_other(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_OTHER);
}

static void check_newchannel(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_NEWCHANNEL);
	assert_int_equal(e->at_us, 1795341781812617);
	compare(e->leg.channel, caller.channel);
	compare(e->leg.uniqueid, caller.uniqueid);
	compare(e->leg.linkedid, caller.uniqueid);
	compare(e->leg.context, "from-trunk");
	compare(e->leg.exten, caller.exten);
	compare(e->leg.caller, caller.number);
	assert_int_equal(e->leg.state, 6);
	assert_int_equal(e->dest.state, -1);
	assert_int_equal(e->cause, -1);
	assert_int_equal(e->uptime_s, -1);
}

static void check_hangup(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_HANGUP);
	assert_int_equal(e->cause, 38);
	assert_int_equal(e->tech_cause, 500);
}

static void check_bridge(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_BRIDGE_ENTER);
	compare(e->bridge, "b-1");
	compare(e->leg.uniqueid, caller.uniqueid);
}

static void one_leg(void **state)
{
	struct buf b;

	(void)state;
	decode_event("Newchannel", "", check_newchannel);
	decode_event("Hangup", "Cause: 38\r\nCause-txt: x\r\nTechCause: 500\r\n", check_hangup);
	decode_event("Hangup", "", is_other);
	decode_event("Newexten", "", is_other);
	decode_event("newchannel", "", is_other);
	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, HEAD("BridgeEnter") "BridgeUniqueid: b-1\r\nBridgeType: basic\r\n");
	add_block(&b, "", &caller);
	buf_adds(&b, "\r\n");
	decode(b.p, check_bridge);
	buf_clear(&b);
}

static void check_dial(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_DIAL_END);
	compare(e->dial_status, "ANSWER");
	compare(e->leg.uniqueid, caller.uniqueid);
	compare(e->dest.uniqueid, agent.uniqueid);
	compare(e->dest.channel, agent.channel);
	assert_int_equal(e->dest.state, 6);
}

static void check_ari_dial(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_DIAL_END);
	assert_int_equal(e->leg.uniqueid.len, 0);
	compare(e->dest.uniqueid, agent.uniqueid);
}

static void check_local(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_LOCAL_BRIDGE);
	compare(e->leg.uniqueid, caller.uniqueid);
	compare(e->dest.uniqueid, agent.uniqueid);
}

static void two_legs(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, HEAD("DialEnd"));
	add_block(&b, "", &caller);
	add_block(&b, "Dest", &agent);
	buf_adds(&b, "DialStatus: ANSWER\r\n\r\n");
	decode(b.p, check_dial);
	buf_reset(&b);
	buf_adds(&b, HEAD("DialEnd"));
	add_block(&b, "Dest", &agent);
	buf_adds(&b, "DialStatus: ANSWER\r\n\r\n");
	decode(b.p, check_ari_dial);
	buf_reset(&b);
	buf_adds(&b, HEAD("LocalBridge"));
	add_block(&b, "LocalOne", &caller);
	add_block(&b, "LocalTwo", &agent);
	buf_adds(&b, "Context: a\r\nExten: b\r\nLocalOptimization: Yes\r\n\r\n");
	decode(b.p, check_local);
	buf_clear(&b);
	decode_event("DialEnd", "DialStatus: ANSWER\r\n", is_other);
}

static void check_rename(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_RENAME);
	compare(e->leg.channel, "PJSIP/a-1");
	compare(e->leg.uniqueid, "1.2");
	compare(e->new_name, "PJSIP/b-2");
}

static void check_transfer(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_BLIND_TRANSFER);
	compare(e->leg.uniqueid, agent.uniqueid);
	compare(e->dest.uniqueid, caller.uniqueid);
}

static void check_merge(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_BRIDGE_MERGE);
	compare(e->bridge, "from");
	compare(e->to_bridge, "to");
}

static void renames_merges_and_transfers(void **state)
{
	struct buf b;

	(void)state;
	decode(HEAD("Rename") "Channel: PJSIP/a-1\r\nNewname: PJSIP/b-2\r\nUniqueid: 1.2\r\n\r\n", check_rename);
	decode(HEAD("BridgeMerge") "ToBridgeUniqueid: to\r\nToBridgeType: x\r\nFromBridgeUniqueid: from\r\n\r\n", check_merge);
	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, HEAD("BlindTransfer") "Result: Success\r\n");
	add_block(&b, "Transferer", &agent);
	add_block(&b, "Transferee", &caller);
	buf_adds(&b, "IsExternal: Yes\r\nContext: c\r\nExtension: e\r\n\r\n");
	decode(b.p, check_transfer);
	buf_clear(&b);
}

static void check_user_event(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_USER);
	compare(e->user_event, "TrunkdeckUnmapped");
	compare(e->user_value(e->user_frame, "Number"), "+15550001");
	compare(e->leg.linkedid, caller.uniqueid);
}

static void check_posted_event(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_USER);
	compare(e->user_event, "AgentReady");
	compare(e->leg.linkedid, "1.2");
}

static void user_events(void **state)
{
	(void)state;
	decode_event("UserEvent", "UserEvent: TrunkdeckUnmapped\r\nNumber: +15550001\r\nLinkedid: 1795341781.3626\r\n",
		     check_user_event);
	decode("Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: 1.000000\r\nActionID: 7\r\nUserEvent: AgentReady\r\n"
	       "Linkedid: 1.2\r\n\r\n", check_posted_event);
	/* What our dialplan tells comes from a channel. An AMI user can post such an event, but not with a channel. */
	decode("Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: 1.000000\r\nActionID: 7\r\nUserEvent: TrunkdeckCall\r\n"
	       "Uniqueid: 1.2\r\nLinkedid: 1.2\r\n\r\n", is_other);
	/* Nor can a caller add a value to one: a key within the block breaks it. */
	decode_event("UserEvent", "UserEvent: TrunkdeckAttempt\r\nAgent: a\r\nAgent: b\r\n", is_other);
}

static void check_listed(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_CHANNEL_LISTED);
	compare(e->duration, "00:01:02");
	compare(e->leg.uniqueid, caller.uniqueid);
	assert_int_equal(e->at_us, 0);
}

/* A list item is not an event, and an event without its Privilege is not accepted as a list item. */
static void list_items_are_not_events(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, "Event: CoreShowChannel\r\nActionID: 12\r\n");
	add_block(&b, "", &caller);
	buf_adds(&b, "Application: Dial\r\nApplicationData: x\r\nDuration: 00:01:02\r\nBridgeId: \r\n\r\n");
	decode(b.p, check_listed);
	buf_reset(&b);
	buf_adds(&b, "Event: Newstate\r\nActionID: 12\r\n");
	add_block(&b, "", &caller);
	buf_adds(&b, "\r\n");
	decode(b.p, is_other);
	buf_clear(&b);
	decode_event("CoreShowChannel", "", is_other);
	decode("Event: FullyBooted\r\nActionID: 1\r\nUptime: 1\r\nLastReload: 1\r\nStatus: Fully Booted\r\n\r\n", is_other);
}

static void check_booted(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_FULLY_BOOTED);
	assert_int_equal(e->uptime_s, 94);
}

static void check_shutdown(const struct call_event *e)
{
	assert_int_equal(e->kind, EVENT_SHUTDOWN);
}

static void events_about_all_calls(void **state)
{
	(void)state;
	decode("Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 94\r\nLastReload: 94\r\nStatus: Fully Booted\r\n\r\n",
	       check_booted);
	decode("Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 94\r\n\r\n", is_other);
	decode(HEAD("Shutdown") "Shutdown: Cleanly\r\nRestart: False\r\n\r\n", check_shutdown);
	decode(HEAD("Shutdown") "\r\n", is_other);
	decode("Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n", is_other);
	decode("Event: Hangup\r\nUniqueid: 1.2\r\n\r\n", is_other);
}

static void frame_with_stamp(void *arg, const struct ami_frame *f)
{
	struct call_event e;

	ami_event_decode(&e, f, 7);
	*(int64_t *)arg = e.at_us;
}

static void times(void **state)
{
	static const struct {
		const char *stamp;
		int64_t us;
	} table[] = {
		{ "1795341781.812617", 1795341781812617 }, { "1.000001", 1000001 }, { "1.5", 1500000 }, { "12", 12000000 },
		{ "", 7 }, { "1.", 7 }, { ".5", 7 }, { "-1.5", 7 }, { "1.5x", 7 }, { "1.1234567", 7 }, { "99999999999999.1", 7 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int64_t at = -1;
		struct ami_parser *p = ami_parser_new(false, frame_with_stamp, &at);
		char *text = xasprintf("Event: A\r\nPrivilege: call,all\r\nTimestamp: %s\r\n\r\n", table[i].stamp);

		ami_parser_feed(p, text, strlen(text));
		assert_int_equal(at, table[i].us);
		free(text);
		ami_parser_free(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_leg), cmocka_unit_test(two_legs), cmocka_unit_test(renames_merges_and_transfers),
		cmocka_unit_test(user_events), cmocka_unit_test(list_items_are_not_events), cmocka_unit_test(events_about_all_calls),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
