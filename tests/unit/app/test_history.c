/*
 * Finished calls from a server's report to the store and to today's figures, through the real workers and a SQLite
 * store. Reports are put into the inbox as by the ami thread. Time is virtual where the day matters.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/app_private.h"
#include "work/store_worker_int.h"
#include "kit/app_fixture.h"
#include "kit/temp_store.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"

#define NUMBER "+15551234567"

struct fixture {
	struct temp_store store;
	struct config config;
	struct td_clock clock;
	struct app *app;
};

static int64_t moment(const char *iso)
{
	int64_t us;

	assert_true(clock_parse_iso(iso, &us));
	return us;
}

/* A store with one number, in the time zone of Berlin. */
static void fill(const struct fixture *f)
{
	static const char *const records[] = {
		"{\"id\": \"twilio\", \"name\": \"Twilio\", \"sipDomain\": \"sip.example.net\", \"endpoint\": \"twilio\"}",
		"{\"id\": \"support\", \"title\": \"Support\", \"dial\": \"WebSocket/x\"}",
		"{\"number\": \"" NUMBER "\", \"trunkId\": \"twilio\", \"agentId\": \"support\", \"region\": \"eu\"}",
	};
	static const enum entity entities[] = { ENTITY_PROVIDER, ENTITY_AGENT, ENTITY_NUMBER };
	struct mutation m = { .kind = MUTATION_EDIT };
	struct store *s;
	struct err e;
	bool found;

	assert_true(store_open(&s, f->store.url, &(struct store_options){ .actor = "test" }, &e));
	assert_true(store_get(s, ENTITY_WORKSPACE, "", &m.record, &found, &e));
	free(m.record.workspace.time_zone);
	m.record.workspace.time_zone = xstrdup("Europe/Berlin");
	assert_true(store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e));
	record_clear(&m.record);
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		json_t *o = json_loads(records[i], 0, NULL);

		m.kind = MUTATION_ADD;
		record_init(&m.record, entities[i]);
		assert_true(record_from_json(&m.record, o, &e));
		if (!store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e))
			fail_msg("%s (%s)", e.message, e.hint);
		record_clear(&m.record);
		json_decref(o);
	}
	store_close(&s);
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	temp_store_make(&f->store);
	f->config = (struct config){ .store_url = f->store.url, .actor = (char *)"tester", .screen_fps = 10 };
	clock_init_virtual(&f->clock, moment("2026-03-28T22:00:00Z"));	/* 23:00 in Berlin; clocks change that night */
	f->app = app_new(&f->config, &f->clock);
	fill(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	app_free(&f->app);
	temp_store_remove(&f->store);
	free(f);
	return 0;
}

static struct call call_at(unsigned id, const char *iso)
{
	struct call c = { .server = "eu-1", .number = NUMBER, .endpoint = "twilio", .caller = "+4930123456" };

	snprintf(c.linkedid, sizeof(c.linkedid), "%u", id);
	c.started_us = moment(iso);
	c.ended_us = c.started_us + 1000000;
	return c;
}

static void report(struct app *a, const struct call *c, enum call_change change)
{
	struct ami_call_report *r = xcalloc(1, sizeof(*r));

	r->call = *c;
	r->change = change;
	r->call.state = change == CALL_CHANGE_FINISHED ? CALL_ENDED : CALL_TALKING;
	r->call.outcome = OUTCOME_ANSWERED;
	assert_true(mailbox_post(a->inbox, (struct mail){ .handle = app_ami_handlers.call, .value = r, .free_value = free }, MAIL_MUST));
}

struct read {
	size_t count;
	struct call last;
};

static void keep(void *arg, const struct call *c)
{
	struct read *r = arg;

	r->count++;
	r->last = *c;
}

static struct read calls_in(const struct fixture *f)
{
	struct read r = { 0 };
	struct store *s;
	struct err e;

	assert_true(store_open(&s, f->store.url, &(struct store_options){ .actor = "test" }, &e));
	assert_true(store_calls(s, &(struct call_query){ 0 }, keep, &r, &e));
	store_close(&s);
	return r;
}

static void record_many(const struct fixture *f, const struct call *calls, size_t count)
{
	struct store *s;
	struct err e;

	assert_true(store_open(&s, f->store.url, &(struct store_options){ .actor = "other" }, &e));
	assert_true(store_record_calls(s, calls, count, &e));
	store_close(&s);
}

static void record_to(const struct fixture *f, struct call c)
{
	c.state = CALL_ENDED;
	record_many(f, &c, 1);
}

/* A program that ends writes the calls it has heard. */
static void start_and_end(struct fixture *f)
{
	struct err e;

	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	app_free(&f->app);
}

static void finished_calls_are_recorded_with_provider_and_agent(void **state)
{
	struct fixture *f = *state;
	struct call a = call_at(1, "2026-03-28T22:00:00Z"), b = call_at(2, "2026-03-28T22:00:01Z");
	struct read r;

	/* Reported before the workspace was known. */
	report(f->app, &a, CALL_CHANGE_FINISHED);
	report(f->app, &b, CALL_CHANGE_STARTED);
	start_and_end(f);
	r = calls_in(f);
	assert_int_equal(r.count, 1);
	assert_string_equal(r.last.linkedid, "1");
	assert_string_equal(r.last.provider, "twilio");
	assert_string_equal(r.last.agent, "support");
	assert_string_equal(r.last.region, "eu");
}

static void the_last_calls_are_recorded_at_the_end(void **state)
{
	struct fixture *f = *state;
	struct call a = call_at(1, "2026-03-28T22:00:00Z");
	struct err e;

	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	report(f->app, &a, CALL_CHANGE_FINISHED);
	app_free(&f->app);
	assert_int_equal(calls_in(f).count, 1);
}

static void a_read_only_screen_records_nothing(void **state)
{
	struct fixture *f = *state;
	struct call a = call_at(1, "2026-03-28T22:00:00Z");
	struct err e;

	f->config.read_only = true;
	report(f->app, &a, CALL_CHANGE_FINISHED);
	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	/* The call is counted all the same. */
	assert_true(f->app->today_known);
	assert_int_equal(metrics_total(f->app->metrics)->offered, 1);
	app_free(&f->app);
	assert_int_equal(calls_in(f).count, 0);
}

static bool store_is_away(const struct app *a)
{
	return a->store_state == STORE_STATE_RETRY;
}

static bool store_is_back(const struct app *a)
{
	return a->store_state == STORE_STATE_OK && a->today_known;
}

/* The store's file can't be opened at first. No reported call is lost, and late recording is reported. */
static void calls_wait_for_a_store_that_is_away(void **state)
{
	struct fixture *f = *state;
	char *path = xasprintf("%s/store.db", f->store.folder), *aside = xasprintf("%s/aside", f->store.folder);
	struct err e;

	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(symlink("/nowhere/store.db", path), 0);
	assert_true(app_start(f->app, &e));
	assert_true(app_handle_until(f->app, store_is_away));
	for (unsigned i = 0; i < 300; i++) {
		struct call c = call_at(i, "2026-03-28T22:00:00Z");

		report(f->app, &c, CALL_CHANGE_FINISHED);
	}
	app_handle_mail(f->app, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(aside, path), 0);
	assert_true(app_handle_until(f->app, store_is_back));
	assert_int_equal(app_finish_recording(f->app, 20000), 0);
	assert_int_equal(calls_in(f).count, 300);
	assert_int_equal(metrics_number(f->app->metrics, NUMBER)->offered, 300);
	free(path);
	free(aside);
}

/* Another process holds SQLite's write lock, byte 120 of the shared memory file (wal.c). It ends on request. */
static pid_t lock_store(const struct fixture *f, int *release)
{
	char *path = xasprintf("%s/store.db-shm", f->store.folder), byte;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 120, .l_len = 1 };
	int locked[2], until[2];
	pid_t pid;

	assert_int_equal(pipe(locked) + pipe(until), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(path, O_RDWR);

		close(until[1]);
		if (fd < 0 || fcntl(fd, F_SETLKW, &lock) != 0 || write(locked[1], "x", 1) != 1)
			_exit(1);
		_exit(read(until[0], &byte, 1) < 0);
	}
	close(until[0]);
	close(locked[1]);
	assert_int_equal(read(locked[0], &byte, 1), 1);
	close(locked[0]);
	*release = until[1];
	free(path);
	return pid;
}

static bool said_how_many_are_lost(const struct app *a)
{
	return app_said(a, "are lost: the store was away for too long");
}

/* The application knows the server. No worker connects to it. */
static void start_with_server(struct fixture *f, struct server_config *server)
{
	struct err e;

	app_free(&f->app);
	f->config.servers = server;
	f->config.server_count = 1;
	f->app = app_new(&f->config, &f->clock);
	f->app->server_count = 0;
	assert_true(app_start(f->app, &e));
	f->app->server_count = 1;
}

/* The store is open, and then a write hangs. The queue stays small, even if calls are lost meanwhile. */
static void the_queue_for_a_hanging_store_is_bounded(void **state)
{
	enum { OVER = 3000 };
	struct fixture *f = *state;
	struct server_config server = { .name = (char *)"eu-1" };
	struct server_status status = { .server = "eu-1", .covered_from_us = moment("2026-03-28T21:00:00Z"), .uptime_s = -1 };
	struct worker *w;
	int release;
	pid_t pid;

	start_with_server(f, &server);
	w = f->app->private->worker;
	assert_true(app_handle_until(f->app, store_is_back));
	pid = lock_store(f, &release);
	for (unsigned i = 0; i < WORKER_SPOOL_MAX + OVER; i++) {
		struct call c = call_at(i, "2026-03-28T22:00:00Z");

		if (i % 100 == 0) {
			clock_advance(&f->clock, 100);
			status.heard_us = clock_wall_us(&f->clock);
			app_coverage_status(f->app, &status);
		}
		c.started_us = clock_wall_us(&f->clock);
		c.ended_us = c.started_us + 1;
		report(f->app, &c, CALL_CHANGE_FINISHED);
		app_handle_mail(f->app, 0);
	}
	assert_true(app_said(f->app, "finished calls wait for the store and no more fit"));
	assert_true(mailbox_waiting(w->jobs) <= 4);
	assert_true(w->claims.count <= 4);
	close(release);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(app_handle_until(f->app, said_how_many_are_lost));
	assert_int_equal(app_finish_recording(f->app, 20000), 0);
	assert_in_range(calls_in(f).count, WORKER_SPOOL_MAX, WORKER_SPOOL_MAX + OVER - 1);
	app_free(&f->app);
	f->config.server_count = 0;
}

static int64_t gap_s(const struct fixture *f, const char *since, const char *until)
{
	struct coverage_summary summary;
	struct coverage g;
	struct store *s;
	struct err e;

	assert_true(store_open(&s, f->store.url, &(struct store_options){ .actor = "test" }, &e));
	coverage_begin(&g, moment(since), moment(until));
	assert_true(store_find_coverage(s, NULL, 0, &g, &e));
	summary = coverage_summary(&g);
	coverage_clear(&g);
	store_close(&s);
	return summary.gap_s;
}

/* Calls have the times of the server's clock. So what was heard is recorded by the same clock, also after a lost call. */
static void coverage_follows_the_servers_clock(void **state)
{
	struct fixture *f = *state;
	struct server_config server = { .name = (char *)"eu-1" };
	struct server_status status = { .server = "eu-1", .covered_from_us = moment("2026-03-28T21:00:00Z"), .uptime_s = -1 };
	struct call lost = call_at(1, "2026-03-28T20:30:00Z");

	start_with_server(f, &server);
	assert_true(app_handle_until(f->app, store_is_back));
	status.facts = (struct server_facts){ .clock_known = true, .clock_us = -(int64_t)3600 * 1000000 };
	status.heard_us = moment("2026-03-28T22:00:00Z");
	app_coverage_status(f->app, &status);
	app_coverage_claim(f->app);
	app_coverage_lost(f->app, &lost);
	clock_advance(&f->clock, 600 * 1000);
	status.heard_us = clock_wall_us(&f->clock);
	app_coverage_status(f->app, &status);
	status.covered_from_us = 0;
	app_coverage_status(f->app, &status);
	app_free(&f->app);
	f->config.server_count = 0;
	assert_int_equal(gap_s(f, "2026-03-28T19:50:00Z", "2026-03-28T20:30:00Z"), 600);
	assert_int_equal(gap_s(f, "2026-03-28T20:30:00Z", "2026-03-28T21:00:00Z"), 1800);
	assert_int_equal(gap_s(f, "2026-03-28T21:00:00Z", "2026-03-28T21:10:00Z"), 0);
	assert_int_equal(gap_s(f, "2026-03-28T21:10:00Z", "2026-03-28T22:10:00Z"), 3600);
}

static void today_combines_stored_and_live_calls(void **state)
{
	struct fixture *f = *state;
	/* Midnight was at 23:00 UTC. */
	struct call yesterday = call_at(1, "2026-03-27T22:59:59Z"), morning = call_at(2, "2026-03-27T23:00:00Z");
	struct call both = call_at(3, "2026-03-28T21:59:00Z"), late = call_at(4, "2026-03-28T21:59:59Z");
	struct err e;

	record_to(f, yesterday);
	record_to(f, morning);
	record_to(f, both);
	report(f->app, &both, CALL_CHANGE_FINISHED);
	report(f->app, &late, CALL_CHANGE_STARTED);
	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	assert_true(f->app->today_known);
	assert_int_equal(metrics_number(f->app->metrics, NUMBER)->offered, 3);
	assert_int_equal(metrics_total(f->app->metrics)->concurrent, 1);
	report(f->app, &both, CALL_CHANGE_FINISHED);
	report(f->app, &late, CALL_CHANGE_FINISHED);
	app_handle_mail(f->app, 0);
	assert_int_equal(metrics_number(f->app->metrics, NUMBER)->offered, 3);
	assert_int_equal(metrics_total(f->app->metrics)->concurrent, 0);
}

static void figures_restart_at_midnight(void **state)
{
	struct fixture *f = *state;
	struct call before = call_at(1, "2026-03-28T22:59:59Z"), after = call_at(2, "2026-03-28T23:00:00Z");
	struct call next = call_at(3, "2026-03-29T22:00:00Z");
	struct err e;

	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	clock_advance(&f->clock, 3599 * 1000);
	report(f->app, &before, CALL_CHANGE_STARTED);
	app_handle_mail(f->app, 0);
	assert_int_equal(metrics_total(f->app->metrics)->offered, 1);
	assert_true(app_next_at_ms(f->app) - clock_mono_ms(&f->clock) <= 1001);
	clock_advance(&f->clock, 1000);
	report(f->app, &before, CALL_CHANGE_FINISHED);
	report(f->app, &after, CALL_CHANGE_FINISHED);
	app_handle_mail(f->app, 0);
	assert_int_equal(metrics_total(f->app->metrics)->offered, 1);
	assert_int_equal(metrics_total(f->app->metrics)->by_hour[0], 1);
	/* This day has 23 hours. */
	clock_advance(&f->clock, 23 * 3600 * 1000 - 1);
	app_handle_mail(f->app, 0);
	assert_int_equal(metrics_total(f->app->metrics)->offered, 1);
	clock_advance(&f->clock, 1);
	app_handle_mail(f->app, 0);
	assert_int_equal(metrics_total(f->app->metrics)->offered, 0);
	report(f->app, &next, CALL_CHANGE_FINISHED);
	app_handle_mail(f->app, 0);
	assert_int_equal(metrics_total(f->app->metrics)->offered, 1);
}

static void assert_figures(struct fixture *f, struct figures_request r, enum metrics_group group, const char *key, uint64_t offered)
{
	r.group = group;
	str_copy(r.key, sizeof(r.key), str_of(key));
	assert_true(app_ask_figures(f->app, &r));
	app_settle(f->app);
	assert_int_equal(metrics_total(f->app->figures.metrics)->offered, offered);
}

static void windows_are_read_from_the_store(void **state)
{
	struct fixture *f = *state;
	struct figures_request r = { .window = METRICS_1H, .group = METRICS_BY_ALL };
	struct call sold = call_at(5, "2026-03-01T12:00:00Z");
	struct err e;

	str_copy(sold.agent, sizeof(sold.agent), STR("sales"));
	str_copy(sold.region, sizeof(sold.region), STR("na"));
	record_to(f, sold);
	record_to(f, call_at(1, "2026-03-28T20:59:59Z"));
	record_to(f, call_at(2, "2026-03-28T21:00:00Z"));
	record_to(f, call_at(3, "2026-03-27T23:30:00Z"));
	record_to(f, call_at(4, "2026-02-28T23:30:00Z"));
	assert_false(app_ask_figures(f->app, &r));
	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	assert_true(app_ask_figures(f->app, &r));
	assert_false(app_ask_figures(f->app, &r));
	app_settle(f->app);
	assert_int_equal(metrics_total(f->app->figures.metrics)->offered, 1);
	assert_int_equal(metrics_series(f->app->figures.metrics)[22], 1);
	r.window = METRICS_24H;
	assert_true(app_ask_figures(f->app, &r));
	app_settle(f->app);
	assert_int_equal(metrics_total(f->app->figures.metrics)->offered, 3);
	/* Saturday 0:30 in Berlin. */
	assert_int_equal(metrics_total(f->app->figures.metrics)->by_week[5][0], 1);
	r.window = METRICS_30D;
	assert_figures(f, r, METRICS_BY_ALL, "", 5);
	assert_figures(f, r, METRICS_BY_NUMBER, NUMBER, 5);
	assert_figures(f, r, METRICS_BY_NUMBER, "+15550000000", 0);
	assert_figures(f, r, METRICS_BY_AGENT, "sales", 1);
	assert_figures(f, r, METRICS_BY_REGION, "na", 1);
	assert_figures(f, r, METRICS_BY_PROVIDER, "nobody", 0);
}

/* More calls than one slice reads. Some have the same microsecond at the boundary of two slices. */
static void many_calls_are_counted_in_slices(void **state)
{
	enum { MANY = 25003, TOGETHER = 50 };
	struct fixture *f = *state;
	struct figures_request r = { .window = METRICS_30D };
	struct call *calls = xcalloc(MANY, sizeof(*calls));
	struct err e;

	for (unsigned i = 0; i < MANY; i++) {
		calls[i] = call_at(i, "2026-03-10T00:00:00Z");
		calls[i].started_us += i / TOGETHER * TOGETHER;
		calls[i].ended_us = calls[i].started_us + 100 * TOGETHER;
		calls[i].state = CALL_ENDED;
	}
	record_many(f, calls, MANY);
	free(calls);
	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	assert_figures(f, r, METRICS_BY_ALL, "", MANY);
	assert_figures(f, r, METRICS_BY_NUMBER, NUMBER, MANY);
	assert_int_equal(metrics_total(f->app->figures.metrics)->peak_concurrent, 100 * TOGETHER);
	assert_int_equal(metrics_total(f->app->figures.metrics)->concurrent, 0);
}

static void old_calls_are_deleted(void **state)
{
	struct fixture *f = *state;
	struct err e;
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;
	struct call young = call_at(2, "2026-03-28T20:00:00Z");

	young.started_us = clock_wall_us(&clock_system);
	record_to(f, call_at(1, "2020-03-28T20:00:00Z"));
	record_to(f, young);
	f->config.keep_days = 30;
	assert_true(app_start(f->app, &e));
	app_settle(f->app);
	while (calls_in(f).count > 1 && clock_mono_ms(&clock_system) < deadline)
		poll(NULL, 0, 20);
	assert_int_equal(calls_in(f).count, 1);
	assert_string_equal(calls_in(f).last.linkedid, "2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finished_calls_are_recorded_with_provider_and_agent, setup, teardown),
		cmocka_unit_test_setup_teardown(the_last_calls_are_recorded_at_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(a_read_only_screen_records_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(calls_wait_for_a_store_that_is_away, setup, teardown),
		cmocka_unit_test_setup_teardown(the_queue_for_a_hanging_store_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(coverage_follows_the_servers_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(today_combines_stored_and_live_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(figures_restart_at_midnight, setup, teardown),
		cmocka_unit_test_setup_teardown(windows_are_read_from_the_store, setup, teardown),
		cmocka_unit_test_setup_teardown(many_calls_are_counted_in_slices, setup, teardown),
		cmocka_unit_test_setup_teardown(old_calls_are_deleted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
