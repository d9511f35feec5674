/* Opening times: their texts and JSON, the ranges of each date, and what is open when, also across clock changes. */
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
#include "trunkdeck/model/records.h"
#include "trunkdeck/model/schedule.h"

/* --- texts --- */

static void expect_open(const char *text, const char *canonical)
{
	struct err e = { 0 };
	char *got = schedule_canonical_open(text, &e);

	assert_non_null(got);
	assert_string_equal(got, canonical);
	free(got);
}

static void expect_exceptions(const char *text, const char *canonical)
{
	struct err e = { 0 };
	char *got = schedule_canonical_exceptions(text, &e);

	assert_non_null(got);
	assert_string_equal(got, canonical);
	free(got);
}

static void equal_times_have_one_text(void **state)
{
	(void)state;
	expect_open("", "");
	expect_open("mon-fri 09:00-18:00; sat 22:00-02:00", "mon-fri 09:00-18:00; sat 22:00-02:00");
	expect_open(" Monday-Friday 9:00 - 18:00 ;;SAT 22:00-2:00;", "mon-fri 09:00-18:00; sat 22:00-02:00");
	expect_open("fri 13:00-18:00; mon-fri 09:00-12:00; mon-thu 13:00-18:00", "mon-fri 09:00-12:00,13:00-18:00");
	expect_open("mon, wed 00:00-24:00; sun 12:00-00:00", "mon,wed 00:00-24:00; sun 12:00-24:00");
	expect_open("sat-mon 08:00-09:00", "mon,sat-sun 08:00-09:00");
	expect_open("mon 09:00-12:00,12:00-13:00", "mon 09:00-12:00,12:00-13:00");
	expect_exceptions("2026-12-31 15:00-16:00;2026-12-24 Closed ; 2026-12-31 10:00-14:00",
			  "2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00");
	expect_exceptions("2028-02-29 22:00-02:00", "2028-02-29 22:00-02:00");
}

static void what_is_wrong_is_named(void **state)
{
	static const struct { const char *text, *message; bool week; } bad[] = {
		{ "mon-fry 09:00-18:00", "Not a range of weekdays: mon-fry", true },
		{ "mo 09:00-18:00", "Not a weekday: mo", true },
		{ "09:00-18:00", "No weekday before the time: 09:00-18:00", true },
		{ "sun closed", "No time from hh:mm to hh:mm: sun closed", true },
		{ "mon 9-18", "Not a time from hh:mm to hh:mm: 9-18", true },
		{ "mon 09:00-24:01", "Not a time from hh:mm to hh:mm: 09:00-24:01", true },
		{ "mon 24:00-02:00", "Not a time from hh:mm to hh:mm: 24:00-02:00", true },
		{ "mon 09:60-10:00", "Not a time from hh:mm to hh:mm: 09:60-10:00", true },
		{ "mon 09:00-09:00", "Begins and ends at the same minute (a whole day is 00:00-24:00): 09:00-09:00", true },
		{ "mon-fri 09:00-18:00; wed 17:59-20:00", "Overlaps another time of the same day: 17:59-20:00", true },
		{ "mon 00:00-01:00,02:00-03:00,04:00-05:00,06:00-07:00,08:00-09:00,10:00-11:00,12:00-13:00,14:00-15:00,"
		  "16:00-17:00,18:00-19:00,20:00-21:00", "More than 10 times begin on one day: 20:00-21:00", true },
		{ "mon \x1b[2J", "Not a weekday: mon [", true },
		{ "2026-02-29 closed", "Not a date like 2026-12-24: 2026-02-29", false },
		{ "24.12.2026 closed", "Not a date like 2026-12-24: 24.12.2026", false },
		{ "2026-12-24", "Neither closed nor a time from hh:mm to hh:mm: 2026-12-24", false },
		{ "2026-12-24 shut", "Not a time from hh:mm to hh:mm: shut", false },
		{ "2026-12-24 closed; 2026-12-24 10:00-12:00", "The date is there twice: 2026-12-24", false },
		{ "2026-12-24 10:00-12:00; 2026-12-24 closed", "The date is there twice: 2026-12-24", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = { 0 };

		assert_null(bad[i].week ? schedule_canonical_open(bad[i].text, &e) : schedule_canonical_exceptions(bad[i].text, &e));
		assert_int_equal(e.code, ERR_FIELD_INVALID);
		assert_string_equal(e.message, bad[i].message);
		assert_non_null(strstr(e.hint, "write for example"));
		assert_string_equal(e.field, "");
	}
}

static void only_64_dates_differ(void **state)
{
	struct err e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	for (int i = 0; i < 64; i++)
		buf_addf(&b, "20%02d-12-24 closed; ", i + 10);
	free(schedule_canonical_exceptions(b.p, &e));
	assert_int_equal(e.code, ERR_NONE);
	buf_adds(&b, "2099-12-24 closed");
	assert_null(schedule_canonical_exceptions(b.p, &e));
	assert_string_equal(e.message, "More than 64 dates: 2099-12-24 closed");
	buf_clear(&b);
}

static void json_has_the_same_times(void **state)
{
	static const char open[] = "mon-fri 09:00-12:00,13:00-24:00; sat 22:00-02:00",
			  exceptions[] = "2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00";
	static const char *const bad[] = {
		"{}", "[1]", "[{\"days\":\"mon\",\"from\":\"09:00\"}]", "[{\"days\":\"mon\",\"from\":\"09:00\",\"to\":9}]",
		"[{\"days\":\"mon 1;\",\"from\":\"09:00\",\"to\":\"10:00\"}]", "[{\"date\":\"2026-12-24\",\"open\":[{\"from\":\"9\"}]}]",
		"[{\"days\":\"mon\",\"from\":\"09:00\",\"to\":\"10:00\",\"x\":1}]", "[{\"date\":\"2026-12-24\",\"open\":false}]",
	};
	json_t *json = schedule_open_to_json(open);
	char *text = json_dumps(json, JSON_COMPACT), *back = schedule_open_from_json(json, NULL);
	struct err e;

	(void)state;
	assert_string_equal(text, "[{\"days\":\"mon-fri\",\"from\":\"09:00\",\"to\":\"12:00\"},{\"days\":\"mon-fri\",\"from\":\"13:00\","
				  "\"to\":\"24:00\"},{\"days\":\"sat\",\"from\":\"22:00\",\"to\":\"02:00\"}]");
	assert_string_equal(back, open);
	json_decref(json);
	free(text);
	free(back);
	json = schedule_exceptions_to_json(exceptions);
	text = json_dumps(json, JSON_COMPACT);
	back = schedule_exceptions_from_json(json, NULL);
	assert_string_equal(text, "[{\"date\":\"2026-12-24\",\"open\":[]},{\"date\":\"2026-12-31\",\"open\":[{\"from\":\"10:00\","
				  "\"to\":\"14:00\"},{\"from\":\"15:00\",\"to\":\"16:00\"}]}]");
	assert_string_equal(back, exceptions);
	json_decref(json);
	free(text);
	free(back);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		json = json_loads(bad[i], 0, NULL);
		memset(&e, 0, sizeof(e));
		assert_null(schedule_open_from_json(json, &e));
		assert_null(schedule_exceptions_from_json(json, &e));
		assert_int_equal(e.code, ERR_FIELD_INVALID);
		json_decref(json);
	}
}

/* --- days --- */

static void expect_ranges(const struct schedule_day *day, const char *expected)
{
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	schedule_add_ranges(&b, day);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static void expect_date(const struct schedule_times *t, int year, int month, int day, const char *expected)
{
	struct schedule_day ranges;

	schedule_date(t, zone_days(year, month, day), &ranges);
	expect_ranges(&ranges, expected);
}

static void expect_dates(const struct schedule_times *t, const char *expected)
{
	int64_t dates[SCHEDULE_DATES_MAX];
	size_t count = schedule_dates(t, dates);
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	for (size_t i = 0; i < count; i++) {
		buf_adds(&b, i > 0 ? " " : "");
		schedule_add_date(&b, dates[i]);
	}
	assert_string_equal(b.p, expected);
	buf_clear(&b);
}

static void days_are_cut_at_midnight(void **state)
{
	struct schedule_times t;
	struct schedule_day day;

	(void)state;
	assert_true(schedule_read(&t, "mon-thu 09:00-18:00; fri 22:00-02:00; sat 01:00-03:00,20:00-24:00; sun 00:00-01:00", ""));
	schedule_weekday(&t, 3, &day);
	expect_ranges(&day, "0900-1800");
	schedule_weekday(&t, 4, &day);
	expect_ranges(&day, "2200-2400");
	schedule_weekday(&t, 5, &day);
	expect_ranges(&day, "0000-0300/2000-2400");
	schedule_weekday(&t, 6, &day);
	expect_ranges(&day, "0000-0100");
	assert_true(schedule_read(&t, "sun 22:00-02:00", ""));
	schedule_weekday(&t, 0, &day);
	expect_ranges(&day, "0000-0200");
}

/* A server gets a week in one key, which may have 900 bytes with the name of the zone. */
static void the_longest_week_fits_a_key(void **state)
{
	struct schedule_times t;
	struct schedule_day day;
	struct buf b;

	(void)state;
	assert_true(schedule_read(&t, "mon-sun 01:01-01:02,02:01-02:02,03:01-03:02,04:01-04:02,05:01-05:02,06:01-06:02,"
				      "07:01-07:02,08:01-08:02,09:01-09:02,22:00-00:30", ""));
	buf_init(&b, BUF_UNBOUNDED);
	for (int i = 0; i < 7; i++) {
		schedule_weekday(&t, i, &day);
		assert_int_equal(day.count, SCHEDULE_RANGES_MAX);
		schedule_add_ranges(&b, &day);
		buf_addc(&b, ',');
	}
	assert_true(b.len < 820);
	buf_clear(&b);
}

/* 24 December 2026 is a Thursday. */
static void an_exception_replaces_what_begins_on_its_date(void **state)
{
	struct schedule_times t;

	(void)state;
	assert_true(schedule_read(&t, "mon-sun 22:00-02:00", "2026-12-24 closed"));
	expect_date(&t, 2026, 12, 23, "0000-0200/2200-2400");
	expect_date(&t, 2026, 12, 24, "0000-0200");
	expect_date(&t, 2026, 12, 25, "2200-2400");
	expect_dates(&t, "20261224 20261225");
	assert_true(schedule_read(&t, "mon-fri 09:00-18:00", "2026-12-24 20:00-04:00; 2026-12-26 10:00-12:00"));
	expect_date(&t, 2026, 12, 24, "2000-2400");
	expect_date(&t, 2026, 12, 25, "0000-0400/0900-1800");
	expect_dates(&t, "20261224 20261225 20261226");
	assert_true(schedule_read(&t, "mon-sun 22:00-02:00", "2026-12-31 closed; 2027-01-01 closed"));
	expect_date(&t, 2026, 12, 31, "0000-0200");
	expect_date(&t, 2027, 1, 1, "");
	expect_dates(&t, "20261231 20270101 20270102");
	assert_true(schedule_read(&t, "mon-sun 22:00-02:00", "2028-02-28 closed; 2028-02-29 23:00-01:00"));
	expect_date(&t, 2028, 2, 29, "2300-2400");
	expect_date(&t, 2028, 3, 1, "0000-0100/2200-2400");
	expect_dates(&t, "20280228 20280229 20280301");
}

/* --- instants --- */

static int64_t moment(const char *iso)
{
	int64_t us;

	assert_true(clock_parse_iso(iso, &us));
	return us;
}

static void expect_state(const struct schedule_times *t, const char *zone, const char *at, bool open, const char *changes,
			 const char *text)
{
	struct zone *z = zone_open(zone);
	struct schedule_state s;
	struct buf b;

	assert_non_null(z);
	schedule_state(t, z, moment(at), &s);
	assert_int_equal(s.open, open);
	assert_int_equal(s.open, schedule_is_open(t, z, moment(at)));
	assert_int_equal(s.changes, changes != NULL);
	assert_int_equal(s.changes_us, changes ? moment(changes) : 0);
	buf_init(&b, BUF_UNBOUNDED);
	schedule_add_state(&b, &s, z, moment(at), NULL);
	assert_string_equal(b.p, text);
	buf_clear(&b);
	zone_free(&z);
}

static void the_end_is_exclusive(void **state)
{
	struct schedule_times t;

	(void)state;
	assert_true(schedule_read(&t, "mon-fri 09:00-18:00", ""));
	expect_state(&t, "UTC", "2026-11-27T17:59:59Z", true, "2026-11-27T18:00:00Z", "open until 18:00");
	expect_state(&t, "UTC", "2026-11-27T18:00:00Z", false, "2026-11-30T09:00:00Z", "closed until Mon 09:00");
	expect_state(&t, "UTC", "2026-11-30T08:59:59.9Z", false, "2026-11-30T09:00:00Z", "closed until 09:00");
	assert_true(schedule_read(&t, "fri 22:00-02:00", ""));
	expect_state(&t, "UTC", "2026-11-27T01:30:00Z", false, "2026-11-27T22:00:00Z", "closed until 22:00");
	expect_state(&t, "UTC", "2026-11-28T01:00:00Z", true, "2026-11-28T02:00:00Z", "open until 02:00");
	expect_state(&t, "UTC", "2026-11-27T22:00:00Z", true, "2026-11-28T02:00:00Z", "open until Sat 02:00");
	assert_true(schedule_read(&t, "fri 22:00-24:00", ""));
	expect_state(&t, "UTC", "2026-11-27T23:59:00Z", true, "2026-11-28T00:00:00Z", "open until 24:00");
}

static void exceptions_far_away_are_found(void **state)
{
	struct schedule_times t;

	(void)state;
	assert_true(schedule_read(&t, "", ""));
	expect_state(&t, "UTC", "2026-11-27T12:00:00Z", false, NULL, "never opens");
	assert_true(schedule_read(&t, "", "2025-01-01 10:00-12:00"));
	expect_state(&t, "UTC", "2026-11-27T12:00:00Z", false, NULL, "never opens");
	assert_true(schedule_read(&t, "", "2099-01-01 10:00-12:00"));
	expect_state(&t, "UTC", "2026-11-27T12:00:00Z", false, "2099-01-01T10:00:00Z", "closed until 2099-01-01 10:00");
	assert_true(schedule_read(&t, "mon-sun 00:00-24:00", ""));
	expect_state(&t, "UTC", "2026-11-27T12:00:00Z", true, NULL, "always open");
	assert_true(schedule_read(&t, "mon-sun 00:00-24:00", "2026-12-24 closed"));
	expect_state(&t, "UTC", "2026-12-20T12:00:00Z", true, "2026-12-24T00:00:00Z", "open until Thu 00:00");
	expect_state(&t, "UTC", "2026-12-24T12:00:00Z", false, "2026-12-25T00:00:00Z", "closed until 24:00");
	assert_true(schedule_read(&t, "mon-fri 09:00-18:00", "2026-12-24 closed; 2026-12-25 closed"));
	expect_state(&t, "Europe/Berlin", "2026-12-23T20:00:00Z", false, "2026-12-28T08:00:00Z", "closed until Mon 09:00");
	expect_state(&t, "Europe/Berlin", "2027-12-24T07:59:59Z", false, "2027-12-24T08:00:00Z", "closed until 09:00");
}

/* Berlin changes its clocks on 28 March 2027 (02:00 to 03:00) and on 25 October 2026 (03:00 to 02:00), both at 01:00 UTC. */
static void clock_changes_go_by_the_wall_clock(void **state)
{
	struct schedule_times t;

	(void)state;
	assert_true(schedule_read(&t, "sun 02:30-05:00", ""));
	expect_state(&t, "Europe/Berlin", "2027-03-28T00:59:59Z", false, "2027-03-28T01:00:00Z", "closed until 03:00");
	expect_state(&t, "Europe/Berlin", "2027-03-28T01:00:00Z", true, "2027-03-28T03:00:00Z", "open until 05:00");
	assert_true(schedule_read(&t, "sun 02:10-02:50", ""));
	expect_state(&t, "Europe/Berlin", "2027-03-28T00:00:00Z", false, "2027-04-04T00:10:00Z", "closed until 2027-04-04 02:10");
	expect_state(&t, "Europe/Berlin", "2026-10-25T00:30:00Z", true, "2026-10-25T00:50:00Z", "open until 02:50");
	expect_state(&t, "Europe/Berlin", "2026-10-25T00:50:00Z", false, "2026-10-25T01:10:00Z", "closed until 02:10");
	expect_state(&t, "Europe/Berlin", "2026-10-25T01:10:00Z", true, "2026-10-25T01:50:00Z", "open until 02:50");
	assert_true(schedule_read(&t, "sun 02:30-05:00", ""));
	expect_state(&t, "Europe/Berlin", "2026-10-25T00:30:00Z", true, "2026-10-25T01:00:00Z", "open until 02:00");
}

static void expect_now(const char *zone, const char *open, bool known, const char *text)
{
	struct schedule s = { .id = (char *)"office", .time_zone = (char *)zone, .open = (char *)open, .exceptions = (char *)"" };
	struct schedule_state state;
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	assert_int_equal(schedule_now(&b, &s, "Europe/Berlin", moment("2026-11-27T17:30:00Z"), &state), known);
	assert_string_equal(b.p, text);
	assert_true(known || (!state.open && !state.changes));
	buf_clear(&b);
}

static void another_zone_is_named(void **state)
{
	(void)state;
	expect_now("Europe/Berlin", "mon-fri 09:00-18:00", true, "closed until Mon 09:00");
	expect_now("Europe/London", "mon-fri 09:00-18:00", true, "open until 18:00 Europe/London");
	expect_now("Europe/Londen", "mon-fri 09:00-18:00", false, "unknown time zone Europe/Londen");
	expect_now("Europe/London", "mon-fri 9-18", false, "the times of office can't be read");
}

/* --- against a walk --- */

static unsigned random_below(unsigned n)
{
	static uint64_t seed = 20261129;

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % n;
}

/* Up to two times that do not overlap; hours that interest. */
static void add_random_times(struct buf *b)
{
	unsigned from = random_below(20), to = from + 1 + random_below(3);

	buf_addf(b, "%02u:%02u-%02u:00", from, random_below(60), to);
	if (random_below(3) == 0)
		buf_addf(b, ",%02u:15-%02u:%02u", 23, random_below(23), random_below(60));
}

static char *random_week(void)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	for (int i = 0; i < 7; i++) {
		if (random_below(3) == 0)
			continue;
		buf_addf(&b, "%s ", days[i]);
		add_random_times(&b);
		buf_adds(&b, "; ");
	}
	return buf_take(&b);
}

/* Dates around the clock changes, the end of a year and the leap day. */
static char *random_exceptions(void)
{
	static const char *const dates[] = { "2026-10-24", "2026-10-25", "2026-11-01", "2026-12-24", "2026-12-31", "2027-01-01",
					     "2027-03-14", "2027-03-27", "2027-03-28", "2028-02-28", "2028-02-29", "2028-03-01" };
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		if (random_below(3) == 0)
			continue;
		buf_addf(&b, "%s ", dates[i]);
		if (random_below(2))
			add_random_times(&b);
		else
			buf_adds(&b, "closed");
		buf_adds(&b, "; ");
	}
	return buf_take(&b);
}

static const struct schedule_day *begins(const struct schedule_times *t, int64_t date)
{
	for (size_t i = 0; i < t->exception_count; i++)
		if (t->exceptions[i].date == date)
			return &t->exceptions[i].begins;
	return &t->week[(date + 3) % 7];
}

/* The definition, with the C library's local time: a time of this date, or one of the day before beyond midnight. */
static bool is_open_by_definition(const struct schedule_times *t, time_t at)
{
	const struct schedule_day *day;
	bool open = false;
	int64_t date;
	struct tm tm;

	localtime_r(&at, &tm);
	date = zone_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	for (int ago = 0; ago < 2; ago++) {
		int minute = tm.tm_hour * 60 + tm.tm_min + 1440 * ago;

		day = begins(t, date - ago);
		for (size_t i = 0; i < day->count; i++)
			open = open || (minute >= day->ranges[i].from && minute < day->ranges[i].to);
	}
	return open;
}

/* What a server does: the ranges of the date's key, or of its weekday if it has none, compared as text. */
static bool is_open_by_keys(const struct schedule_times *t, time_t at)
{
	int64_t dates[SCHEDULE_DATES_MAX], date;
	size_t count = schedule_dates(t, dates);
	struct schedule_day ranges;
	bool open = false;
	char minute[8];
	struct buf b;
	struct tm tm;

	localtime_r(&at, &tm);
	date = zone_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	schedule_weekday(t, (tm.tm_wday + 6) % 7, &ranges);
	for (size_t i = 0; i < count; i++)
		if (dates[i] == date)
			schedule_date(t, date, &ranges);
	buf_init(&b, BUF_UNBOUNDED);
	schedule_add_ranges(&b, &ranges);
	strftime(minute, sizeof(minute), "%H%M", &tm);
	for (const char *range = b.p; range && *range && !open; range = strchr(range, '/'), range += range != NULL)
		open = strncmp(minute, range, 4) >= 0 && strncmp(minute, range + 5, 4) < 0;
	buf_clear(&b);
	return open;
}

/* Instants near the changes of clock, year and February, or anywhere in three years. */
static time_t random_instant(void)
{
	static const char *const near[] = { "2026-10-25T00:00:00Z", "2026-11-01T06:00:00Z", "2026-12-31T20:00:00Z",
					    "2027-03-14T07:00:00Z", "2027-03-28T00:00:00Z", "2028-02-28T23:00:00Z" };
	unsigned i = random_below(2 * ARRAY_LEN(near));

	if (i < ARRAY_LEN(near))
		return (time_t)(moment(near[i]) / 1000000) + (time_t)random_below(4 * 86400) - 2 * 86400;
	return 1782864000 + (time_t)random_below(3 * 365 * 86400);
}

static void random_instants_agree_with_a_walk(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC" };
	struct schedule_times t;
	struct schedule_state s;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		const char *zone = zones[i / 100 % (int)ARRAY_LEN(zones)];
		char *week = random_week(), *exceptions = random_exceptions();
		struct zone *z = zone_open(zone);
		time_t at = random_instant(), walk = at - at % 60;

		if (i % 100 == 0) {
			setenv("TZ", zone, 1);
			tzset();
		}
		assert_non_null(z);
		assert_true(schedule_read(&t, week, exceptions));
		schedule_state(&t, z, (int64_t)at * 1000000, &s);
		assert_int_equal(s.open, is_open_by_definition(&t, at));
		assert_int_equal(s.open, is_open_by_keys(&t, at));
		for (int minutes = 0; minutes < 1000 && is_open_by_definition(&t, walk) == s.open; minutes++)
			walk += 60;
		if (is_open_by_definition(&t, walk) != s.open)
			assert_int_equal(s.changes_us, (int64_t)walk * 1000000);
		else
			assert_true(!s.changes || s.changes_us > (int64_t)walk * 1000000);
		zone_free(&z);
		free(week);
		free(exceptions);
	}
	unsetenv("TZ");
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_times_have_one_text),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(only_64_dates_differ),
		cmocka_unit_test(json_has_the_same_times),
		cmocka_unit_test(days_are_cut_at_midnight),
		cmocka_unit_test(the_longest_week_fits_a_key),
		cmocka_unit_test(an_exception_replaces_what_begins_on_its_date),
		cmocka_unit_test(the_end_is_exclusive),
		cmocka_unit_test(exceptions_far_away_are_found),
		cmocka_unit_test(clock_changes_go_by_the_wall_clock),
		cmocka_unit_test(another_zone_is_named),
		cmocka_unit_test(random_instants_agree_with_a_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
