/*
 * Counts calls. Reports of a call coalesce on their way, so the first one that arrives may be any of them. The table of
 * live calls (by call_key) makes each call count once nevertheless.
 *
 * A call of history is counted at once. It is concurrent until a call comes that started after its end (see `ends`).
 *
 * Callers choose the numbers. Therefore a new number past METRICS_MAX_NUMBERS counts in the total only.
 */
#include "config.h"

#include "trunkdeck/calls/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(message) die("%s", message)
#include <uthash.h>

#define METRICS_MAX_NUMBERS 100000
#define HOUR_SLOT_US ((int64_t)15 * 60 * 1000000)	/* offsets of all time zones are multiples of this */

#define REMEMBERED_MAX 65536
#define CAUSES_MAX 64			/* different causes of a group */
#define HOUR_US ((int64_t)3600 * 1000000)

struct entry {
	UT_hash_handle hh;
	struct number_metrics n;	/* key: n.key */
};

/* A finished call that is remembered, so that it counts once. */
struct known_call {
	UT_hash_handle hh;
	uint64_t key;
};

/* The end of a call of history. */
struct end {
	int64_t at_us;
	struct entry *entry;		/* NULL: in the total only */
};

struct live_call {
	UT_hash_handle hh;
	uint64_t key;
	struct entry *entry;		/* NULL: in the total only */
	bool raised;			/* its start raised the peak of the group */
};

struct metrics {
	struct entry total;
	struct entry *numbers;
	size_t number_count;
	struct live_call *live;
	struct live_call *spare;	/* chained by hh.next */
	struct metrics_options options;
	struct known_call *known;	/* oldest first */
	struct end *ends;		/* a heap, the earliest on top */
	size_t end_count, end_size;
	uint32_t series[METRICS_SERIES_HOURS];
	int64_t slot;			/* the slot whose hour was looked up last */
	int slot_hour, slot_weekday;
};

static void entry_init(const struct metrics *m, struct entry *x, const char *key)
{
	str_copy(x->n.key, sizeof(x->n.key), str_of(key));
	if (m->options.weeks)
		x->n.by_week = xcalloc(7, sizeof(*x->n.by_week));
	histogram_init(&x->n.talk);
	histogram_init(&x->n.response);
	histogram_init(&x->n.loss);
	histogram_init(&x->n.jitter);
	histogram_init(&x->n.score);
}

static void entry_clear(struct entry *x)
{
	histogram_clear(&x->n.talk);
	histogram_clear(&x->n.response);
	histogram_clear(&x->n.loss);
	histogram_clear(&x->n.jitter);
	histogram_clear(&x->n.score);
	FREE(&x->n.countries);
	FREE(&x->n.causes);
	FREE(&x->n.by_week);
}

struct metrics *metrics_new(void)
{
	return metrics_new_with(&(struct metrics_options){ .group = METRICS_BY_NUMBER });
}

struct metrics *metrics_new_with(const struct metrics_options *options)
{
	struct metrics *m = xcalloc(1, sizeof(*m));

	m->options = *options;
	entry_init(m, &m->total, "");
	m->slot = INT64_MIN;
	return m;
}

void metrics_free(struct metrics **pm)
{
	struct metrics *m = *pm;
	struct entry *x, *next;
	struct live_call *l, *next_live;
	struct known_call *k, *next_known;

	if (!m)
		return;
	HASH_ITER(hh, m->known, k, next_known) {
		HASH_DELETE(hh, m->known, k);
		free(k);
	}
	free(m->ends);
	HASH_ITER(hh, m->numbers, x, next) {
		HASH_DELETE(hh, m->numbers, x);
		entry_clear(x);
		free(x);
	}
	HASH_ITER(hh, m->live, l, next_live) {
		HASH_DELETE(hh, m->live, l);
		free(l);
	}
	for (l = m->spare; l; l = next_live) {
		next_live = l->hh.next;
		free(l);
	}
	entry_clear(&m->total);
	FREE(pm);
}

static struct entry *entry_get(struct metrics *m, const char *key)
{
	struct entry *x;

	HASH_FIND_STR(m->numbers, key, x);
	if (x || m->number_count >= METRICS_MAX_NUMBERS)
		return x;
	x = xcalloc(1, sizeof(*x));
	entry_init(m, x, key);
	HASH_ADD_STR(m->numbers, n.key, x);
	m->number_count++;
	return x;
}

static void find_hour(struct metrics *m, int64_t at_us)
{
	int64_t slot = at_us / HOUR_SLOT_US;
	time_t seconds = (time_t)(at_us / 1000000);
	struct zone_time t;
	struct tm tm;

	if (slot == m->slot)
		return;
	m->slot = slot;
	if (m->options.zone) {
		zone_local(m->options.zone, at_us, &t);
		m->slot_hour = t.hour;
		m->slot_weekday = t.weekday;
	} else if (localtime_r(&seconds, &tm)) {
		m->slot_hour = tm.tm_hour;
		m->slot_weekday = (tm.tm_wday + 6) % 7;
	}
}

static void count_country(struct number_metrics *n, const char *iso)
{
	struct country_count *c = n->countries;

	for (size_t i = 0; i < n->country_count; i++, c++) {
		if (strcmp(c->iso, iso) == 0) {
			c->calls++;
			return;
		}
	}
	n->countries = xreallocarray(n->countries, n->country_count + 1, sizeof(*n->countries));
	c = &n->countries[n->country_count++];
	str_copy(c->iso, sizeof(c->iso), str_of(iso));
	c->calls = 1;
}

static void uncount_country(struct number_metrics *n, const char *iso)
{
	for (size_t i = 0; i < n->country_count; i++) {
		struct country_count *c = &n->countries[i];

		if (strcmp(c->iso, iso) != 0)
			continue;
		if (--c->calls == 0)
			*c = n->countries[--n->country_count];
		return;
	}
}

static void count_cause(struct number_metrics *n, const struct call *c)
{
	struct cause_count *x = n->causes;

	for (size_t i = 0; i < n->cause_count; i++, x++) {
		if (x->cause == c->cause && x->sip_code == c->sip_code) {
			x->calls++;
			return;
		}
	}
	if (n->cause_count == CAUSES_MAX)
		return;
	n->causes = xreallocarray(n->causes, n->cause_count + 1, sizeof(*n->causes));
	n->causes[n->cause_count++] = (struct cause_count){ c->cause, c->sip_code, 1 };
}

/* Returns whether the call is one more at once than ever before. */
static bool count_start(const struct metrics *m, struct entry *x, const char *iso, bool timed)
{
	x->n.offered++;
	x->n.by_hour[m->slot_hour] += timed;
	if (x->n.by_week && timed)
		x->n.by_week[m->slot_weekday][m->slot_hour]++;
	count_country(&x->n, iso);
	if (++x->n.concurrent <= x->n.peak_concurrent)
		return false;
	x->n.peak_concurrent = x->n.concurrent;
	return true;
}

#define KEY_SIZE sizeof(((struct number_metrics *)0)->key)

/* Returns the key of the call's group; `to` is for keys that are made here. */
static const char *key_of(struct metrics *m, const struct call *c, char to[KEY_SIZE])
{
	if (m->options.group == METRICS_BY_PARAM) {
		str_copy(to, KEY_SIZE, str_of(m->options.param(m->options.arg, c)));
		return to;
	}
	if (m->options.group != METRICS_BY_HOUR || c->started_us <= CALL_NO_TIME)
		return metrics_group_of(m->options.group, c);
	find_hour(m, c->started_us);
	snprintf(to, KEY_SIZE, "%02d", m->slot_hour);
	return to;
}

/* Returns the group of the call; NULL = it counts in the total only. */
static struct entry *entry_of(struct metrics *m, const struct call *c)
{
	char key[KEY_SIZE];

	return entry_get(m, key_of(m, c, key));
}

/* Returns the group, as above. *raised: its peak was raised. */
static struct entry *count_started(struct metrics *m, const struct call *c, bool *raised)
{
	const char *iso = call_country(c);
	bool timed = c->started_us > CALL_NO_TIME;
	struct entry *x = entry_of(m, c);

	if (timed)
		find_hour(m, c->started_us);
	count_start(m, &m->total, iso, timed);
	*raised = x && count_start(m, x, iso, timed);
	return x;
}

static void count_response(struct number_metrics *n, const struct call *c)
{
	bool first_audio;
	int64_t response = call_response_us(c, &first_audio);

	if (response < 0)
		return;
	histogram_add(&n->response, response);
	n->response_first_audio += first_audio;
}

static void count_quality(struct number_metrics *n, const struct call *c)
{
	if (c->loss >= 0)
		histogram_add(&n->loss, c->loss);
	if (c->jitter_us >= 0)
		histogram_add(&n->jitter, c->jitter_us);
	if (c->score >= 0)
		histogram_add(&n->score, c->score);
}

static void count_end(struct number_metrics *n, const struct call *c)
{
	n->outcomes[c->outcome]++;
	n->reasons[c->reason]++;
	count_quality(n, c);
	if (c->outcome != OUTCOME_ANSWERED)
		count_cause(n, c);
	if (c->talk_us > 0)
		histogram_add(&n->talk, c->talk_us);
	count_response(n, c);
}

/* An agent that the call left counts it as well, so that an agent that always fails over is seen. */
static void count_fallbacks(struct metrics *m, const struct call *c, struct entry *x)
{
	const char *next = c->attempts;
	struct call_attempt a;
	bool fell_back = false;

	while ((next = call_attempt_next(next, &a))) {
		if (!call_attempt_fell_back(c, &a, next))
			continue;
		fell_back = true;
		if (m->options.group == METRICS_BY_AGENT && (x = entry_get(m, a.agent)))
			x->n.fell_back++;
	}
	m->total.n.fell_back += fell_back;
	if (x && m->options.group != METRICS_BY_AGENT)
		x->n.fell_back += fell_back;
}

static void count_ended(struct metrics *m, const struct call *c, struct entry *x)
{
	count_end(&m->total.n, c);
	if (x)
		count_end(&x->n, c);
	if (c->attempts[0])
		count_fallbacks(m, c, x);
}

/* The number or the agent of a live call may have changed: then takes back what its start counted for the former group. A
 * peak is taken back too if no other call has begun or ended there since. */
static void count_moved(struct metrics *m, const struct call *c, struct live_call *l)
{
	struct entry *from = l->entry;
	const char *iso = call_country(c);
	bool timed = c->started_us > CALL_NO_TIME;
	char key[KEY_SIZE];
	const char *now = key_of(m, c, key);
	struct entry *to;

	if (from && strcmp(now, from->n.key) == 0)
		return;
	to = entry_get(m, now);
	if (to == from)
		return;
	if (timed)
		find_hour(m, c->started_us);
	if (from) {
		from->n.offered--;
		from->n.peak_concurrent -= l->raised && from->n.peak_concurrent == from->n.concurrent;
		from->n.concurrent--;
		from->n.by_hour[m->slot_hour] -= timed;
		if (from->n.by_week && timed)
			from->n.by_week[m->slot_weekday][m->slot_hour]--;
		uncount_country(&from->n, iso);
	}
	l->entry = to;
	l->raised = to && count_start(m, to, iso, timed);
}

static void count_gone(struct metrics *m, struct entry *x)
{
	m->total.n.concurrent--;
	if (x)
		x->n.concurrent--;
}

static void remember(struct metrics *m, uint64_t key)
{
	struct known_call *k;

	if (!m->options.remember)
		return;
	if (HASH_COUNT(m->known) < REMEMBERED_MAX) {
		k = xcalloc(1, sizeof(*k));
	} else {
		k = m->known;
		HASH_DELETE(hh, m->known, k);
	}
	k->key = key;
	HASH_ADD(hh, m->known, key, sizeof(k->key), k);
}

static bool is_over(const struct metrics *m, uint64_t key)
{
	struct known_call *k;

	HASH_FIND(hh, m->known, &key, sizeof(key), k);
	return k != NULL;
}

static bool counts(const struct metrics *m, const struct call *c)
{
	return !c->is_test && c->started_us >= m->options.since_us;
}

void metrics_call(struct metrics *m, const struct call *c, enum call_change change)
{
	struct live_call *l;
	uint64_t key;

	if (!counts(m, c))
		return;
	key = call_key(c);
	HASH_FIND(hh, m->live, &key, sizeof(key), l);
	if (!l && is_over(m, key))
		return;
	if (!l) {
		l = m->spare;
		if (l)
			m->spare = l->hh.next;
		else
			l = xcalloc(1, sizeof(*l));
		l->key = key;
		l->entry = count_started(m, c, &l->raised);
		HASH_ADD(hh, m->live, key, sizeof(l->key), l);
	} else {
		count_moved(m, c, l);
	}
	if (change != CALL_CHANGE_FINISHED)
		return;
	count_ended(m, c, l->entry);
	count_gone(m, l->entry);
	HASH_DELETE(hh, m->live, l);
	l->hh.next = m->spare;
	m->spare = l;
	remember(m, key);
}

static void count_now(struct number_metrics *n, const struct call *c)
{
	n->states[c->state]++;
	count_response(n, c);
}

void metrics_now(struct metrics *m, const struct call *c)
{
	struct entry *x;
	bool raised;

	if (c->is_test)
		return;
	x = count_started(m, c, &raised);
	count_now(&m->total.n, c);
	if (x)
		count_now(&x->n, c);
}

/* --- history --- */

static void push_end(struct metrics *m, struct end e)
{
	size_t i = m->end_count++;

	if (m->end_count > m->end_size) {
		m->end_size = m->end_size ? m->end_size * 2 : 64;
		m->ends = xreallocarray(m->ends, m->end_size, sizeof(*m->ends));
	}
	for (; i > 0 && m->ends[(i - 1) / 2].at_us > e.at_us; i = (i - 1) / 2)
		m->ends[i] = m->ends[(i - 1) / 2];
	m->ends[i] = e;
}

static struct end pop_end(struct metrics *m)
{
	struct end top = m->ends[0], last = m->ends[--m->end_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < m->end_count) {
		if (child + 1 < m->end_count && m->ends[child + 1].at_us < m->ends[child].at_us)
			child++;
		if (m->ends[child].at_us >= last.at_us)
			break;
		m->ends[i] = m->ends[child];
		i = child;
	}
	m->ends[i] = last;
	return top;
}

static void end_until(struct metrics *m, int64_t at_us)
{
	while (m->end_count > 0 && m->ends[0].at_us <= at_us)
		count_gone(m, pop_end(m).entry);
}

void metrics_history(struct metrics *m, const struct call *c)
{
	uint64_t key = call_key(c);
	struct live_call *l;
	struct entry *x;
	int64_t ago_us;
	bool raised;

	HASH_FIND(hh, m->live, &key, sizeof(key), l);
	if (l || c->is_test || is_over(m, key))
		return;
	ago_us = time_minus(m->options.series_end_us, c->started_us);
	if (ago_us > 0 && ago_us <= METRICS_SERIES_HOURS * HOUR_US)
		m->series[METRICS_SERIES_HOURS - 1 - (ago_us - 1) / HOUR_US]++;
	if (!counts(m, c))
		return;
	end_until(m, c->started_us);
	x = count_started(m, c, &raised);
	count_ended(m, c, x);
	push_end(m, (struct end){ c->ended_us, x });
	remember(m, key);
}

void metrics_history_end(struct metrics *m)
{
	end_until(m, INT64_MAX);
}

/* --- asking --- */

WORDS_DEFINE(metrics_group, enum metrics_group, METRICS_GROUP_TABLE)
WORDS_PARSE(metrics_group, enum metrics_group)

const char *metrics_group_of(enum metrics_group g, const struct call *c)
{
	switch (g) {
	case METRICS_BY_NUMBER:
		return c->number;
	case METRICS_BY_PROVIDER:
		return c->provider;
	case METRICS_BY_AGENT:
		return c->agent;
	case METRICS_BY_REGION:
		return c->region;
	case METRICS_BY_COUNTRY:
		return call_country(c);
	case METRICS_BY_SERVED:
		return call_served_name(c->served);
	case METRICS_BY_REASON:
		return call_reason_name(c->reason);
	default:
		return "";
	}
}

const struct number_metrics *metrics_number(const struct metrics *m, const char *number)
{
	const struct entry *x;

	HASH_FIND_STR(m->numbers, number, x);
	return x ? &x->n : NULL;
}

const struct number_metrics *metrics_total(const struct metrics *m)
{
	return &m->total.n;
}

const uint32_t *metrics_series(const struct metrics *m)
{
	return m->series;
}

static int by_key(const void *a, const void *b)
{
	const struct number_metrics *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

const struct number_metrics **metrics_groups(const struct metrics *m, size_t *count)
{
	const struct number_metrics **sorted = xreallocarray(NULL, m->number_count + 1, sizeof(*sorted));

	*count = 0;
	/* A group that all its calls have left is none. */
	for (const struct entry *x = m->numbers; x; x = x->hh.next)
		if (x->n.offered > 0 || x->n.fell_back > 0)
			sorted[(*count)++] = &x->n;
	qsort(sorted, *count, sizeof(*sorted), by_key);
	return sorted;
}

static int more_causes(const void *a, const void *b)
{
	const struct cause_count *x = a, *y = b;

	if (x->calls != y->calls)
		return x->calls < y->calls ? 1 : -1;
	return x->cause != y->cause ? x->cause - y->cause : x->sip_code - y->sip_code;
}

static int more_countries(const void *a, const void *b)
{
	const struct country_count *x = a, *y = b;

	if (x->calls != y->calls)
		return x->calls < y->calls ? 1 : -1;
	return strcmp(x->iso, y->iso);
}

/* Returns a sorted copy of the first rows, at most `max` of them. */
static size_t top_rows(void *top, size_t max, const void *rows, size_t n, size_t size,
		       int (*compare)(const void *, const void *))
{
	char *sorted = xreallocarray(NULL, n + 1, size);

	if (n)
		memcpy(sorted, rows, n * size);
	qsort(sorted, n, size, compare);
	n = n < max ? n : max;
	memcpy(top, sorted, n * size);
	free(sorted);
	return n;
}

size_t metrics_top_causes(const struct number_metrics *n, struct cause_count *top, size_t max)
{
	return top_rows(top, max, n->causes, n->cause_count, sizeof(*top), more_causes);
}

size_t metrics_top_countries(const struct number_metrics *n, struct country_count *top, size_t max)
{
	return top_rows(top, max, n->countries, n->country_count, sizeof(*top), more_countries);
}

uint64_t metrics_expected(const struct number_metrics *n)
{
	uint64_t finished = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		finished += n->outcomes[i];
	return finished - n->reasons[REASON_BLOCKED] - n->reasons[REASON_CLOSED];
}

int metrics_success_permille(const struct number_metrics *n)
{
	uint64_t expected = metrics_expected(n);

	if (!expected)
		return -1;
	return (int)((n->outcomes[OUTCOME_ANSWERED] * 1000 + expected / 2) / expected);
}
