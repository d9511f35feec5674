/* All kinds of records, what refers to what, URLs with credentials, and what agents were told. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/tell.h"

#define NUMBER "+15551234567"
#define URL "wss://user:secret@agents.example.com:8443/voice?key=hidden"
#define MASKED "wss://agents.example.com:8443/..."

static void set_field(struct record *r, const char *key, const char *text)
{
	struct err e;

	if (!field_set(field_by_key(r->entity, key), r, text, &e))
		fail_msg("%s (%s)", e.message, e.hint);
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

static void expect_field(struct store *s, enum entity entity, const char *id, const char *key, const char *expected)
{
	struct record r = get(s, entity, id);
	char *text = field_get(field_by_key(entity, key), &r);

	assert_string_equal(text, expected);
	free(text);
	record_clear(&r);
}

static struct record schedule_of(const char *id)
{
	struct record r;

	record_init(&r, ENTITY_SCHEDULE);
	set_field(&r, "id", id);
	set_field(&r, "open", "mon-fri 09:00-18:00");
	return r;
}

/* Makes one mutation and undoes it, twice, so that undo and redo are tried. */
static void revert_and_redo(struct store *s, struct mutation m)
{
	struct mutation_result r;
	struct err e;

	for (int i = 0; i < 3; i++) {
		if (!store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, &r, &e))
			fail_msg("%s (%s)", e.message, e.hint);
		record_clear(&m.record);
		m = (struct mutation){ .kind = MUTATION_REVERT, .first_change = r.first_change, .last_change = r.change_id };
		record_copy(&m.record, &r.now);
		mutation_result_clear(&r);
	}
	record_clear(&m.record);
}

/* --- every field of every kind --- */

/* Two values of each field that differ from its default. */
static const char *value_of(const struct field *f, bool second)
{
	static const char *const values[][2] = {
		[FIELD_TEXT] = { "one", "two" },
		[FIELD_E164] = { NUMBER, NUMBER },
		[FIELD_HOST] = { "a.example.com", "b.example.com" },
		[FIELD_DIAL] = { "PJSIP/100", "WebSocket/x" },
		[FIELD_ID] = { "one", "two" },
		[FIELD_PROVIDER] = { "twilio", "twilio" },
		[FIELD_AGENT] = { "support", "sales" },
		[FIELD_SCHEDULE] = { "office", "night" },
		[FIELD_SPLIT] = { "support:90,sales:10", "sales:1000,support:1" },
		[FIELD_URL] = { URL, "ws://10.0.0.1:8080" },
		[FIELD_ZONE] = { "Europe/Berlin", "America/New_York" },
		[FIELD_OPEN] = { "mon-fri 09:00-18:00; sat 22:00-02:00", "sun 10:00-12:00" },
		[FIELD_EXCEPTIONS] = { "2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00", "2027-01-01 closed" },
		[FIELD_CALLER] = { "+4479*", "+4479*" },
		[FIELD_REGION] = { "eu", "na" },
		[FIELD_PLAN] = { "pro", "enterprise" },
		[FIELD_BOOL] = { "no", "yes" },
		[FIELD_LIMIT] = { "17", "unlimited" },
		[FIELD_PARAMS] = { "{\"a\":1}", "{\"b\":\"2\"}" },
		[FIELD_PREFIX] = { "+44", "+" },
		[FIELD_TIME] = { "2026-12-24T18:00:00Z", "2027-12-24T18:00:00Z" },
		[FIELD_CAP] = { "1", "60" },
		[FIELD_DURATION] = { "60s", "30s" },
	};

	/* One of the agents of a split is the agent, and another one is the fallback. */
	if (!strcmp(f->key, "fallbackAgentId"))
		second = !second;
	return values[f->type][second];
}

static void fill(struct record *r, bool second)
{
	for (const struct field *f = entity_fields(r->entity); f->key; f++)
		if (!(f->flags & FIELD_READONLY) && !(second && f->flags & FIELD_KEY))
			set_field(r, f->key, value_of(f, second));
}

static void expect_filled(struct store *s, struct record filled)
{
	struct record r = get(s, filled.entity, record_key(&filled));

	for (const struct field *f = entity_fields(filled.entity); f->key; f++) {
		struct value is = field_value(f, &r), was = field_value(f, &filled);

		if (f->flags & FIELD_READONLY)
			continue;
		assert_int_equal(is.number, was.number);
		assert_true(!is.text == !was.text && (!is.text || !strcmp(is.text, was.text)));
	}
	record_clear(&r);
	record_clear(&filled);
}

static void every_kind_is_added_edited_and_deleted(void **state)
{
	struct fixture *f = *state;
	struct mutation m;
	struct record r, first, second;

	add_parties(f->store);
	must_add(f->store, agent_of("sales"));
	must_add(f->store, schedule_of("office"));
	must_add(f->store, schedule_of("night"));
	for (enum entity entity = ENTITY_PROVIDER; entity < ENTITY_COUNT; entity++) {
		record_init(&r, entity);
		fill(&r, false);
		if (entity == ENTITY_PROVIDER)
			set_text(&r.provider.id, "one");
		record_copy(&first, &r);
		record_copy(&second, &r);
		fill(&second, true);
		m = (struct mutation){ .kind = MUTATION_ADD, .record = r };
		revert_and_redo(f->store, m);
		expect_filled(f->store, first);
		record_copy(&r, &second);
		revert_and_redo(f->store, (struct mutation){ .kind = MUTATION_EDIT, .record = r });
		record_copy(&r, &second);
		revert_and_redo(f->store, (struct mutation){ .kind = MUTATION_DELETE, .record = r });
		assert_false(has_record(f->store, entity, record_key(&second)));
		record_copy(&r, &second);
		must_add(f->store, r);
		expect_filled(f->store, second);
	}
}

static void the_workspace_keeps_its_limits(void **state)
{
	struct fixture *f = *state;
	struct record r = get(f->store, ENTITY_WORKSPACE, "");

	set_field(&r, "maxCallsPerCaller", "3");
	set_field(&r, "maxDurationSeconds", "2h");
	revert_and_redo(f->store, (struct mutation){ .kind = MUTATION_EDIT, .record = r });
	expect_field(f->store, ENTITY_WORKSPACE, "", "maxCallsPerCaller", "3");
	expect_field(f->store, ENTITY_WORKSPACE, "", "maxDurationSeconds", "2h");
}

/* --- references --- */

static void add_workspace(struct store *s)
{
	struct record r;

	add_parties(s);
	must_add(s, agent_of("sales"));
	must_add(s, agent_of("night"));
	must_add(s, schedule_of("office"));
	r = number_of(NUMBER, "twilio", "support");
	set_field(&r, "split", "support:90,sales:10");
	set_field(&r, "fallbackAgentId", "sales");
	set_field(&r, "scheduleId", "office");
	set_field(&r, "closedAgentId", "night");
	must_add(s, r);
	r = get(s, ENTITY_PROVIDER, "twilio");
	set_field(&r, "defaultAgentId", "night");
	must_mutate(s, MUTATION_EDIT, r, 0);
}

static void refuse_number(struct store *s, const char *key, const char *value, enum err_code code, const char *in_hint)
{
	struct record r = get(s, ENTITY_NUMBER, NUMBER);
	struct err e;

	set_field(&r, key, value);
	assert_false(try_mutate(s, MUTATION_EDIT, r, 0, &e));
	assert_refused(&e, code, in_hint);
	assert_string_equal(e.field, key);
}

static void references_must_exist_and_be_usable(void **state)
{
	struct fixture *f = *state;
	struct record r;
	struct err e;

	add_workspace(f->store);
	r = agent_of("off");
	r.agent.disabled = true;
	must_add(f->store, r);
	refuse_number(f->store, "fallbackAgentId", "nobody", ERR_AGENT_NOT_FOUND, "there is no agent nobody");
	refuse_number(f->store, "fallbackAgentId", "off", ERR_AGENT_UNUSABLE, "off: agent is disabled");
	refuse_number(f->store, "closedAgentId", "nobody", ERR_AGENT_NOT_FOUND, "nobody");
	refuse_number(f->store, "scheduleId", "nothing", ERR_SCHEDULE_NOT_FOUND, "nothing");
	refuse_number(f->store, "split", "support:1,nobody:1", ERR_AGENT_NOT_FOUND, "nobody");
	refuse_number(f->store, "split", "support:1,off:1", ERR_AGENT_UNUSABLE, "off");
	refuse_number(f->store, "split", "sales:1,night:1", ERR_FIELD_INVALID, "support");
	r = get(f->store, ENTITY_NUMBER, NUMBER);
	set_field(&r, "split", "");
	set_field(&r, "fallbackAgentId", "support");
	assert_false(try_mutate(f->store, MUTATION_EDIT, r, 0, &e));
	assert_refused(&e, ERR_FIELD_INVALID, "its own fallback");
	r = get(f->store, ENTITY_PROVIDER, "twilio");
	set_field(&r, "defaultAgentId", "off");
	assert_false(try_mutate(f->store, MUTATION_EDIT, r, 0, &e));
	assert_refused(&e, ERR_AGENT_UNUSABLE, "off");
	assert_string_equal(e.field, "defaultAgentId");
	/* An agent that stops later does not prevent other edits. */
	r = get(f->store, ENTITY_AGENT, "sales");
	r.agent.disabled = true;
	must_mutate(f->store, MUTATION_EDIT, r, 0);
	r = get(f->store, ENTITY_NUMBER, NUMBER);
	set_field(&r, "label", "x");
	must_mutate(f->store, MUTATION_EDIT, r, 0);
}

static void what_others_refer_to_cannot_be_deleted(void **state)
{
	struct fixture *f = *state;
	struct err e;

	add_workspace(f->store);
	assert_false(try_mutate(f->store, MUTATION_DELETE, agent_of("support"), 0, &e));
	assert_refused(&e, ERR_AGENT_IN_USE, "1 number (" NUMBER ")");
	assert_false(try_mutate(f->store, MUTATION_DELETE, agent_of("sales"), 0, &e));
	assert_refused(&e, ERR_AGENT_IN_USE, "1 number (" NUMBER ")");
	assert_false(try_mutate(f->store, MUTATION_DELETE, agent_of("night"), 0, &e));
	assert_refused(&e, ERR_AGENT_IN_USE, "1 number (" NUMBER "), 1 provider (twilio)");
	assert_false(try_mutate(f->store, MUTATION_DELETE, schedule_of("office"), 0, &e));
	assert_refused(&e, ERR_SCHEDULE_IN_USE, "1 number (" NUMBER ")");
	/* '_' and '%' are no wildcards. */
	must_add(f->store, agent_of("s_les"));
	must_mutate(f->store, MUTATION_DELETE, agent_of("s_les"), 0);
}

static void a_replacement_is_used_before_the_deletion(void **state)
{
	struct fixture *f = *state;
	struct mutation m = { .kind = MUTATION_DELETE, .record = agent_of("night"), .replace_with = "support" };
	struct err e;

	add_workspace(f->store);
	revert_and_redo(f->store, m);
	assert_false(has_record(f->store, ENTITY_AGENT, "night"));
	expect_field(f->store, ENTITY_NUMBER, NUMBER, "closedAgentId", "support");
	expect_field(f->store, ENTITY_PROVIDER, "twilio", "defaultAgentId", "support");
	/* Both were in the split, so that it ends; then the number would be its own fallback. */
	m = (struct mutation){ .kind = MUTATION_DELETE, .record = agent_of("sales"), .replace_with = "support" };
	assert_false(store_mutate(f->store, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e));
	assert_string_equal(e.message, NUMBER ": fallbackAgentId: this value is not allowed");
	assert_true(has_record(f->store, ENTITY_AGENT, "sales"));
	str_copy(m.replace_with, sizeof(m.replace_with), str_of("sales"));
	assert_false(store_mutate(f->store, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e));
	assert_refused(&e, ERR_AGENT_NOT_FOUND, "sales can't replace sales");
	must_add(f->store, agent_of("other"));
	str_copy(m.replace_with, sizeof(m.replace_with), str_of("other"));
	assert_true(store_mutate(f->store, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e));
	record_clear(&m.record);
	expect_field(f->store, ENTITY_NUMBER, NUMBER, "split", "other:10,support:90");
	expect_field(f->store, ENTITY_NUMBER, NUMBER, "fallbackAgentId", "other");
	must_add(f->store, schedule_of("always"));
	m = (struct mutation){ .kind = MUTATION_DELETE, .record = schedule_of("office"), .replace_with = "always" };
	revert_and_redo(f->store, m);
	expect_field(f->store, ENTITY_NUMBER, NUMBER, "scheduleId", "always");
}

/* --- URLs --- */

struct seen {
	size_t changes;
	char *url;
	char *difference;		/* of the last edit */
};

static void see_change(void *arg, const struct change *c)
{
	struct seen *seen = arg;
	struct record r;

	seen->changes++;
	if (!strcmp(c->action, "edit")) {
		free(seen->difference);
		seen->difference = change_difference(c, false);
	}
	assert_null(strstr(c->before, "secret"));
	assert_null(strstr(c->after, "secret"));
	assert_null(strstr(c->before, "hidden"));
	assert_null(strstr(c->after, "hidden"));
	if (!change_record(c, false, &r))
		return;
	free(seen->url);
	seen->url = r.entity == ENTITY_AGENT ? xstrdup(r.agent.url) : NULL;
	record_clear(&r);
}

static void expect_url(struct store *s, const char *expected)
{
	struct record r = get(s, ENTITY_AGENT, "support");

	assert_string_equal(r.agent.url, expected);
	record_clear(&r);
}

static struct record support_at(const char *url)
{
	struct record r = agent_of("support");

	set_field(&r, "url", url);
	return r;
}

static void the_trail_has_no_credential_and_undo_restores_it(void **state)
{
	static const char other[] = "wss://user:another@agents.example.com:8443/voice";
	struct fixture *f = *state;
	struct seen seen = { 0 };
	struct record r;
	struct err e;

	must_add(f->store, support_at(URL));
	must_mutate(f->store, MUTATION_EDIT, support_at(other), 0);
	/* The masked forms are the same, so that the description says that the URL is another one. */
	assert_true(store_find_changes(f->store, &(struct change_query){ .oldest_first = true }, see_change, &seen, &e));
	assert_string_equal(seen.difference, "another url " MASKED);
	must_mutate(f->store, MUTATION_EDIT, support_at(URL), 0);
	/* Three times: done, undone, done again. */
	revert_and_redo(f->store, (struct mutation){ .kind = MUTATION_EDIT, .record = support_at(other) });
	expect_url(f->store, other);
	revert_and_redo(f->store, (struct mutation){ .kind = MUTATION_EDIT, .record = support_at(URL) });
	expect_url(f->store, URL);
	r = support_at(URL);
	set_field(&r, "title", "x");
	revert_and_redo(f->store, (struct mutation){ .kind = MUTATION_EDIT, .record = r });
	expect_url(f->store, URL);
	revert_and_redo(f->store, (struct mutation){ .kind = MUTATION_DELETE, .record = agent_of("support") });
	assert_false(has_record(f->store, ENTITY_AGENT, "support"));
	must_add(f->store, support_at(URL));
	expect_url(f->store, URL);
	/* The trail has the masked URL. The feed adds the present one. */
	assert_true(store_find_changes(f->store, &(struct change_query){ .oldest_first = true }, see_change, &seen, &e));
	assert_string_equal(seen.url, MASKED);
	assert_true(store_find_changes(f->store, &(struct change_query){ .oldest_first = true, .with_urls = true }, see_change, &seen, &e));
	assert_string_equal(seen.url, URL);
	assert_true(seen.changes > 20);
	free(seen.url);
	free(seen.difference);
	/* A masked URL is never stored. */
	r = get(f->store, ENTITY_AGENT, "support");
	set_text(&r.agent.url, MASKED);
	assert_false(try_mutate(f->store, MUTATION_EDIT, r, 0, &e));
	assert_refused(&e, ERR_FIELD_INVALID, "masked");
}

/* --- what agents were told --- */

static void add_told(void *arg, const char *gen, const char *label, const char *params)
{
	buf_addf(arg, "%s|%s ", label, params);
	assert_int_equal(strlen(gen), TELL_GEN_SIZE - 1);
}

/* gen NULL: all generations. */
static void expect_told(struct store *s, const char *gen, const char *expected)
{
	const char *gens[] = { "0123456789abcdef", gen };
	struct buf text;
	struct err e;

	buf_init(&text, BUF_UNBOUNDED);
	assert_true(store_each_told(s, gens, gen ? 2 : 0, add_told, &text, &e));
	assert_string_equal(text.p, expected);
	buf_clear(&text);
}

static void former_parameters_are_kept(void **state)
{
	struct fixture *f = *state;
	struct tell first, second;
	struct record r;

	add_parties(f->store);
	r = number_of(NUMBER, "twilio", "support");
	set_field(&r, "label", "Sales");
	set_field(&r, "additionalParams", "{\"a\":1}");
	tell_init(&first, &r.number);
	must_add(f->store, r);
	/* What is told now follows from the number. */
	expect_told(f->store, first.gen, "");
	expect_told(f->store, NULL, "Sales|{\"a\":1} ");
	r = number_of(NUMBER, "twilio", "support");
	set_field(&r, "additionalParams", "{\"a\":2}");
	tell_init(&second, &r.number);
	must_mutate(f->store, MUTATION_EDIT, r, 0);
	expect_told(f->store, first.gen, "Sales|{\"a\":1} ");
	expect_told(f->store, second.gen, "");
	expect_told(f->store, NULL, "Sales|{\"a\":1} |{\"a\":2} ");
	must_mutate(f->store, MUTATION_DELETE, number_of(NUMBER, "twilio", "support"), 0);
	expect_told(f->store, second.gen, "|{\"a\":2} ");
	/* A generation that comes back is kept once. */
	r = number_of(NUMBER, "twilio", "support");
	set_field(&r, "additionalParams", "{\"a\":2}");
	must_add(f->store, r);
	must_mutate(f->store, MUTATION_DELETE, number_of(NUMBER, "twilio", "support"), 0);
	expect_told(f->store, second.gen, "|{\"a\":2} ");
	tell_clear(&first);
	tell_clear(&second);
}

int run_reference_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_kind_is_added_edited_and_deleted),
		STORE_TEST(the_workspace_keeps_its_limits),
		STORE_TEST(references_must_exist_and_be_usable),
		STORE_TEST(what_others_refer_to_cannot_be_deleted),
		STORE_TEST(a_replacement_is_used_before_the_deletion),
		STORE_TEST(the_trail_has_no_credential_and_undo_restores_it),
		STORE_TEST(former_parameters_are_kept),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
