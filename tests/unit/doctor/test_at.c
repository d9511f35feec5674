/* The instants of test calls, as operators write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/doctor/number_test.h"

static int64_t iso(const char *text)
{
	int64_t us;

	assert_true(clock_parse_iso(text, &us));
	return us;
}

/* It is Wednesday, 2026-11-25 14:30 in Berlin. */
static void local_times_are_the_next_ones(void **state)
{
	static const struct {
		const char *text, *utc;
	} rows[] = {
		{ "Sat 22:00", "2026-11-28T21:00:00Z" }, { "saturday 22:00", "2026-11-28T21:00:00Z" },
		{ "SAT22:00", "2026-11-28T21:00:00Z" }, { "wed 14:30", "2026-11-25T13:30:00Z" },
		{ "wed 14:29", "2026-12-02T13:29:00Z" }, { "Tue 00:00", "2026-11-30T23:00:00Z" },
		{ "Mon 9:05", "2026-11-30T08:05:00Z" }, { "14:30", "2026-11-25T13:30:00Z" },
		{ "14:29", "2026-11-26T13:29:00Z" }, { "23:59", "2026-11-25T22:59:00Z" },
		{ "2026-12-24", "2026-12-23T23:00:00Z" }, { "2026-07-24T10:30", "2026-07-24T08:30:00Z" },
		{ "2026-07-24 10:30", "2026-07-24T08:30:00Z" }, { "2026-12-24T10:30:00Z", "2026-12-24T10:30:00Z" },
		{ "now", "2026-11-25T13:30:00Z" },
	};
	struct zone *berlin = zone_open("Europe/Berlin");

	(void)state;
	assert_non_null(berlin);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t at_us = 0;

		if (!number_test_at(berlin, rows[i].text, iso("2026-11-25T13:30:00Z"), &at_us) || at_us != iso(rows[i].utc))
			fail_msg("%s", rows[i].text);
	}
	zone_free(&berlin);
}

static void a_weekday_across_the_clock_change(void **state)
{
	struct zone *berlin = zone_open("Europe/Berlin");
	int64_t at_us;

	(void)state;
	/* Friday, 2026-03-27; the clocks go forward in the night to Sunday. */
	assert_true(number_test_at(berlin, "Sun 12:00", iso("2026-03-27T11:00:00Z"), &at_us));
	assert_int_equal(at_us, iso("2026-03-29T10:00:00Z"));
	zone_free(&berlin);
}

static void what_is_no_moment_is_refused(void **state)
{
	static const char *const rows[] = { "", "Sat", "Sa 22:00", "Sat 24:00", "Sat 22:60", "Sat 22:00x", "Satur 22", "someday 10:00" };
	struct zone *utc = zone_open("UTC");
	int64_t at_us;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (number_test_at(utc, rows[i], iso("2026-11-25T13:30:00Z"), &at_us))
			fail_msg("%s", rows[i]);
	zone_free(&utc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_times_are_the_next_ones),
		cmocka_unit_test(a_weekday_across_the_clock_change),
		cmocka_unit_test(what_is_no_moment_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
