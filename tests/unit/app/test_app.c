/*
 * The app on a real SQLite store in a folder of its own: loading, changing, undo, another operator's change, and a store
 * that is away. Time passes in bounded waits for the inbox.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>

#include "kit/temp_store.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"

struct fixture {
	struct temp_store store;
	struct config config;
	struct app *app;
};

static bool settled(const struct app *a, int64_t *deadline)
{
	return app_is_settled(a) || clock_mono_ms(&clock_system) > *deadline;
}

/* Handles mail until nothing is under way. */
static void settle(struct app *a)
{
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;

	while (!settled(a, &deadline)) {
		struct pollfd p = { .fd = mailbox_fd(a->inbox), .events = POLLIN };

		poll(&p, 1, 50);
		app_handle_mail(a, 0);
	}
	assert_true(app_is_settled(a));
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err e;

	temp_store_make(&f->store);
	f->config = (struct config){ .store_url = f->store.url, .actor = (char *)"tester", .screen_fps = 10 };
	f->app = app_new(&f->config, &clock_system);
	assert_true(app_start(f->app, &e));
	settle(f->app);
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

struct answer {
	int count;
	bool done;
	enum err_code code;
};

static void take_answer(void *arg, const struct mutation_result *r)
{
	struct answer *a = arg;

	a->count++;
	a->done = r->done;
	a->code = r->err.code;
}

static void set(struct record *r, const char *key, const char *value)
{
	struct err e;

	assert_true(field_set(field_by_key(r->entity, key), r, value, &e));
}

static struct answer change(struct app *a, struct mutation *m)
{
	struct answer answer = { 0 };

	app_mutate(a, m, take_answer, &answer);
	settle(a);
	assert_int_equal(answer.count, 1);
	record_clear(&m->record);
	return answer;
}

static struct answer add_provider(struct app *a, const char *name)
{
	struct mutation m = { .kind = MUTATION_ADD };

	record_init(&m.record, ENTITY_PROVIDER);
	set(&m.record, "name", name);
	set(&m.record, "sipDomain", "sip.example.net");
	return change(a, &m);
}

static struct answer add_agent(struct app *a, const char *id)
{
	struct mutation m = { .kind = MUTATION_ADD };

	record_init(&m.record, ENTITY_AGENT);
	set(&m.record, "id", id);
	set(&m.record, "title", "Support");
	set(&m.record, "dial", "WebSocket/support/c(ulaw)");
	return change(a, &m);
}

static struct answer add_number(struct app *a, const char *e164, const char *provider)
{
	struct mutation m = { .kind = MUTATION_ADD };

	record_init(&m.record, ENTITY_NUMBER);
	set(&m.record, "number", e164);
	set(&m.record, "trunkId", provider);
	set(&m.record, "agentId", "support");
	return change(a, &m);
}

static void test_change_reaches_the_snapshot(void **state)
{
	struct app *a = ((struct fixture *)*state)->app;

	assert_true(add_provider(a, "Twilio").done);
	assert_true(add_agent(a, "support").done);
	assert_true(add_number(a, "+14155550101", "twilio").done);
	assert_non_null(snapshot_number(a->snapshot, "+14155550101"));
	assert_int_equal(snapshot_badge(a->snapshot, "twilio"), 1);
}

static void test_refusals_come_back(void **state)
{
	struct app *a = ((struct fixture *)*state)->app;

	add_provider(a, "Twilio");
	add_agent(a, "support");
	add_number(a, "+14155550101", "twilio");
	assert_int_equal(add_number(a, "+14155550101", "twilio").code, ERR_NUMBER_EXISTS);
	assert_int_equal(add_number(a, "+14155550102", "nobody").code, ERR_TRUNK_NOT_FOUND);
	assert_int_equal(snapshot_used(a->snapshot), 1);
}

static void undo(struct app *a)
{
	struct answer answer = { 0 };

	assert_true(app_undo(a, take_answer, &answer));
	settle(a);
	assert_true(answer.done);
}

static void test_undo_add_edit_delete(void **state)
{
	struct app *a = ((struct fixture *)*state)->app;
	struct mutation m = { .kind = MUTATION_EDIT };

	add_provider(a, "Twilio");
	add_agent(a, "support");
	add_number(a, "+14155550101", "twilio");
	record_init(&m.record, ENTITY_NUMBER);
	record_clear(&m.record);
	m.record.entity = ENTITY_NUMBER;
	number_copy(&m.record.number, snapshot_number(a->snapshot, "+14155550101"));
	m.version = m.record.number.version;
	set(&m.record, "label", "main line");
	assert_true(change(a, &m).done);
	assert_string_equal(snapshot_number(a->snapshot, "+14155550101")->label, "main line");
	undo(a);
	assert_string_equal(snapshot_number(a->snapshot, "+14155550101")->label, "");

	m.kind = MUTATION_DELETE;
	m.record.entity = ENTITY_NUMBER;
	number_copy(&m.record.number, snapshot_number(a->snapshot, "+14155550101"));
	m.version = m.record.number.version;
	assert_true(change(a, &m).done);
	assert_null(snapshot_number(a->snapshot, "+14155550101"));
	undo(a);
	assert_non_null(snapshot_number(a->snapshot, "+14155550101"));
}

/* Another operator's change comes through the feed, without being asked for. */
static void test_change_of_another_operator_is_seen(void **state)
{
	struct fixture *f = *state;
	const struct store_options options = { .actor = "ann" };
	struct mutation m = { .kind = MUTATION_ADD };
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;
	struct store *s;
	struct err e;

	assert_true(store_open(&s, f->store.url, &options, &e));
	record_init(&m.record, ENTITY_PROVIDER);
	set(&m.record, "name", "Telnyx");
	set(&m.record, "sipDomain", "sip.telnyx.com");
	assert_true(store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e));
	store_close(&s);
	record_clear(&m.record);
	while (!snapshot_provider(f->app->snapshot, "telnyx") && clock_mono_ms(&clock_system) < deadline) {
		struct pollfd p = { .fd = mailbox_fd(f->app->inbox), .events = POLLIN };

		poll(&p, 1, 50);
		app_handle_mail(f->app, 0);
	}
	assert_non_null(snapshot_provider(f->app->snapshot, "telnyx"));
	assert_non_null(strstr(messages_get(f->app->messages, 0)->text, "ann"));
}

/* The store can't be opened: the app says so, answers every request, and never hangs. */
static void report_gone(struct app *a, const char *server, bool was_there)
{
	struct ami_route_report *r = xcalloc(1, sizeof(*r));

	str_copy(r->server, sizeof(r->server), str_of(server));
	str_copy(r->route.number, sizeof(r->route.number), str_of("+14155550101"));
	r->route.gone = true;
	r->route.was_there = was_there;
	mailbox_post(a->inbox, (struct mail){ .kind = AMI_MAIL_ROUTE, .value = r, .free_value = free }, MAIL_MUST);
	app_handle_mail(a, 0);
}

/* Every server is asked to forget a deleted number, but only one that had it is worth a message. */
static void test_a_route_is_said_to_be_gone_where_it_was(void **state)
{
	struct app *a = ((struct fixture *)*state)->app;
	size_t before = messages_count(a->messages);

	report_gone(a, "eu-1", false);
	assert_int_equal(messages_count(a->messages), before);
	report_gone(a, "na-1", true);
	assert_int_equal(messages_count(a->messages), before + 1);
	assert_string_equal(messages_get(a->messages, 0)->text, "+14155550101 is gone from na-1");
}

static void test_store_away(void **state)
{
	struct config config = { .store_url = (char *)"postgresql://nobody@127.0.0.1:1/none", .actor = (char *)"tester" };
	struct app *a = app_new(&config, &clock_system);
	struct err e;

	(void)state;
	assert_true(app_start(a, &e));
	settle(a);
	assert_int_equal(a->store_state, STORE_STATE_RETRY);
	assert_int_equal(a->store_err.code, ERR_STORE_UNREACHABLE);
	assert_non_null(app_why_no_change(a));
	assert_int_equal(add_provider(a, "Twilio").code, ERR_STORE_UNREACHABLE);
	app_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_change_reaches_the_snapshot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_add_edit_delete, setup, teardown),
		cmocka_unit_test_setup_teardown(test_change_of_another_operator_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_route_is_said_to_be_gone_where_it_was, setup, teardown),
		cmocka_unit_test(test_store_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
