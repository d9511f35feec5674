/* Metrics count every call once, whichever report comes first. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/calls/call_json.h"
#include "trunkdeck/calls/coverage.h"
#include "trunkdeck/calls/metrics.h"

#define ARRIVAL INT64_C(1700000000000000)		/* 2023-11-14T22:13:20Z */

static struct call call_make(unsigned id, const char *number)
{
	struct call c = { .server = "na-1", .caller = "+4930123456", .started_us = ARRIVAL };

	snprintf(c.linkedid, sizeof(c.linkedid), "1700000000.%u", id);
	snprintf(c.number, sizeof(c.number), "%s", number);
	return c;
}

static void answer(struct call *c, int64_t response_ms, int64_t audio_ms, int64_t talk_ms)
{
	c->answered_us = c->started_us + response_ms * 1000;
	c->first_audio_us = audio_ms ? c->started_us + audio_ms * 1000 : 0;
	c->talk_us = talk_ms * 1000;
	c->outcome = OUTCOME_ANSWERED;
	c->state = CALL_ENDED;
}

/* A store, a file or a server may contain any time. Results computed from it stay in range; UBSan reports overflows. */
static void extreme_times(void **state)
{
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -1, 0, CALL_NO_TIME, ARRIVAL, INT64_MAX - 1, INT64_MAX };
	const size_t n = ARRAY_LEN(times);

	(void)state;
	for (size_t i = 0; i < n * n * n; i++) {
		struct call_detail d = { .call = call_make(1, "+15551110001"), .story = { .step_count = 1 } };
		struct metrics *m = metrics_new_with(&(struct metrics_options){
			.weeks = true, .since_us = times[i / n % n], .series_end_us = times[i % n] });
		struct coverage g;
		bool first_audio;

		d.story.steps[0].at_us = times[i % n];
		d.call.started_us = times[i % n];
		d.call.answered_us = d.call.first_audio_us = times[i / n % n];
		d.call.ended_us = d.call.talk_us = times[i / n / n];
		assert_true(call_response_us(&d.call, &first_audio) >= -1);
		json_decref(call_detail_to_json(&d));
		metrics_call(m, &d.call, CALL_CHANGE_STARTED);
		d.call.state = CALL_ENDED;
		metrics_call(m, &d.call, CALL_CHANGE_FINISHED);
		d.call.linkedid[0]++;
		metrics_history(m, &d.call);
		metrics_history_end(m);
		json_decref(metrics_numbers_to_json(m));
		metrics_free(&m);
		coverage_begin(&g, times[i % n], times[i / n % n]);
		coverage_server(&g, times[i / n / n]);
		coverage_span(&g, (struct span){ times[i % n], times[i / n / n] });
		coverage_server_end(&g);
		coverage_finish(&g);
		assert_true(coverage_summary(&g).gap_s >= 0);
		coverage_clear(&g);
	}
}

static void counts_each_call_once(void **state)
{
	struct metrics *m = metrics_new();
	struct call a = call_make(1, "+15551110001"), b = call_make(2, "+15551110001"), c = call_make(3, "+442071110006");
	const struct number_metrics *n;

	(void)state;
	metrics_call(m, &a, CALL_CHANGE_STARTED);
	metrics_call(m, &b, CALL_CHANGE_STARTED);
	metrics_call(m, &a, CALL_CHANGE_UPDATED);
	n = metrics_number(m, "+15551110001");
	assert_int_equal(n->offered, 2);
	assert_int_equal(n->concurrent, 2);
	assert_int_equal(metrics_success_permille(n), -1);
	answer(&a, 5, 800, 3000);
	metrics_call(m, &a, CALL_CHANGE_FINISHED);
	b.outcome = OUTCOME_BUSY;
	metrics_call(m, &b, CALL_CHANGE_FINISHED);
	answer(&c, 300, 0, 1000);
	metrics_call(m, &c, CALL_CHANGE_FINISHED);
	assert_int_equal(n->offered, 2);
	assert_int_equal(n->concurrent, 0);
	assert_int_equal(n->peak_concurrent, 2);
	assert_int_equal(n->outcomes[OUTCOME_ANSWERED], 1);
	assert_int_equal(n->outcomes[OUTCOME_BUSY], 1);
	assert_int_equal(n->talk.count, 1);
	assert_int_equal(histogram_mean(&n->talk), 3000000);
	assert_int_equal(histogram_mean(&n->response), 800000);
	assert_int_equal(n->response_first_audio, 1);
	assert_int_equal(metrics_success_permille(n), 500);
	assert_int_equal(metrics_number(m, "+442071110006")->response_first_audio, 0);
	assert_int_equal(histogram_mean(&metrics_number(m, "+442071110006")->response), 300000);
	assert_int_equal(metrics_total(m)->offered, 3);
	assert_int_equal(metrics_total(m)->peak_concurrent, 2);
	assert_int_equal(metrics_total(m)->outcomes[OUTCOME_ANSWERED], 2);
	assert_null(metrics_number(m, "+1"));
	metrics_free(&m);
	assert_null(m);
}

/* Reports coalesce, so any report of a call may be the first one. */
static void the_first_report_may_be_any(void **state)
{
	struct metrics *m = metrics_new();
	struct call a = call_make(1, "+15551110001"), b = call_make(2, "+15551110001");

	(void)state;
	metrics_call(m, &a, CALL_CHANGE_UPDATED);
	metrics_call(m, &a, CALL_CHANGE_STARTED);
	answer(&b, 5, 0, 10);
	metrics_call(m, &b, CALL_CHANGE_FINISHED);
	assert_int_equal(metrics_total(m)->offered, 2);
	assert_int_equal(metrics_total(m)->concurrent, 1);
	assert_int_equal(metrics_total(m)->peak_concurrent, 2);
	metrics_free(&m);
}

static void leaves_out_test_calls_and_unknown_times(void **state)
{
	struct metrics *m = metrics_new();
	struct call a = call_make(1, "+15551110001"), b = call_make(2, "+15551110001");

	(void)state;
	a.is_test = true;
	metrics_call(m, &a, CALL_CHANGE_STARTED);
	metrics_call(m, &a, CALL_CHANGE_FINISHED);
	assert_int_equal(metrics_total(m)->offered, 0);
	b.joined_late = true;
	answer(&b, 5, 90000, 60000);
	metrics_call(m, &b, CALL_CHANGE_FINISHED);
	assert_int_equal(metrics_total(m)->offered, 1);
	assert_int_equal(metrics_total(m)->talk.count, 1);
	assert_int_equal(metrics_total(m)->response.count, 0);
	metrics_free(&m);
}

static void hours_are_local(void **state)
{
	struct metrics *m;
	struct call a = call_make(1, "+15551110001");

	(void)state;
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	m = metrics_new();
	metrics_call(m, &a, CALL_CHANGE_STARTED);
	/* 22:13:20 UTC and 5 h 45 min */
	assert_int_equal(metrics_total(m)->by_hour[3], 1);
	metrics_free(&m);
	setenv("TZ", "UTC", 1);
	tzset();
}

static int64_t json_at(json_t *o, const char *a, const char *b)
{
	json_t *x = json_object_get(o, a);

	return json_integer_value(b ? json_object_get(x, b) : x);
}

static void json_has_all_figures(void **state)
{
	struct metrics *m = metrics_new();
	struct call a = call_make(1, "+15551110001"), b = call_make(2, "+15551110001"), c = call_make(3, "+442071110006");
	json_t *o, *n;

	(void)state;
	answer(&a, 5, 800, 3000);
	answer(&b, 700, 0, 5000);
	c.outcome = OUTCOME_UNMAPPED;
	c.caller[0] = '\0';
	metrics_call(m, &c, CALL_CHANGE_FINISHED);
	metrics_call(m, &a, CALL_CHANGE_FINISHED);
	metrics_call(m, &b, CALL_CHANGE_FINISHED);
	o = metrics_numbers_to_json(m);
	assert_int_equal(json_object_size(o), 2);
	assert_string_equal(json_object_iter_key(json_object_iter(o)), "+15551110001");
	n = json_object_get(o, "+15551110001");
	assert_int_equal(json_at(n, "offered", NULL), 2);
	assert_int_equal(json_at(n, "answered", NULL), 2);
	assert_int_equal(json_at(n, "lost", NULL), 0);
	assert_int_equal(json_at(n, "talk_ms", "count"), 2);
	assert_int_equal(json_at(n, "talk_ms", "mean"), 4000);
	assert_int_equal(json_at(n, "response_ms", "mean"), 750);
	assert_string_equal(json_string_value(json_object_get(json_object_get(n, "response_ms"), "source")), "mixed");
	assert_int_equal(json_at(n, "peak_concurrent", NULL), 1);
	assert_int_equal(json_array_size(json_object_get(n, "by_hour")), 24);
	assert_int_equal(json_at(n, "by_country", "DE"), 2);
	n = json_object_get(o, "+442071110006");
	assert_int_equal(json_at(n, "unmapped", NULL), 1);
	assert_int_equal(json_at(n, "by_country", "unknown"), 1);
	assert_true(json_is_null(json_object_get(json_object_get(n, "response_ms"), "source")));
	json_decref(o);
	metrics_free(&m);
}

static struct call history_call(unsigned id, int64_t start_s, int64_t end_s)
{
	struct call c = call_make(id, "+15551110001");

	c.started_us = ARRIVAL + start_s * 1000000;
	c.ended_us = ARRIVAL + end_s * 1000000;
	c.state = CALL_ENDED;
	c.outcome = id % 2 ? OUTCOME_ANSWERED : OUTCOME_BUSY;
	c.cause = id % 2 ? 16 : 17;
	c.sip_code = id % 2 ? 200 : 486;
	c.talk_us = id % 2 ? c.ended_us - c.started_us : 0;
	return c;
}

/* The same calls give the same figures when counted live and when read from the store. */
static void history_equals_live_counting(void **state)
{
	static const struct { unsigned id; bool start; } as_it_was[] = {
		{ 1, true }, { 2, true }, { 3, true }, { 2, false }, { 3, false }, { 1, false }, { 4, true }, { 4, false },
	};
	const struct call calls[] = { { .server = "" }, history_call(1, 0, 60), history_call(2, 10, 20), history_call(3, 12, 30),
				      history_call(4, 60, 70) };
	struct metrics *live = metrics_new(), *history = metrics_new();
	json_t *a, *b;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(as_it_was); i++)
		metrics_call(live, &calls[as_it_was[i].id], as_it_was[i].start ? CALL_CHANGE_STARTED : CALL_CHANGE_FINISHED);
	for (size_t i = 1; i < ARRAY_LEN(calls); i++)
		metrics_history(history, &calls[i]);
	metrics_history_end(history);
	assert_int_equal(metrics_total(history)->peak_concurrent, 3);
	assert_int_equal(metrics_total(history)->concurrent, 0);
	a = metrics_numbers_to_json(live);
	b = metrics_numbers_to_json(history);
	assert_true(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	metrics_free(&live);
	metrics_free(&history);
}

static void consecutive_calls_are_not_concurrent(void **state)
{
	struct metrics *m = metrics_new();

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct call c = history_call(i, i * 10, i * 10 + 10);

		metrics_history(m, &c);
	}
	metrics_history_end(m);
	assert_int_equal(metrics_total(m)->peak_concurrent, 1);
	metrics_free(&m);
}

/* A call that both the server and the store report counts once, whichever comes first. */
static void a_call_reported_twice_counts_once(void **state)
{
	struct metrics *m = metrics_new_with(&(struct metrics_options){ .remember = true });
	struct call live = history_call(1, 0, 5), done = history_call(2, 1, 2), old = history_call(3, 2, 3);

	(void)state;
	metrics_call(m, &live, CALL_CHANGE_STARTED);
	metrics_call(m, &done, CALL_CHANGE_FINISHED);
	metrics_history(m, &live);
	metrics_history(m, &done);
	metrics_history(m, &old);
	metrics_history(m, &old);
	metrics_history_end(m);
	assert_int_equal(metrics_total(m)->offered, 3);
	assert_int_equal(metrics_total(m)->concurrent, 1);
	metrics_call(m, &old, CALL_CHANGE_FINISHED);
	metrics_call(m, &done, CALL_CHANGE_FINISHED);
	metrics_call(m, &live, CALL_CHANGE_FINISHED);
	metrics_call(m, &live, CALL_CHANGE_FINISHED);
	assert_int_equal(metrics_total(m)->offered, 3);
	assert_int_equal(metrics_total(m)->concurrent, 0);
	assert_int_equal(metrics_total(m)->outcomes[OUTCOME_ANSWERED], 2);
	metrics_free(&m);
}

static int64_t moment(const char *iso)
{
	int64_t us;

	assert_true(clock_parse_iso(iso, &us));
	return us;
}

/* Tests midnight, the end of a month and the repeated hour, in the workspace's zone instead of the machine's. */
static void hours_and_weekdays_follow_the_zone(void **state)
{
	static const struct { const char *at; int weekday, hour; } rows[] = {
		{ "2026-02-28T22:59:59Z", 5, 23 },	/* Saturday */
		{ "2026-02-28T23:00:00Z", 6, 0 },	/* Sunday, 1 March */
		{ "2026-03-29T00:59:59Z", 6, 1 },	/* then 2 o'clock is skipped */
		{ "2026-03-29T01:00:00Z", 6, 3 },
		{ "2026-10-25T00:30:00Z", 6, 2 },	/* the repeated hour */
		{ "2026-10-25T01:30:00Z", 6, 2 },
		{ "2026-12-31T23:00:00Z", 4, 0 },	/* Friday, 1 January */
	};
	struct zone *z = zone_open("Europe/Berlin");

	(void)state;
	assert_non_null(z);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct metrics *m = metrics_new_with(&(struct metrics_options){ .zone = z, .weeks = true });
		struct call c = history_call(1, 0, 1);

		c.started_us = moment(rows[i].at);
		metrics_history(m, &c);
		assert_int_equal(metrics_total(m)->by_week[rows[i].weekday][rows[i].hour], 1);
		assert_int_equal(metrics_total(m)->by_hour[rows[i].hour], 1);
		metrics_free(&m);
	}
	zone_free(&z);
}

static void windows_and_series(void **state)
{
	const int64_t end = ARRIVAL + INT64_C(86400) * 1000000;
	struct metrics *m = metrics_new_with(&(struct metrics_options){ .since_us = ARRIVAL + 3600 * INT64_C(1000000),
									.series_end_us = end });
	struct call before = history_call(1, -1, 5), first = history_call(2, 0, 5), last = history_call(3, 86399, 86400);
	struct call window = history_call(4, 3600, 3601);

	(void)state;
	metrics_history(m, &before);
	metrics_history(m, &first);
	metrics_history(m, &window);
	metrics_history(m, &last);
	metrics_history_end(m);
	assert_int_equal(metrics_total(m)->offered, 2);
	assert_int_equal(metrics_series(m)[0], 1);
	assert_int_equal(metrics_series(m)[1], 1);
	assert_int_equal(metrics_series(m)[23], 1);
	metrics_free(&m);
}

static void groups_causes_and_countries(void **state)
{
	struct metrics *m = metrics_new_with(&(struct metrics_options){ .group = METRICS_BY_AGENT });
	struct cause_count causes[2];
	struct country_count countries[1];
	const struct number_metrics **groups;
	size_t count;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		struct call c = history_call(i, i, i + 1);

		snprintf(c.agent, sizeof(c.agent), "%s", i < 5 ? "support" : "sales");
		if (i == 6) {
			c.cause = 34;
			snprintf(c.caller, sizeof(c.caller), "+33123456789");
		}
		metrics_history(m, &c);
	}
	groups = metrics_groups(m, &count);
	assert_int_equal(count, 2);
	assert_string_equal(groups[0]->key, "sales");
	assert_int_equal(groups[0]->offered, 2);
	assert_int_equal(groups[1]->offered, 5);
	free(groups);
	assert_int_equal(metrics_top_causes(metrics_total(m), causes, 2), 2);
	assert_int_equal(causes[0].cause, 17);
	assert_int_equal(causes[0].calls, 3);
	assert_int_equal(causes[1].cause, 34);
	assert_int_equal(metrics_top_countries(metrics_total(m), countries, 1), 1);
	assert_string_equal(countries[0].iso, "DE");
	assert_int_equal(countries[0].calls, 6);
	metrics_free(&m);
}

/* Blocked callers and closed hours are no failures. */
static void refused_calls_are_not_expected(void **state)
{
	static const enum call_reason reasons[] = { REASON_BLOCKED, REASON_CLOSED, REASON_OVER_CAP, REASON_NONE };
	struct metrics *m = metrics_new();
	const struct number_metrics *n;

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(reasons); i++) {
		struct call c = history_call(i, i, i + 1);

		c.reason = reasons[i];
		c.outcome = reasons[i] == REASON_NONE ? OUTCOME_ANSWERED : OUTCOME_BUSY;
		metrics_history(m, &c);
	}
	n = metrics_total(m);
	assert_int_equal(n->offered, 4);
	assert_int_equal(n->reasons[REASON_OVER_CAP], 1);
	assert_int_equal(metrics_expected(n), 2);
	assert_int_equal(metrics_success_permille(n), 500);
	metrics_free(&m);
}

/* Each agent that a call left counts it. The call itself counts for the agent that answered. */
static void an_agent_that_fails_over_is_seen(void **state)
{
	static const enum metrics_group groups[] = { METRICS_BY_AGENT, METRICS_BY_NUMBER };
	struct call c = history_call(1, 0, 1);

	(void)state;
	c.outcome = OUTCOME_ANSWERED;
	str_copy(c.agent, sizeof(c.agent), STR("desk"));
	str_copy(c.attempts, sizeof(c.attempts), STR("sales:agent:busy:120 reception:fallback:silent:6000 desk:closed:answer:1"));
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		struct metrics *m = metrics_new_with(&(struct metrics_options){ .group = groups[i] });

		metrics_history(m, &c);
		assert_int_equal(metrics_total(m)->fell_back, 1);
		if (groups[i] == METRICS_BY_NUMBER) {
			assert_int_equal(metrics_number(m, c.number)->fell_back, 1);
		} else {
			assert_int_equal(metrics_number(m, "sales")->fell_back, 1);
			assert_int_equal(metrics_number(m, "sales")->offered, 0);
			assert_int_equal(metrics_number(m, "reception")->fell_back, 1);
			assert_int_equal(metrics_number(m, "desk")->fell_back, 0);
			assert_int_equal(metrics_number(m, "desk")->offered, 1);
		}
		metrics_free(&m);
	}
}

/* The dialplan names the agent, or another number, after the call was first reported. */
static void a_live_call_moves_to_its_group(void **state)
{
	struct metrics *m = metrics_new_with(&(struct metrics_options){ .group = METRICS_BY_AGENT, .weeks = true });
	struct call c = call_make(1, "+15551110001");
	const struct number_metrics **groups;
	size_t count;

	(void)state;
	str_copy(c.agent, sizeof(c.agent), STR("sales"));
	metrics_call(m, &c, CALL_CHANGE_STARTED);
	str_copy(c.agent, sizeof(c.agent), STR("reception"));
	metrics_call(m, &c, CALL_CHANGE_UPDATED);
	metrics_call(m, &c, CALL_CHANGE_UPDATED);
	groups = metrics_groups(m, &count);
	assert_int_equal(count, 1);
	assert_string_equal(groups[0]->key, "reception");
	assert_int_equal(groups[0]->offered, 1);
	assert_int_equal(groups[0]->concurrent, 1);
	free(groups);
	assert_int_equal(metrics_total(m)->offered, 1);
	assert_int_equal(metrics_total(m)->concurrent, 1);
	answer(&c, 5, 800, 3000);
	metrics_call(m, &c, CALL_CHANGE_FINISHED);
	assert_int_equal(metrics_number(m, "reception")->outcomes[OUTCOME_ANSWERED], 1);
	assert_int_equal(metrics_number(m, "reception")->concurrent, 0);
	metrics_free(&m);
}

static const char *department(void *arg, const struct call *c)
{
	return strcmp(c->linkedid, arg) == 0 ? "sales" : "";
}

static void other_groups(void **state)
{
	static const struct { enum metrics_group group; const char *key; unsigned offered; } rows[] = {
		{ METRICS_BY_COUNTRY, "DE", 2 }, { METRICS_BY_HOUR, "22", 2 }, { METRICS_BY_SERVED, "fallback", 1 },
		{ METRICS_BY_SERVED, "", 1 }, { METRICS_BY_REASON, "over_cap", 1 }, { METRICS_BY_PARAM, "sales", 1 },
		{ METRICS_BY_PARAM, "", 1 },
	};
	struct zone *utc = zone_open("UTC");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct call a = history_call(1, 0, 1), b = history_call(2, 0, 1);
		struct metrics *m = metrics_new_with(&(struct metrics_options){ .group = rows[i].group, .zone = utc, .param = department,
										.arg = a.linkedid });

		a.served = SERVED_FALLBACK;
		a.reason = REASON_OVER_CAP;
		metrics_history(m, &a);
		metrics_history(m, &b);
		assert_int_equal(metrics_number(m, rows[i].key)->offered, rows[i].offered);
		metrics_free(&m);
	}
	zone_free(&utc);
}

static void how_calls_sounded(void **state)
{
	struct metrics *m = metrics_new();
	const struct number_metrics *n = metrics_total(m);
	json_t *o;

	(void)state;
	for (unsigned i = 0; i < 101; i++) {
		struct call c = history_call(i, 0, 1);

		call_init_quality(&c);
		if (i < 100) {
			c.loss = (int)i;
			c.jitter_us = (int)i * 1000;
			c.score = 100 + (int)i;
		}
		metrics_history(m, &c);
	}
	assert_int_equal(n->loss.count, 100);
	assert_int_equal(n->score.count, 100);
	o = metrics_to_json(n);
	assert_true(json_number_value(json_object_get(json_object_get(o, "loss"), "p50")) > 4.5);
	assert_true(json_number_value(json_object_get(json_object_get(o, "loss"), "p95")) > 9);
	/* 95 % of the calls had at least this score. */
	assert_true(json_number_value(json_object_get(json_object_get(o, "score"), "p95")) < 1.1);
	assert_true(json_number_value(json_object_get(json_object_get(o, "jitter_ms"), "p95")) > 90);
	json_decref(o);
	metrics_free(&m);
}

/* A scanner dials an unlimited count of numbers. */
static void numbers_are_bounded(void **state)
{
	struct metrics *m = metrics_new();
	char number[32];
	json_t *o;

	(void)state;
	for (unsigned i = 0; i < 100010; i++) {
		struct call c;

		snprintf(number, sizeof(number), "+1555%07u", i);
		c = call_make(i, number);
		c.outcome = OUTCOME_UNMAPPED;
		metrics_call(m, &c, CALL_CHANGE_FINISHED);
	}
	assert_int_equal(metrics_total(m)->offered, 100010);
	assert_non_null(metrics_number(m, "+15550099999"));
	assert_null(metrics_number(m, "+15550100000"));
	o = metrics_numbers_to_json(m);
	assert_int_equal(json_object_size(o), 100000);
	json_decref(o);
	metrics_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extreme_times),
		cmocka_unit_test(counts_each_call_once),
		cmocka_unit_test(the_first_report_may_be_any),
		cmocka_unit_test(leaves_out_test_calls_and_unknown_times),
		cmocka_unit_test(hours_are_local),
		cmocka_unit_test(json_has_all_figures),
		cmocka_unit_test(numbers_are_bounded),
		cmocka_unit_test(history_equals_live_counting),
		cmocka_unit_test(consecutive_calls_are_not_concurrent),
		cmocka_unit_test(a_call_reported_twice_counts_once),
		cmocka_unit_test(hours_and_weekdays_follow_the_zone),
		cmocka_unit_test(windows_and_series),
		cmocka_unit_test(groups_causes_and_countries),
		cmocka_unit_test(refused_calls_are_not_expected),
		cmocka_unit_test(an_agent_that_fails_over_is_seen),
		cmocka_unit_test(a_live_call_moves_to_its_group),
		cmocka_unit_test(other_groups),
		cmocka_unit_test(how_calls_sounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
