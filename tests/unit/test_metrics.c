/* Metrics: every call once, whatever is heard of it first. */
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

#include "trunkdeck/mem.h"
#include "trunkdeck/metrics.h"

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

/* Reports coalesce: the first one heard may be any. */
static void first_heard_late(void **state)
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

static void leaves_out_tests_and_guesses(void **state)
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

static void json_says_it_all(void **state)
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

/* A scanner dials numbers without end. */
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
		cmocka_unit_test(counts_each_call_once),
		cmocka_unit_test(first_heard_late),
		cmocka_unit_test(leaves_out_tests_and_guesses),
		cmocka_unit_test(hours_are_local),
		cmocka_unit_test(json_says_it_all),
		cmocka_unit_test(numbers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
