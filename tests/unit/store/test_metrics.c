/*
 * Live figures and stored figures agree exactly. Thousands of generated calls pass through a tracker. Its reports are
 * counted at once; finished calls are also recorded, read back and counted again. Further tests check days in the
 * workspace's time zone: each day has the calls that a local clock puts into it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/calls/metrics.h"
#include "trunkdeck/calls/tracker.h"

#define CALLS 12000			/* more calls than one page */
#define GRAIN_US 20000			/* a time is a multiple of this plus the number of its call, so it is unique */
#define SPREAD_US INT64_C(90000000)	/* between the starts of two calls: 12 days in all */
#define NUMBERS 37
#define FIRST_US INT64_C(1792627200000000)	/* 2026-10-22, before Berlin's clocks go back and the month ends */

enum what { ARRIVES, AGENT, DIALLED, DIAL_ENDS, UP, AUDIO, CALLER_LEAVES, AGENT_GONE, GONE, WHAT_COUNT };

struct step {
	int64_t at_us;
	unsigned call;
	enum what what;
};

/* The courses of a call: the result of the dial (NULL: the caller leaves before), and the cause of the end. */
static const struct way {
	const char *dial_status;
	int cause, sip_code;
	bool audio;
	enum call_outcome outcome;
} ways[] = {
	{ "ANSWER", 16, 200, true, OUTCOME_ANSWERED }, { "ANSWER", 16, 200, true, OUTCOME_ANSWERED },
	{ "ANSWER", 16, 200, false, OUTCOME_ANSWERED }, { "BUSY", 17, 486, false, OUTCOME_BUSY },
	{ "NOANSWER", 19, 480, false, OUTCOME_NO_ANSWER }, { "CHANUNAVAIL", 20, 500, false, OUTCOME_UNREACHABLE },
	{ NULL, 16, 487, false, OUTCOME_ABANDONED },
};

static unsigned scramble(unsigned call, unsigned salt)
{
	unsigned x = (call + 1) * 2654435761u ^ salt * 40503u;

	x ^= x >> 15;
	x *= 2246822519u;
	return x ^ x >> 13;
}

static const struct way *way_of(unsigned call)
{
	return &ways[scramble(call, 1) % ARRAY_LEN(ways)];
}

/* --- the stream --- */

static bool happens(const struct way *w, enum what what)
{
	switch (what) {
	case DIAL_ENDS:
		return w->dial_status;
	case UP:
		return w->outcome == OUTCOME_ANSWERED;
	case AUDIO:
		return w->audio;
	case CALLER_LEAVES:
		return w->outcome == OUTCOME_ANSWERED || w->outcome == OUTCOME_ABANDONED;
	default:
		return true;
	}
}

/* A call ends up to ten minutes after the answer, so that several calls are up at once. */
static int64_t step_us(unsigned call, enum what what)
{
	int64_t at = FIRST_US + call * SPREAD_US + scramble(call, 2) % SPREAD_US;

	for (int i = ARRIVES; i < (int)what; i++)
		at += GRAIN_US + scramble(call, 10 + (unsigned)i) % (i == AUDIO ? 600000000 : 2000000);
	return at / GRAIN_US * GRAIN_US + call;
}

static int by_time(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return (x->at_us > y->at_us) - (x->at_us < y->at_us);
}

static struct step *make_steps(size_t *count)
{
	struct step *steps = xcalloc((size_t)CALLS * WHAT_COUNT, sizeof(*steps));

	*count = 0;
	for (unsigned call = 0; call < CALLS; call++)
		for (int what = 0; what < WHAT_COUNT; what++)
			if (happens(way_of(call), (enum what)what))
				steps[(*count)++] = (struct step){ step_us(call, (enum what)what), call, (enum what)what };
	qsort(steps, *count, sizeof(*steps), by_time);
	return steps;
}

static const enum event_kind kinds[WHAT_COUNT] = {
	EVENT_NEWCHANNEL, EVENT_NEWCHANNEL, EVENT_DIAL_BEGIN, EVENT_DIAL_END, EVENT_NEWSTATE, EVENT_TALKING_START,
	EVENT_HANGUP_REQUEST, EVENT_HANGUP, EVENT_HANGUP,
};

struct names {
	char trunk[32], agent[32], id[32], agent_id[32], number[24], caller[24];
};

static struct event_leg trunk_leg(const struct names *n, int state)
{
	return (struct event_leg){ str_of(n->trunk), str_of(n->id), str_of(n->id), STR("from-trunk"), str_of(n->number),
				   str_of(n->caller), state };
}

static struct event_leg agent_leg(const struct names *n, int state)
{
	return (struct event_leg){ str_of(n->agent), str_of(n->agent_id), str_of(n->id), STR("default"), STR("s"),
				   str_of(n->number), state };
}

static void name(struct names *n, unsigned call)
{
	static const char *const callers[] = { "+4930123456", "+14155550123", "+41791234567", "", "anonymous", "+911234567890" };

	snprintf(n->trunk, sizeof(n->trunk), "PJSIP/twilio-%08x", call);
	snprintf(n->agent, sizeof(n->agent), "WebSocket/support-%08x", call);
	snprintf(n->id, sizeof(n->id), "1792627200.%u", 2 * call);
	snprintf(n->agent_id, sizeof(n->agent_id), "1792627200.%u", 2 * call + 1);
	snprintf(n->number, sizeof(n->number), "+1555111%04u", scramble(call, 3) % NUMBERS);
	snprintf(n->caller, sizeof(n->caller), "%s", callers[scramble(call, 4) % ARRAY_LEN(callers)]);
}

/* What the dialplan tells of two calls of three: another number than the one that arrived, an agent, how it sounded. */
static struct str user_value(const void *frame, const char *key)
{
	static const char *const ways_told[] = { "agent", "split", "default" };
	static char text[64];
	unsigned call = *(const unsigned *)frame;

	if (strcmp(key, "Uuid") == 0)
		snprintf(text, sizeof(text), "5f1c0a7e-0000-4000-8000-%012u", call);
	else if (strcmp(key, "Number") == 0)
		snprintf(text, sizeof(text), "+1555111%04u", scramble(call, 6) % NUMBERS);
	else if (strcmp(key, "Agent") == 0)
		snprintf(text, sizeof(text), "agent-%u", scramble(call, 7) % 6);
	else if (strcmp(key, "Way") == 0)
		return str_of(ways_told[call % ARRAY_LEN(ways_told)]);
	else if (strcmp(key, "Reason") == 0)
		return STR("over_cap");
	else
		snprintf(text, sizeof(text), "%u.5", scramble(call, (unsigned)(unsigned char)key[0]) % 90);
	return str_of(text);
}

static void tell(struct tracker *t, const struct step *s, const char *event, const struct names *n)
{
	struct call_event e;

	call_event_init(&e, EVENT_USER, s->at_us);
	e.leg = trunk_leg(n, 4);
	e.user_event = str_of(event);
	e.user_value = user_value;
	e.user_frame = &s->call;
	if (s->call % 3)
		tracker_apply(t, &e);
}

static void play(struct tracker *t, const struct step *s)
{
	const struct way *w = way_of(s->call);
	bool agents = s->what == AGENT || s->what == AUDIO || s->what == AGENT_GONE;
	struct call_event e;
	struct names n;

	name(&n, s->call);
	call_event_init(&e, kinds[s->what], s->at_us);
	e.leg = agents ? agent_leg(&n, s->what == AGENT ? 0 : 6) : trunk_leg(&n, s->what >= UP ? 6 : 4);
	if (s->what == DIALLED || s->what == DIAL_ENDS)
		e.dest = agent_leg(&n, 0);
	if (s->what == DIAL_ENDS)
		e.dial_status = str_of(w->dial_status);
	if (s->what >= CALLER_LEAVES)
		e.cause = w->cause;
	if (s->what == GONE)
		e.tech_cause = w->sip_code;
	if (s->what == GONE)
		tell(t, s, "TrunkdeckQuality", &n);
	tracker_apply(t, &e);
	if (s->what == ARRIVES)
		tell(t, s, "TrunkdeckCall", &n);
	if (s->what == DIALLED && s->call % 11 == 0 && w->outcome == OUTCOME_BUSY)
		tell(t, s, "TrunkdeckRefused", &n);
}

/* --- counting live and stored calls --- */

static const struct { enum metrics_group group; const char *zone; } counts[] = {
	{ METRICS_BY_NUMBER, "Europe/Berlin" }, { METRICS_BY_PROVIDER, "America/New_York" }, { METRICS_BY_AGENT, "Asia/Kolkata" },
	{ METRICS_BY_SERVED, "UTC" }, { METRICS_BY_COUNTRY, "UTC" }, { METRICS_BY_HOUR, "America/New_York" },
	{ METRICS_BY_REGION, "Pacific/Apia" }, { METRICS_BY_ALL, "Australia/Lord_Howe" }, { METRICS_BY_ALL, "UTC" },
};

struct both {
	struct zone *zones[ARRAY_LEN(counts)];
	struct metrics *live[ARRAY_LEN(counts)], *stored[ARRAY_LEN(counts)];
	struct call *finished;
	size_t count;
};

/* Sets the members that a workspace would set. */
static struct call resolved(const struct call *c)
{
	struct call r = *c;
	unsigned digit = (unsigned)(r.number[strlen(r.number) - 1] - '0');

	snprintf(r.provider, sizeof(r.provider), "%s", digit % 3 ? "twilio" : "telnyx");
	if (!call_is_told(c))
		snprintf(r.agent, sizeof(r.agent), "agent-%u", digit % 4);
	snprintf(r.region, sizeof(r.region), "%s", digit % 2 ? "na" : "eu");
	return r;
}

static void on_call(void *arg, const struct call *c, enum call_change change)
{
	struct both *b = arg;
	struct call call = resolved(c);

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		metrics_call(b->live[i], &call, change);
	if (change == CALL_CHANGE_FINISHED)
		b->finished[b->count++] = call;
}

static void on_stored(void *arg, const struct call *c)
{
	struct both *b = arg;

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		metrics_history(b->stored[i], c);
}

static void open_both(struct both *b)
{
	*b = (struct both){ .finished = xcalloc(CALLS, sizeof(*b->finished)) };
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct metrics_options o = { .group = counts[i].group, .weeks = true };

		o.zone = b->zones[i] = zone_open(counts[i].zone);
		assert_non_null(o.zone);
		b->live[i] = metrics_new_with(&o);
		b->stored[i] = metrics_new_with(&o);
	}
}

static void close_both(struct both *b)
{
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		metrics_free(&b->live[i]);
		metrics_free(&b->stored[i]);
		zone_free(&b->zones[i]);
	}
	free(b->finished);
}

static void run_stream(struct both *b)
{
	struct tracker *t = tracker_new(&(struct tracker_config){ .server = "na-1", .on_call = on_call, .arg = b });
	size_t count;
	struct step *steps = make_steps(&count);

	for (size_t i = 0; i < count; i++)
		play(t, &steps[i]);
	tracker_free(&t);
	free(steps);
}

/* Records the calls in batches, as recorders do, but in random order and twice. */
static void record_all(struct fixture *f, const struct both *b)
{
	enum { BATCH = 500 };
	struct err e;

	for (size_t batch = 0; batch * BATCH < b->count; batch++) {
		size_t at = (batch * 7 % (CALLS / BATCH)) * BATCH;

		assert_true(store_record_calls(f->store, b->finished + at, BATCH, &e));
		assert_true(store_record_calls(f->store, b->finished + at, BATCH / 2, &e));
	}
}

/* --- comparing --- */

static void assert_same_histogram(const struct histogram *a, const struct histogram *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->sum_us, b->sum_us);
	assert_int_equal(a->max_us, b->max_us);
	for (int q = 0; q <= 1000; q++)
		assert_int_equal(histogram_quantile(a, q / 1000.0), histogram_quantile(b, q / 1000.0));
}

static void assert_same_causes(const struct number_metrics *a, const struct number_metrics *b)
{
	struct cause_count x[16], y[16];
	size_t n = metrics_top_causes(a, x, ARRAY_LEN(x));

	assert_int_equal(metrics_top_causes(b, y, ARRAY_LEN(y)), n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(x[i].cause, y[i].cause);
		assert_int_equal(x[i].sip_code, y[i].sip_code);
		assert_int_equal(x[i].calls, y[i].calls);
	}
}

static void assert_same(const struct number_metrics *a, const struct number_metrics *b)
{
	json_t *x = metrics_to_json(a), *y = metrics_to_json(b);

	assert_string_equal(a->key, b->key);
	assert_true(json_equal(x, y));
	json_decref(x);
	json_decref(y);
	assert_same_histogram(&a->talk, &b->talk);
	assert_same_histogram(&a->response, &b->response);
	assert_same_causes(a, b);
	assert_int_equal(a->response_first_audio, b->response_first_audio);
	assert_int_equal(a->peak_concurrent, b->peak_concurrent);
	assert_int_equal(a->concurrent, 0);
	assert_int_equal(b->concurrent, 0);
	assert_memory_equal(a->by_week, b->by_week, 7 * sizeof(*a->by_week));
}

static void assert_same_groups(const struct metrics *a, const struct metrics *b)
{
	size_t n, m;
	const struct number_metrics **x = metrics_groups(a, &n), **y = metrics_groups(b, &m);

	assert_int_equal(n, m);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++)
		assert_same(x[i], y[i]);
	free(x);
	free(y);
}

/* The live figures equal the figures of the generated calls. */
static void assert_truth(const struct number_metrics *total)
{
	uint64_t truth[OUTCOME_COUNT] = { 0 };

	for (unsigned call = 0; call < CALLS; call++)
		truth[way_of(call)->outcome]++;
	assert_int_equal(total->offered, CALLS);
	for (int o = 0; o < OUTCOME_COUNT; o++)
		assert_int_equal(total->outcomes[o], truth[o]);
	assert_true(total->peak_concurrent > 3);
}

static void live_and_stored_figures_agree(void **state)
{
	const struct call_query q = { .ended = true, .oldest_first = true };
	struct fixture *f = *state;
	struct both b;
	struct err e;

	open_both(&b);
	run_stream(&b);
	assert_int_equal(b.count, CALLS);
	record_all(f, &b);
	assert_true(store_calls(f->store, &q, on_stored, &b, &e));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		metrics_history_end(b.stored[i]);
		assert_truth(metrics_total(b.live[i]));
		assert_same(metrics_total(b.live[i]), metrics_total(b.stored[i]));
		assert_same_groups(b.live[i], b.stored[i]);
	}
	close_both(&b);
}

/* --- windows --- */

#define QUARTER_US INT64_C(900000000)

/* A day with a call every quarter of an hour around it: the calls in the day, and those in its hour 2. */
static const struct day {
	const char *zone, *day, *next;
	unsigned calls, at_two;
} days[] = {
	{ "America/New_York", "2026-03-08", "2026-03-09", 92, 0 },
	{ "America/New_York", "2026-11-01", "2026-11-02", 100, 4 },
	{ "Europe/Berlin", "2026-03-29", "2026-03-30", 92, 0 },
	{ "Europe/Berlin", "2026-10-25", "2026-10-26", 100, 8 },
	{ "Australia/Lord_Howe", "2026-04-05", "2026-04-06", 98, 4 },
	{ "Asia/Kolkata", "2026-02-28", "2026-03-01", 96, 4 },
	{ "Asia/Kolkata", "2028-02-29", "2028-03-01", 96, 4 },
	{ "Asia/Kathmandu", "2026-12-31", "2027-01-01", 96, 4 },
	{ "Pacific/Apia", "2011-12-29", "2011-12-31", 96, 4 },
	{ "UTC", "2028-02-29", "2028-03-01", 96, 4 },
};

static int64_t moment(const struct zone *z, const char *text)
{
	int64_t us;

	assert_true(zone_parse_moment(z, text, 0, &us));
	return us;
}

static void record_quarters(struct store *s, int64_t around_us)
{
	enum { QUARTERS = 4 * 24 * 4 };
	struct call *calls = xcalloc(QUARTERS, sizeof(*calls));
	struct err e;

	for (unsigned i = 0; i < QUARTERS; i++) {
		struct call *c = &calls[i];

		c->started_us = around_us + ((int64_t)i - QUARTERS / 2) * QUARTER_US;
		c->ended_us = c->started_us + 1;
		c->state = CALL_ENDED;
		str_copy(c->server, sizeof(c->server), STR("na-1"));
		snprintf(c->linkedid, sizeof(c->linkedid), "%lld", (long long)c->started_us);
	}
	assert_true(store_record_calls(s, calls, QUARTERS, &e));
	free(calls);
}

static void count_history(void *arg, const struct call *c)
{
	metrics_history(arg, c);
}

static void assert_day(struct store *s, const struct day *day)
{
	struct zone *z = zone_open(day->zone);
	struct metrics *m = metrics_new_with(&(struct metrics_options){ .zone = z, .weeks = true });
	struct call_query q = { .ended = true, .oldest_first = true };
	struct err e;

	assert_non_null(z);
	q.since_us = moment(z, day->day);
	q.until_us = moment(z, day->next);
	record_quarters(s, q.since_us);
	assert_int_equal(zone_day_start_us(z, q.until_us - 1, 0), q.since_us);
	assert_int_equal(zone_day_start_us(z, q.since_us, 1), q.until_us);
	assert_true(store_calls(s, &q, count_history, m, &e));
	assert_int_equal(metrics_total(m)->offered, day->calls);
	assert_int_equal(metrics_total(m)->by_hour[2], day->at_two);
	metrics_free(&m);
	zone_free(&z);
}

static void days_follow_the_local_clock(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		char *url = fresh_url();
		struct store *s = open_store(url, "alice");

		assert_day(s, &days[i]);
		store_close(&s);
		free(url);
	}
}

int run_metrics_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(live_and_stored_figures_agree),
		STORE_TEST(days_follow_the_local_clock),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
