/* Calls of a server whose clock differs from ours. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kit/ami_fixture.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define BLOCK "Channel: PJSIP/t-1\r\nChannelState: 4\r\nChannelStateDesc: Ring\r\nCallerIDNum: +4930123\r\n" \
	"CallerIDName: <unknown>\r\nConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\n" \
	"AccountCode: \r\nContext: in\r\nExten: +15550000001\r\nPriority: 1\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n"

static bool resynced_once(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->resyncs >= 1;
}

static bool one_finished(void *arg)
{
	fixture_take(arg);
	return fixture_finished(arg) == 1;
}

static bool one_live(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->call_count == 1;
}

static bool clock_is_known(void *arg)
{
	fixture_take(arg);
	return ((struct fixture *)arg)->status.facts.clock_us != 0;
}

/* All times of a call are by its server's clock. The end of a lost call has none, so it is computed. */
static void all_times_are_by_the_server_clock(void **state)
{
	static const int64_t skews_us[] = { -3600000000, -30000000, 30000000, 3600000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(skews_us); i++) {
		int port;
		struct fault_server *s = fault_server_start(&port);
		int64_t server_us = clock_wall_us(&clock_system) + skews_us[i], off_us;
		struct fixture *f;
		char *event = xasprintf("Event: Newchannel\r\nPrivilege: call,all\r\nTimestamp: %lld.000000\r\n" BLOCK "\r\n",
					(long long)(server_us / 1000000));

		fault_server_set_clock(s, skews_us[i]);
		f = fixture_start(port);
		assert_true(wait_until(resynced_once, f) && wait_until(clock_is_known, f));
		off_us = f->status.facts.clock_us - skews_us[i];
		assert_true(off_us > -1000000 && off_us < 1000000);
		fault_server_send(s, event, strlen(event));
		assert_true(wait_until(one_live, f));
		fault_server_drop(s);
		assert_true(wait_until(one_finished, f));
		assert_int_equal(f->calls[0].outcome, OUTCOME_LOST);
		assert_true(call_span_us(f->calls[0].started_us, f->calls[0].ended_us) < 25000000);
		assert_true(f->calls[0].ended_us > server_us - 2000000);
		fixture_stop(f);
		fault_server_stop(&s);
		free(event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_times_are_by_the_server_clock) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
