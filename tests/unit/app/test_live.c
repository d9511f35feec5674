/*
 * A screen whose live calls come from a SQLite store. The test acts as the recorder. The server is never connected to.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/temp_store.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"

#define TIMEOUT_MS 20000

struct fixture {
	struct temp_store store;
	struct config config;
	struct server_config server;
	struct store *recorder;
	struct app *app;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err e;

	temp_store_make(&f->store);
	f->server = (struct server_config){
		.name = (char *)"eu-1", .region = REGION_EU, .host = (char *)"127.0.0.1", .port = 1, .routes = ROUTES_NONE,
	};
	f->config = (struct config){
		.store_url = f->store.url, .actor = (char *)"tester", .screen_fps = 10, .screen_live = LIVE_FROM_STORE,
		.servers = &f->server, .server_count = 1,
	};
	assert_true(store_open(&f->recorder, f->store.url, &(struct store_options){ .actor = "rec" }, &e));
	f->app = app_new(&f->config, &clock_system);
	assert_true(app_start(f->app, &e));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	app_free(&f->app);
	store_close(&f->recorder);
	temp_store_remove(&f->store);
	free(f);
	return 0;
}

static bool shows(struct fixture *f, size_t count, uint64_t offered)
{
	return live_count(f->app->live) == count && metrics_total(f->app->metrics)->offered == offered;
}

static void wait_for(struct fixture *f, size_t count, uint64_t offered)
{
	int64_t until = clock_mono_ms(&clock_system) + TIMEOUT_MS;

	while (!(f->app->today_known && shows(f, count, offered)) && clock_mono_ms(&clock_system) < until) {
		struct pollfd p = { .fd = mailbox_fd(f->app->inbox), .events = POLLIN };

		poll(&p, 1, 20);
		app_handle_mail(f->app, 0);
	}
	assert_int_equal(live_count(f->app->live), count);
	assert_int_equal(metrics_total(f->app->metrics)->offered, offered);
}

static struct call call_of(unsigned id, enum call_state state)
{
	struct call c = { .server = "eu-1", .number = "+15551234567", .state = state };

	snprintf(c.linkedid, sizeof(c.linkedid), "%u", id);
	c.started_us = clock_wall_us(&clock_system);
	c.ended_us = state == CALL_ENDED ? c.started_us : 0;
	return c;
}

static struct live_beat beat_of(const char *recorder, int64_t seq)
{
	struct live_beat b = { .seq = seq, .beat = seq, .servers = "eu-1" };

	str_copy(b.recorder, sizeof(b.recorder), str_of(recorder));
	return b;
}

static void publish(struct fixture *f, const char *recorder, int64_t seq, const struct call *calls, size_t n)
{
	struct live_beat b = beat_of(recorder, seq);
	struct err e;

	if (!store_live_publish(f->recorder, &b, calls, n, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

static size_t recorded(struct fixture *f, const struct call *calls, size_t n)
{
	struct err e;

	assert_true(store_record_calls(f->recorder, calls, n, &e));
	return n;
}

static void leave(struct fixture *f, const char *recorder)
{
	struct err e;

	assert_true(store_live_leave(f->recorder, recorder, &e));
}

static void calls_are_added_and_removed(void **state)
{
	struct fixture *f = *state;
	struct call calls[] = { call_of(1, CALL_RINGING), call_of(2, CALL_TALKING) };

	publish(f, "a", 1, calls, 2);
	wait_for(f, 2, 2);
	assert_true(f->app->servers[0].source.known);
	assert_false(app_live_is_stale(f->app, &f->app->servers[0]));
	assert_int_equal(f->app->servers[0].status.tail, LINK_UNUSED);
	assert_int_equal(f->app->servers[0].status.control, LINK_UNUSED);
	calls[0].state = CALL_ENDED;
	calls[0].ended_us = calls[0].started_us;
	recorded(f, calls, 1);
	publish(f, "a", 2, calls, 1);
	wait_for(f, 1, 2);
	assert_string_equal(live_find(f->app->live, "eu-1", "2")->number, "+15551234567");
	/* The recorder leaves, and its calls are removed. */
	leave(f, "a");
	wait_for(f, 0, 1);
	assert_true(app_live_is_stale(f->app, &f->app->servers[0]));
}

/* The call's end comes from the store, too. */
static void a_watched_call_ends(void **state)
{
	struct fixture *f = *state;
	struct call c = call_of(1, CALL_TALKING);

	publish(f, "rec-a", 1, &c, 1);
	wait_for(f, 1, 1);
	app_watch_call(f->app, &c);
	c.state = CALL_ENDED;
	c.ended_us = c.started_us + 5000000;
	c.outcome = OUTCOME_ANSWERED;
	publish(f, "rec-a", 2, &c, 1);
	wait_for(f, 0, 1);
	assert_int_equal(f->app->watch.detail.call.state, CALL_ENDED);
	assert_int_equal(f->app->watch.detail.call.outcome, OUTCOME_ANSWERED);
	assert_true(f->app->watch.detail.call.ended_us == c.ended_us);
}

/* Both recorders report the same call: it is shown once, and stays when the first recorder is gone. */
static void another_recorder_takes_over(void **state)
{
	struct fixture *f = *state;
	struct call same = call_of(1, CALL_TALKING), both[] = { same, call_of(2, CALL_RINGING) };

	publish(f, "a", 1, &same, 1);
	wait_for(f, 1, 1);
	publish(f, "b", 1, both, 2);
	leave(f, "a");
	wait_for(f, 2, 2);
	publish(f, "a", 1, &same, 1);
	both[1].state = CALL_ENDED;
	both[1].ended_us = both[1].started_us;
	recorded(f, &both[1], 1);
	publish(f, "b", 2, &both[1], 1);
	wait_for(f, 1, 2);
}

/* The screen records nothing: a finished call is in the store only after the recorder has written it. */
static void a_screen_that_follows_records_nothing(void **state)
{
	struct fixture *f = *state;
	struct call c = call_of(1, CALL_ENDED);
	struct coverage g;
	struct err e;

	publish(f, "a", 1, &c, 1);
	wait_for(f, 0, 1);
	app_free(&f->app);
	assert_int_equal(recorded(f, &c, 1), 1);
	coverage_begin(&g, 1, clock_wall_us(&clock_system));
	assert_true(store_find_coverage(f->recorder, NULL, 0, &g, &e));
	assert_int_equal(g.servers, 0);
	coverage_clear(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(calls_are_added_and_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_watched_call_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(another_recorder_takes_over, setup, teardown),
		cmocka_unit_test_setup_teardown(a_screen_that_follows_records_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
