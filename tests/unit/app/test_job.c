/*
 * Jobs of the screen on the demonstration workspace and its two servers: results come one by one, a new job replaces
 * the old one, and a server that hangs delays nothing.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "kit/app_fixture.h"
#include "kit/fault_server.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/demo/demo.h"
#include "trunkdeck/doctor/number_test.h"

#define NUMBER "+14155550101"

/* Less than the doctor waits for one answer, and much more than a loaded machine needs to end a thread. */
#define PATIENCE_MS 8000

struct fixture {
	struct demo *demo;
	struct config *config;
	struct app *app;
};

static bool answered(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return !f->app->job.running;
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	const struct config_flag *flags;
	struct err e;
	size_t count;

	assert_true(demo_start(&f->demo, false, clock_wall_us(&clock_system), &e));
	flags = demo_flags(f->demo, &count);
	assert_true(config_load(&f->config, "/dev/null", flags, count, &e));
	f->app = app_new_settled(f->config, &clock_system);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	app_free(&f->app);
	config_free(&f->config);
	demo_stop(&f->demo);
	free(f);
	return 0;
}

static size_t checks(const struct job *q)
{
	size_t n = 0;

	for (int v = 0; v < VERDICT_COUNT; v++)
		n += q->count[v];
	return n;
}

static const struct finding *find(const struct job *q, const char *check, const char *server)
{
	for (size_t i = 0; i < q->finding_count; i++) {
		if (strcmp(q->findings[i].check, check) == 0 && strcmp(q->findings[i].server, server) == 0)
			return &q->findings[i];
	}
	fail_msg("%s on \"%s\" was not checked", check, server);
	return NULL;
}

static void a_number_keeps_every_finding(void **state)
{
	struct fixture *f = *state;
	const struct job *q = &f->app->job;

	app_ask_doctor(f->app, NUMBER, NULL);
	assert_false(app_is_settled(f->app));
	assert_true(wait_until(answered, f));
	assert_int_equal(q->err.code, ERR_NONE);
	assert_true(q->finding_count > 20);
	assert_int_equal(q->finding_count, checks(q));
	assert_int_equal(q->count[VERDICT_FAIL], 0);
	assert_string_equal(find(q, "route", "na-1")->seen, "to support");
	assert_string_equal(find(q, "route", "eu-1")->number, NUMBER);
	assert_int_equal(find(q, "contact", "na-1")->verdict, VERDICT_PASS);
}

static void a_provider_keeps_only_problems(void **state)
{
	struct fixture *f = *state;
	const struct job *q = &f->app->job;

	app_ask_doctor(f->app, NULL, "telnyx");
	assert_true(wait_until(answered, f));
	assert_int_equal(find(q, "contact", "na-1")->verdict, VERDICT_FAIL);
	assert_int_equal(q->finding_count, checks(q) - q->count[VERDICT_PASS]);
	assert_true(q->count[VERDICT_PASS] > 0);
}

static void an_unknown_number_names_its_nearest(void **state)
{
	struct fixture *f = *state;

	app_ask_doctor(f->app, "+14155550109", NULL);
	assert_true(wait_until(answered, f));
	assert_int_equal(find(&f->app->job, "configured", "")->verdict, VERDICT_WARN);	/* a default agent answers */
	assert_non_null(strstr(find(&f->app->job, "configured", "")->todo, NUMBER));
}

static void a_test_call_succeeds_and_is_not_counted(void **state)
{
	struct fixture *f = *state;
	const struct job *q = &f->app->job;
	uint64_t before = metrics_total(f->app->metrics)->offered;

	app_ask_test(f->app, NUMBER);
	assert_true(wait_until(answered, f));
	assert_int_equal(q->err.code, ERR_NONE);
	assert_int_equal(q->test_count, 1);
	assert_string_equal(q->tests[0].server, "na-1");
	assert_int_equal(q->tests[0].state, JOB_TEST_OVER);
	assert_int_equal(q->tests[0].why.code, ERR_NONE);
	assert_string_equal(q->tests[0].call.agent, "support");
	assert_true(test_call_ok(&q->tests[0].call));
	assert_int_equal(live_count(f->app->live), 0);
	assert_int_equal(metrics_total(f->app->metrics)->offered, before);
}

static void a_number_without_a_route_is_reported(void **state)
{
	struct fixture *f = *state;
	const struct job *q = &f->app->job;

	app_ask_test(f->app, "+41445550104");
	assert_true(wait_until(answered, f));
	assert_int_equal(q->err.code, ERR_FOUND_WRONG);
	assert_string_equal(q->err.message, "+41445550104 has no route: disabled");
	assert_int_equal(q->test_count, 0);
	app_ask_test(f->app, "+14155550199");
	assert_true(wait_until(answered, f));
	assert_int_equal(q->err.code, ERR_NUMBER_NOT_FOUND);
	assert_int_equal(q->test_count, 0);
}

static void a_new_question_replaces_the_old(void **state)
{
	struct fixture *f = *state;
	const struct job *q = &f->app->job;

	for (int i = 0; i < 20; i++) {
		app_ask_doctor(f->app, NULL, NULL);
		app_handle_mail(f->app, 0);
		app_ask_test(f->app, NUMBER);
	}
	assert_true(wait_until(answered, f));
	assert_int_equal(q->kind, JOB_TEST);
	assert_int_equal(q->finding_count, 0);
	assert_int_equal(q->test_count, 1);
	assert_true(test_call_ok(&q->tests[0].call));
}

static void a_dropped_job_sends_no_more_results(void **state)
{
	struct fixture *f = *state;

	app_ask_doctor(f->app, NULL, NULL);
	app_drop_job(f->app);
	app_settle(f->app);
	assert_int_equal(f->app->job.kind, JOB_NONE);
	assert_int_equal(f->app->job.finding_count, 0);
	assert_null(f->app->job.findings);
}

static void a_read_only_program_makes_no_test_call(void **state)
{
	struct fixture *f = *state;

	f->config->read_only = true;
	app_ask_test(f->app, NUMBER);
	assert_true(wait_until(answered, f));
	f->config->read_only = false;
	assert_int_equal(f->app->job.err.code, ERR_READ_ONLY);
}

struct hanging {
	struct fixture *f;
	struct fault_server *server;
};

static bool is_being_asked(void *arg)
{
	const struct hanging *h = arg;

	return fault_server_sessions(h->server) > 0;
}

/* The server accepts the login and never answers. */
static void a_server_that_hangs_delays_nothing(void **state)
{
	struct fixture *f = *state;
	struct hanging h = { .f = f };
	struct server_config *server = &f->config->servers[0], before = *server;
	char word[] = "x";
	int64_t began;

	h.server = fault_server_start(&server->port);
	fault_server_set(h.server, FAULT_NO_PONG);
	server->user = server->secret = word;
	app_ask_doctor(f->app, NUMBER, NULL);
	assert_true(wait_until(is_being_asked, &h));
	began = clock_mono_ms(&clock_system);
	app_free(&f->app);
	assert_true(clock_mono_ms(&clock_system) - began < PATIENCE_MS);
	fault_server_stop(&h.server);
	*server = before;
}

/* --- what may be dialled --- */

static void a_test_never_calls_the_telephone_network(void **state)
{
	static const char *const allowed[] = {
		"WebSocket/support/c(ulaw)", "AudioSocket/127.0.0.31:9092/{uuid}", "Local/busy@lab-agents", "PJSIP/agent7",
		"PJSIP/agent7/sip:agent7@10.0.0.1", "PJSIP/twilio2", "", "WebSocket/a&WebSocket/b", "websocket/a",
	};
	static const char *const refused[] = {
		"PJSIP/twilio", "PJSIP/15551234567@twilio", "PJSIP/twilio/sip:1@pstn.twilio.com", "pjsip/1@Twilio",
		"WebSocket/a&PJSIP/1@twilio", "DAHDI/g1/15551234567", "SIP/1@x", "IAX2/x/1", "x", "/",
	};
	struct fixture *f = *state;
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
		if (!number_test_may_dial(f->app->snapshot, allowed[i], &e))
			fail_msg("%s: %s", allowed[i], e.message);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		if (number_test_may_dial(f->app->snapshot, refused[i], &e))
			fail_msg("%s would be dialled", refused[i]);
		assert_int_equal(e.code, ERR_FOUND_WRONG);
	}
}

int main(void)
{
#define ON_DEMO(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ON_DEMO(a_number_keeps_every_finding),
		ON_DEMO(a_provider_keeps_only_problems),
		ON_DEMO(an_unknown_number_names_its_nearest),
		ON_DEMO(a_test_call_succeeds_and_is_not_counted),
		ON_DEMO(a_number_without_a_route_is_reported),
		ON_DEMO(a_new_question_replaces_the_old),
		ON_DEMO(a_dropped_job_sends_no_more_results),
		ON_DEMO(a_read_only_program_makes_no_test_call),
		ON_DEMO(a_server_that_hangs_delays_nothing),
		ON_DEMO(a_test_never_calls_the_telephone_network),
	};
#undef ON_DEMO

	return cmocka_run_group_tests(tests, NULL, NULL);
}
