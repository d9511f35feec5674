/*
 * The app with a real SQLite store and the demonstration Asterisk: what a change in the store does to the server's
 * keys, its messages, and changes that were made while no program was running.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/ami_fixture.h"
#include "kit/app_fixture.h"
#include "kit/temp_store.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/tell.h"

#define NUMBER "+14155550101"

/* --- deletions --- */

static void a_deletion_ends_with_its_last_server(void **state)
{
	struct deletions *d = deletions_new();
	struct buf where;

	(void)state;
	buf_init(&where, BUF_UNBOUNDED);
	assert_false(deletions_has(d, NUMBER));
	deletions_await(d, NUMBER, "na-1");
	deletions_await(d, NUMBER, "na-2");
	deletions_await(d, NUMBER, "na-2");
	deletions_await(d, NUMBER, "na-3");
	assert_int_equal(deletions_waiting(d, "na-2"), 1);
	assert_false(deletions_gone(d, NUMBER, "na-1", true, &where));
	assert_false(deletions_gone(d, NUMBER, "eu-1", true, &where));
	assert_false(deletions_gone(d, NUMBER, "na-3", true, &where));
	assert_int_equal(deletions_waiting(d, "na-1"), 0);
	assert_int_equal(deletions_waiting(d, "na-2"), 1);
	assert_int_equal(where.len, 0);
	assert_true(deletions_gone(d, NUMBER, "na-2", false, &where));
	assert_string_equal(where.p, "na-1, na-3");
	assert_false(deletions_has(d, NUMBER));
	deletions_await(d, NUMBER, "na-1");
	deletions_cancel(d, NUMBER);
	assert_int_equal(deletions_waiting(d, "na-1"), 0);
	deletions_cut(d, NUMBER);
	assert_true(deletions_cuts(d, NUMBER));
	assert_false(deletions_has(d, NUMBER));		/* not awaited on any server yet */
	deletions_await(d, NUMBER, "na-1");
	assert_true(deletions_has(d, NUMBER) && deletions_cuts(d, NUMBER));
	deletions_restored(d, NUMBER);
	assert_false(deletions_cuts(d, NUMBER));
	deletions_cut(d, NUMBER);
	deletions_restored(d, NUMBER);			/* an edit, before the deletion */
	assert_true(deletions_cuts(d, NUMBER));
	buf_clear(&where);
	deletions_free(&d);
}

/* --- with a server --- */

struct fixture_app {
	struct temp_store store;
	int port;
	struct demo_pbx *pbx;
	struct server_config server;
	struct config config;
	struct app *app;
};

static void open_app(struct fixture_app *f)
{
	f->app = app_new_settled(&f->config, &clock_system);
}

static int setup(void **state)
{
	struct fixture_app *f = xcalloc(1, sizeof(*f));

	temp_store_make(&f->store);
	f->pbx = fixture_demo(0, &f->port);
	f->server = fixture_config(f->port);
	f->config = (struct config){
		.store_url = f->store.url, .actor = (char *)"tester", .screen_fps = 10, .servers = &f->server, .server_count = 1,
	};
	open_app(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture_app *f = *state;

	app_free(&f->app);
	demo_pbx_stop(&f->pbx);
	temp_store_remove(&f->store);
	free(f);
	return 0;
}

static void set(struct record *r, const char *key, const char *value)
{
	struct err e;

	assert_true(field_set(field_by_key(r->entity, key), r, value, &e));
}

/* As another program would, or while this one is not running. */
static void change_store(struct fixture_app *f, struct mutation *m)
{
	const struct store_options options = { .actor = "ann" };
	struct store *s;
	struct err e;

	assert_true(store_open(&s, f->store.url, &options, &e));
	if (!store_mutate(s, m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e))
		fail_msg("%s: %s", e.message, e.hint);
	store_close(&s);
	record_clear(&m->record);
}

static void add_number(struct fixture_app *f)
{
	struct mutation m = { .kind = MUTATION_ADD };

	record_init(&m.record, ENTITY_PROVIDER);
	set(&m.record, "name", "twilio");
	set(&m.record, "sipDomain", "sip.example.net");
	set(&m.record, "inboundPrefix", "+44");
	change_store(f, &m);
	record_init(&m.record, ENTITY_AGENT);
	set(&m.record, "id", "support");
	set(&m.record, "title", "Support");
	set(&m.record, "dial", "WebSocket/support/c(ulaw)");
	change_store(f, &m);
	record_init(&m.record, ENTITY_NUMBER);
	set(&m.record, "number", NUMBER);
	set(&m.record, "trunkId", "twilio");
	set(&m.record, "agentId", "support");
	change_store(f, &m);
}

static void edit_record(struct fixture_app *f, enum entity entity, const char *id, enum mutation_kind kind, const char *key,
			  const char *value)
{
	const struct store_options options = { .actor = "ann" };
	struct mutation m = { .kind = kind };
	struct store *s;
	struct err e;
	bool found;

	assert_true(store_open(&s, f->store.url, &options, &e));
	assert_true(store_get(s, entity, id, &m.record, &found, &e) && found);
	store_close(&s);
	if (key)
		set(&m.record, key, value);
	change_store(f, &m);
}

static void change_number(struct fixture_app *f, enum mutation_kind kind, const char *key, const char *value)
{
	edit_record(f, ENTITY_NUMBER, NUMBER, kind, key, value);
}

static bool is_verified(void *arg)
{
	struct fixture_app *f = arg;

	app_handle_mail(f->app, 0);
	return route_states_get(f->app->routes, "na-1", NUMBER, NULL) == ROUTE_VERIFIED;
}

static bool said_gone(void *arg)
{
	struct fixture_app *f = arg;

	app_handle_mail(f->app, 0);
	return app_said(f->app, NUMBER " is deleted from na-1") > 0;
}

static void a_route_is_added_and_deleted(void **state)
{
	struct fixture_app *f = *state;

	add_number(f);
	assert_true(wait_until(is_verified, f));
	app_settle(f->app);
	fixture_assert_route(f->port, NUMBER, "support");
	fixture_assert_prefix(f->port, "twilio", "+44");
	change_number(f, MUTATION_DELETE, NULL, NULL);
	assert_true(wait_until(said_gone, f));
	assert_int_equal(deletions_waiting(f->app->deletions, "na-1"), 0);
	fixture_assert_key(f->port, "trunkdeck", NUMBER, NULL);
}

static bool has_said_what_it_did(void *arg)
{
	struct fixture_app *f = arg;

	app_handle_mail(f->app, 0);
	return strncmp(messages_get(f->app->messages, 0)->text, "na-1: ", 6) == 0;
}

static bool has_said_that_it_wrote(void *arg)
{
	struct fixture_app *f = arg;

	app_handle_mail(f->app, 0);
	return strcmp(messages_get(f->app->messages, 0)->text, "na-1: 1 verified, 1 written") == 0;
}

static void a_sync_reports_its_result(void **state)
{
	struct fixture_app *f = *state;

	add_number(f);
	assert_true(wait_until(is_verified, f));
	app_settle(f->app);
	app_sync(f->app, NULL);
	assert_true(wait_until(has_said_what_it_did, f));
	assert_string_equal(messages_get(f->app->messages, 0)->text, "na-1: 1 verified");
	fixture_set_key(f->port, "trunkdeck", NUMBER, "somebody");
	app_sync(f->app, NULL);
	assert_true(wait_until(has_said_that_it_wrote, f));
}

/* The key stays while no program is running. The next program learns from the store that the key must be deleted. */
static void a_number_deleted_meanwhile_loses_its_route(void **state)
{
	struct fixture_app *f = *state;

	add_number(f);
	assert_true(wait_until(is_verified, f));
	app_free(&f->app);
	change_number(f, MUTATION_DELETE, NULL, NULL);
	fixture_assert_route(f->port, NUMBER, "support");
	open_app(f);
	assert_true(wait_until(said_gone, f));
	fixture_assert_key(f->port, "trunkdeck", NUMBER, NULL);
}

static bool waits_for_nothing(void *arg)
{
	struct fixture_app *f = arg;

	app_handle_mail(f->app, 0);
	return app_is_settled(f->app) && f->app->servers[0].status.routes.by_state[ROUTE_FOREIGN] == 0 &&
	       deletions_waiting(f->app->deletions, "na-1") == 0;
}

static void a_number_moved_meanwhile_loses_its_old_route(void **state)
{
	struct fixture_app *f = *state;

	add_number(f);
	assert_true(wait_until(is_verified, f));
	app_free(&f->app);
	change_number(f, MUTATION_EDIT, "region", "eu");
	open_app(f);
	assert_true(wait_until(waits_for_nothing, f));
	fixture_assert_key(f->port, "trunkdeck", NUMBER, NULL);
	assert_false(said_gone(f));
}

struct awaited {
	struct fixture_app *f;
	const char *family, *key, *value;
};

static bool key_is_there(void *arg)
{
	const struct awaited *k = arg;

	app_handle_mail(k->f->app, 0);
	return fixture_key_is(k->f->port, k->family, k->key, k->value);
}

static void await_key(struct fixture_app *f, const char *family, const char *key, const char *value)
{
	struct awaited k = { f, family, key, value };

	assert_true(wait_until(key_is_there, &k));
}

/* The route of a disabled number is gone, as if it were deleted. */
static bool is_off(void *arg)
{
	struct fixture_app *f = arg;
	const struct route_report *report;

	app_handle_mail(f->app, 0);
	route_states_get(f->app->routes, "na-1", NUMBER, &report);
	return !report;
}

/* Changes of other records reach the server too. */
static void a_server_follows_all_that_a_call_reads(void **state)
{
	struct fixture_app *f = *state;
	struct mutation m = { .kind = MUTATION_ADD };
	struct tell told;
	char value[160];

	add_number(f);
	assert_true(wait_until(is_verified, f));
	edit_record(f, ENTITY_PROVIDER, "twilio", MUTATION_EDIT, "maxCalls", "7");
	await_key(f, "trunkdecktrunk", "twilio", "3,twilio,+44,7,,,0,na");
	edit_record(f, ENTITY_PROVIDER, "twilio", MUTATION_EDIT, "endpoint", "trunk-2");
	await_key(f, "trunkdecktrunk", "trunk-2", "3,twilio,+44,7,,,0,na");
	tell_init(&told, snapshot_number(f->app->snapshot, NUMBER));
	snprintf(value, sizeof(value), "3,on,%s,%zu,twilio,trunk-2,support,,,,,0,0", told.gen, told.len);
	tell_clear(&told);
	await_key(f, "trunkdeck", NUMBER, value);
	edit_record(f, ENTITY_AGENT, "support", MUTATION_EDIT, "url", "ws://agent.example/x");
	await_key(f, "trunkdeckagent", "support", "3,url,0,0,WebSocket/td-support/c(ulaw)f(json)");
	record_init(&m.record, ENTITY_BLOCK);
	set(&m.record, "caller", "+4179*");
	change_store(f, &m);
	await_key(f, "trunkdeckblock", "+4179*", "3,0");
	await_key(f, "trunkdeckmeta", "has", "3,0,5,0,1,0,0");
	/* The operator's context may return an agent that no number names. */
	edit_record(f, ENTITY_PROVIDER, "twilio", MUTATION_EDIT, "routing", "vip");
	record_init(&m.record, ENTITY_AGENT);
	set(&m.record, "id", "spare");
	set(&m.record, "title", "Spare");
	set(&m.record, "dial", "PJSIP/spare");
	change_store(f, &m);
	await_key(f, "trunkdeckagent", "spare", "3,pjsip,0,0,PJSIP/spare");
	change_number(f, MUTATION_EDIT, "enabled", "false");
	assert_true(wait_until(is_off, f));
	fixture_assert_key(f->port, "trunkdeck", NUMBER, "3,off,,,,trunk-2,,,,,,,");
}

static bool needs_the_new_dialplan(void *arg)
{
	struct fixture_app *f = arg;

	app_handle_mail(f->app, 0);
	return app_server(f->app, "na-1")->status.routes.want_new > 0;
}

static void an_agent_by_url_needs_the_new_dialplan(void **state)
{
	const struct demo_pbx_options former = { .dialplan = 2, .user = "dash", .secret = "geheim" };
	struct fixture_app *f = *state;
	struct err e;

	app_free(&f->app);
	demo_pbx_stop(&f->pbx);
	f->pbx = demo_pbx_start(&former, &f->port, &e);
	assert_non_null(f->pbx);
	f->server.port = f->port;
	open_app(f);
	add_number(f);
	assert_true(wait_until(is_verified, f));
	assert_int_equal(app_server(f->app, "na-1")->status.routes.want_new, 0);
	edit_record(f, ENTITY_AGENT, "support", MUTATION_EDIT, "url", "ws://agent.example/x");
	edit_record(f, ENTITY_AGENT, "support", MUTATION_EDIT, "dial", "");
	assert_true(wait_until(needs_the_new_dialplan, f));
}

/* In read-only mode the key is shown, and stays. */
static void read_only_shows_and_keeps_the_key(void **state)
{
	struct fixture_app *f = *state;

	add_number(f);
	assert_true(wait_until(is_verified, f));
	app_free(&f->app);
	change_number(f, MUTATION_DELETE, NULL, NULL);
	f->config.read_only = true;
	open_app(f);
	assert_int_equal(f->app->servers[0].status.routes.by_state[ROUTE_FOREIGN], 1);
	fixture_assert_route(f->port, NUMBER, "support");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deletion_ends_with_its_last_server),
		cmocka_unit_test_setup_teardown(a_route_is_added_and_deleted, setup, teardown),
		cmocka_unit_test_setup_teardown(a_sync_reports_its_result, setup, teardown),
		cmocka_unit_test_setup_teardown(a_number_deleted_meanwhile_loses_its_route, setup, teardown),
		cmocka_unit_test_setup_teardown(a_number_moved_meanwhile_loses_its_old_route, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_follows_all_that_a_call_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(an_agent_by_url_needs_the_new_dialplan, setup, teardown),
		cmocka_unit_test_setup_teardown(read_only_shows_and_keeps_the_key, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
