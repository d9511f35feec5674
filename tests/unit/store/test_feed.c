/* Reading while others write: the snapshot, the change feed, waiting for changes, migrations. */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "trunkdeck/base/buf.h"

enum { LONG_MS = 30000, SOON_MS = 10000 };

/* --- snapshot --- */

struct snapshot_log {
	struct buf text;
	struct store *writer;		/* adds a number during the read */
	int numbers_left;		/* numbers until go_on returns false; -1 = never */
};

static void log_record(void *arg, const struct record *r, int64_t numbers)
{
	struct snapshot_log *l = arg;

	if (r->entity == ENTITY_WORKSPACE)
		buf_addf(&l->text, "w%d ", r->workspace.plan);
	else if (r->entity == ENTITY_PROVIDER)
		buf_addf(&l->text, "p:%s=%" PRId64 " ", r->provider.id, numbers);
	else if (r->entity == ENTITY_AGENT)
		buf_addf(&l->text, "a:%s ", r->agent.id);
	else
		buf_addf(&l->text, "%s/%s ", r->number.provider, r->number.e164);
}

static void log_badges(void *arg, int64_t change_id)
{
	struct snapshot_log *l = arg;

	buf_addf(&l->text, "badges@%" PRId64 " ", change_id);
	if (l->writer)
		must_add(l->writer, number_of("+15559999999", "twilio", "support"));
}

static struct store_reader reader_of(struct snapshot_log *l)
{
	*l = (struct snapshot_log){ .numbers_left = -1 };
	buf_init(&l->text, BUF_UNBOUNDED);
	return (struct store_reader){ .arg = l, .entities = ENTITIES_ALL, .record = log_record, .badges_done = log_badges };
}

static void a_snapshot_is_in_order(void **state)
{
	struct fixture *f = *state;
	struct snapshot_log l;
	struct store_reader r = reader_of(&l);
	int64_t id;
	struct err e;

	add_parties(f->store);
	must_add(f->store, provider_of("Alpha"));
	must_add(f->store, provider_of("Empty"));
	must_add(f->store, agent_of("billing"));
	must_add(f->store, number_of("+15551234562", "twilio", "support"));
	must_add(f->store, number_of("+15551234561", "twilio", "support"));
	must_add(f->store, number_of("+442071234567", "alpha", "support"));
	assert_true(store_read(f->store, &r, &id, &e));
	assert_string_equal(l.text.p, "w2 p:alpha=1 p:empty=0 p:twilio=2 a:billing a:support badges@9 "
			    "twilio/+15551234561 twilio/+15551234562 alpha/+442071234567 ");
	assert_int_equal(id, 9);
	buf_clear(&l.text);
}

static void a_snapshot_is_consistent(void **state)
{
	struct fixture *f = *state;
	struct snapshot_log l;
	struct store_reader r = reader_of(&l);
	int64_t id;
	struct err e;

	add_parties(f->store);
	must_add(f->store, number_of("+15551234561", "twilio", "support"));
	l.writer = open_store(f->url, "bob");
	assert_true(store_read(f->store, &r, &id, &e));
	assert_string_equal(l.text.p, "w2 p:twilio=1 a:support badges@4 twilio/+15551234561 ");
	assert_int_equal(id, 4);
	/* The change feed continues where the snapshot ended. */
	store_close(&l.writer);
	assert_int_equal(last_change(f->store), 5);
	buf_clear(&l.text);
}

static bool count_down(void *arg)
{
	struct snapshot_log *l = arg;

	return l->numbers_left-- > 0;
}

static void a_read_can_be_stopped(void **state)
{
	enum { N = 1000 };
	struct fixture *f = *state;
	struct mutation m[N];
	struct snapshot_log l;
	struct store_reader r = reader_of(&l);
	struct err e;

	add_parties(f->store);
	for (int i = 0; i < N; i++) {
		char *e164 = xasprintf("+1555%07d", i);

		m[i] = (struct mutation){ .kind = MUTATION_ADD, .record = number_of(e164, "twilio", "support") };
		free(e164);
	}
	assert_true(store_mutate(f->store, m, N, MUTATE_ALL_OR_NOTHING, NULL, &e));
	for (int i = 0; i < N; i++)
		record_clear(&m[i].record);
	l.numbers_left = 2;
	r.go_on = count_down;
	assert_true(store_read(f->store, &r, NULL, &e));
	assert_null(strstr(l.text.p, "+15550000999"));
	assert_non_null(strstr(l.text.p, "+15550000001"));
	/* The handle can still be used. */
	assert_int_equal(count_numbers(f->store), N);
	buf_clear(&l.text);
}

/* --- feed --- */

struct feed_log {
	struct buf text;
};

static void log_change(void *arg, const struct change *c)
{
	struct feed_log *l = arg;

	buf_addf(&l->text, "%" PRId64 ":%s:%s:%s ", c->id, c->action, entity_name(c->entity), c->key);
}

static void expect_feed(struct store *s, int64_t since, size_t max, const char *expected)
{
	struct feed_log l;
	struct err e;

	buf_init(&l.text, BUF_UNBOUNDED);
	assert_true(store_find_changes(s, &(struct change_query){ .after_id = since, .max = max, .oldest_first = true }, log_change, &l, &e));
	assert_string_equal(l.text.p, expected);
	buf_clear(&l.text);
}

static void expect_found(struct store *s, struct change_query q, const char *expected)
{
	struct feed_log l;
	struct err e;

	buf_init(&l.text, BUF_UNBOUNDED);
	if (!store_find_changes(s, &q, log_change, &l, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	assert_string_equal(l.text.p, expected);
	buf_clear(&l.text);
}

/* Tests each condition alone, and all of them together. */
static void each_query_condition_selects_changes(void **state)
{
	struct fixture *f = *state;
	struct store *bob = open_store(f->url, "Bob");

	add_parties(f->store);
	must_add(bob, number_of("+15551234561", "twilio", "support"));
	must_mutate(f->store, MUTATION_DELETE, number_of("+15551234561", "", ""), 0);
	free(behind_sql(f->url, "UPDATE change SET at = id * 1000"));
	expect_found(bob, (struct change_query){ .entity = "number" }, "5:delete:number:+15551234561 4:add:number:+15551234561 ");
	expect_found(bob, (struct change_query){ .key = "twilio" }, "2:add:provider:twilio ");
	expect_found(bob, (struct change_query){ .actor = "BOB" }, "4:add:number:+15551234561 ");
	expect_found(bob, (struct change_query){ .since_us = 3000, .until_us = 5000 },
		     "4:add:number:+15551234561 3:add:agent:support ");
	expect_found(bob, (struct change_query){ .before_id = 4, .max = 2 }, "3:add:agent:support 2:add:provider:twilio ");
	expect_found(bob, (struct change_query){ .after_id = 2, .oldest_first = true, .max = 2 },
		     "3:add:agent:support 4:add:number:+15551234561 ");
	expect_found(bob, (struct change_query){ .entity = "number", .key = "+15551234561", .actor = "alice", .since_us = 1,
						 .until_us = 9000, .before_id = 9, .after_id = 1, .max = 9 },
		     "5:delete:number:+15551234561 ");
	expect_found(bob, (struct change_query){ .entity = "agent", .key = "twilio" }, "");
	store_close(&bob);
}

static void the_feed_is_in_order(void **state)
{
	struct fixture *f = *state;
	struct store *bob = open_store(f->url, "bob");
	struct feed_log l;
	struct err e;

	add_parties(f->store);
	must_add(bob, number_of("+15551234561", "twilio", "support"));
	must_mutate(f->store, MUTATION_DELETE, number_of("+15551234561", "", ""), 0);
	expect_feed(bob, 1, 0, "2:add:provider:twilio 3:add:agent:support 4:add:number:+15551234561 "
			       "5:delete:number:+15551234561 ");
	expect_feed(bob, 2, 2, "3:add:agent:support 4:add:number:+15551234561 ");
	expect_feed(bob, 5, 0, "");
	buf_init(&l.text, BUF_UNBOUNDED);
	assert_true(store_find_changes(bob, &(struct change_query){ .max = 2 }, log_change, &l, &e));
	assert_string_equal(l.text.p, "5:delete:number:+15551234561 4:add:number:+15551234561 ");
	buf_clear(&l.text);
	store_close(&bob);
}

static void changes_have_the_time_of_the_clock(void **state)
{
	struct fixture *f = *state;
	struct td_clock clock;
	struct store_options options = { .actor = "alice", .clock = &clock };
	struct store *s;
	char *at;
	struct err e;

	clock_init_virtual(&clock, INT64_C(1700000000123456));
	assert_true(store_open(&s, f->url, &options, &e));
	must_add(s, provider_of("Twilio"));
	at = behind_sql(f->url, "SELECT at FROM change WHERE id = 2");
	assert_string_equal(at, "1700000000123456");
	free(at);
	store_close(&s);
}

/* --- waiting --- */

static bool wait_change(struct store *s, int fd, int timeout_ms)
{
	struct err e;
	bool changed;

	if (!store_wait(s, fd, timeout_ms, &changed, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	return changed;
}

/* A child process that adds a number for each byte it receives. */
static int adder(int in, int out, void *arg)
{
	struct store *s = open_store(arg, "child");
	unsigned char n;

	byte_send(out, 0);
	while (byte_receive(in, &n)) {
		char *e164 = xasprintf("+1555123456%d", n);

		must_add(s, number_of(e164, "twilio", "support"));
		free(e164);
	}
	store_close(&s);
	return 0;
}

static void a_change_of_another_process_ends_the_wait(void **state)
{
	struct fixture *f = *state;
	struct child c;
	unsigned char ready;

	add_parties(f->store);
	child_start(&c, adder, f->url);
	assert_true(byte_receive(c.from, &ready));
	last_change(f->store);
	for (unsigned char n = 0; n < 3; n++) {
		int64_t start = clock_mono_ms(&clock_system);

		byte_send(c.to, n);
		assert_true(wait_change(f->store, -1, LONG_MS));
		/* The change must wake the wait, not be found by chance when the time is over. */
		assert_true(clock_mono_ms(&clock_system) - start < SOON_MS);
		assert_int_equal(last_change(f->store), 4 + n);
		assert_false(wait_change(f->store, -1, 0));
	}
	assert_int_equal(child_wait(&c), 0);
}

static void an_own_change_ends_the_wait_once(void **state)
{
	struct fixture *f = *state;

	last_change(f->store);
	assert_false(wait_change(f->store, -1, 0));
	add_parties(f->store);
	assert_true(wait_change(f->store, -1, LONG_MS));
	assert_false(wait_change(f->store, -1, 0));
	expect_feed(f->store, 1, 0, "2:add:provider:twilio 3:add:agent:support ");
	assert_false(wait_change(f->store, -1, 10));
}

static void a_readable_descriptor_ends_the_wait(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	last_change(f->store);
	byte_send(fds[1], 1);
	assert_false(wait_change(f->store, fds[0], LONG_MS));
	close(fds[0]);
	close(fds[1]);
}

/* --- migrations --- */

static void a_newer_schema_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_options options = { .actor = "alice" };
	struct store *s;
	struct err e;

	add_parties(f->store);
	free(behind_sql(f->url, "UPDATE schema_version SET version = version + 9000"));
	assert_false(store_open(&s, f->url, &options, &e));
	assert_refused(&e, ERR_STORE_NEWER, "has schema 90");
	assert_null(s);
	free(behind_sql(f->url, "UPDATE schema_version SET version = version - 9000"));
	assert_true(store_open(&s, f->url, &options, &e));
	assert_true(has_record(s, ENTITY_PROVIDER, "twilio"));
	store_close(&s);
}

static int opener(int in, int out, void *arg)
{
	struct store_options options = { .actor = "child", .create = true };
	unsigned char go;
	struct store *s;
	struct err e;

	(void)out;
	byte_receive(in, &go);
	if (!store_open(&s, arg, &options, &e)) {
		fprintf(stderr, "%s (%s)\n", e.message, e.hint);
		return 1;
	}
	store_close(&s);
	return 0;
}

static void many_open_a_fresh_store_at_once(void **state)
{
	enum { ROUNDS = 8, OPENERS = 4 };

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char *url = fresh_url(), *count;
		struct child c[OPENERS];

		for (int i = 0; i < OPENERS; i++)
			child_start(&c[i], opener, url);
		for (int i = 0; i < OPENERS; i++)
			byte_send(c[i].to, 1);
		for (int i = 0; i < OPENERS; i++)
			assert_int_equal(child_wait(&c[i]), 0);
		count = behind_sql(url, "SELECT (SELECT count(*) FROM workspace) * 100 + "
				   "(SELECT count(*) FROM change) * 10 + (SELECT count(*) FROM schema_version)");
		assert_string_equal(count, "111");
		free(count);
		free(url);
	}
}

int run_feed_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_snapshot_is_in_order),
		STORE_TEST(a_snapshot_is_consistent),
		STORE_TEST(a_read_can_be_stopped),
		STORE_TEST(the_feed_is_in_order),
		STORE_TEST(each_query_condition_selects_changes),
		STORE_TEST(changes_have_the_time_of_the_clock),
		STORE_TEST(a_change_of_another_process_ends_the_wait),
		STORE_TEST(an_own_change_ends_the_wait_once),
		STORE_TEST(a_readable_descriptor_ends_the_wait),
		STORE_TEST(a_newer_schema_is_refused),
		cmocka_unit_test(many_open_a_fresh_store_at_once),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
