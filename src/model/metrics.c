/*
 * Counting calls. A table of live calls (by call_key) makes every call count once whatever is heard of it first: reports
 * coalesce on their way, so that a call may show up as updated or even finished. A finished call that was never live
 * comes from history, or was too short to be reported before.
 *
 * Whoever dials us chooses the numbers: past METRICS_MAX_NUMBERS a new number counts in the total only.
 */
#include "config.h"

#include "trunkdeck/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trunkdeck/e164.h"
#include "trunkdeck/mem.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(message) die("%s", message)
#include <uthash.h>

#define METRICS_MAX_NUMBERS 100000
#define HOUR_SLOT_US ((int64_t)15 * 60 * 1000000)	/* every time zone is a multiple of this away from UTC */

struct country_count {
	char iso[3];			/* "" = unknown or withheld */
	uint64_t calls;
};

struct entry {
	UT_hash_handle hh;
	struct number_metrics n;	/* key: n.number */
	struct country_count *countries;
	size_t country_count;
};

struct live_call {
	UT_hash_handle hh;
	uint64_t key;
	struct entry *entry;		/* NULL: in the total only */
};

struct metrics {
	struct entry total;
	struct entry *numbers;
	size_t number_count;
	struct live_call *live;
	struct live_call *spare;	/* chained by hh.next */
	int64_t slot;			/* of the last hour looked up */
	int slot_hour;
};

static void entry_init(struct entry *x, const char *number)
{
	str_copy(x->n.number, sizeof(x->n.number), str_of(number));
	histogram_init(&x->n.talk);
	histogram_init(&x->n.response);
}

static void entry_clear(struct entry *x)
{
	histogram_clear(&x->n.talk);
	histogram_clear(&x->n.response);
	FREE(&x->countries);
}

struct metrics *metrics_new(void)
{
	struct metrics *m = xcalloc(1, sizeof(*m));

	entry_init(&m->total, "");
	m->slot = INT64_MIN;
	return m;
}

static void live_give(struct metrics *m, struct live_call *l)
{
	l->hh.next = m->spare;
	m->spare = l;
}

static struct live_call *live_take(struct metrics *m)
{
	struct live_call *l = m->spare;

	if (!l)
		return xcalloc(1, sizeof(*l));
	m->spare = l->hh.next;
	return l;
}

void metrics_free(struct metrics **pm)
{
	struct metrics *m = *pm;
	struct entry *x, *next;
	struct live_call *l, *next_live;

	if (!m)
		return;
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

static struct entry *entry_find(const struct metrics *m, const char *number)
{
	struct entry *x;

	HASH_FIND_STR(m->numbers, number, x);
	return x;
}

static struct entry *entry_get(struct metrics *m, const char *number)
{
	struct entry *x = entry_find(m, number);

	if (x || m->number_count >= METRICS_MAX_NUMBERS)
		return x;
	x = xcalloc(1, sizeof(*x));
	entry_init(x, number);
	HASH_ADD_STR(m->numbers, n.number, x);
	m->number_count++;
	return x;
}

static int local_hour(struct metrics *m, int64_t at_us)
{
	int64_t slot = at_us / HOUR_SLOT_US;
	time_t seconds = (time_t)(at_us / 1000000);
	struct tm tm;

	if (slot != m->slot) {
		m->slot_hour = localtime_r(&seconds, &tm) ? tm.tm_hour : 0;
		m->slot = slot;
	}
	return m->slot_hour;
}

static void count_country(struct entry *x, const char *iso)
{
	struct country_count *c = x->countries;

	for (size_t i = 0; i < x->country_count; i++, c++) {
		if (strcmp(c->iso, iso) == 0) {
			c->calls++;
			return;
		}
	}
	x->countries = xreallocarray(x->countries, x->country_count + 1, sizeof(*x->countries));
	c = &x->countries[x->country_count++];
	str_copy(c->iso, sizeof(c->iso), str_of(iso));
	c->calls = 1;
}

static void count_start(struct entry *x, int hour, const char *iso)
{
	x->n.offered++;
	x->n.by_hour[hour]++;
	count_country(x, iso);
	if (++x->n.concurrent > x->n.peak_concurrent)
		x->n.peak_concurrent = x->n.concurrent;
}

static struct live_call *call_started(struct metrics *m, const struct call *c, uint64_t key)
{
	const struct country *country = c->caller[0] ? e164_country(str_of(c->caller)) : NULL;
	const char *iso = country ? country->iso : "";
	int hour = local_hour(m, c->started_us);
	struct live_call *l = live_take(m);

	l->key = key;
	l->entry = entry_get(m, c->number);
	HASH_ADD(hh, m->live, key, sizeof(l->key), l);
	count_start(&m->total, hour, iso);
	if (l->entry)
		count_start(l->entry, hour, iso);
	return l;
}

static void count_finish(struct entry *x, const struct call *c, int64_t response, bool first_audio)
{
	x->n.outcomes[c->outcome]++;
	x->n.concurrent--;
	if (c->talk_us > 0)
		histogram_add(&x->n.talk, c->talk_us);
	if (response < 0)
		return;
	histogram_add(&x->n.response, response);
	x->n.response_first_audio += first_audio;
}

static void call_finished(struct metrics *m, const struct call *c, struct live_call *l)
{
	bool first_audio;
	int64_t response = call_response_us(c, &first_audio);

	count_finish(&m->total, c, response, first_audio);
	if (l->entry)
		count_finish(l->entry, c, response, first_audio);
	HASH_DELETE(hh, m->live, l);
	live_give(m, l);
}

void metrics_call(struct metrics *m, const struct call *c, enum call_change change)
{
	struct live_call *l;
	uint64_t key;

	if (c->is_test)
		return;
	key = call_key(c);
	HASH_FIND(hh, m->live, &key, sizeof(key), l);
	if (!l)
		l = call_started(m, c, key);
	if (change == CALL_CHANGE_FINISHED)
		call_finished(m, c, l);
}

const struct number_metrics *metrics_number(const struct metrics *m, const char *number)
{
	const struct entry *x = entry_find(m, number);

	return x ? &x->n : NULL;
}

const struct number_metrics *metrics_total(const struct metrics *m)
{
	return &m->total.n;
}

int metrics_success_permille(const struct number_metrics *n)
{
	uint64_t finished = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		finished += n->outcomes[i];
	if (!finished)
		return -1;
	return (int)((n->outcomes[OUTCOME_ANSWERED] * 1000 + finished / 2) / finished);
}

static int64_t to_ms(int64_t us)
{
	return (us + 500) / 1000;
}

static json_t *histogram_to_json(const struct histogram *h)
{
	json_t *o = json_object();

	json_object_set_new(o, "count", json_integer((json_int_t)h->count));
	json_object_set_new(o, "mean", json_integer(to_ms(histogram_mean(h))));
	json_object_set_new(o, "p50", json_integer(to_ms(histogram_quantile(h, 0.5))));
	json_object_set_new(o, "p95", json_integer(to_ms(histogram_quantile(h, 0.95))));
	json_object_set_new(o, "p99", json_integer(to_ms(histogram_quantile(h, 0.99))));
	json_object_set_new(o, "max", json_integer(to_ms((int64_t)h->max_us)));
	return o;
}

/* What the response time was measured to. */
static const char *response_source(const struct number_metrics *n)
{
	if (!n->response_first_audio)
		return "answer";
	return n->response_first_audio == n->response.count ? "first_audio" : "mixed";
}

static json_t *response_to_json(const struct number_metrics *n)
{
	json_t *o = histogram_to_json(&n->response);

	json_object_set_new(o, "source", n->response.count ? json_string(response_source(n)) : json_null());
	return o;
}

static json_t *entry_to_json(const struct entry *x)
{
	json_t *o = json_object(), *hours = json_array(), *countries = json_object();

	json_object_set_new(o, "offered", json_integer((json_int_t)x->n.offered));
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		json_object_set_new(o, outcome_name((enum call_outcome)i), json_integer((json_int_t)x->n.outcomes[i]));
	json_object_set_new(o, "talk_ms", histogram_to_json(&x->n.talk));
	json_object_set_new(o, "response_ms", response_to_json(&x->n));
	json_object_set_new(o, "peak_concurrent", json_integer(x->n.peak_concurrent));
	for (size_t i = 0; i < ARRAY_LEN(x->n.by_hour); i++)
		json_array_append_new(hours, json_integer(x->n.by_hour[i]));
	json_object_set_new(o, "by_hour", hours);
	for (size_t i = 0; i < x->country_count; i++)
		json_object_set_new(countries, x->countries[i].iso[0] ? x->countries[i].iso : "unknown",
			json_integer((json_int_t)x->countries[i].calls));
	json_object_set_new(o, "by_country", countries);
	return o;
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;

	return strcmp((*x)->n.number, (*y)->n.number);
}

/* A "number" that is not UTF-8 is text some caller made up, which jansson refuses: it shows in the total only. */
json_t *metrics_numbers_to_json(const struct metrics *m)
{
	const struct entry **sorted = xreallocarray(NULL, m->number_count + 1, sizeof(*sorted));
	json_t *o = json_object();
	size_t count = 0;

	for (const struct entry *x = m->numbers; x; x = x->hh.next)
		sorted[count++] = x;
	qsort(sorted, count, sizeof(*sorted), entry_compare);
	for (size_t i = 0; i < count; i++)
		json_object_set_new(o, sorted[i]->n.number, entry_to_json(sorted[i]));
	free(sorted);
	return o;
}
