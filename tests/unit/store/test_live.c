/* Live calls through the store: screens read what recorders write, and a recorder that leaves removes its calls. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

static struct live_beat beat_of(const char *recorder, int64_t seq)
{
	struct live_beat b = { .seq = seq, .beat = seq, .servers = "na-1 eu-1" };

	str_copy(b.recorder, sizeof(b.recorder), str_of(recorder));
	return b;
}

static struct call call_of(unsigned id, enum call_state state)
{
	struct call c = { .server = "na-1", .number = "+15551234567", .started_us = 1000 + id, .state = state };

	snprintf(c.linkedid, sizeof(c.linkedid), "%u", id);
	return c;
}

static void publish(struct store *s, const struct live_beat *b, const struct call *calls, size_t n)
{
	struct err e;

	if (!store_live_publish(s, b, calls, n, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

static void add_call(void *arg, const struct call *c)
{
	buf_addf(arg, "%s:%s ", c->linkedid, call_state_name(c->state));
}

static void expect_calls(struct store *s, const char *recorder, int64_t since, const char *text)
{
	struct buf found;
	struct err e;

	buf_init(&found, BUF_UNBOUNDED);
	if (!store_live_calls(s, recorder, since, add_call, &found, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	assert_string_equal(found.p ? found.p : "", text);
	buf_clear(&found);
}

static void add_beat(void *arg, const struct live_beat *b, int64_t seen_us)
{
	assert_true(seen_us > 0);
	buf_addf(arg, "%s:%lld:%s ", b->recorder, (long long)b->seq, b->servers);
}

static void expect_beats(struct store *s, const char *text)
{
	struct buf found;
	struct err e;

	buf_init(&found, BUF_UNBOUNDED);
	if (!store_live_beats(s, add_beat, &found, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	assert_string_equal(found.p ? found.p : "", text);
	buf_clear(&found);
}

static void new_live_calls_are_read(void **state)
{
	struct fixture *f = *state;
	struct store *screen = open_store(f->url, "bob");
	struct call calls[] = { call_of(1, CALL_RINGING), call_of(2, CALL_RINGING) };
	struct live_beat b = beat_of("a", 1);

	expect_beats(screen, "");
	publish(f->store, &b, calls, 2);
	expect_beats(screen, "a:1:na-1 eu-1 ");
	expect_calls(screen, "a", 0, "1:ringing 2:ringing ");
	b.seq = 2;
	calls[1].state = CALL_TALKING;
	publish(f->store, &b, &calls[1], 1);
	expect_calls(screen, "a", 1, "2:talking ");
	expect_calls(screen, "a", 0, "1:ringing 2:talking ");
	expect_calls(screen, "a", 2, "");
	/* The calls of another recorder are not read. */
	expect_calls(screen, "b", 0, "");
	store_close(&screen);
}

static void recorders_keep_their_own_rows(void **state)
{
	struct fixture *f = *state;
	struct call mine = call_of(1, CALL_RINGING), theirs = call_of(1, CALL_TALKING);
	struct live_beat a = beat_of("a", 1), b = beat_of("b", 7);
	struct err e;

	publish(f->store, &a, &mine, 1);
	publish(f->store, &b, &theirs, 1);
	expect_beats(f->store, "a:1:na-1 eu-1 b:7:na-1 eu-1 ");
	expect_calls(f->store, "a", 0, "1:ringing ");
	expect_calls(f->store, "b", 0, "1:talking ");
	assert_true(store_live_leave(f->store, "a", &e));
	expect_beats(f->store, "b:7:na-1 eu-1 ");
	expect_calls(f->store, "a", 0, "");
	expect_calls(f->store, "b", 0, "1:talking ");
}

/* Many calls are several large INSERTs and a remainder. */
static void many_live_calls_are_published_at_once(void **state)
{
	struct fixture *f = *state;
	struct call *calls = xcalloc(2000, sizeof(*calls));
	struct live_beat b = beat_of("a", 1);
	struct buf found;
	struct err e;
	size_t n = 0;

	for (unsigned i = 0; i < 2000; i++)
		calls[i] = call_of(i, CALL_TALKING);
	publish(f->store, &b, calls, 2000);
	buf_init(&found, BUF_UNBOUNDED);
	assert_true(store_live_calls(f->store, "a", 0, add_call, &found, &e));
	for (const char *p = found.p; (p = strstr(p, ":talking ")); p++)
		n++;
	assert_int_equal(n, 2000);
	buf_clear(&found);
	free(calls);
}

static void ended_calls_and_dead_recorders_are_deleted(void **state)
{
	struct fixture *f = *state;
	struct td_clock clock;
	struct store *s;
	struct live_beat a = beat_of("a", 1), b = beat_of("b", 1);
	struct call ended = call_of(1, CALL_ENDED), live = call_of(2, CALL_TALKING), other = call_of(3, CALL_TALKING);
	struct err e;

	clock_init_virtual(&clock, INT64_C(1700000000000000));
	assert_true(store_open(&s, f->url, &(struct store_options){ .actor = "x", .clock = &clock }, &e));
	ended.ended_us = clock_wall_us(&clock);
	publish(s, &b, &other, 1);
	publish(s, &a, (struct call[]){ ended, live }, 2);
	a.tidy = true;
	publish(s, &a, NULL, 0);
	expect_calls(s, "a", 0, "1:ended 2:talking ");
	a.old_seq = 1;
	publish(s, &a, NULL, 0);
	expect_calls(s, "a", 0, "2:talking ");
	expect_beats(s, "a:1:na-1 eu-1 b:1:na-1 eu-1 ");
	/* Both recorders were silent for long. When a writes again, it does not delete itself as dead. */
	clock_advance(&clock, 301000);
	publish(s, &a, NULL, 0);
	expect_calls(s, "a", 0, "2:talking ");
	expect_beats(s, "a:1:na-1 eu-1 ");
	expect_calls(s, "b", 0, "");
	store_close(&s);
}

/* A waiting screen is woken at once if the server sends notices, and otherwise polls. */
static void a_live_call_ends_the_wait(void **state)
{
	struct fixture *f = *state;
	struct store *screen;
	struct live_beat b = beat_of("a", 1);
	struct call c = call_of(1, CALL_RINGING);
	int64_t before;
	bool changed;
	struct err e;

	assert_true(store_open(&screen, f->url, &(struct store_options){ .actor = "x", .follow_live = true }, &e));
	assert_true(store_wait(screen, -1, 0, &changed, &e));
	assert_int_equal(store_notifies(screen), backend_now() == BACKEND_POSTGRES);
	publish(f->store, &b, &c, 1);
	before = clock_mono_ms(&clock_system);
	assert_true(store_wait(screen, -1, store_notifies(screen) ? 20000 : 1, &changed, &e));
	assert_false(changed);
	assert_true(clock_mono_ms(&clock_system) - before < 20000);
	expect_calls(screen, "a", 0, "1:ringing ");
	store_close(&screen);
}

int run_live_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(new_live_calls_are_read),
		STORE_TEST(recorders_keep_their_own_rows),
		STORE_TEST(many_live_calls_are_published_at_once),
		STORE_TEST(ended_calls_and_dead_recorders_are_deleted),
		STORE_TEST(a_live_call_ends_the_wait),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
