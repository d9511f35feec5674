/*
 * Any text as weekly times, as exceptions, and as their JSON. What is accepted has one canonical text, which reads back as
 * itself, also through JSON; its days are in order, and the search for the next change ends and is right.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/schedule.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/schedule";

#define NOW_US INT64_C(1767880800000000)

static void check_days(const struct schedule_times *t)
{
	int64_t dates[SCHEDULE_DATES_MAX];
	size_t count = schedule_dates(t, dates);
	struct schedule_day day;

	for (size_t i = 0; i < count + 7; i++) {
		if (i < 7)
			schedule_weekday(t, (int)i, &day);
		else
			schedule_date(t, dates[i - 7], &day);
		FUZZ_ASSERT(day.count <= SCHEDULE_RANGES_MAX);
		FUZZ_ASSERT(i < 8 || dates[i - 7] > dates[i - 8]);
		for (size_t k = 0; k < day.count; k++) {
			FUZZ_ASSERT(day.ranges[k].from >= 0 && day.ranges[k].from < day.ranges[k].to && day.ranges[k].to <= 1440);
			FUZZ_ASSERT(k == 0 || day.ranges[k].from > day.ranges[k - 1].to);
		}
	}
}

static void check_text(const char *text, char *(*canonical)(const char *, struct err *), json_t *(*to_json)(const char *),
		       char *(*from_json)(const json_t *, struct err *), bool week)
{
	struct err e = { 0 };
	char *first = canonical(text, &e), *again, *back;
	struct schedule_state state;
	struct schedule_times t;
	struct zone *utc;
	json_t *json;

	FUZZ_ASSERT(first || (e.code == ERR_FIELD_INVALID && e.hint[0]));
	if (!first)
		return;
	again = canonical(first, NULL);
	json = to_json(first);
	back = from_json(json, NULL);
	FUZZ_ASSERT(again && !strcmp(first, again));
	FUZZ_ASSERT(back && !strcmp(first, back));
	FUZZ_ASSERT(schedule_read(&t, week ? first : "", week ? "" : first));
	check_days(&t);
	utc = zone_open("UTC");
	schedule_state(&t, utc, NOW_US, &state);
	FUZZ_ASSERT(state.open == schedule_is_open(&t, utc, NOW_US));
	FUZZ_ASSERT(!state.changes || (state.changes_us > NOW_US && state.open != schedule_is_open(&t, utc, state.changes_us) &&
				       state.open == schedule_is_open(&t, utc, state.changes_us - 1)));
	zone_free(&utc);
	json_decref(json);
	free(first);
	free(again);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = xstrndup((const char *)bytes, len), *canonical;
	json_t *json = json_loadb((const char *)bytes, len, 0, NULL);

	check_text(text, schedule_canonical_open, schedule_open_to_json, schedule_open_from_json, true);
	check_text(text, schedule_canonical_exceptions, schedule_exceptions_to_json, schedule_exceptions_from_json, false);
	if (json) {
		canonical = schedule_open_from_json(json, NULL);
		if (canonical)
			check_text(canonical, schedule_canonical_open, schedule_open_to_json, schedule_open_from_json, true);
		free(canonical);
		canonical = schedule_exceptions_from_json(json, NULL);
		if (canonical)
			check_text(canonical, schedule_canonical_exceptions, schedule_exceptions_to_json,
				   schedule_exceptions_from_json, false);
		free(canonical);
	}
	json_decref(json);
	free(text);
	return 0;
}
