/* Several processes use one store: one wins, and the others get the reason. A killed process loses no change. */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

enum { ROUNDS = 40, WRITERS = 3 };

/* --- writing at once --- */

struct contest {
	const char *url;
	bool same_number;	/* else each adds its own number */
	int who;
};

/* Tries to add once for each byte that it receives, and answers with the error code. */
static int contestant(int in, int out, void *arg)
{
	const struct contest *contest = arg;
	struct store *s = open_store(contest->url, "child");
	unsigned char round;
	struct err e;

	byte_send(out, 0);
	while (byte_receive(in, &round)) {
		char *e164 = xasprintf("+1555%03d%04d", contest->same_number ? 0 : contest->who, round);

		try_mutate(s, MUTATION_ADD, number_of(e164, "twilio", "support"), 0, &e);
		free(e164);
		byte_send(out, (unsigned char)e.code);
	}
	store_close(&s);
	return 0;
}

struct contestants {
	struct contest contest[WRITERS];
	struct child child[WRITERS];
};

static void contestants_start(struct contestants *c, const char *url, bool same_number)
{
	unsigned char ready;

	for (int i = 0; i < WRITERS; i++) {
		c->contest[i] = (struct contest){ .url = url, .same_number = same_number, .who = i };
		child_start(&c->child[i], contestant, &c->contest[i]);
	}
	for (int i = 0; i < WRITERS; i++)
		assert_true(byte_receive(c->child[i].from, &ready));
}

/* All contestants try at once. Returns how many won; the others must get the error `refused`. */
static int contest_round(struct contestants *c, int round, enum err_code refused)
{
	unsigned char code;
	int won = 0;

	for (int i = 0; i < WRITERS; i++)
		byte_send(c->child[i].to, (unsigned char)round);
	for (int i = 0; i < WRITERS; i++) {
		assert_true(byte_receive(c->child[i].from, &code));
		if (code == ERR_NONE)
			won++;
		else
			assert_string_equal(err_name_of((enum err_code)code), err_name_of(refused));
	}
	return won;
}

static void contestants_end(struct contestants *c)
{
	/* Close all inputs first, because a later child has copies of the pipes of earlier ones. */
	for (int i = 0; i < WRITERS; i++)
		child_close_input(&c->child[i]);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(child_wait(&c->child[i]), 0);
}

static void one_process_gets_the_last_place(void **state)
{
	struct fixture *f = *state;
	struct contestants c;

	add_parties(f->store);
	set_limit(f->store, 0);
	contestants_start(&c, f->url, false);
	for (int round = 0; round < ROUNDS; round++) {
		set_limit(f->store, round + 1);
		assert_int_equal(contest_round(&c, round, ERR_NUMBER_LIMIT), 1);
		assert_int_equal(count_numbers(f->store), round + 1);
	}
	contestants_end(&c);
}

static void one_process_adds_a_number(void **state)
{
	struct fixture *f = *state;
	struct contestants c;

	add_parties(f->store);
	contestants_start(&c, f->url, true);
	for (int round = 0; round < ROUNDS; round++)
		assert_int_equal(contest_round(&c, round, ERR_NUMBER_EXISTS), 1);
	contestants_end(&c);
	assert_int_equal(count_numbers(f->store), ROUNDS);
	assert_int_equal(last_change(f->store), 3 + ROUNDS);
}

static void keep_in_order(void *arg, const struct change *c)
{
	int64_t *last = arg;

	assert_int_equal(c->id, *last + 1);
	*last = c->id;
}

/* A reader of the feed sees all ids in order while others write, and no id arrives late. */
static void the_feed_has_no_gaps(void **state)
{
	struct fixture *f = *state;
	struct contestants c;
	int64_t last = 0;
	struct err e;

	add_parties(f->store);
	contestants_start(&c, f->url, false);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned char code;

		for (int i = 0; i < WRITERS; i++)
			byte_send(c.child[i].to, (unsigned char)round);
		while (last < 3 + WRITERS * (round + 1))
			assert_true(store_find_changes(f->store, &(struct change_query){ .after_id = last, .oldest_first = true }, keep_in_order, &last, &e));
		for (int i = 0; i < WRITERS; i++)
			assert_true(byte_receive(c.child[i].from, &code) && code == ERR_NONE);
	}
	contestants_end(&c);
}

/* --- killed writers --- */

enum { KILL_ROUNDS = 25, BATCH = 3, ACKS_MAX = 250 };

/* Adds batches of numbers until it is killed, and reports each one after its commit. */
static int writer(int in, int out, void *arg)
{
	struct store *s = open_store(arg, "child");
	struct mutation m[BATCH];
	unsigned char first;
	struct err e;

	byte_receive(in, &first);
	for (unsigned n = 0; n < ACKS_MAX; n++) {
		for (unsigned i = 0; i < BATCH; i++) {
			char *e164 = xasprintf("+1555%03d%04u", first, n * BATCH + i);

			m[i] = (struct mutation){ .kind = MUTATION_ADD,
						  .record = number_of(e164, "twilio", "support") };
			free(e164);
		}
		if (!store_mutate(s, m, BATCH, MUTATE_ALL_OR_NOTHING, NULL, &e)) {
			fprintf(stderr, "%s (%s)\n", e.message, e.hint);
			return 1;
		}
		for (unsigned i = 0; i < BATCH; i++)
			record_clear(&m[i].record);
		byte_send(out, 1);
	}
	return 0;
}

/* Works for a varying time without a clock, so that the kill comes at different points. */
static void spin(unsigned rounds)
{
	for (volatile unsigned i = 0; i < rounds; i++)
		;
}

struct survey {
	int round;
	int numbers, changes;
	bool seen[ACKS_MAX * BATCH];
};

static void survey_change(void *arg, const struct change *c)
{
	struct survey *survey = arg;
	int round, at;

	if (c->entity != ENTITY_NUMBER || sscanf(c->key, "+1555%3d%4d", &round, &at) != 2 || round != survey->round)
		return;
	assert_string_equal(c->action, "add");
	assert_false(survey->seen[at]);
	survey->seen[at] = true;
	survey->changes++;
}

static void survey_number(void *arg, const struct record *r, int64_t numbers)
{
	struct survey *survey = arg;
	int round, at;

	(void)numbers;
	if (sscanf(r->number.e164, "+1555%3d%4d", &round, &at) != 2 || round != survey->round)
		return;
	assert_true(survey->seen[at]);
	survey->numbers++;
}

static void check_survivors(struct store *s, int round, int acknowledged)
{
	struct survey *survey = xcalloc(1, sizeof(*survey));
	struct store_reader r = { .arg = survey, .entities = ENTITY_BIT(ENTITY_NUMBER), .record = survey_number };
	struct err e;

	survey->round = round;
	assert_true(store_find_changes(s, &(struct change_query){ .oldest_first = true }, survey_change, survey, &e));
	assert_true(store_read(s, &r, NULL, &e));
	/* Each number has one change. Batches are whole. All acknowledged batches are there, and at most one more. */
	assert_int_equal(survey->numbers, survey->changes);
	assert_int_equal(survey->numbers % BATCH, 0);
	assert_in_range(survey->numbers, acknowledged * BATCH, (acknowledged + 1) * BATCH);
	for (int i = 0; i < survey->numbers; i++)
		assert_true(survey->seen[i]);
	free(survey);
}

static void a_killed_writer_loses_nothing(void **state)
{
	struct fixture *f = *state;
	unsigned char ack;

	add_parties(f->store);
	srandom(20260101);
	for (int round = 0; round < KILL_ROUNDS; round++) {
		int acknowledged = 0, wanted = (int)(random() % 20);
		struct child c;

		child_start(&c, writer, f->url);
		byte_send(c.to, (unsigned char)round);
		while (acknowledged < wanted && byte_receive(c.from, &ack))
			acknowledged++;
		spin((unsigned)(random() % 2000000));
		kill(c.pid, SIGKILL);
		while (byte_receive(c.from, &ack))
			acknowledged++;
		assert_int_equal(child_wait(&c), 128 + SIGKILL);
		/* PostgreSQL may still execute the last commit. Once this change has the lock, that commit is over. */
		set_limit(f->store, LIMIT_NONE);
		check_survivors(f->store, round, acknowledged);
	}
}

int run_race_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(one_process_gets_the_last_place),
		STORE_TEST(one_process_adds_a_number),
		STORE_TEST(the_feed_has_no_gaps),
		STORE_TEST(a_killed_writer_loses_nothing),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
