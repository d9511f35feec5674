/* Coverage: the rows of all recorders are joined, and a gap is a time when no recorder listened. */
#include "config.h"

#include <string.h>

#include "fixture.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/str.h"

#define S INT64_C(1000000)
#define NOW (1700000000 * S)

static void say(struct store *s, const char *recorder, const char *server, int64_t from, int64_t until, bool open)
{
	struct covered_span l = { .span = { NOW + from * S, NOW + until * S }, .open = open };
	struct err e;

	str_copy(l.server, sizeof(l.server), str_of(server));
	if (!store_record_coverage(s, recorder, &l, 1, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

static int64_t gap_s(struct store *s, const char *server, int64_t since, int64_t until)
{
	int64_t seconds;
	struct coverage g;
	struct err e;

	coverage_begin(&g, NOW + since * S, NOW + until * S);
	if (!store_find_coverage(s, &server, server ? 1 : 0, &g, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	seconds = coverage_summary(&g).gap_s;
	assert_int_equal(coverage_summary(&g).complete, seconds == 0);
	coverage_clear(&g);
	return seconds;
}

static void recorders_fill_each_others_gaps(void **state)
{
	struct fixture *f = *state;
	struct store *other = open_store(f->url, "bob");

	say(f->store, "a", "na-1", -100, -50, false);
	say(f->store, "a", "na-1", -40, -10, false);
	assert_int_equal(gap_s(f->store, "na-1", -90, -10), 10);
	say(other, "b", "na-1", -60, -45, false);
	assert_int_equal(gap_s(f->store, "na-1", -90, -10), 5);
	say(other, "b", "na-1", -45, -40, false);
	assert_int_equal(gap_s(f->store, "na-1", -90, -10), 0);
	assert_int_equal(gap_s(f->store, "eu-1", -90, -10), 80);
	assert_int_equal(gap_s(f->store, NULL, -90, -10), 0);
	say(other, "b", "eu-1", -80, -10, false);
	assert_int_equal(gap_s(f->store, NULL, -90, -10), 10);
	store_close(&other);
}

static void a_later_row_replaces_an_earlier_one(void **state)
{
	struct fixture *f = *state;

	say(f->store, "a", "na-1", -100, -80, true);
	say(f->store, "a", "na-1", -100, -20, true);
	say(f->store, "a", "na-1", -100, -20, true);
	assert_int_equal(gap_s(f->store, "na-1", -90, -30), 0);
	say(f->store, "a", "na-1", -100, -50, false);
	assert_int_equal(gap_s(f->store, "na-1", -90, -30), 20);
	/* The same start, but another recorder. */
	say(f->store, "b", "na-1", -100, -70, false);
	assert_int_equal(gap_s(f->store, "na-1", -90, -30), 20);
}

/* A recorder that has not written for a while no longer counts as listening. */
static void an_open_span_goes_on_while_it_is_renewed(void **state)
{
	struct fixture *f = *state;
	struct td_clock clock;
	struct store *s;
	struct err e;

	clock_init_virtual(&clock, NOW);
	assert_true(store_open(&s, f->url, &(struct store_options){ .actor = "x", .clock = &clock }, &e));
	say(s, "a", "na-1", -100, -5, true);
	assert_int_equal(gap_s(s, "na-1", -90, 0), 0);
	clock_advance(&clock, 25000);
	assert_int_equal(gap_s(s, "na-1", -90, 25), 0);
	clock_advance(&clock, 6000);
	assert_int_equal(gap_s(s, "na-1", -90, 31), 36);
	say(s, "a", "na-1", -100, 29, true);
	assert_int_equal(gap_s(s, "na-1", -90, 31), 0);
	say(s, "a", "na-1", -100, 29, false);
	assert_int_equal(gap_s(s, "na-1", -90, 31), 2);
	store_close(&s);
}

static void old_spans_are_deleted_with_old_calls(void **state)
{
	struct fixture *f = *state;
	size_t deleted;
	struct err e;

	say(f->store, "a", "na-1", -100, -50, false);
	say(f->store, "a", "na-1", -50, -10, false);
	assert_true(store_expire_calls(f->store, NOW - 30 * S, 10, &deleted, &e));
	assert_int_equal(gap_s(f->store, "na-1", -60, -10), 10);
	assert_int_equal(gap_s(f->store, "na-1", -50, -10), 0);
}

static void a_read_only_handle_records_no_coverage(void **state)
{
	struct fixture *f = *state;
	const struct covered_span l = { "na-1", { NOW, NOW + S }, false };
	struct store *reader;
	struct err e;

	assert_true(store_open(&reader, f->url, &(struct store_options){ .actor = "x", .read_only = true }, &e));
	assert_false(store_record_coverage(reader, "a", &l, 1, &e));
	assert_refused(&e, ERR_READ_ONLY, "");
	store_close(&reader);
}

int run_coverage_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(recorders_fill_each_others_gaps),
		STORE_TEST(a_later_row_replaces_an_earlier_one),
		STORE_TEST(an_open_span_goes_on_while_it_is_renewed),
		STORE_TEST(old_spans_are_deleted_with_old_calls),
		STORE_TEST(a_read_only_handle_records_no_coverage),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
