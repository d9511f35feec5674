/*
 * The agents worker: agents of the directory appear in the app without a request, a failure is reported once, and the
 * end of the program does not wait for the directory.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <string.h>

#include "kit/app_fixture.h"
#include "kit/temp_store.h"
#include "kit/directory.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"

struct fixture {
	struct temp_store store;
	struct config config;
	struct directory directory;
	struct app *app;
};

static void begin(struct fixture *f, const char *const *args)
{
	struct err e;

	directory_start(&f->directory, args);
	temp_store_make(&f->store);
	f->config = (struct config){
		.store_url = f->store.url,
		.actor = (char *)"tester",
		.screen_fps = 10,
		.agents = {
			.source = AGENTS_FROM_API,
			.na_url = f->directory.url,
			.eu_url = (char *)"",
			.secret = (char *)DIRECTORY_SECRET,
			.workspace = (char *)"",
			.dial = (char *)"WebSocket/{agent_id}",
			.ca_file = (char *)"",
			.interval_s = 1,
			.timeout_s = 600,
			.tries = 1,
		},
	};
	f->app = app_new(&f->config, &clock_system);
	assert_true(app_start(f->app, &e));
}

static void end(struct fixture *f)
{
	app_free(&f->app);
	directory_stop(&f->directory);
	temp_store_remove(&f->store);
}

static void await(struct fixture *f, bool (*condition)(struct app *a))
{
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;

	while (!condition(f->app) && clock_mono_ms(&clock_system) < deadline) {
		struct pollfd p = { .fd = mailbox_fd(f->app->inbox), .events = POLLIN };

		poll(&p, 1, 50);
		app_handle_mail(f->app, 0);
	}
	assert_true(condition(f->app));
}

static bool has_agents(struct app *a)
{
	size_t count;

	snapshot_agents(a->snapshot, &count);
	return count == 3 && app_said(a, "3 new") == 1;
}

static bool is_back(struct app *a)
{
	return app_said(a, "directory is back") == 1 && has_agents(a);
}

static void agents_of_the_directory_appear(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	begin(&f, (const char *const[]){ NULL });
	await(&f, has_agents);
	assert_string_equal(snapshot_agent(f.app->snapshot, "a1")->source, "api");
	assert_false(app_can_undo(f.app));
	end(&f);
}

static void a_failure_is_reported_once(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	begin(&f, (const char *const[]){ "500", "500", NULL });
	await(&f, is_back);
	assert_int_equal(app_said(f.app, "HTTP 500"), 1);
	assert_int_equal(app_said(f.app, DIRECTORY_SECRET), 0);
	end(&f);
}

/* The server never answers and the time-out is ten minutes. */
static void the_end_does_not_wait_for_the_directory(void **state)
{
	struct fixture f = { 0 };
	int64_t before;

	(void)state;
	begin(&f, (const char *const[]){ "stall", NULL });
	directory_await(&f.directory);
	before = clock_mono_ms(&clock_system);
	app_free(&f.app);
	assert_true(clock_mono_ms(&clock_system) - before < 60000);
	end(&f);
}

static bool is_loaded(struct app *a)
{
	return a->store_state == STORE_STATE_OK;
}

static void local_agents_cause_no_request(void **state)
{
	struct fixture f = { 0 };
	struct err e;

	(void)state;
	begin(&f, (const char *const[]){ "stall", NULL });
	app_free(&f.app);
	f.config.agents.source = AGENTS_FROM_STORE;
	f.app = app_new(&f.config, &clock_system);
	assert_true(app_start(f.app, &e));
	await(&f, is_loaded);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agents_of_the_directory_appear),
		cmocka_unit_test(a_failure_is_reported_once),
		cmocka_unit_test(the_end_does_not_wait_for_the_directory),
		cmocka_unit_test(local_agents_cause_no_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
