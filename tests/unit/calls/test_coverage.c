/* Holes between the spans of one server and of several, at the edges of the window, and before the first record. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/coverage.h"

#define S INT64_C(1000000)

static void server(struct coverage *g, int64_t first, const struct span *spans, size_t n)
{
	coverage_server(g, first * S);
	for (size_t i = 0; i < n; i++)
		coverage_span(g, (struct span){ spans[i].from_us * S, spans[i].until_us * S });
	coverage_server_end(g);
}

static void expect(struct coverage *g, int64_t seconds, size_t holes, bool complete, int64_t recorded_since)
{
	coverage_finish(g);
	assert_int_equal(coverage_summary(g).gap_s, seconds);
	assert_int_equal(g->count, holes);
	assert_int_equal(coverage_summary(g).complete, complete);
	assert_int_equal(g->recorded_since_us, recorded_since * S);
	coverage_clear(g);
}

static void one_server(void **state)
{
	const struct span whole[] = { { 50, 250 } }, overlapping[] = { { 50, 150 }, { 120, 130 }, { 140, 200 } };
	const struct span holes[] = { { 90, 110 }, { 110, 120 }, { 132, 150 }, { 160, 190 } };
	struct coverage g;

	(void)state;
	coverage_begin(&g, 100 * S, 200 * S);
	server(&g, 50, whole, ARRAY_LEN(whole));
	expect(&g, 0, 0, true, 50);
	coverage_begin(&g, 100 * S, 200 * S);
	server(&g, 50, overlapping, ARRAY_LEN(overlapping));
	expect(&g, 0, 0, true, 50);
	coverage_begin(&g, 100 * S, 200 * S);
	server(&g, 50, holes, ARRAY_LEN(holes));
	expect(&g, 12 + 10 + 10, 3, false, 50);
}

static void a_part_of_a_second_counts_as_one(void **state)
{
	struct coverage g;

	(void)state;
	coverage_begin(&g, 100 * S, 200 * S);
	coverage_server(&g, 50 * S);
	coverage_span(&g, (struct span){ 50 * S, 150 * S });
	coverage_span(&g, (struct span){ 150 * S + 1, 200 * S });
	coverage_server_end(&g);
	expect(&g, 1, 1, false, 50);
}

static void a_hole_of_any_server_counts(void **state)
{
	const struct span a[] = { { 50, 120 }, { 140, 250 } }, b[] = { { 60, 130 }, { 150, 250 } };
	struct coverage g;

	(void)state;
	coverage_begin(&g, 100 * S, 200 * S);
	server(&g, 50, a, ARRAY_LEN(a));
	server(&g, 60, b, ARRAY_LEN(b));
	expect(&g, 30, 1, false, 60);
}

static void before_the_first_record(void **state)
{
	const struct span late[] = { { 150, 250 } };
	struct coverage g;

	(void)state;
	coverage_begin(&g, 100 * S, 200 * S);
	server(&g, 0, NULL, 0);
	expect(&g, 100, 1, false, 0);
	coverage_begin(&g, 100 * S, 200 * S);
	server(&g, 150, late, 1);
	expect(&g, 50, 1, false, 150);
	coverage_begin(&g, 100 * S, 200 * S);
	server(&g, 150, late, 1);
	server(&g, 0, NULL, 0);
	expect(&g, 100, 1, false, 0);
	/* Without any server. */
	coverage_begin(&g, 100 * S, 200 * S);
	expect(&g, 0, 0, false, 0);
}

static void all_time_begins_with_the_first_record(void **state)
{
	const struct span spans[] = { { 150, 160 }, { 170, 250 } };
	struct coverage g;

	(void)state;
	coverage_begin(&g, 0, 200 * S);
	server(&g, 150, spans, ARRAY_LEN(spans));
	expect(&g, 10, 1, false, 150);
	coverage_begin(&g, 0, 200 * S);
	server(&g, 0, NULL, 0);
	expect(&g, 0, 0, false, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_server),
		cmocka_unit_test(a_part_of_a_second_counts_as_one),
		cmocka_unit_test(a_hole_of_any_server_counts),
		cmocka_unit_test(before_the_first_record),
		cmocka_unit_test(all_time_begins_with_the_first_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
