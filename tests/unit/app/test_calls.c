/*
 * Pages of finished calls for several askers, from a real store; and hanging up on a server that refuses it. Reports
 * are put into the inbox as by the ami thread.
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

#define NUMBER "+15551234567"

struct fixture {
	struct fault_server *server;
	struct server_config server_config;
	struct config config;
	struct app *app;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	int port;

	f->server = fault_server_start(&port);
	f->server_config = (struct server_config){
		.name = (char *)"na-1", .host = (char *)"127.0.0.1", .port = port, .ca_file = (char *)"",
		.user = (char *)"dash", .secret = (char *)"geheim", .routes = ROUTES_ASTDB,
		.trunk_contexts = (char *)"", .trunk_techs = (char *)"",
	};
	f->config = (struct config){
		.store_url = (char *)"sqlite::memory:", .actor = (char *)"tester", .screen_fps = 10,
		.servers = &f->server_config, .server_count = 1,
	};
	f->app = app_new(&f->config, &clock_system);
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

static void start(struct fixture *f)
{
	struct err e;

	assert_true(app_start(f->app, &e));
	app_settle(f->app);
}

static void report(struct app *a, unsigned id, int64_t ended_us)
{
	struct ami_call_report *r = xcalloc(1, sizeof(*r));
	struct call *c = &r->call;

	*c = (struct call){ .server = "na-1", .channel = "PJSIP/t-1", .number = NUMBER, .caller = "+4930123456", .started_us = 1000 };
	snprintf(c->linkedid, sizeof(c->linkedid), "%u", id);
	c->ended_us = ended_us;
	c->state = ended_us ? CALL_ENDED : CALL_TALKING;
	c->outcome = id % 2 ? OUTCOME_BUSY : OUTCOME_ANSWERED;
	r->change = ended_us ? CALL_CHANGE_FINISHED : CALL_CHANGE_STARTED;
	assert_true(mailbox_post(a->inbox, (struct mail){ .handle = app_ami_handlers.call, .value = r, .free_value = free }, MAIL_MUST));
}

static bool all_written(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return app_is_settled(f->app) && app_finish_recording(f->app, 0) == 0;
}

/* Ten calls, two of which ended in the same microsecond. */
static void start_with_history(struct fixture *f)
{
	start(f);
	for (unsigned id = 0; id < 10; id++)
		report(f->app, id, 5000 + (id == 5 ? 4 : id));
	assert_true(wait_until(all_written, f));
}

static const char *ids(const struct found_calls *p)
{
	static char text[64];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < p->count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ", p->calls[i].linkedid);
	return text;
}

static void ask(struct fixture *f, struct call_question q)
{
	uint64_t token = app_ask_calls(f->app, CALL_ASKER_LIST, &q);

	assert_true(token > 0);
	assert_true(f->app->found[CALL_ASKER_LIST].waiting);
	app_settle(f->app);
	assert_true(f->app->found[CALL_ASKER_LIST].token == token);
	assert_int_equal(f->app->found[CALL_ASKER_LIST].err.code, ERR_NONE);
}

static void pages_follow_each_other_newest_end_first(void **state)
{
	struct fixture *f = *state;
	struct call_question q = { .max = 5 };
	const struct found_calls *p = &f->app->found[CALL_ASKER_LIST];

	assert_int_equal(app_ask_calls(f->app, CALL_ASKER_LIST, &q), 0);
	start_with_history(f);
	ask(f, q);
	assert_string_equal(ids(p), "9 8 7 6 4 ");
	assert_true(p->more);
	q.after = call_mark_of(&p->calls[4], true);
	ask(f, q);
	assert_string_equal(ids(p), "5 3 2 1 0 ");
	assert_false(p->more);
	q.after = call_mark_of(&p->calls[4], true);
	ask(f, q);
	assert_string_equal(ids(p), "");
	assert_false(p->more);
}

static void questions_filter_pages(void **state)
{
	struct fixture *f = *state;
	const struct found_calls *p = &f->app->found[CALL_ASKER_LIST];
	struct call_question q = { .outcome = "busy" };

	start_with_history(f);
	ask(f, q);
	assert_string_equal(ids(p), "9 7 5 3 1 ");
	str_copy(q.number, sizeof(q.number), STR("+15550000000"));
	ask(f, q);
	assert_string_equal(ids(p), "");
}

/* The answer to an earlier question must not be taken for the answer to the present one. */
static void askers_do_not_disturb_each_other(void **state)
{
	struct fixture *f = *state;
	const struct found_calls *found = f->app->found;
	struct call_question q = { .max = 1 };

	start_with_history(f);
	app_ask_calls(f->app, CALL_ASKER_LIST, &q);
	q.max = 2;
	app_ask_calls(f->app, CALL_ASKER_CALL, &q);
	q.max = 3;
	app_ask_calls(f->app, CALL_ASKER_LIST, &q);
	app_settle(f->app);
	assert_string_equal(ids(&found[CALL_ASKER_LIST]), "9 8 7 ");
	assert_string_equal(ids(&found[CALL_ASKER_CALL]), "9 8 ");
	app_ask_calls(f->app, CALL_ASKER_CALL, &q);
	app_forget_calls(f->app, CALL_ASKER_CALL);
	app_settle(f->app);
	assert_int_equal(found[CALL_ASKER_CALL].count, 0);
	assert_string_equal(ids(&found[CALL_ASKER_LIST]), "9 8 7 ");
}

static bool page_failed(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return !f->app->found[CALL_ASKER_LIST].waiting && f->app->found[CALL_ASKER_LIST].err.code != ERR_NONE;
}

static bool store_is_away(void *arg)
{
	struct fixture *f = arg;

	app_handle_mail(f->app, 0);
	return f->app->store_state == STORE_STATE_RETRY;
}

static void a_store_that_is_away_is_reported(void **state)
{
	struct fixture *f = *state;
	struct call_question q = { .max = 5 };
	struct err e;

	f->config.store_url = (char *)"sqlite:/proc/nowhere/store.db";
	assert_true(app_start(f->app, &e));
	assert_true(wait_until(store_is_away, f));
	assert_true(app_ask_calls(f->app, CALL_ASKER_LIST, &q) > 0);
	assert_true(wait_until(page_failed, f));
}

/* --- hanging up --- */

static struct call live_call(struct fixture *f)
{
	size_t count;
	const struct call *const *calls;

	report(f->app, 1, 0);
	app_handle_mail(f->app, 0);
	calls = live_calls(f->app->live, &count);
	assert_int_equal(count, 1);
	return *calls[0];
}

static void a_refusal_by_the_server_is_shown(void **state)
{
	struct fixture *f = *state;
	struct call c;

	start(f);
	c = live_call(f);
	assert_null(app_why_no_hangup(f->app, &c));
	app_hangup(f->app, &c);
	assert_false(app_is_settled(f->app));
	app_settle(f->app);
	assert_true(app_said(f->app, NUMBER " is not hung up: our AMI user may not hang calls up: manager.conf, [dash]: add 'call' to write"));
}

static void only_a_live_call_is_hung_up(void **state)
{
	struct fixture *f = *state;
	struct call c;

	start(f);
	c = live_call(f);
	str_copy(c.linkedid, sizeof(c.linkedid), STR("2"));
	assert_string_equal(app_why_no_hangup(f->app, &c), "the call has ended");
	app_hangup(f->app, &c);
	assert_true(app_said(f->app, "is not hung up: the call has ended"));
	assert_true(app_is_settled(f->app));
}

/* A new store can't be made read-only, so there is none. */
static void read_only_hangs_nothing_up(void **state)
{
	struct fixture *f = *state;
	struct call c = live_call(f);	/* before the server is connected: its resync drops the call at some moment */
	struct err e;

	f->config.read_only = true;
	assert_true(app_start(f->app, &e));
	app_hangup(f->app, &c);
	assert_true(app_said(f->app, "is not hung up: read-only mode"));
}

static void post_detail(struct app *a, const char *linkedid, uint8_t legs)
{
	struct call_detail *d = xcalloc(1, sizeof(*d));

	str_copy(d->call.server, sizeof(d->call.server), STR("na-1"));
	str_copy(d->call.linkedid, sizeof(d->call.linkedid), str_of(linkedid));
	d->story.leg_count = legs;
	assert_true(mailbox_post(a->inbox, (struct mail){ .handle = app_ami_handlers.detail, .value = d, .free_value = free }, MAIL_MUST));
	app_handle_mail(a, 0);
}

/* The server here reports that it knows no call. The detail that the test reports is kept after the call's end. */
static void a_watched_call_keeps_its_detail(void **state)
{
	struct fixture *f = *state;
	const struct call_watch *w = &f->app->watch;
	struct call c, ended;

	start(f);
	c = live_call(f);
	app_watch_call(f->app, &c);
	assert_true(w->waiting);
	assert_false(app_is_settled(f->app));
	app_settle(f->app);
	assert_false(w->waiting);
	assert_int_equal(w->detail.story.leg_count, 0);
	post_detail(f->app, "1", 2);
	post_detail(f->app, "7", 3);
	post_detail(f->app, "1", 0);
	assert_int_equal(w->detail.story.leg_count, 2);
	report(f->app, 7, 5000);
	report(f->app, 1, 9000);
	app_handle_mail(f->app, 0);
	assert_int_equal(w->detail.call.ended_us, 9000);
	app_unwatch_call(f->app);
	ended = w->detail.call;
	app_watch_call(f->app, &ended);
	assert_false(w->waiting);
	assert_int_equal(w->detail.story.leg_count, 2);
	str_copy(ended.linkedid, sizeof(ended.linkedid), STR("7"));
	ended.outcome = OUTCOME_ANSWERED;
	app_watch_call(f->app, &ended);
	assert_false(w->waiting);
	assert_int_equal(w->detail.story.leg_count, 0);
}

/* The story of a call that was not answered is read from the store when the call is watched later. */
static void a_failed_call_has_its_story_when_watched_later(void **state)
{
	struct fixture *f = *state;
	const struct call_watch *w = &f->app->watch;
	struct call c = { .server = "na-1", .linkedid = "9", .started_us = 5000, .ended_us = 6000, .state = CALL_ENDED,
			  .outcome = OUTCOME_BUSY };
	struct call_detail *d = xcalloc(1, sizeof(*d));

	start(f);
	d->call = c;
	d->story.leg_count = 1;
	str_copy(d->story.legs[0].channel, sizeof(d->story.legs[0].channel), STR("PJSIP/twilio-1"));
	d->story.step_count = 1;
	d->story.steps[0] = (struct call_step){ .at_us = 5500000, .kind = STEP_AGENT_BUSY };
	assert_true(mailbox_post(f->app->inbox, (struct mail){ .handle = app_ami_handlers.story, .value = d, .free_value = free }, MAIL_MUST));
	app_handle_mail(f->app, 0);
	app_watch_call(f->app, &c);
	assert_true(w->waiting);
	app_settle(f->app);
	assert_false(w->waiting);
	assert_int_equal(w->detail.story.step_count, 1);
	assert_int_equal(w->detail.story.steps[0].kind, STEP_AGENT_BUSY);
	assert_string_equal(w->detail.story.legs[w->detail.story.steps[0].leg].channel, "PJSIP/twilio-1");
	str_copy(c.linkedid, sizeof(c.linkedid), STR("10"));
	app_watch_call(f->app, &c);
	app_settle(f->app);
	assert_int_equal(w->detail.story.step_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_follow_each_other_newest_end_first, setup, teardown),
		cmocka_unit_test_setup_teardown(questions_filter_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(askers_do_not_disturb_each_other, setup, teardown),
		cmocka_unit_test_setup_teardown(a_store_that_is_away_is_reported, setup, teardown),
		cmocka_unit_test_setup_teardown(a_refusal_by_the_server_is_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(only_a_live_call_is_hung_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_watched_call_keeps_its_detail, setup, teardown),
		cmocka_unit_test_setup_teardown(a_failed_call_has_its_story_when_watched_later, setup, teardown),
		cmocka_unit_test_setup_teardown(read_only_hangs_nothing_up, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
