/* Many mutations in one transaction: all-or-nothing, partial, dependent on earlier ones, deleting providers. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* More rows than two large INSERTs, and a remainder. */
enum { MANY = 1234 };

static char *nth(size_t i)
{
	return xasprintf("+1555%07zu", i);
}

static struct mutation *adds(size_t n)
{
	struct mutation *m = xcalloc(n, sizeof(*m));

	for (size_t i = 0; i < n; i++) {
		char *e164 = nth(i);

		m[i] = (struct mutation){ .kind = MUTATION_ADD, .record = number_of(e164, "twilio", "support") };
		free(e164);
	}
	return m;
}

static void mutations_free(struct mutation *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		record_clear(&m[i].record);
	free(m);
}

static struct mutation_result *results_new(size_t n)
{
	return xcalloc(n, sizeof(struct mutation_result));
}

static void results_free(struct mutation_result *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mutation_result_clear(&r[i]);
	free(r);
}

static int64_t count_where(const char *url, const char *where)
{
	char *sql = xasprintf("SELECT count(*) FROM %s", where), *answer = behind_sql(url, sql);
	int64_t count = strtoll(answer, NULL, 10);

	free(answer);
	free(sql);
	return count;
}

static void a_large_batch_is_done(void **state)
{
	struct fixture *f = *state;
	struct mutation *m = adds(MANY);
	struct mutation_result *r = results_new(MANY);
	int64_t before;
	struct err e;

	add_parties(f->store);
	before = last_change(f->store);
	assert_true(store_mutate(f->store, m, MANY, MUTATE_ALL_OR_NOTHING, r, &e));
	for (size_t i = 0; i < MANY; i++) {
		assert_true(r[i].done);
		assert_int_equal(r[i].change_id, before + 1 + (int64_t)i);
		assert_string_equal(r[i].now.number.e164, m[i].record.number.e164);
		assert_int_equal(r[i].now.number.version, 1);
	}
	assert_int_equal(count_numbers(f->store), MANY);
	assert_int_equal(last_change(f->store), before + MANY);
	/* Each mutation has exactly one row of the audit trail. */
	assert_int_equal(count_where(f->url, "change WHERE entity = 'number'"), MANY);
	assert_int_equal(count_where(f->url, "change c JOIN number n ON n.e164 = c.key WHERE c.action = 'add' AND "
				     "c.before = '' AND c.after LIKE '%\"' || n.e164 || '\"%'"), MANY);
	results_free(r, MANY);
	mutations_free(m, MANY);
}

static void one_refusal_rolls_back_the_batch(void **state)
{
	struct fixture *f = *state;
	struct mutation *m = adds(MANY);
	struct mutation_result *r = results_new(MANY);
	int64_t before;
	struct err e;

	add_parties(f->store);
	before = last_change(f->store);
	set_text(&m[700].record.number.agent, "nobody");
	set_text(&m[900].record.number.e164, "+15550000000");
	assert_false(store_mutate(f->store, m, MANY, MUTATE_ALL_OR_NOTHING, r, &e));
	assert_int_equal(e.code, ERR_AGENT_NOT_FOUND);
	/* Each row still has its own error. */
	assert_int_equal(r[700].err.code, ERR_AGENT_NOT_FOUND);
	assert_int_equal(r[900].err.code, ERR_NUMBER_EXISTS);
	for (size_t i = 0; i < MANY; i++)
		assert_false(r[i].done);
	assert_int_equal(count_numbers(f->store), 0);
	assert_int_equal(last_change(f->store), before);
	results_free(r, MANY);
	mutations_free(m, MANY);
}

static void a_partial_batch_skips_refused_mutations(void **state)
{
	struct fixture *f = *state;
	struct mutation *m = adds(MANY);
	struct mutation_result *r = results_new(MANY);
	struct err e;

	add_parties(f->store);
	set_text(&m[3].record.number.provider, "nobody");
	set_text(&m[4].record.number.e164, "+15550000000");
	set_text(&m[1000].record.number.e164, "12");
	assert_true(store_mutate(f->store, m, MANY, MUTATE_PARTIAL, r, &e));
	assert_false(r[3].done);
	assert_int_equal(r[3].err.code, ERR_TRUNK_NOT_FOUND);
	assert_int_equal(r[4].err.code, ERR_NUMBER_EXISTS);
	assert_int_equal(r[1000].err.code, ERR_NUMBER_FORMAT);
	assert_true(r[5].done);
	assert_int_equal(count_numbers(f->store), MANY - 3);
	assert_int_equal(count_where(f->url, "change WHERE entity = 'number'"), MANY - 3);
	results_free(r, MANY);
	mutations_free(m, MANY);
}

static void a_batch_stops_at_the_number_limit(void **state)
{
	struct fixture *f = *state;
	struct mutation *m = adds(20);
	struct mutation_result *r = results_new(20);
	struct err e;

	add_parties(f->store);
	set_limit(f->store, 13);
	assert_false(store_mutate(f->store, m, 20, MUTATE_ALL_OR_NOTHING, NULL, &e));
	assert_refused(&e, ERR_NUMBER_LIMIT, "13 of 13");
	assert_int_equal(count_numbers(f->store), 0);
	assert_true(store_mutate(f->store, m, 20, MUTATE_PARTIAL, r, &e));
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(r[i].done, i < 13);
	assert_int_equal(r[13].err.code, ERR_NUMBER_LIMIT);
	assert_int_equal(count_numbers(f->store), 13);
	results_free(r, 20);
	mutations_free(m, 20);
}

/* Adds a provider, an agent and numbers in one batch, then edits and deletes some of them in the same batch. */
static void later_mutations_see_earlier_ones(void **state)
{
	struct fixture *f = *state;
	struct mutation m[] = {
		{ .kind = MUTATION_ADD, .record = provider_of("Twilio") },
		{ .kind = MUTATION_ADD, .record = agent_of("support") },
		{ .kind = MUTATION_ADD, .record = number_of("+15551234561", "twilio", "support") },
		{ .kind = MUTATION_ADD, .record = number_of("+15551234562", "twilio", "support") },
		{ .kind = MUTATION_EDIT, .record = number_of("+15551234561", "twilio", "support"), .version = 1 },
		{ .kind = MUTATION_EDIT, .record = number_of("+15551234561", "twilio", "support"), .version = 1 },
		{ .kind = MUTATION_DELETE, .record = agent_of("support") },
		{ .kind = MUTATION_DELETE, .record = number_of("+15551234562", "twilio", "support"), .version = 1 },
		{ .kind = MUTATION_ADD, .record = number_of("+15551234562", "twilio", "support") },
		{ .kind = MUTATION_ADD, .record = agent_of("sales") },
		{ .kind = MUTATION_EDIT, .record = number_of("+15551234561", "twilio", "sales"), .version = 2 },
		{ .kind = MUTATION_DELETE, .record = agent_of("support"), .version = 1 },
		{ .kind = MUTATION_DELETE, .record = number_of("+15551234562", "twilio", "support") },
		{ .kind = MUTATION_DELETE, .record = agent_of("support"), .version = 1 },
	};
	enum { N = ARRAY_LEN(m) };
	struct mutation_result r[N];
	struct record n;
	struct err e;
	bool found;

	assert_true(store_mutate(((struct fixture *)*state)->store, m, N, MUTATE_PARTIAL, r, &e));
	for (size_t i = 0; i < N; i++)
		assert_int_equal(r[i].done, i != 5 && i != 6 && i != 11);
	assert_refused(&r[5].err, ERR_CHANGED_MEANWHILE, "by alice");
	assert_refused(&r[6].err, ERR_AGENT_IN_USE, "2 numbers");
	assert_refused(&r[11].err, ERR_AGENT_IN_USE, "1 number");
	assert_true(store_get(f->store, ENTITY_NUMBER, "+15551234561", &n, &found, &e) && found);
	assert_string_equal(n.number.agent, "sales");
	assert_int_equal(n.number.version, 3);
	record_clear(&n);
	assert_false(has_record(f->store, ENTITY_AGENT, "support"));
	assert_false(has_record(f->store, ENTITY_NUMBER, "+15551234562"));
	/* The change of the workspace, and one for each accepted mutation. */
	assert_int_equal(last_change(f->store), 1 + N - 3);
	for (size_t i = 0; i < N; i++) {
		mutation_result_clear(&r[i]);
		record_clear(&m[i].record);
	}
}

static void deleting_a_provider_deletes_its_numbers(void **state)
{
	struct fixture *f = *state;
	struct mutation *m = adds(MANY), gone = { .kind = MUTATION_DELETE, .cascade = true };
	struct mutation_result r;
	struct err e;

	add_parties(f->store);
	must_add(f->store, provider_of("Other"));
	must_add(f->store, number_of("+442071234567", "other", "support"));
	assert_true(store_mutate(f->store, m, MANY, MUTATE_ALL_OR_NOTHING, NULL, &e));
	gone.record = provider_of("Twilio");
	set_text(&gone.record.provider.id, "twilio");
	assert_true(store_mutate(f->store, &gone, 1, MUTATE_ALL_OR_NOTHING, &r, &e));
	assert_string_equal(r.now.provider.name, "Twilio");
	assert_int_equal(r.change_id, last_change(f->store));
	assert_int_equal(count_numbers(f->store), 1);
	assert_true(has_record(f->store, ENTITY_NUMBER, "+442071234567"));
	assert_int_equal(count_where(f->url, "change WHERE entity = 'number' AND action = 'delete' AND after = '' AND "
				     "before LIKE '{%\"twilio\"%}'"), MANY);
	mutation_result_clear(&r);
	record_clear(&gone.record);
	mutations_free(m, MANY);
}

static void a_large_batch_edits_and_deletes(void **state)
{
	struct fixture *f = *state;
	struct mutation *m = adds(MANY);
	struct err e;

	add_parties(f->store);
	assert_true(store_mutate(f->store, m, MANY, MUTATE_ALL_OR_NOTHING, NULL, &e));
	for (size_t i = 0; i < MANY; i++) {
		m[i].kind = i % 2 ? MUTATION_EDIT : MUTATION_DELETE;
		m[i].version = 1;
	}
	assert_true(store_mutate(f->store, m, MANY, MUTATE_ALL_OR_NOTHING, NULL, &e));
	assert_int_equal(count_numbers(f->store), MANY / 2);
	assert_int_equal(count_where(f->url, "number WHERE version = 2"), MANY / 2);
	assert_false(store_mutate(f->store, m, MANY, MUTATE_ALL_OR_NOTHING, NULL, &e));
	assert_refused(&e, ERR_NUMBER_NOT_FOUND, "deleted by alice");
	mutations_free(m, MANY);
}

static void empty_and_refused_batches_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct mutation m = { .kind = MUTATION_ADD, .record = number_of("12", "", "") };
	struct mutation_result r;
	struct err e;

	assert_true(store_mutate(f->store, NULL, 0, MUTATE_ALL_OR_NOTHING, NULL, &e));
	assert_true(store_mutate(f->store, &m, 1, MUTATE_PARTIAL, &r, &e));
	assert_false(r.done);
	assert_int_equal(r.err.code, ERR_NUMBER_FORMAT);
	assert_int_equal(last_change(f->store), 1);
	mutation_result_clear(&r);
	record_clear(&m.record);
}

static void a_batch_is_made_part_by_part(void **state)
{
	struct fixture *f = *state;
	struct mutation *m = adds(MANY);
	const struct record *there;
	struct store_batch *b;
	int64_t before;
	struct err e;

	add_parties(f->store);
	before = last_change(f->store);
	for (int commits = 0; commits < 2; commits++) {
		assert_true(store_batch_begin(f->store, true, &b, &e));
		for (size_t i = 0; i < MANY; i++) {
			const char *key = m[i].record.number.e164;

			if (i % 400 == 0)
				assert_true(store_batch_expect(b, ENTITY_NUMBER, &key, 1, &e));
			assert_true(store_batch_mutate(b, &m[i], &e));
		}
		/* A part sees those before it, and a refusal ends nothing. */
		assert_true(store_batch_expect(b, ENTITY_NUMBER, NULL, 0, &e));
		assert_true(store_batch_find(b, ENTITY_NUMBER, m[0].record.number.e164, &there, &e));
		assert_non_null(there);
		assert_false(store_batch_mutate(b, &m[0], &e));
		assert_int_equal(e.code, ERR_NUMBER_EXISTS);
		if (commits)
			assert_true(store_batch_commit(b, &e));
		store_batch_end(&b);
		assert_int_equal(count_numbers(f->store), commits ? MANY : 0);
		assert_int_equal(last_change(f->store), before + (commits ? MANY : 0));
	}
	mutations_free(m, MANY);
}

int run_batch_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_large_batch_is_done),
		STORE_TEST(one_refusal_rolls_back_the_batch),
		STORE_TEST(a_partial_batch_skips_refused_mutations),
		STORE_TEST(a_batch_stops_at_the_number_limit),
		STORE_TEST(later_mutations_see_earlier_ones),
		STORE_TEST(deleting_a_provider_deletes_its_numbers),
		STORE_TEST(a_large_batch_edits_and_deletes),
		STORE_TEST(empty_and_refused_batches_change_nothing),
		STORE_TEST(a_batch_is_made_part_by_part),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
