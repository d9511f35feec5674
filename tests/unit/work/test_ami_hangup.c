/* Hanging up: successful requests, requests that are refused before they are sent, and refusals by the server. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "kit/ami_fixture.h"

static bool has_verdict(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->hangups > 0;
}

static const struct err *hang_up(struct fixture *f, const char *channel)
{
	f->hangups = 0;
	ami_hangup(f->ami, "na-1", channel);
	assert_true(wait_until(has_verdict, f));
	assert_int_equal(f->hangups, 1);
	assert_string_equal(f->hangup.server, "na-1");
	return &f->hangup.err;
}

static bool verdict_and_end(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->hangups > 0 && f->finished[0];
}

static void a_live_call_is_ended(void **state)
{
	int port;
	struct demo_pbx *p = fixture_slow_demo(&port);
	struct fixture *f = fixture_start(port);
	struct call c;

	(void)state;
	c = fixture_first_call(f);
	fixture_follow_only(f, &c);
	ami_hangup(f->ami, "na-1", c.channel);
	assert_true(wait_until(verdict_and_end, f));
	assert_string_equal(f->hangup.channel, c.channel);
	assert_string_equal(f->calls[0].linkedid, c.linkedid);
	assert_int_equal(f->calls[0].cause, 16);
	assert_int_equal(f->calls[0].outcome, OUTCOME_ANSWERED);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void a_call_that_is_over_is_reported(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	assert_string_equal(hang_up(f, "PJSIP/gone-00000001")->message, "the call had ended already");
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void bad_channel_names_are_not_sent(void **state)
{
	static const char *const names[] = { "", "/.*/", "/", "PJSIP/x\r\nAction: Logoff", "PJSIP/x\x7f", "\x1b[2J" };
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(hang_up(f, names[i])->code, ERR_SERVER_REFUSED);
		assert_string_equal(f->hangup.err.message, "the channel has a name that is not sent to a server");
	}
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void a_read_only_program_hangs_nothing_up(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start_read_only(port);

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	assert_int_equal(hang_up(f, "PJSIP/t-1")->code, ERR_READ_ONLY);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

static void a_missing_permission_is_named(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f = fixture_start(port);

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	assert_string_equal(hang_up(f, "PJSIP/t-1")->message, "our AMI user may not hang calls up");
	assert_non_null(strstr(f->hangup.err.hint, "[dash]: add 'call' to write"));
	fixture_stop(f);
	fault_server_stop(&s);
}

static void a_missing_answer_is_reported(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct fixture *f = fixture_start(port);

	(void)state;
	assert_true(wait_until(fixture_is_up, f));
	fault_server_set(s, FAULT_NO_PONG);
	assert_int_equal(hang_up(f, "PJSIP/t-1")->code, ERR_SERVER_UNREACHABLE);
	assert_non_null(strstr(f->hangup.err.hint, "before the answer"));
	fixture_stop(f);
	fault_server_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_call_is_ended),
		cmocka_unit_test(a_call_that_is_over_is_reported),
		cmocka_unit_test(bad_channel_names_are_not_sent),
		cmocka_unit_test(a_read_only_program_hangs_nothing_up),
		cmocka_unit_test(a_missing_permission_is_named),
		cmocka_unit_test(a_missing_answer_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
