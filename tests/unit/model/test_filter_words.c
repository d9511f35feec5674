/* The filter grammar: words, fields, quotes, telephone numbers as people write them, moments, and errors. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_filter.h"

struct row {
	const char *number, *agent, *state;
	int64_t from_us, to_us;
};

static const char *const fields[] = { "number", "agent", "state", NULL };

static const char *get(const void *of, int field)
{
	const struct row *row = of;

	return field == 0 ? row->number : field == 1 ? row->agent : row->state;
}

static void span(const void *of, int64_t *from_us, int64_t *to_us)
{
	*from_us = ((const struct row *)of)->from_us;
	*to_us = ((const struct row *)of)->to_us;
}

static const struct filter_rows rows = {
	.fields = fields, .get = get, .span = span, .phones = FILTER_FIELD(0), .changing = FILTER_FIELD(2),
};

static int64_t moment(const char *iso)
{
	int64_t us;

	assert_true(clock_parse_iso(iso, &us));
	return us;
}

#define NOW "2026-11-28T00:20:00Z"

static bool row_matches(const char *text, const struct row *row)
{
	struct zone *utc = zone_open("UTC");
	struct filter_words *q = filter_words_new(text, &rows, utc, moment(NOW));
	bool ok = filter_words_match(q, NULL, row);
	struct buf all;

	buf_init(&all, BUF_UNBOUNDED);
	utf8_lower(&all, row->number);
	buf_addc(&all, '\n');
	utf8_lower(&all, row->agent);
	assert_int_equal(filter_words_match(q, all.p, row), ok);
	buf_clear(&all);
	filter_words_free(&q);
	zone_free(&utc);
	return ok;
}

static bool matches(const char *text, const char *number, const char *agent)
{
	return row_matches(text, &(struct row){ number, agent, "stale on eu-1", 0, 0 });
}

static void all_words_must_match(void **state)
{
	(void)state;
	assert_true(matches("", "+1555", "Sales"));
	assert_true(matches("sal", "+1555", "Sales"));
	assert_false(matches("SAL", "+1555", "Sales"));
	assert_true(matches("sal 15", "+1555", "Sales"));
	assert_false(matches("sal 16", "+1555", "Sales"));
	assert_true(matches("agent:sales", "+1555", "Sales"));
	assert_false(matches("number:sales", "+1555", "Sales"));
	assert_false(matches("!agent:sales", "+1555", "Sales"));
	assert_true(matches("!support 555", "+1555", "Sales"));
	assert_true(matches("Sal", "+1555", "Sales"));
	assert_true(matches("übe", "+1555", "Über"));
	assert_true(matches("agent:", "+1555", "Sales"));
	assert_true(matches("  ! ", "+1555", "Sales"));
	/* A changing field is not part of the row's text, but is still searched. */
	assert_true(matches("stale sal", "+1555", "Sales"));
	assert_true(matches("state:eu-1", "+1555", "Sales"));
	assert_false(matches("!stale", "+1555", "Sales"));
}

/* A word is searched for in a changing field only if the field can contain it. */
static void changing_fields_can_be_limited(void **state)
{
	struct filter_words *q = filter_words_new("stale", &rows, NULL, 0);
	const struct row row = { "+1555", "Sales", "stale", 0, 0 };

	(void)state;
	filter_words_limit_changing(q, "stale\nmissing");
	assert_true(filter_words_match(q, "sales", &row));
	filter_words_limit_changing(q, "missing");
	assert_false(filter_words_match(q, "sales", &row));
	filter_words_free(&q);
}

static void quotes_keep_a_word_together(void **state)
{
	(void)state;
	assert_true(matches("\"les te\"", "+1555", "Sales team"));
	assert_false(matches("\"team sales\"", "+1555", "Sales team"));
	assert_true(matches("agent:\"sales team\" 15", "+1555", "Sales team"));
	assert_true(matches("!agent:\"team sales\"", "+1555", "Sales team"));
	assert_true(matches("\"sales te", "+1555", "Sales team"));
	assert_true(matches("\"a:b\"", "+1555", "has a:b in it"));
	/* These texts do not begin with the name of a field. */
	assert_true(matches("12:30", "+1555", "at 12:30"));
	assert_true(matches("::1", "+1555", "[::1]:5038"));
}

/* The seventeenth word is used like the first one. */
static void the_number_of_words_is_not_limited(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, BUF_UNBOUNDED);
	for (int i = 0; i < 200; i++)
		buf_adds(&text, "sal ");
	assert_true(matches(text.p, "+1555", "Sales"));
	buf_adds(&text, "nobody");
	assert_false(matches(text.p, "+1555", "Sales"));
	buf_clear(&text);
}

static void numbers_are_found_as_people_write_them(void **state)
{
	static const struct { const char *number, *written; bool found; } cases[] = {
		{ "+41791234567", "0791234567", true },
		{ "+41791234567", "079 123 45 67", true },
		{ "+41791234567", "number:079 123 45 67", true },
		{ "+41791234567", "\"079 123 45 67\"", true },
		{ "+41791234567", "0041791234567", true },
		{ "+41791234567", "0041 79 123", true },
		{ "+41791234567", "+41 (0)79 123 45 67", true },
		{ "+41791234567", "+41-79-123.45.67", true },
		{ "+41791234567", "079", true },
		{ "+41791234567", "1234567", true },
		{ "+41791234567", "67 41", true },
		{ "+41791234567", "+4179 sales", true },
		{ "+41791234567", "+179", false },
		{ "+41791234567", "0781234567", false },
		{ "+41791234567", "079 123 45 68", false },
		{ "+41791234567", "!0791234567", false },
		{ "+41791234567", "!0781234567", true },
		{ "41791234567", "+41 79 123 45 67", true },
		{ "+14155550142", "(415) 555-0142", true },
		{ "+14155550142", "1-415-555-0142", true },
		{ "+14155550142", "011 1 415", true },
		{ "+14155550142", "0415", false },
		{ "+390612345678", "06 1234 5678", true },
		{ "+3612345678", "06 1 234", true },
		{ "+79161234567", "8 916 123", true },
		{ "+442079460958", "020 7946 0958", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (matches(cases[i].written, cases[i].number, "Sales") != cases[i].found)
			fail_msg("%s: %s", cases[i].number, cases[i].written);
}

static void moments_are_compared_with_the_row(void **state)
{
	const struct row call = { "", "", "", moment("2026-11-27T23:30:00Z"), moment("2026-11-27T23:40:00Z") };
	const struct row live = { "", "", "", moment("2026-11-28T00:10:00Z"), INT64_MAX };

	(void)state;
	assert_true(row_matches("since:1h", &call));
	assert_false(row_matches("since:40m", &call));
	assert_true(row_matches("since:", &call));
	assert_true(row_matches("until:today", &call));
	assert_false(row_matches("until:23:30", &call));
	assert_true(row_matches("at:23:35", &call));
	assert_true(row_matches("at:2026-11-27T23:35", &call));
	assert_false(row_matches("at:23:41", &call));
	assert_false(row_matches("at:23:29", &call));
	assert_false(row_matches("!at:23:35", &call));
	assert_false(row_matches("at:23:35", &live));
	assert_true(row_matches("at:now", &live));
	assert_true(row_matches("since:0:05", &live));
}

static void the_period_contains_all_matches(void **state)
{
	struct zone *utc = zone_open("UTC");
	struct filter_words *q = filter_words_new("since:2h since:1h until:0:10 at:23:50 !since:1m", &rows, utc, moment(NOW));
	int64_t since_us, until_us;

	(void)state;
	filter_words_period(q, &since_us, &until_us);
	assert_int_equal(since_us, moment("2026-11-27T23:20:00Z"));
	assert_int_equal(until_us, moment("2026-11-27T23:50:00Z") + 1);
	filter_words_free(&q);
	q = filter_words_new("sales", &rows, utc, moment(NOW));
	filter_words_period(q, &since_us, &until_us);
	assert_int_equal(since_us, 0);
	assert_int_equal(until_us, 0);
	filter_words_free(&q);
	zone_free(&utc);
}

static void expect_wrong(const char *text, const char *message, const char *hint)
{
	struct zone *utc = zone_open("UTC");
	struct filter_words *q = filter_words_new(text, &rows, utc, moment(NOW));

	assert_non_null(filter_words_error(q));
	assert_int_equal(filter_words_error(q)->code, ERR_USAGE);
	assert_string_equal(filter_words_error(q)->message, message);
	assert_non_null(strstr(filter_words_error(q)->hint, hint));
	/* The wrong word is ignored, and the other words match. */
	assert_true(filter_words_match(q, NULL, &(struct row){ "+1555", "Sales", "", 0, 0 }));
	filter_words_free(&q);
	zone_free(&utc);
}

static void mistakes_are_reported(void **state)
{
	(void)state;
	expect_wrong("sal params:x", "no such field: params", "fields are number, agent, state, since, until, at");
	expect_wrong("!department:\"two words\" sal", "no such field: department", "fields are");
	expect_wrong("params.lang:", "no such field: params.lang", "fields are");
	expect_wrong("params.:x", "no such field: params.", "fields are");
	expect_wrong("since:noon", "since:noon is no moment", "23:35");
	expect_wrong("at:25:00 sal", "at:25:00 is no moment", "23:35");
}

/* Rows without a time have no fields of time. */
static bool is_unfinished(const char *text)
{
	struct filter_words *q = filter_words_new(text, &rows, NULL, 0);
	bool unfinished = filter_words_is_unfinished(q);

	filter_words_free(&q);
	return unfinished;
}

static void words_without_text_are_known(void **state)
{
	(void)state;
	assert_true(is_unfinished("agent:"));
	assert_true(is_unfinished("agent: sales"));
	assert_true(is_unfinished("sales !"));
	assert_true(is_unfinished("agent:\"\""));
	assert_false(is_unfinished(""));
	assert_false(is_unfinished("  agent:sales  !busy "));
}

static void only_rows_with_a_time_have_moments(void **state)
{
	const struct filter_rows timeless = { .fields = fields, .get = get };
	struct filter_words *q = filter_words_new("since:1h", &timeless, NULL, 0);

	(void)state;
	assert_string_equal(filter_words_error(q)->message, "no such field: since");
	filter_words_free(&q);
}

static bool call_matches(const char *text, const struct call *c)
{
	struct snapshot *s = snapshot_new();
	struct zone *zone = zone_open("Europe/Zurich");
	struct filter_words *q = filter_words_new(text, &call_filter_rows, zone, moment(NOW));
	struct call_params *params = call_params_new();
	bool ok;

	assert_null(filter_words_error(q));
	ok = call_filter_match(q, c, c->state, s, zone, params);
	call_params_free(&params);
	filter_words_free(&q);
	zone_free(&zone);
	snapshot_free(&s);
	return ok;
}

static void each_field_of_calls_matches(void **state)
{
	struct call c = {
		.server = "eu-1", .number = "+41445550101", .caller = "+41791234567", .agent = "a_1", .provider = "p_1",
		.endpoint = "swisscom", .region = "eu", .state = CALL_ENDED, .outcome = OUTCOME_NO_ANSWER, .cause = 17, .sip_code = 486,
		.hung_up_by = HUNG_UP_CALLER, .started_us = moment("2026-11-27T22:30:00Z"), .ended_us = moment("2026-11-27T22:31:00Z"),
	};

	(void)state;
	assert_true(call_matches("caller:0791234567 number:0445550101", &c));
	assert_true(call_matches("agent:a_1 provider:p_1 provider:swisscom server:eu country:ch region:eu", &c));
	assert_true(call_matches("no answer", &c));
	assert_true(call_matches("outcome:no_answer state:ended by:caller", &c));
	assert_true(call_matches("cause:\"(17, SIP 486)\" cause:busy", &c));
	/* 23:30 on a Friday, in the workspace's time zone. */
	assert_true(call_matches("day:fri hour:23 at:23:30", &c));
	assert_false(call_matches("hour:22", &c));
	/* A word without a field is not searched for in fields that need their name. */
	assert_false(call_matches("friday", &c));
	assert_false(call_matches("anonymous", &c));
	c.caller[0] = '\0';
	assert_true(call_matches("anonymous country:unknown", &c));
	c.served = SERVED_FALLBACK;
	c.reason = REASON_OVER_CAP;
	c.loss = 20;
	c.score = 299;
	str_copy(c.uuid, sizeof(c.uuid), STR("5f1c0a7e-1111-4222-8333-0123456789ab"));
	assert_true(call_matches("served:fallback fallback:yes !fallback:no reason:over_cap reason:\"over the cap\" uuid:5f1c0a7e", &c));
	assert_true(call_matches("loss:>1 loss:>1.9% loss:<2.1 !loss:>2 !loss:<2 score:<3 score:>2.98 !score:>2.99 loss:2.0", &c));
	assert_false(call_matches("loss:>2", &c));
	assert_false(call_matches("reason:closed", &c));
	assert_false(call_matches("params.department:sales", &c));
	assert_true(call_matches("!params.department:sales", &c));
	/* What is not known is neither less nor greater. */
	c.loss = -1;
	assert_false(call_matches("loss:<100", &c));
	assert_false(call_matches("loss:>0", &c));
	assert_false(call_matches("fallback", &c));
	c.state = CALL_TALKING;
	assert_true(call_matches("talking at:now", &c));
	assert_false(call_matches("outcome:no_answer", &c));
}

/* "<1" finds fewer rows than "<10", so a text with a comparison is searched for in all rows. */
static void a_comparison_narrows_nothing(void **state)
{
	(void)state;
	assert_false(filter_words_narrows("score:<1", "score:<10"));
	assert_false(filter_words_narrows("score:", "score:<1"));
	assert_true(filter_words_narrows("score", "scores"));
}

static void parameters_are_those_that_the_agent_was_told(void **state)
{
	struct call c = { .number = "+41445550101" };
	struct snapshot *s = snapshot_new();
	struct call_params *params = call_params_new();
	struct told_params told;
	struct record r;
	struct tell t;

	(void)state;
	record_init(&r, ENTITY_NUMBER);
	free(r.number.e164);
	free(r.number.params);
	r.number.e164 = xstrdup("+41445550101");
	r.number.params = xstrdup("{\"department\":\"sales\",\"tier\":2}");
	tell_init(&t, &r.number);
	snapshot_put(s, &r);
	assert_null(call_params_value(params, s, &c, "tier"));
	str_copy(c.gen, sizeof(c.gen), STR("0123456789abcdef"));
	assert_null(call_params_value(params, s, &c, "tier"));
	call_params_add(params, "0123456789abcdef", "before", "{\"department\":\"billing\"}");
	assert_string_equal(call_params_value(params, s, &c, "department"), "billing");
	assert_null(call_params_value(params, s, &c, "tier"));
	assert_true(call_params_find(params, s, &c, &told));
	assert_string_equal(told.label, "before");
	str_copy(c.gen, sizeof(c.gen), str_of(t.gen));
	assert_string_equal(call_params_value(params, s, &c, "department"), "sales");
	assert_string_equal(call_params_value(params, s, &c, "tier"), "2");
	tell_clear(&t);
	call_params_free(&params);
	snapshot_free(&s);
}

/* 20,000 texts are typed letter by letter. A text that narrows the previous one matches no row that did not match. */
static void a_narrower_filter_finds_no_new_rows(void **state)
{
	static const char letters[] = "aab0144789++:! .-S\"";
	static const char *const fields_typed[] = { "number:", "agent:", "state:", "since:", "at:", "nosuch:" };
	static const struct row some[] = {
		{ "+41791234567", "Sales a", "absent", 0, 9 }, { "+14155550142", "ba", "ok", 0, 9 },
		{ "+3611234567", "aab", "also", 0, 9 }, { "+74951234567", "S", "bad", 0, 9 }, { "00447911234567", "b.a", "a-b", 0, 9 },
	};
	unsigned seed = 7, narrowed = 0;

	(void)state;
	for (int n = 0; n < 20000; n++) {
		char text[40] = "", before[40];
		size_t len = 0;

		for (int i = 0; i < 8; i++) {
			unsigned r = seed = seed * 1103515245u + 12345u;

			str_copy(before, sizeof(before), str_of(text));
			r >>= 16;
			if (r % 16 == 0)
				len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", fields_typed[r / 16 % 6]);
			else
				text[len++] = letters[r / 16 % (sizeof(letters) - 1)];
			if (len >= 30)
				break;
			text[len] = '\0';
			for (size_t j = 0; filter_words_narrows(before, text) && j < ARRAY_LEN(some); j++) {
				narrowed++;
				if (row_matches(text, &some[j]) && !row_matches(before, &some[j]))
					fail_msg("\"%s\" finds %s, \"%s\" does not", text, some[j].number, before);
			}
		}
	}
	assert_true(narrowed > 1000);
	assert_true(filter_words_narrows("sal", "sale"));
	assert_true(filter_words_narrows("agent:", "agent:s"));
	assert_true(filter_words_narrows("55512", "555123"));
	assert_false(filter_words_narrows("", "s"));
	assert_false(filter_words_narrows("sales", "sale"));
	assert_false(filter_words_narrows("!sal", "!sale"));
	assert_false(filter_words_narrows("agent", "agent:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_words_must_match),
		cmocka_unit_test(changing_fields_can_be_limited),
		cmocka_unit_test(quotes_keep_a_word_together),
		cmocka_unit_test(the_number_of_words_is_not_limited),
		cmocka_unit_test(numbers_are_found_as_people_write_them),
		cmocka_unit_test(moments_are_compared_with_the_row),
		cmocka_unit_test(the_period_contains_all_matches),
		cmocka_unit_test(mistakes_are_reported),
		cmocka_unit_test(words_without_text_are_known),
		cmocka_unit_test(only_rows_with_a_time_have_moments),
		cmocka_unit_test(each_field_of_calls_matches),
		cmocka_unit_test(a_comparison_narrows_nothing),
		cmocka_unit_test(parameters_are_those_that_the_agent_was_told),
		cmocka_unit_test(a_narrower_filter_finds_no_new_rows),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
