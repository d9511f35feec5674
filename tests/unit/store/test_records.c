/* One record at a time: storing, refusals and their messages, versions, the audit trail. */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

enum { CHANGES_MAX = 64 };

struct trail {
	size_t n;
	struct change c[CHANGES_MAX];
};

static void keep_change(void *arg, const struct change *c)
{
	struct trail *t = arg;
	struct change *to = &t->c[t->n++];

	assert_in_range(t->n, 1, CHANGES_MAX);
	*to = *c;
	to->actor = xstrdup(c->actor);
	to->action = xstrdup(c->action);
	to->key = xstrdup(c->key);
	to->before = xstrdup(c->before);
	to->after = xstrdup(c->after);
	to->db_user = xstrdup(c->db_user);
}

static void trail_read(struct trail *t, struct store *s, enum entity entity, const char *key)
{
	struct err e;

	t->n = 0;
	assert_true(store_find_changes(s, &(struct change_query){ .entity = entity_name(entity), .key = key }, keep_change, t, &e));
}

static void trail_clear(struct trail *t)
{
	while (t->n)
		change_clear(&t->c[--t->n]);
}

static void assert_json(const char *text, const char *key, const char *value)
{
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, key)), value);
	json_decref(json);
}

static struct record get(struct store *s, enum entity entity, const char *key)
{
	struct record r;
	struct err e;
	bool found;

	assert_true(store_get(s, entity, key, &r, &found, &e));
	assert_true(found);
	return r;
}

/* --- the workspace --- */

static void a_fresh_store_has_a_workspace(void **state)
{
	struct fixture *f = *state;
	struct store *again = open_store(f->url, "bob");
	struct record a = get(f->store, ENTITY_WORKSPACE, NULL), b = get(again, ENTITY_WORKSPACE, NULL);
	struct trail t;

	assert_int_equal(strlen(a.workspace.id), 32);
	assert_string_equal(a.workspace.id, b.workspace.id);
	assert_int_equal(a.workspace.plan, PLAN_ENTERPRISE);
	assert_false(a.workspace.has_max);
	assert_int_equal(last_change(again), 1);
	trail_read(&t, again, ENTITY_WORKSPACE, a.workspace.id);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.c[0].actor, "alice");
	trail_clear(&t);
	record_clear(&a);
	record_clear(&b);
	store_close(&again);
}

static void the_workspace_can_only_be_edited(void **state)
{
	struct fixture *f = *state;
	struct record r = get(f->store, ENTITY_WORKSPACE, NULL), now;
	char *id = xstrdup(r.workspace.id);
	struct err e;

	set_text(&r.workspace.name, "acme");
	set_text(&r.workspace.time_zone, "Europe/Berlin");
	set_text(&r.workspace.id, "not-mine");
	r.workspace.plan = PLAN_PRO;
	r.workspace.has_max = true;
	r.workspace.max_phone_numbers = LIMIT_NONE;
	must_mutate(f->store, MUTATION_EDIT, r, 0);
	now = get(f->store, ENTITY_WORKSPACE, NULL);
	assert_string_equal(now.workspace.id, id);
	assert_string_equal(now.workspace.name, "acme");
	assert_int_equal(now.workspace.plan, PLAN_PRO);
	assert_true(now.workspace.has_max);
	assert_int_equal(now.workspace.max_phone_numbers, LIMIT_NONE);
	record_copy(&r, &now);
	assert_false(try_mutate(f->store, MUTATION_ADD, r, 0, &e));
	assert_int_equal(e.code, ERR_FIELD_INVALID);
	assert_false(try_mutate(f->store, MUTATION_DELETE, now, 0, &e));
	assert_int_equal(e.code, ERR_FIELD_INVALID);
	free(id);
}

/* --- life of a record --- */

static void a_number_is_added_edited_and_deleted(void **state)
{
	struct fixture *f = *state;
	struct record n = number_of("+15551234567", "twilio", "support"), there;
	struct trail t;

	add_parties(f->store);
	set_text(&n.number.label, "Sales");
	set_text(&n.number.params, "{\"a\":1,\"b\":[true,null]}");
	n.number.region = REGION_EU;
	n.number.enabled = false;
	must_add(f->store, n);
	there = get(f->store, ENTITY_NUMBER, "+15551234567");
	assert_string_equal(there.number.provider, "twilio");
	assert_string_equal(there.number.agent, "support");
	assert_string_equal(there.number.label, "Sales");
	assert_string_equal(there.number.params, "{\"a\":1,\"b\":[true,null]}");
	assert_int_equal(there.number.region, REGION_EU);
	assert_false(there.number.enabled);
	assert_int_equal(there.number.version, 1);
	assert_string_equal(there.number.created_by, "alice");
	assert_true(there.number.created_at > 0);
	set_text(&there.number.label, "Support");
	there.number.enabled = true;
	must_mutate(f->store, MUTATION_EDIT, there, 1);
	there = get(f->store, ENTITY_NUMBER, "+15551234567");
	assert_int_equal(there.number.version, 2);
	assert_true(there.number.enabled);
	must_mutate(f->store, MUTATION_DELETE, there, 2);
	assert_false(has_record(f->store, ENTITY_NUMBER, "+15551234567"));

	trail_read(&t, f->store, ENTITY_NUMBER, "+15551234567");
	assert_int_equal(t.n, 3);
	assert_string_equal(t.c[0].action, "delete");
	assert_json(t.c[0].before, "label", "Support");
	assert_string_equal(t.c[0].after, "");
	assert_string_equal(t.c[1].action, "edit");
	assert_json(t.c[1].before, "label", "Sales");
	assert_json(t.c[1].after, "label", "Support");
	assert_string_equal(t.c[2].action, "add");
	assert_string_equal(t.c[2].before, "");
	assert_json(t.c[2].after, "trunkId", "twilio");
	assert_string_equal(t.c[2].actor, "alice");
	trail_clear(&t);
}

static void an_edit_keeps_the_creator(void **state)
{
	struct fixture *f = *state;
	struct store *bob = open_store(f->url, "bob");
	struct record n;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	n = number_of("+15551234567", "twilio", "support");
	set_text(&n.number.created_by, "mallory");
	must_mutate(bob, MUTATION_EDIT, n, 0);
	n = get(bob, ENTITY_NUMBER, "+15551234567");
	assert_string_equal(n.number.created_by, "alice");
	assert_string_equal(n.number.updated_by, "bob");
	record_clear(&n);
	store_close(&bob);
}

static void a_provider_gets_the_slug_of_its_name(void **state)
{
	struct fixture *f = *state;
	struct record r;
	struct err e;

	must_add(f->store, provider_of("Tele Com"));
	must_add(f->store, provider_of("Tele-Com"));
	must_add(f->store, provider_of("tele com"));
	assert_true(has_record(f->store, ENTITY_PROVIDER, "tele-com"));
	r = get(f->store, ENTITY_PROVIDER, "tele-com-2");
	assert_string_equal(r.provider.name, "Tele-Com");
	assert_true(has_record(f->store, ENTITY_PROVIDER, "tele-com-3"));
	/* A renamed provider keeps its id. */
	set_text(&r.provider.name, "Phones");
	r.provider.region = REGION_EU;
	must_mutate(f->store, MUTATION_EDIT, r, 1);
	r = get(f->store, ENTITY_PROVIDER, "tele-com-2");
	assert_string_equal(r.provider.name, "Phones");
	assert_int_equal(r.provider.region, REGION_EU);
	set_text(&r.provider.name, "Tele Com");
	assert_false(try_mutate(f->store, MUTATION_EDIT, r, 2, &e));
	assert_refused(&e, ERR_PROVIDER_EXISTS, "tele-com");
	assert_false(try_mutate(f->store, MUTATION_ADD, provider_of("Phones"), 0, &e));
	assert_refused(&e, ERR_PROVIDER_EXISTS, "tele-com-2");
	r = provider_of("Other");
	set_text(&r.provider.id, "tele-com");
	assert_false(try_mutate(f->store, MUTATION_ADD, r, 0, &e));
	assert_refused(&e, ERR_PROVIDER_EXISTS, "Tele Com");
}

static void an_agent_is_added_and_deleted(void **state)
{
	struct fixture *f = *state;
	struct record r = agent_of("sales");
	struct err e;

	r.agent.voice_enabled = false;
	r.agent.disabled = true;
	set_text(&r.agent.voice_problem, "no voice");
	must_add(f->store, r);
	r = get(f->store, ENTITY_AGENT, "sales");
	assert_false(r.agent.voice_enabled);
	assert_true(r.agent.disabled);
	assert_string_equal(r.agent.voice_problem, "no voice");
	assert_string_equal(r.agent.source, "local");
	assert_false(try_mutate(f->store, MUTATION_ADD, r, 0, &e));
	assert_refused(&e, ERR_AGENT_EXISTS, "sales");
	must_mutate(f->store, MUTATION_DELETE, agent_of("sales"), 1);
	assert_false(has_record(f->store, ENTITY_AGENT, "sales"));
}

/* --- refusals --- */

static void refusals_name_the_error(void **state)
{
	struct fixture *f = *state;
	struct record r;
	struct err e;
	int64_t before;

	add_parties(f->store);
	r = agent_of("mute");
	r.agent.disabled = true;
	must_add(f->store, r);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	before = last_change(f->store);

	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("", "twilio", "support"), 0, &e));
	assert_int_equal(e.code, ERR_NUMBER_REQUIRED);
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("555-1234", "twilio", "support"), 0, &e));
	assert_int_equal(e.code, ERR_NUMBER_FORMAT);
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("+15551234567", "twilio", "support"), 0, &e));
	assert_refused(&e, ERR_NUMBER_EXISTS, "Twilio");
	assert_string_equal(e.message, "Phone number already exists");
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("+15551234568", "nobody", "support"), 0, &e));
	assert_refused(&e, ERR_TRUNK_NOT_FOUND, "nobody");
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("+15551234568", "twilio", "nobody"), 0, &e));
	assert_refused(&e, ERR_AGENT_NOT_FOUND, "nobody");
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("+15551234568", "twilio", ""), 0, &e));
	assert_int_equal(e.code, ERR_AGENT_REQUIRED);
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("+15551234568", "twilio", "mute"), 0, &e));
	assert_int_equal(e.code, ERR_AGENT_UNUSABLE);
	r = number_of("+15551234568", "twilio", "support");
	set_text(&r.number.label, "two\rlines");
	assert_false(try_mutate(f->store, MUTATION_ADD, r, 0, &e));
	assert_int_equal(e.code, ERR_FIELD_INVALID);
	r = number_of("+15551234568", "twilio", "support");
	set_text(&r.number.label, "bad \xff byte");
	assert_false(try_mutate(f->store, MUTATION_ADD, r, 0, &e));
	assert_int_equal(e.code, ERR_FIELD_INVALID);
	assert_int_equal(last_change(f->store), before);
	assert_int_equal(count_numbers(f->store), 1);
}

static void missing_records_are_reported(void **state)
{
	struct fixture *f = *state;
	struct err e;

	add_parties(f->store);
	assert_false(try_mutate(f->store, MUTATION_EDIT, number_of("+15551234567", "twilio", "support"), 0, &e));
	assert_refused(&e, ERR_NUMBER_NOT_FOUND, "+15551234567");
	assert_false(try_mutate(f->store, MUTATION_DELETE, provider_of("Nobody"), 0, &e));
	assert_int_equal(e.code, ERR_TRUNK_NOT_FOUND);
	assert_false(try_mutate(f->store, MUTATION_DELETE, agent_of("nobody"), 0, &e));
	assert_refused(&e, ERR_AGENT_NOT_FOUND, "nobody");
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	must_mutate(f->store, MUTATION_DELETE, number_of("+15551234567", "twilio", "support"), 0);
	assert_false(try_mutate(f->store, MUTATION_DELETE, number_of("+15551234567", "twilio", "support"), 1, &e));
	assert_refused(&e, ERR_NUMBER_NOT_FOUND, "deleted by alice");
}

static void a_record_in_use_cannot_be_deleted(void **state)
{
	struct fixture *f = *state;
	struct record r;
	struct err e;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	must_add(f->store, number_of("+15551234568", "twilio", "support"));
	assert_false(try_mutate(f->store, MUTATION_DELETE, agent_of("support"), 0, &e));
	assert_refused(&e, ERR_AGENT_IN_USE, "2 numbers");
	r = provider_of("Twilio");
	set_text(&r.provider.id, "twilio");
	assert_false(try_mutate(f->store, MUTATION_DELETE, r, 0, &e));
	assert_refused(&e, ERR_PROVIDER_IN_USE, "2 numbers");
	assert_true(has_record(f->store, ENTITY_AGENT, "support"));
	assert_true(has_record(f->store, ENTITY_PROVIDER, "twilio"));
}

/* The agent of a number may become unusable. The number must still be editable. */
static void a_number_of_an_unusable_agent_is_editable(void **state)
{
	struct fixture *f = *state;
	struct record r;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	r = agent_of("support");
	r.agent.disabled = true;
	must_mutate(f->store, MUTATION_EDIT, r, 1);
	r = number_of("+15551234567", "twilio", "support");
	set_text(&r.number.label, "still");
	must_mutate(f->store, MUTATION_EDIT, r, 1);
}

/* --- versions --- */

static void a_conflict_names_the_other_actor(void **state)
{
	struct fixture *f = *state;
	struct store *bob = open_store(f->url, "bob");
	struct mutation m = { .kind = MUTATION_EDIT, .version = 1 };
	struct mutation_result result;
	struct record r;
	struct err e;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	r = number_of("+15551234567", "twilio", "support");
	set_text(&r.number.label, "Bob's");
	must_mutate(bob, MUTATION_EDIT, r, 1);
	m.record = number_of("+15551234567", "twilio", "support");
	set_text(&m.record.number.label, "Alice's");
	assert_false(store_mutate(f->store, &m, 1, MUTATE_ALL_OR_NOTHING, &result, &e));
	assert_refused(&e, ERR_CHANGED_MEANWHILE, "by bob at 2");
	assert_false(result.done);
	assert_string_equal(result.now.number.label, "Bob's");
	assert_int_equal(result.now.number.version, 2);
	mutation_result_clear(&result);
	m.kind = MUTATION_DELETE;
	assert_false(store_mutate(f->store, &m, 1, MUTATE_ALL_OR_NOTHING, &result, &e));
	assert_int_equal(e.code, ERR_CHANGED_MEANWHILE);
	mutation_result_clear(&result);
	/* Version 0 accepts any stored version. */
	m.kind = MUTATION_EDIT;
	m.version = 0;
	assert_true(store_mutate(f->store, &m, 1, MUTATE_ALL_OR_NOTHING, &result, &e));
	assert_true(result.done);
	assert_string_equal(result.now.number.label, "Alice's");
	assert_int_equal(result.now.number.version, 3);
	assert_int_equal(result.change_id, last_change(f->store));
	mutation_result_clear(&result);
	record_clear(&m.record);
	store_close(&bob);
}

/* --- the limit --- */

static void the_number_limit_is_enforced(void **state)
{
	struct fixture *f = *state;
	struct record r;
	struct err e;

	add_parties(f->store);
	set_limit(f->store, 2);
	must_add(f->store, number_of("+15551234561", "twilio", "support"));
	must_add(f->store, number_of("+15551234562", "twilio", "support"));
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("+15551234563", "twilio", "support"), 0, &e));
	assert_refused(&e, ERR_NUMBER_LIMIT, "2 of 2 used");
	/* Stored numbers may be edited, and a place that becomes free can be taken. */
	must_mutate(f->store, MUTATION_EDIT, number_of("+15551234562", "twilio", "support"), 0);
	must_mutate(f->store, MUTATION_DELETE, number_of("+15551234561", "twilio", "support"), 0);
	must_add(f->store, number_of("+15551234563", "twilio", "support"));
	record_init(&r, ENTITY_WORKSPACE);
	r.workspace.plan = PLAN_FREE;
	must_mutate(f->store, MUTATION_EDIT, r, 0);
	for (int i = 4; i < 7; i++) {
		char e164[] = "+15551234560";

		e164[11] = (char)('0' + i);
		must_add(f->store, number_of(e164, "twilio", "support"));
	}
	assert_false(try_mutate(f->store, MUTATION_ADD, number_of("+15551234568", "twilio", "support"), 0, &e));
	assert_refused(&e, ERR_NUMBER_LIMIT, "free");
	assert_int_equal(count_numbers(f->store), 5);
}

/* --- text --- */

static void any_text_is_read_as_it_was_stored(void **state)
{
	static const char *const texts[] = {
		"'; DROP TABLE number; --", "100 % _ sure", "\"quoted\" \\ back", "$1 ?1 :a @b", "it''s",
		"\xf0\x9f\x93\x9e phone \xc3\xa9\xe4\xb8\xad", "E'\\x00'", "{}", "NULL", "1e9",
	};
	struct fixture *f = *state;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct record r = number_of("+15551234567", "twilio", "support");
		struct trail t;

		set_text(&r.number.label, texts[i]);
		must_mutate(f->store, MUTATION_EDIT, r, 0);
		r = get(f->store, ENTITY_NUMBER, "+15551234567");
		assert_string_equal(r.number.label, texts[i]);
		record_clear(&r);
		trail_read(&t, f->store, ENTITY_NUMBER, "+15551234567");
		assert_json(t.c[0].after, "label", texts[i]);
		trail_clear(&t);
		assert_false(has_record(f->store, ENTITY_NUMBER, texts[i]));
	}
	assert_int_equal(count_numbers(f->store), 1);
}

static void an_actor_is_one_clean_line(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f->url, "eve\nroot\x1b[31m \xff");
	struct trail t;

	must_add(s, provider_of("Evil"));
	trail_read(&t, s, ENTITY_PROVIDER, "evil");
	assert_null(strpbrk(t.c[0].actor, "\n\x1b\xff"));
	assert_non_null(strstr(t.c[0].actor, "eve"));
	trail_clear(&t);
	store_close(&s);
}

/* --- read only --- */

static void a_read_only_handle_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_options options = { .actor = "eve", .read_only = true };
	struct call call = { .server = "na-1", .linkedid = "1" };
	struct store *s;
	struct err e;

	add_parties(f->store);
	assert_true(store_open(&s, f->url, &options, &e));
	assert_false(try_mutate(s, MUTATION_ADD, provider_of("Mine"), 0, &e));
	assert_int_equal(e.code, ERR_READ_ONLY);
	assert_false(store_record_calls(s, &call, 1, &e));
	assert_int_equal(e.code, ERR_READ_ONLY);
	assert_true(has_record(s, ENTITY_PROVIDER, "twilio"));
	assert_int_equal(last_change(s), 3);
	store_close(&s);
}

static void a_read_only_handle_makes_no_store(void **state)
{
	struct store_options options = { .read_only = true };
	char *url = fresh_url();
	struct store *s;
	struct err e;

	(void)state;
	assert_false(store_open(&s, url, &options, &e));
	assert_null(s);
	assert_true(e.hint[0]);
	free(url);
}

int run_record_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_fresh_store_has_a_workspace),
		STORE_TEST(the_workspace_can_only_be_edited),
		STORE_TEST(a_number_is_added_edited_and_deleted),
		STORE_TEST(an_edit_keeps_the_creator),
		STORE_TEST(a_provider_gets_the_slug_of_its_name),
		STORE_TEST(an_agent_is_added_and_deleted),
		STORE_TEST(refusals_name_the_error),
		STORE_TEST(missing_records_are_reported),
		STORE_TEST(a_record_in_use_cannot_be_deleted),
		STORE_TEST(a_number_of_an_unusable_agent_is_editable),
		STORE_TEST(a_conflict_names_the_other_actor),
		STORE_TEST(the_number_limit_is_enforced),
		STORE_TEST(any_text_is_read_as_it_was_stored),
		STORE_TEST(an_actor_is_one_clean_line),
		STORE_TEST(a_read_only_handle_changes_nothing),
		cmocka_unit_test(a_read_only_handle_makes_no_store),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
