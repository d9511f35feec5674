/* Undo and redo: step by step, any number of changes, while others change other records. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

enum { CHANGES = 1000, PROVIDERS = 4, AGENTS = 4, SCHEDULES = 3, BLOCKS = 6, NUMBERS = 12, KEY_SIZE = 40 };

/* --- steps --- */

struct step {
	int64_t first, last;
	struct record about;		/* only its key is used */
};

static bool try_step(struct store *s, struct mutation m, struct step *made, struct err *e)
{
	struct mutation_result r;
	bool ok;

	err_clear(e);
	ok = store_mutate(s, &m, 1, MUTATE_PARTIAL, &r, e) && r.done;
	if (!ok && !e->code)
		*e = r.err;
	if (ok) {
		*made = (struct step){ .first = r.first_change, .last = r.change_id };
		record_copy(&made->about, &r.now);
	}
	record_clear(&m.record);
	mutation_result_clear(&r);
	return ok;
}

/* Undoes a step. The step is then the one that undoes this undo. */
static bool try_revert(struct store *s, struct step *step, struct err *e)
{
	struct mutation m = { .kind = MUTATION_REVERT, .record = step->about, .first_change = step->first, .last_change = step->last };

	step->about = (struct record){ .entity = m.record.entity };
	return try_step(s, m, step, e);
}

static void must_revert(struct store *s, struct step *step)
{
	struct err e;

	if (!try_revert(s, step, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

static struct step must_step(struct store *s, enum mutation_kind kind, struct record r)
{
	struct step step;
	struct err e;

	if (!try_step(s, (struct mutation){ .kind = kind, .record = r, .cascade = true }, &step, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	return step;
}

static struct step relabel(struct store *s, const char *label)
{
	struct record n = number_of("+15551234567", "twilio", "support");

	set_text(&n.number.label, label);
	return must_step(s, MUTATION_EDIT, n);
}

static void assert_label(struct store *s, const char *label)
{
	struct record r;
	struct err e;
	bool found;

	assert_true(store_get(s, ENTITY_NUMBER, "+15551234567", &r, &found, &e));
	assert_true(found);
	assert_string_equal(r.number.label, label);
	record_clear(&r);
}

/* --- the workspace as text --- */

struct dump {
	struct buf text;
	const char *owner;		/* only records whose key contains this */
};

static void dump_record(void *arg, const struct record *r, int64_t numbers)
{
	struct dump *d = arg;
	json_t *json;
	char *text;

	if (!strstr(record_key(r), d->owner))
		return;
	json = record_to_json(r);
	json_object_del(json, "version");
	json_object_del(json, "updatedAt");
	json_object_del(json, "updatedBy");
	/* JSON has the masked URL; undo must bring back the whole. */
	if (r->entity == ENTITY_AGENT)
		json_object_set_new(json, "url", json_string(r->agent.url));
	text = json_dumps(json, JSON_INDENT(1));
	buf_adds(&d->text, text);
	if (r->entity == ENTITY_PROVIDER)
		buf_addf(&d->text, "%d numbers\n", (int)numbers);
	free(text);
	json_decref(json);
}

static char *dump_of(struct store *s, const char *owner)
{
	struct dump d = { .owner = owner };
	struct store_reader r = { .arg = &d, .entities = ENTITIES_ALL & ~ENTITY_BIT(ENTITY_WORKSPACE), .record = dump_record };
	struct err e;

	buf_init(&d.text, BUF_UNBOUNDED);
	assert_true(store_read(s, &r, NULL, &e));
	return buf_take(&d.text);
}

/* --- random changes --- */

/* A key of one of the operator's own records. It contains the operator's digit. */
static void random_key(char *key, enum entity entity, char owner)
{
	static const struct {
		const char *prefix;
		int count;
	} kinds[ENTITY_COUNT] = {
		[ENTITY_PROVIDER] = { "p-", PROVIDERS }, [ENTITY_AGENT] = { "a-", AGENTS }, [ENTITY_SCHEDULE] = { "s-", SCHEDULES },
		[ENTITY_BLOCK] = { "+41", BLOCKS }, [ENTITY_NUMBER] = { "+141", NUMBERS },
	};

	snprintf(key, KEY_SIZE, "%s5555%c%03ld", kinds[entity].prefix, owner, random() % kinds[entity].count);
}

static void set_random(struct record *r, const char *key, const char *value)
{
	struct err e;

	if (random() % 2 && !field_set(field_by_key(r->entity, key), r, value, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

/* Some mutations are refused: they add a record that exists, or delete one that does not. */
static struct mutation random_mutation(char owner)
{
	static const enum entity kinds[] = {
		ENTITY_NUMBER, ENTITY_NUMBER, ENTITY_NUMBER, ENTITY_NUMBER, ENTITY_PROVIDER, ENTITY_AGENT, ENTITY_SCHEDULE, ENTITY_BLOCK,
	};
	enum entity entity = kinds[(size_t)random() % ARRAY_LEN(kinds)];
	struct mutation m = { .kind = (enum mutation_kind)(random() % 3), .cascade = true };
	char key[KEY_SIZE], provider[KEY_SIZE], agent[KEY_SIZE], other[KEY_SIZE], schedule[KEY_SIZE];
	char *label = xasprintf("label %ld", random() % 1000);

	random_key(key, entity, owner);
	random_key(provider, ENTITY_PROVIDER, owner);
	random_key(agent, ENTITY_AGENT, owner);
	random_key(other, ENTITY_AGENT, owner);
	random_key(schedule, ENTITY_SCHEDULE, owner);
	/* Records in use are deleted less often, or hardly any would be left. */
	if (m.kind == MUTATION_DELETE && entity != ENTITY_NUMBER && random() % 4)
		m.kind = MUTATION_EDIT;
	if (entity == ENTITY_NUMBER) {
		m.record = number_of(key, provider, agent);
		set_text(&m.record.number.label, label);
		m.record.number.enabled = random() % 2;
		set_random(&m.record, "fallbackAgentId", other);
		set_random(&m.record, "closedAgentId", other);
		set_random(&m.record, "scheduleId", schedule);
	} else if (entity == ENTITY_AGENT) {
		m.record = agent_of(key);
		set_text(&m.record.agent.title, label);
		m.record.agent.disabled = random() % 5 == 0;
		set_random(&m.record, "url", random() % 2 ? "wss://a.example.com/secret" : "wss://b.example.com/other");
		if (m.kind == MUTATION_DELETE)
			str_copy(m.replace_with, sizeof(m.replace_with), str_of(other));
	} else if (entity == ENTITY_PROVIDER) {
		m.record = provider_of(key);
		set_text(&m.record.provider.id, key);
		set_text(&m.record.provider.notes, label);
		set_random(&m.record, "defaultAgentId", agent);
	} else {
		record_init(&m.record, entity);
		set_text(entity == ENTITY_BLOCK ? &m.record.block.caller : &m.record.schedule.id, key);
		set_random(&m.record, entity == ENTITY_BLOCK ? "reason" : "title", label);
	}
	free(label);
	return m;
}

/* Makes one change of an operator that the store accepts. */
static struct step random_step(struct store *s, char owner)
{
	struct step step;
	struct err e;

	while (!try_step(s, random_mutation(owner), &step, &e))
		if (err_class_of(e.code) != ERR_CLASS_REFUSED)
			fail_msg("%s (%s)", e.message, e.hint);
	return step;
}

static void step_clear(struct step *step)
{
	record_clear(&step->about);
}

static void undo_and_redo_of_many(struct fixture *f, struct store *other)
{
	struct step *steps = xcalloc(CHANGES, sizeof(*steps)), others;
	char *start = dump_of(f->store, "55551"), *end, *now;

	srandom(20261128);
	for (int i = 0; i < CHANGES; i++) {
		steps[i] = random_step(f->store, '1');
		if (other && i % 4 == 0) {
			others = random_step(other, '2');
			step_clear(&others);
		}
	}
	end = dump_of(f->store, "55551");
	assert_string_not_equal(start, end);
	for (int round = 0; round < 2; round++) {
		for (int i = CHANGES - 1; i >= 0; i--) {
			must_revert(f->store, &steps[i]);
			if (other && i % 4 == 0) {
				others = random_step(other, '2');
				step_clear(&others);
			}
		}
		now = dump_of(f->store, "55551");
		assert_string_equal(now, start);
		free(now);
		for (int i = 0; i < CHANGES; i++)
			must_revert(f->store, &steps[i]);
		now = dump_of(f->store, "55551");
		assert_string_equal(now, end);
		free(now);
	}
	for (int i = 0; i < CHANGES; i++)
		step_clear(&steps[i]);
	free(steps);
	free(start);
	free(end);
}

/* --- tests --- */

static void changes_of_one_record_are_undone_in_order(void **state)
{
	struct fixture *f = *state;
	struct step a, b;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	a = relabel(f->store, "AAA");
	b = relabel(f->store, "BBB");
	must_revert(f->store, &b);
	assert_label(f->store, "AAA");
	must_revert(f->store, &a);
	assert_label(f->store, "");
	must_revert(f->store, &a);
	must_revert(f->store, &b);
	assert_label(f->store, "BBB");
	must_revert(f->store, &b);
	assert_label(f->store, "AAA");
	step_clear(&a);
	step_clear(&b);
}

static void a_later_change_of_another_actor_prevents_undo(void **state)
{
	struct fixture *f = *state;
	struct store *bob = open_store(f->url, "bob");
	struct step a, b, again;
	struct err e;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	a = relabel(f->store, "AAA");
	b = relabel(bob, "BBB");
	again = a;
	record_copy(&again.about, &a.about);
	assert_false(try_revert(f->store, &again, &e));
	assert_refused(&e, ERR_CHANGED_MEANWHILE, "bob");
	assert_label(f->store, "BBB");
	/* When bob undoes his change, nothing prevents the undo any more. */
	must_revert(bob, &b);
	again = a;
	record_copy(&again.about, &a.about);
	must_revert(f->store, &a);
	assert_label(f->store, "");
	assert_false(try_revert(f->store, &again, &e));
	assert_refused(&e, ERR_CHANGED_MEANWHILE, "alice");
	step_clear(&a);
	step_clear(&b);
	store_close(&bob);
}

static void undo_restores_a_provider_with_its_numbers(void **state)
{
	struct fixture *f = *state;
	char *before, *now;
	struct record p;
	struct step step;

	add_parties(f->store);
	for (int i = 0; i < 600; i++) {
		char *e164 = xasprintf("+1415555%04d", i);

		must_add(f->store, number_of(e164, "twilio", "support"));
		free(e164);
	}
	before = dump_of(f->store, "");
	p = provider_of("Twilio");
	set_text(&p.provider.id, "twilio");
	step = must_step(f->store, MUTATION_DELETE, p);
	assert_int_equal(step.last - step.first, 600);
	assert_int_equal(count_numbers(f->store), 0);
	must_revert(f->store, &step);
	now = dump_of(f->store, "");
	assert_string_equal(now, before);
	must_revert(f->store, &step);
	assert_int_equal(count_numbers(f->store), 0);
	free(before);
	free(now);
	step_clear(&step);
}

static void the_number_limit_applies_to_undo(void **state)
{
	struct fixture *f = *state;
	struct step step;
	struct err e;

	add_parties(f->store);
	set_limit(f->store, 1);
	must_add(f->store, number_of("+15551234567", "twilio", "support"));
	step = must_step(f->store, MUTATION_DELETE, number_of("+15551234567", "twilio", "support"));
	must_add(f->store, number_of("+15557654321", "twilio", "support"));
	assert_false(try_revert(f->store, &step, &e));
	assert_refused(&e, ERR_NUMBER_LIMIT, "1 of 1 used");
	assert_int_equal(count_numbers(f->store), 1);
}

static void a_missing_change_is_refused(void **state)
{
	struct fixture *f = *state;
	struct step step = { .first = 4711, .last = 4711, .about = number_of("+15551234567", "twilio", "support") };
	struct err e;

	assert_false(try_revert(f->store, &step, &e));
	assert_refused(&e, ERR_FIELD_INVALID, "4711");
}

static void many_changes_are_undone_and_redone(void **state)
{
	undo_and_redo_of_many(*state, NULL);
}

static void many_changes_are_undone_beside_another_operator(void **state)
{
	struct fixture *f = *state;
	struct store *bob = open_store(f->url, "bob");

	undo_and_redo_of_many(f, bob);
	store_close(&bob);
}

int run_undo_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(changes_of_one_record_are_undone_in_order),
		STORE_TEST(a_later_change_of_another_actor_prevents_undo),
		STORE_TEST(undo_restores_a_provider_with_its_numbers),
		STORE_TEST(the_number_limit_applies_to_undo),
		STORE_TEST(a_missing_change_is_refused),
		STORE_TEST(many_changes_are_undone_and_redone),
		STORE_TEST(many_changes_are_undone_beside_another_operator),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
