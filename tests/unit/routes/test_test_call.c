/* The events of a test call, and test calls on a server that fails. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kit/fault_server.h"
#include "trunkdeck/ami/session.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/test_call.h"

#define ONE "trunkdeck-test-00000000000000ab"
#define TWO ONE "-2"
#define AGENT "1795341781.7"

static void on_frame(void *arg, const struct ami_frame *f)
{
	test_call_event(arg, f, 5000000);
}

/* One event per frame: its name, time in ms, channel, Uniqueid, Linkedid, more lines. */
struct heard {
	const char *event;
	int ms;
	const char *uniqueid, *linkedid;
	const char *more;
};

static void feed(struct test_call *t, const struct heard *rows, size_t count)
{
	struct ami_parser *p = ami_parser_new(false, on_frame, t);

	for (size_t i = 0; i < count; i++) {
		const struct heard *h = &rows[i];
		char *text = xasprintf("Event: %s\r\nPrivilege: call,all\r\nTimestamp: 1000.%06d\r\n"
				       "Channel: Local/1@trunkdeck-test-1;1\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
				       "CallerIDNum: 1\r\nCallerIDName: x\r\nConnectedLineNum: 1\r\nConnectedLineName: x\r\n"
				       "Language: en\r\nAccountCode: \r\nContext: x\r\nExten: 1\r\nPriority: 1\r\n"
				       "Uniqueid: %s\r\nLinkedid: %s\r\n%s\r\n", h->event, h->ms * 1000, h->uniqueid,
				       h->linkedid, h->more);

		ami_parser_feed(p, text, strlen(text));
		ami_parser_idle(p);
		free(text);
	}
	ami_parser_free(&p);
}

#define ARRIVED { "UserEvent", 10, TWO, ONE, "UserEvent: TrunkdeckTest\r\nStage: arrived\r\n" }
#define ROUTED { "UserEvent", 12, TWO, ONE, "UserEvent: TrunkdeckTest\r\nStage: route\r\nAgent: support\r\n" }
#define DIALLED { "DialBegin", 15, TWO, ONE, "" }
#define ANSWERED { "DialEnd", 40, TWO, ONE, "DialStatus: ANSWER\r\n" }

static void every_step_has_its_time(void **state)
{
	const struct heard rows[] = {
		{ "Newchannel", 9, ONE, ONE, "" }, ARRIVED, ROUTED, DIALLED, ANSWERED,
		{ "ChannelTalkingStart", 700, AGENT, ONE, "" },
	};
	static const int64_t at_us[TEST_STEP_COUNT] = { 0, 2000, 5000, 30000, 690000 };
	struct test_call t;

	(void)state;
	test_call_init(&t, 0xab);
	feed(&t, rows, ARRAY_LEN(rows));
	assert_true(test_call_ok(&t));
	assert_true(t.done);
	assert_string_equal(t.agent, "support");
	assert_string_equal(t.channel, "Local/1@trunkdeck-test-1;1");
	for (int i = 0; i < TEST_STEP_COUNT; i++)
		assert_int_equal(t.at_us[i], at_us[i]);
}

static void events_of_other_calls_are_ignored(void **state)
{
	const struct heard rows[] = {
		{ "UserEvent", 10, AGENT, AGENT, "UserEvent: TrunkdeckTest\r\nStage: arrived\r\n" },
		{ "DialBegin", 10, AGENT, ONE, "" },
		{ "ChannelTalkingStart", 10, AGENT, AGENT, "" },
		{ "Hangup", 11, AGENT, AGENT, "Cause: 1\r\n" },
		{ "Hangup", 11, AGENT, ONE, "Cause: 1\r\n" },
	};
	struct test_call t;

	(void)state;
	test_call_init(&t, 0xab);
	feed(&t, rows, ARRAY_LEN(rows));
	assert_false(t.done);
	for (int i = 0; i < TEST_STEP_COUNT; i++)
		assert_int_equal(t.at_us[i], -1);
}

static void expect_why(const struct heard *rows, size_t count, const char *part)
{
	struct test_call t;
	struct err e;

	test_call_init(&t, 0xab);
	feed(&t, rows, count);
	assert_false(test_call_ok(&t));
	test_call_why(&t, "+15551234567", &e);
	if (!strstr(e.message, part))
		fail_msg("\"%s\" lacks \"%s\"", e.message, part);
	assert_int_equal(e.code, ERR_FOUND_WRONG);
	assert_string_not_equal(e.hint, "");
}

#define WHY(part, ...) do { \
	const struct heard heard_rows[] = { __VA_ARGS__ }; \
	expect_why(heard_rows, ARRAY_LEN(heard_rows), part); \
} while (0)

static void each_failure_has_a_message(void **state)
{
	(void)state;
	WHY("no event of the call was received", { "Newchannel", 9, ONE, ONE, "" });
	WHY("no event of the dialplan was received", DIALLED, ANSWERED, { "Hangup", 90, TWO, ONE, "Cause: 16\r\n" });
	WHY("no context trunkdeck-test", { "Newchannel", 9, ONE, ONE, "" }, { "Hangup", 9, TWO, ONE, "Cause: 0\r\n" });
	WHY("no route", ARRIVED, { "UserEvent", 11, TWO, ONE, "UserEvent: TrunkdeckUnmapped\r\n" },
	    { "Hangup", 11, TWO, ONE, "Cause: 1\r\n" });
	WHY("could not look the route up, cause 34", ARRIVED, { "Hangup", 11, TWO, ONE, "Cause: 34\r\n" });
	WHY("could not dial support", ARRIVED, ROUTED, { "Hangup", 13, TWO, ONE, "Cause: 38\r\n" });
	WHY("busy", ARRIVED, ROUTED, DIALLED, { "DialEnd", 20, TWO, ONE, "DialStatus: BUSY\r\n" });
	WHY("could not be reached", ARRIVED, ROUTED, DIALLED, { "DialEnd", 20, TWO, ONE, "DialStatus: CHANUNAVAIL\r\n" });
	WHY("did not answer in time", ARRIVED, ROUTED, DIALLED);
	WHY("before the agent answered, cause 16", ARRIVED, ROUTED, DIALLED, { "Hangup", 20, TWO, ONE, "Cause: 16\r\n" });
	WHY("no sound came", ARRIVED, ROUTED, DIALLED, ANSWERED);
	WHY("hung up without a sound", ARRIVED, ROUTED, DIALLED, ANSWERED, { "Hangup", 90, TWO, ONE, "Cause: 16\r\n" });
}

#define CALL { "UserEvent", 12, TWO, ONE, "UserEvent: TrunkdeckCall\r\nAgent: sales\r\nWay: split\r\n" }

static void the_way_is_told(void **state)
{
	const struct heard rows[] = {
		ARRIVED, CALL, DIALLED,
		{ "UserEvent", 30, TWO, ONE, "UserEvent: TrunkdeckAttempt\r\nAgent: sales\r\nWay: split\r\nResult: busy\r\nMs: 15\r\n" },
		{ "UserEvent", 31, TWO, ONE, "UserEvent: TrunkdeckAttempt\r\nAgent: support\r\nWay: fallback\r\nResult: dialling\r\n" },
		{ "DialBegin", 32, TWO, ONE, "" }, ANSWERED, { "ChannelTalkingStart", 700, AGENT, ONE, "" },
	};
	struct test_call t;

	(void)state;
	test_call_init(&t, 0xab);
	feed(&t, rows, ARRAY_LEN(rows));
	assert_true(test_call_ok(&t));
	assert_string_equal(t.agent, "support");
	assert_string_equal(t.way, "fallback");
	assert_int_equal(t.at_us[TEST_STEP_ROUTE], 2000);
	assert_int_equal(t.attempt_count, 1);
	assert_string_equal(t.attempts[0].agent, "sales");
	assert_string_equal(t.attempts[0].way, "split");
	assert_string_equal(t.attempts[0].result, "busy");
	assert_int_equal(t.attempts[0].ms, 15);
}

static void attempts_are_bounded_and_clean(void **state)
{
	const struct heard failed = { "UserEvent", 30, TWO, ONE,
		"UserEvent: TrunkdeckAttempt\r\nAgent: a\r\nWay: ag\x1b[1mnt\r\nResult: busy\r\nMs: x\r\n" };
	struct test_call t;

	(void)state;
	test_call_init(&t, 0xab);
	for (int i = 0; i < 2 * TEST_ATTEMPTS; i++)
		feed(&t, &failed, 1);
	assert_int_equal(t.attempt_count, TEST_ATTEMPTS);
	assert_string_equal(t.attempts[0].way, "");
	assert_int_equal(t.attempts[0].ms, 0);
}

static void a_call_that_is_turned_away_says_why(void **state)
{
	(void)state;
	WHY("closed at that time", ARRIVED,
	    { "UserEvent", 11, TWO, ONE, "UserEvent: TrunkdeckRefused\r\nReason: closed\r\nCap: \r\n" },
	    { "Hangup", 11, TWO, ONE, "Cause: 19\r\n" });
	WHY("cap of the provider", ARRIVED,
	    { "UserEvent", 11, TWO, ONE, "UserEvent: TrunkdeckRefused\r\nReason: over_cap\r\nCap: provider\r\n" },
	    { "Hangup", 11, TWO, ONE, "Cause: 17\r\n" });
	WHY("refused the call: blocked", ARRIVED,
	    { "UserEvent", 11, TWO, ONE, "UserEvent: TrunkdeckRefused\r\nReason: blocked\r\n" },
	    { "Hangup", 11, TWO, ONE, "Cause: 21\r\n" });
}

static void a_failed_channel_means_a_missing_context(void **state)
{
	static const char refusal[] = "Event: OriginateResponse\r\nPrivilege: call,all\r\nTimestamp: 1000.000001\r\n"
		"ActionID: 2\r\nResponse: Failure\r\nChannel: Local/1@trunkdeck-test\r\nContext: \r\nExten: \r\n"
		"Application: Wait\r\nReason: 0\r\nUniqueid: <null>\r\nCallerIDNum: test%s\r\nCallerIDName: x\r\n\r\n";
	static const char *const keys[] = { "00000000000000ac", "00000000000000ab" };
	struct test_call t;

	(void)state;
	test_call_init(&t, 0xab);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct ami_parser *p = ami_parser_new(false, on_frame, &t);
		char *text = xasprintf(refusal, keys[i]);

		ami_parser_feed(p, text, strlen(text));
		ami_parser_idle(p);
		assert_int_equal(t.refused, i == 1);	/* the first one belongs to another test */
		ami_parser_free(&p);
		free(text);
	}
	assert_true(t.done);
}

/* --- servers that fail --- */

static char host[] = "127.0.0.1", word[] = "x", nothing[] = "";

static bool open_query(struct ami_session **q, int port, struct err *e)
{
	struct server_config server = {
		.name = word, .host = host, .port = port, .user = word, .secret = word, .ca_file = nothing,
	};
	const struct ami_session_options options = { .server = &server, .events = "off", .timeout_ms = 1000 };

	return ami_session_open(q, &options, e);
}

static void a_server_that_fails_is_reported_soon(void **state)
{
	static const enum fault faults[] = { FAULT_GARBAGE, FAULT_SILENT };
	struct ami_session *q;
	struct err e;
	int port;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct fault_server *s = fault_server_start(&port);

		fault_server_set(s, faults[i]);
		assert_false(open_query(&q, port, &e));
		assert_null(q);
		assert_int_equal(e.code, ERR_SERVER_UNREACHABLE);
		fault_server_stop(&s);
	}
}

static void a_closed_port_is_unreachable(void **state)
{
	struct fault_server *s;
	struct ami_session *q;
	struct err e;
	int port;

	(void)state;
	s = fault_server_start(&port);
	fault_server_stop(&s);
	assert_false(open_query(&q, port, &e));
	assert_int_equal(e.code, ERR_SERVER_UNREACHABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_has_its_time),
		cmocka_unit_test(events_of_other_calls_are_ignored),
		cmocka_unit_test(each_failure_has_a_message),
		cmocka_unit_test(the_way_is_told),
		cmocka_unit_test(attempts_are_bounded_and_clean),
		cmocka_unit_test(a_call_that_is_turned_away_says_why),
		cmocka_unit_test(a_failed_channel_means_a_missing_context),
		cmocka_unit_test(a_server_that_fails_is_reported_soon),
		cmocka_unit_test(a_closed_port_is_unreachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
