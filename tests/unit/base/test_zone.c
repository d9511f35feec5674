/* Time zones: summer and winter, hours that occur twice or never, and moments as operators write them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/zone.h"

static int64_t moment(const char *iso)
{
	int64_t us;

	assert_true(clock_parse_iso(iso, &us));
	return us;
}

static void expect_moment(const struct zone *z, const char *text, int64_t now, const char *iso)
{
	char got[CLOCK_ISO_SIZE];
	int64_t us;

	assert_true(zone_parse_moment(z, text, now, &us));
	clock_format_iso(got, us);
	got[19] = '\0';
	assert_string_equal(got, iso);
}

/* Every third hour of thirty years agrees with the C library, also far after the last transition in the file. */
static void agrees_with_the_c_library(void **state)
{
	static const char *const names[] = { "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
					     "America/Sao_Paulo", "Europe/Dublin", "Africa/Casablanca", "Pacific/Apia" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct zone *z = zone_open(names[i]);

		assert_non_null(z);
		setenv("TZ", names[i], 1);
		tzset();
		for (time_t t = 1000000000; t < 2600000000; t += 10800 + 1) {
			struct zone_time local;
			struct tm tm;

			localtime_r(&t, &tm);
			zone_local(z, (int64_t)t * 1000000, &local);
			assert_int_equal(zone_offset_s(z, (int64_t)t * 1000000), tm.tm_gmtoff);
			assert_int_equal(local.year, tm.tm_year + 1900);
			assert_int_equal(local.month, tm.tm_mon + 1);
			assert_int_equal(local.day, tm.tm_mday);
			assert_int_equal(local.hour, tm.tm_hour);
			assert_int_equal(local.minute, tm.tm_min);
			assert_int_equal((local.weekday + 1) % 7, tm.tm_wday);
		}
		zone_free(&z);
	}
}

static void days_start_at_local_midnight(void **state)
{
	struct zone *z = zone_open("Europe/Berlin");
	int64_t day;

	(void)state;
	expect_moment(z, "today", moment("2026-03-01T22:59:59Z"), "2026-02-28T23:00:00");
	expect_moment(z, "today", moment("2026-03-01T23:00:00Z"), "2026-03-01T23:00:00");
	expect_moment(z, "yesterday", moment("2026-03-01T12:00:00Z"), "2026-02-27T23:00:00");
	/* A day in March has 23 hours, and one in October has 25. */
	day = zone_day_start_us(z, moment("2026-03-29T12:00:00Z"), 0);
	assert_true(zone_day_start_us(z, day, 1) - day == INT64_C(23) * 3600 * 1000000);
	day = zone_day_start_us(z, moment("2026-10-25T12:00:00Z"), 0);
	assert_true(zone_day_start_us(z, day, 1) - day == INT64_C(25) * 3600 * 1000000);
	day = zone_day_start_us(z, moment("2026-12-31T23:30:00Z"), 0);
	assert_true(day == moment("2026-12-31T23:00:00Z"));
	zone_free(&z);
}

/* The change happens in the exact second, also in a year for which the file has only the rule. */
static void clocks_change_to_the_second(void **state)
{
	static const struct { const char *at; int before_s, after_s; } changes[] = {
		{ "2026-03-29T01:00:00Z", 3600, 7200 }, { "2026-10-25T01:00:00Z", 7200, 3600 },
		{ "2040-03-25T01:00:00Z", 3600, 7200 }, { "2040-10-28T01:00:00Z", 7200, 3600 },
	};
	struct zone *z = zone_open("Europe/Berlin");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		assert_int_equal(zone_offset_s(z, moment(changes[i].at) - 1), changes[i].before_s);
		assert_int_equal(zone_offset_s(z, moment(changes[i].at)), changes[i].after_s);
	}
	zone_free(&z);
}

static void moments_are_parsed(void **state)
{
	struct zone *z = zone_open("Europe/Berlin");
	int64_t now = moment("2026-07-15T10:00:00Z"), us;

	(void)state;
	expect_moment(z, "now", now, "2026-07-15T10:00:00");
	expect_moment(z, "90s", now, "2026-07-15T09:58:30");
	expect_moment(z, "2h", now, "2026-07-15T08:00:00");
	expect_moment(z, "7d", now, "2026-07-08T10:00:00");
	expect_moment(z, "2w", now, "2026-07-01T10:00:00");
	expect_moment(z, "9:05", now, "2026-07-15T07:05:00");
	expect_moment(z, "12:00:00", now, "2026-07-15T10:00:00");
	expect_moment(z, "12:01", now, "2026-07-14T10:01:00");
	expect_moment(z, "2026-07-15", now, "2026-07-14T22:00:00");
	expect_moment(z, "2026-07-15T08:30", now, "2026-07-15T06:30:00");
	expect_moment(z, "2026-01-15 08:30:05", now, "2026-01-15T07:30:05");
	expect_moment(z, "2026-07-15T08:30:00Z", now, "2026-07-15T08:30:00");
	/* A time that occurs twice is the earlier one. A skipped time is read with the offset before the change. */
	expect_moment(z, "2026-10-25T02:30", now, "2026-10-25T00:30:00");
	expect_moment(z, "2026-03-29T02:30", now, "2026-03-29T01:30:00");
	assert_false(zone_parse_moment(z, "", now, &us));
	assert_false(zone_parse_moment(z, "2y", now, &us));
	assert_false(zone_parse_moment(z, "h", now, &us));
	assert_false(zone_parse_moment(z, "24:00", now, &us));
	assert_false(zone_parse_moment(z, "9:60", now, &us));
	assert_false(zone_parse_moment(z, "12", now, &us));
	assert_false(zone_parse_moment(z, ":12", now, &us));
	assert_false(zone_parse_moment(z, "123:12", now, &us));
	assert_false(zone_parse_moment(z, "12:", now, &us));
	assert_false(zone_parse_moment(z, "2h ", now, &us));
	assert_false(zone_parse_moment(z, "-2h", now, &us));
	assert_false(zone_parse_moment(z, "999999w", now, &us));
	assert_false(zone_parse_moment(z, "2026-02-30", now, &us));
	assert_false(zone_parse_moment(z, "tomorrow", now, &us));
	zone_free(&z);
}

static void unknown_zones_are_refused(void **state)
{
	(void)state;
	assert_null(zone_open("Europe/Atlantis"));
	assert_null(zone_open("../../../etc/passwd"));
	assert_null(zone_open("/etc/localtime"));
	assert_null(zone_open("zone.tab"));
	assert_null(zone_open(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_c_library),
		cmocka_unit_test(days_start_at_local_midnight),
		cmocka_unit_test(clocks_change_to_the_second),
		cmocka_unit_test(moments_are_parsed),
		cmocka_unit_test(unknown_zones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
