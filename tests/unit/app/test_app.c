/*
 * The app on a real SQLite store in its own folder: loading, changing, undo, changes of another operator, and a store
 * that is away. Waits for the inbox are bounded.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>

#include "kit/app_fixture.h"
#include "kit/temp_store.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/mem.h"

struct fixture {
	struct temp_store store;
	struct config config;
	struct app *app;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	temp_store_make(&f->store);
	f->config = (struct config){ .store_url = f->store.url, .actor = (char *)"tester", .screen_fps = 10 };
	f->app = app_new_settled(&f->config, &clock_system);
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
	char by[64];
};

static void take_answer(void *arg, const struct mutation_result *r)
{
	struct answer *a = arg;

	a->count++;
	a->done = r->done;
	a->code = r->err.code;
	str_copy(a->by, sizeof(a->by), str_of(r->changed_by));
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
	app_settle(a);
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

static void test_refusals_are_returned(void **state)
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
	app_settle(a);
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

static void edit(struct app *a, const char *key, const char *value)
{
	struct mutation m = { .kind = MUTATION_EDIT, .record = { .entity = ENTITY_NUMBER } };

	number_copy(&m.record.number, snapshot_number(a->snapshot, "+14155550101"));
	m.version = m.record.number.version;
	set(&m.record, key, value);
	assert_true(change(a, &m).done);
}

static void redo(struct app *a)
{
	struct answer answer = { 0 };

	assert_true(app_redo(a, take_answer, &answer));
	app_settle(a);
	assert_true(answer.done);
}

static void assert_label(const struct app *a, const char *label)
{
	assert_string_equal(snapshot_number(a->snapshot, "+14155550101")->label, label);
}

static void assert_said(const struct app *a, const char *text)
{
	assert_string_equal(messages_get(a->messages, 0)->text, text);
}

static void test_undo_goes_back_any_number_of_steps(void **state)
{
	struct app *a = ((struct fixture *)*state)->app;
	struct mutation m = { .kind = MUTATION_DELETE, .record = { .entity = ENTITY_PROVIDER }, .cascade = true };

	add_provider(a, "Twilio");
	add_agent(a, "support");
	add_number(a, "+14155550101", "twilio");
	edit(a, "label", "AAA");
	edit(a, "label", "BBB");
	undo(a);
	assert_said(a, "Undone: +14155550101: label BBB -> AAA");
	undo(a);
	assert_said(a, "Undone: +14155550101: label AAA -> \"\"");
	redo(a);
	redo(a);
	assert_said(a, "Done again: +14155550101: label AAA -> BBB");
	assert_false(app_can_redo(a));
	for (int i = 0; i < 5; i++)
		undo(a);
	assert_said(a, "Undone: Twilio deleted");
	assert_false(app_can_undo(a));
	assert_int_equal(snapshot_used(a->snapshot), 0);
	for (int i = 0; i < 5; i++)
		redo(a);
	assert_label(a, "BBB");
	undo(a);
	edit(a, "label", "CCC");			/* after a new edit, undone changes can't be redone */
	assert_false(app_can_redo(a));
	undo(a);
	assert_label(a, "AAA");
	provider_copy(&m.record.provider, snapshot_provider(a->snapshot, "twilio"));
	assert_true(change(a, &m).done);
	assert_int_equal(snapshot_used(a->snapshot), 0);
	undo(a);					/* and its number */
	assert_label(a, "AAA");
	redo(a);
	assert_int_equal(snapshot_used(a->snapshot), 0);
}

static void change_as_ann(struct fixture *f, const char *label)
{
	const struct store_options options = { .actor = "ann" };
	struct mutation m = { .kind = MUTATION_EDIT };
	struct store *s;
	struct err e;
	bool found;

	assert_true(store_open(&s, f->store.url, &options, &e));
	assert_true(store_get(s, ENTITY_NUMBER, "+14155550101", &m.record, &found, &e) && found);
	set(&m.record, "label", label);
	assert_true(store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e));
	store_close(&s);
	record_clear(&m.record);
}

static bool ann_is_seen(const struct app *a)
{
	return strcmp(snapshot_number(a->snapshot, "+14155550101")->label, "ann's") == 0;
}

/* Changes of somebody else are never overwritten, and do not prevent the undo of earlier steps. */
static void test_undo_keeps_the_changes_of_others(void **state)
{
	struct fixture *f = *state;
	struct app *a = f->app;
	struct answer answer = { 0 };
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;

	add_provider(a, "Twilio");
	add_agent(a, "support");
	add_number(a, "+14155550101", "twilio");
	edit(a, "label", "AAA");
	change_as_ann(f, "ann's");
	while (!ann_is_seen(a) && clock_mono_ms(&clock_system) < deadline) {
		poll(&(struct pollfd){ .fd = mailbox_fd(a->inbox), .events = POLLIN }, 1, 50);
		app_handle_mail(a, 0);
	}
	assert_true(app_undo(a, take_answer, &answer));
	app_settle(a);
	assert_int_equal(answer.code, ERR_CHANGED_MEANWHILE);
	assert_string_equal(answer.by, "ann");
	edit(a, "label", "BBB");
	undo(a);
	assert_label(a, "ann's");
	assert_true(app_undo(a, take_answer, &answer));	/* the number's addition can't be undone any more */
	app_settle(a);
	assert_int_equal(answer.code, ERR_CHANGED_MEANWHILE);
	assert_label(a, "ann's");
}

static char *workspace_text(const struct app *a)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(a->snapshot, &count);
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	buf_addf(&text, "%zu:", count);
	for (size_t i = 0; i < count; i++)
		buf_addf(&text, " %s %s %s %s %d", numbers[i]->e164, numbers[i]->provider, numbers[i]->agent, numbers[i]->label,
			 numbers[i]->region);
	return buf_take(&text);
}

/* Makes random edits, moves, deletions and additions, then undoes and redoes all of them. */
static void test_a_random_series_is_undone_and_redone(void **state)
{
	enum { STEPS = 150, NUMBERS = 4 };
	struct app *a = ((struct fixture *)*state)->app;
	char *begin, *end, *now;
	unsigned seed = 7;

	add_provider(a, "Twilio");
	add_provider(a, "Telnyx");
	add_agent(a, "support");
	begin = workspace_text(a);
	for (int i = 0; i < STEPS; i++) {
		char *e164 = xasprintf("+1415555010%d", rand_r(&seed) % NUMBERS), *label = xasprintf("l%d", i);
		const struct number *n = snapshot_number(a->snapshot, e164);
		struct mutation m = { .kind = rand_r(&seed) % 4 ? MUTATION_EDIT : MUTATION_DELETE, .record = { .entity = ENTITY_NUMBER } };

		if (n) {
			number_copy(&m.record.number, n);
			m.version = n->version;
			set(&m.record, "label", label);
			set(&m.record, "trunkId", rand_r(&seed) % 2 ? "twilio" : "telnyx");
			assert_true(change(a, &m).done);
		} else {
			assert_true(add_number(a, e164, "twilio").done);
		}
		free(label);
		free(e164);
	}
	end = workspace_text(a);
	for (int i = 0; i < STEPS; i++)
		undo(a);
	now = workspace_text(a);
	assert_string_equal(now, begin);
	free(now);
	for (int i = 0; i < STEPS; i++)
		redo(a);
	now = workspace_text(a);
	assert_string_equal(now, end);
	free(now);
	free(begin);
	free(end);
}

static void report_failing(struct app *a, const char *server, enum err_code code)
{
	struct server_status *s = xcalloc(1, sizeof(*s));

	str_copy(s->server, sizeof(s->server), str_of(server));
	s->tail = s->control = code ? LINK_RETRY : LINK_UP;
	if (code)
		err_set_message(&s->err, code, "%s:5038: refused", server);
	mailbox_post(a->inbox, (struct mail){ .handle = app_ami_handlers.server, .value = s, .free_value = free }, MAIL_MUST);
}

/* Twelve servers fail repeatedly: a few are named, then only their number is reported. */
static void test_many_failing_servers_are_summed_up(void **state)
{
	enum { SERVERS = 12 };
	struct server_config servers[SERVERS] = { { .name = NULL } };
	struct config config = { .store_url = (char *)"sqlite::memory:", .actor = (char *)"tester", .servers = servers,
				 .server_count = SERVERS };
	struct td_clock clock;
	struct app *a;

	(void)state;
	clock_init_virtual(&clock, 1767621720000000);
	for (int i = 0; i < SERVERS; i++)
		servers[i].name = xasprintf("na-%d", i + 1);
	a = app_new(&config, &clock);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < SERVERS; i++)
			report_failing(a, servers[i].name, ERR_SERVER_UNREACHABLE);
		app_handle_mail(a, 0);
		clock_advance(&clock, 3000);
		app_handle_mail(a, 0);
	}
	assert_int_equal(messages_count(a->messages), 4);
	assert_said(a, "12 servers fail: the Servers view says why");
	for (int i = 0; i < SERVERS; i++)
		report_failing(a, servers[i].name, ERR_NONE);
	app_handle_mail(a, 0);
	clock_advance(&clock, 3000);
	app_handle_mail(a, 0);
	assert_int_equal(messages_count(a->messages), 8);
	assert_said(a, "12 of 12 servers are connected");
	app_free(&a);
	for (int i = 0; i < SERVERS; i++)
		free(servers[i].name);
}

/* Calls beyond the tracker's limit and a rejected stream are both reported, once. */
static void test_missed_calls_are_reported(void **state)
{
	struct server_config server = { .name = (char *)"na-1" };
	struct config config = { .store_url = (char *)"sqlite::memory:", .actor = (char *)"tester", .servers = &server, .server_count = 1 };
	struct app *a = app_new(&config, &clock_system);

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct server_status *s = xcalloc(1, sizeof(*s));

		str_copy(s->server, sizeof(s->server), STR("na-1"));
		str_copy(s->last_reject, sizeof(s->last_reject), STR("no Privilege"));
		s->tail = s->control = LINK_UP;
		s->rejecting = true;
		s->evicted = 5;
		mailbox_post(a->inbox, (struct mail){ .handle = app_ami_handlers.server, .value = s, .free_value = free }, MAIL_MUST);
	}
	app_handle_mail(a, 0);
	assert_int_equal(messages_count(a->messages), 3);
	assert_true(app_said(a, "na-1: most of its events are rejected (no Privilege): calls are missed"));
	assert_true(app_said(a, "na-1: more than 16384 calls at once: the oldest are recorded as lost"));
	app_free(&a);
}

static void ask_changes(struct app *a, struct change_question q)
{
	assert_true(app_ask_changes(a, &q) > 0);
	app_settle(a);
	assert_false(a->changes.waiting);
	assert_int_equal(a->changes.err.code, ERR_NONE);
}

static void test_the_audit_trail_is_read_in_pages(void **state)
{
	struct fixture *f = *state;
	struct app *a = f->app;
	char *difference;

	add_provider(a, "Twilio");
	add_agent(a, "support");
	add_number(a, "+14155550101", "twilio");
	edit(a, "label", "AAA");
	change_as_ann(f, "ann's");
	ask_changes(a, (struct change_question){ .max = 3 });
	assert_int_equal(a->changes.count, 3);
	assert_true(a->changes.more);
	assert_string_equal(a->changes.changes[0].actor, "ann");
	difference = change_difference(&a->changes.changes[0], false);
	assert_string_equal(difference, "label AAA -> ann's");
	free(difference);
	ask_changes(a, (struct change_question){ .max = 50, .before_id = a->changes.changes[2].id });
	assert_false(a->changes.more);
	assert_string_equal(a->changes.changes[0].key, "support");
	ask_changes(a, (struct change_question){ .actor = "Ann" });
	assert_int_equal(a->changes.count, 1);
	ask_changes(a, (struct change_question){ .entity = "number", .key = "+14155550101" });
	assert_int_equal(a->changes.count, 3);
	ask_changes(a, (struct change_question){ .until_us = a->changes.changes[2].at });
	assert_string_equal(a->changes.changes[0].key, "support");
	ask_changes(a, (struct change_question){ .since_us = clock_wall_us(&clock_system) + 1000000 });
	assert_int_equal(a->changes.count, 0);
}

/* Another operator's change comes through the feed without a request. */
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

static void report_gone(struct app *a, const char *server, bool was_there)
{
	struct ami_route_report *r = xcalloc(1, sizeof(*r));

	str_copy(r->server, sizeof(r->server), str_of(server));
	str_copy(r->route.number, sizeof(r->route.number), str_of("+14155550101"));
	r->route.gone = true;
	r->route.was_there = was_there;
	mailbox_post(a->inbox, (struct mail){ .handle = app_ami_handlers.route, .value = r, .free_value = free }, MAIL_MUST);
	app_handle_mail(a, 0);
}

/* Every server must forget a deleted number, but only a server that had it is worth a message. */
static void test_a_route_is_reported_gone_only_where_it_was(void **state)
{
	struct app *a = ((struct fixture *)*state)->app;
	size_t before = messages_count(a->messages);

	report_gone(a, "eu-1", false);
	assert_int_equal(messages_count(a->messages), before);
	report_gone(a, "na-1", true);
	assert_int_equal(messages_count(a->messages), before + 1);
	assert_string_equal(messages_get(a->messages, 0)->text, "the route of +14155550101 is deleted from na-1");
}

/* The store can't be opened: the app reports it, answers every request, and never hangs. */
static void test_store_away(void **state)
{
	struct config config = { .store_url = (char *)"postgresql://nobody@127.0.0.1:1/none", .actor = (char *)"tester" };
	struct app *a = app_new(&config, &clock_system);
	struct err e;

	(void)state;
	assert_true(app_start(a, &e));
	app_settle(a);
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
		cmocka_unit_test_setup_teardown(test_refusals_are_returned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_add_edit_delete, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_goes_back_any_number_of_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_keeps_the_changes_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_random_series_is_undone_and_redone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_audit_trail_is_read_in_pages, setup, teardown),
		cmocka_unit_test(test_many_failing_servers_are_summed_up),
		cmocka_unit_test(test_missed_calls_are_reported),
		cmocka_unit_test_setup_teardown(test_change_of_another_operator_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_route_is_reported_gone_only_where_it_was, setup, teardown),
		cmocka_unit_test(test_store_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
