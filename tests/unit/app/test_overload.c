/*
 * Servers with more calls than the program keeps, or whose frames are rejected: missed calls are reported and recorded
 * as missed. From the socket to the store.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/app_fixture.h"
#include "kit/fault_server.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/tracker.h"

#define MORE 3				/* calls above the limit */

struct fixture {
	struct fault_server *server;
	struct server_config server_config;
	struct config config;
	struct app *app;
	const char *said;		/* the message to wait for */
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	int port;

	f->server = fault_server_start(&port);
	f->server_config = (struct server_config){
		.name = (char *)"na-1", .host = (char *)"127.0.0.1", .port = port, .ca_file = (char *)"",
		.user = (char *)"dash", .secret = (char *)"geheim", .routes = ROUTES_ASTDB,
		.trunk_contexts = (char *)"", .trunk_techs = (char *)"PJSIP",
	};
	f->config = (struct config){
		.store_url = (char *)"sqlite::memory:", .actor = (char *)"tester", .screen_fps = 10,
		.servers = &f->server_config, .server_count = 1,
	};
	f->app = app_new_settled(&f->config, &clock_system);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	app_free(&f->app);
	fault_server_stop(&f->server);
	free(f);
	return 0;
}

static void begin_call(struct fixture *f, unsigned id)
{
	char *event = xasprintf("Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/t-%u\r\nChannelState: 4\r\n"
				"ChannelStateDesc: Ring\r\nCallerIDNum: +4930123\r\nCallerIDName: <unknown>\r\n"
				"ConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\n"
				"Context: in\r\nExten: +15550000001\r\nPriority: 1\r\nUniqueid: 1.%u\r\nLinkedid: 1.%u\r\n\r\n",
				id, id, id);

	fault_server_send(f->server, event, strlen(event));
	free(event);
}

static bool is_said(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return app_said(f->app, f->said) > 0;
}

static bool all_live(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return live_count(f->app->live) == TRACKER_MAX_CALLS && live_arrived(f->app->live) == TRACKER_MAX_CALLS + MORE;
}

static bool all_told(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return f->app->servers[0].status.evicted == MORE;
}

static bool page_is_there(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return !f->app->found[CALL_ASKER_LIST].waiting;
}

static void the_oldest_of_too_many_calls_are_recorded_as_lost(void **state)
{
	struct fixture *f = *state;
	const struct found_calls *page = &f->app->found[CALL_ASKER_LIST];

	for (unsigned id = 0; id < TRACKER_MAX_CALLS + MORE; id++)
		begin_call(f, id);
	assert_true(wait_until(all_live, f));
	f->said = "na-1: more than 16384 calls at once: the oldest are recorded as lost";
	assert_true(wait_until(is_said, f));
	assert_true(wait_until(all_told, f));
	app_ask_calls(f->app, CALL_ASKER_LIST, &(struct call_question){ .max = 10 });
	assert_true(wait_until(page_is_there, f));
	assert_int_equal(page->count, MORE);
	for (size_t i = 0; i < page->count; i++) {
		assert_int_equal(page->calls[i].outcome, OUTCOME_LOST);
		assert_true(strtoul(page->calls[i].linkedid + 2, NULL, 10) < MORE);
	}
}

static bool is_rejecting(void *arg)
{
	struct fixture *f = arg;
	static const char forged[] = "Event: Hangup\r\nChannel: PJSIP/t-1\r\n\r\n";

	fault_server_send(f->server, forged, sizeof(forged) - 1);
	app_handle_mail(f->app, 0);
	return f->app->servers[0].status.rejecting;
}

static bool is_believed_again(void *arg)
{
	struct fixture *f = arg;
	static unsigned id;

	begin_call(f, id++ % 100);
	app_handle_mail(f->app, 0);
	return !f->app->servers[0].status.rejecting;
}

/* In a window of 2 s most frames are rejected, in the next one none. */
static void a_rejected_stream_is_reported(void **state)
{
	struct fixture *f = *state;
	int64_t began = clock_mono_ms(&clock_system);

	assert_false(f->app->servers[0].status.rejecting);
	assert_true(wait_until(is_rejecting, f));
	f->said = "na-1: most of its events are rejected";
	assert_true(wait_until(is_said, f));
	assert_true(wait_until(is_believed_again, f));
	/* Two windows have passed. */
	assert_true(clock_mono_ms(&clock_system) - began >= 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_oldest_of_too_many_calls_are_recorded_as_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rejected_stream_is_reported, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
