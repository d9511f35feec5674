/*
 * The part of the store worker for calls: writes queued calls, counts stored ones, and deletes old ones. Each step is
 * small (a batch of calls, a slice of a retention), so that an operator's change never waits for long.
 */
#include "config.h"

#include "store_worker_int.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_json.h"
#include "trunkdeck/model/json_text.h"

#define RECORD_BATCH 256
#define EXPIRE_BATCH 500
#define COUNT_SLICE 10000
#define CLAIMS_MAX 4096
#define DAY_MS INT64_C(86400000)
#define DAY_US (DAY_MS * 1000)

/* --- stories --- */

void worker_free_stories(struct stored_story *stories, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(stories[i].text);
	free(stories);
}

/* Under the lock. Takes over the text. */
static void keep_story(struct stories *s, const struct stored_story *one)
{
	if (s->count == WORKER_STORIES_MAX) {
		free(s->waiting[0].text);
		memmove(s->waiting, s->waiting + 1, --s->count * sizeof(s->waiting[0]));
	}
	ARRAY_GROW(s->waiting, s->count, s->size);
	s->waiting[s->count++] = *one;
}

static bool write_stories(struct worker *w, struct err *e)
{
	struct stories taken;
	bool ok;

	pthread_mutex_lock(&w->stories.lock);
	taken = w->stories;
	w->stories.waiting = NULL;
	w->stories.count = w->stories.size = 0;
	pthread_mutex_unlock(&w->stories.lock);
	ok = taken.count == 0 || store_record_stories(w->store, taken.waiting, taken.count, e);
	if (ok) {
		worker_free_stories(taken.waiting, taken.count);
		return true;
	}
	pthread_mutex_lock(&w->stories.lock);
	for (size_t i = 0; i < w->stories.count; i++)
		keep_story(&taken, &w->stories.waiting[i]);
	free(w->stories.waiting);
	w->stories.waiting = taken.waiting;
	w->stories.count = taken.count;
	w->stories.size = taken.size;
	pthread_mutex_unlock(&w->stories.lock);
	return false;
}

static void take_story(void *arg, const char *story)
{
	struct call_detail *d = arg;

	call_story_from_json(&d->story, story);
}

static void read_story(void *taker, void *value)
{
	struct call_detail *d = xcalloc(1, sizeof(*d));
	struct worker *w = taker;

	memcpy(&d->call, value, sizeof(d->call));
	w->ok = !w->store || store_find_story(w->store, d->call.server, d->call.linkedid, take_story, d, &w->err);
	worker_post(w, w->handlers->story, d, free);
}

void worker_ask_story(struct worker *w, const struct call *c)
{
	struct call *copy = xmalloc(sizeof(*copy));

	*copy = *c;
	mailbox_post(w->jobs, (struct mail){ .handle = read_story, .key = 1, .value = copy, .free_value = free }, MAIL_MUST);
}

/* --- recording --- */

/* Moves finished calls into w->writing, which keeps them if the store fails. They are counted before they are taken, so
 * that worker_unwritten() never misses one. */
static size_t take_calls(struct worker *w)
{
	struct mail m;

	if (!w->writing)
		w->writing = xcalloc(RECORD_BATCH, sizeof(*w->writing));
	while (atomic_load(&w->writing_count) < RECORD_BATCH) {
		size_t n = atomic_fetch_add(&w->writing_count, 1);

		if (!mailbox_take(w->calls, &m)) {
			atomic_fetch_sub(&w->writing_count, 1);
			break;
		}
		w->writing[n] = *(const struct call *)m.value;
		mail_discard(&m);
	}
	return atomic_load(&w->writing_count);
}

bool worker_write_calls(struct worker *w, bool late, struct err *e)
{
	struct worker_spool *s;
	size_t n, written = 0;
	bool ok = true;

	if (worker_unwritten(w) == 0)
		return write_stories(w, e);
	while (ok && (n = take_calls(w)) > 0) {
		ok = store_record_calls(w->store, w->writing, n, e);
		if (ok)
			atomic_store(&w->writing_count, 0);
		written += ok ? n : 0;
	}
	ok = ok && write_stories(w, e);
	s = xcalloc(1, sizeof(*s));
	s->waiting = worker_unwritten(w);
	s->late = late ? written : 0;
	worker_post(w, w->handlers->spool, s, free);
	return ok;
}

/* While the store is away, calls and claims wait. */
static void write_calls(void *taker, void *value)
{
	struct worker *w = taker;

	(void)value;
	w->ok = !w->store || worker_write_calls(w, false, &w->err);
}

static void write_coverage(void *taker, void *value)
{
	struct worker *w = taker;

	(void)value;
	w->ok = !w->store || worker_write_coverage(w, &w->err);
}

bool worker_record(struct worker *w, const struct call *c)
{
	struct call *copy;

	if (worker_unwritten(w) >= WORKER_SPOOL_MAX)
		return false;
	copy = xmalloc(sizeof(*copy));
	*copy = *c;
	mailbox_post(w->calls, (struct mail){ .value = copy, .free_value = free }, MAIL_MUST);
	mailbox_post(w->jobs, (struct mail){ .handle = write_calls, .key = 1 }, MAIL_MUST);
	return true;
}

void worker_record_story(struct worker *w, const struct call_detail *d)
{
	json_t *json = call_story_to_json(d);
	struct stored_story one = { .started_us = d->call.started_us, .text = json_text(json, JSON_ENSURE_ASCII) };

	json_decref(json);
	str_copy(one.server, sizeof(one.server), str_of(d->call.server));
	str_copy(one.linkedid, sizeof(one.linkedid), str_of(d->call.linkedid));
	pthread_mutex_lock(&w->stories.lock);
	keep_story(&w->stories, &one);
	pthread_mutex_unlock(&w->stories.lock);
	mailbox_post(w->jobs, (struct mail){ .handle = write_calls, .key = 1 }, MAIL_MUST);
}

size_t worker_unwritten(struct worker *w)
{
	return atomic_load(&w->writing_count) + mailbox_waiting(w->calls);
}

/* --- coverage --- */

/* Under the lock. A span is identified by its server and beginning. If there are too many, the oldest is dropped: the
 * store keeps what was claimed of it earlier. */
static void add_claim(struct claims *c, const struct covered_span *l, bool newer)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->spans[i].span.from_us != l->span.from_us || strcmp(c->spans[i].server, l->server) != 0)
			continue;
		if (newer)
			c->spans[i] = *l;
		return;
	}
	if (c->count == CLAIMS_MAX)
		memmove(c->spans, c->spans + 1, --c->count * sizeof(c->spans[0]));
	ARRAY_GROW(c->spans, c->count, c->size);
	c->spans[c->count++] = *l;
}

void worker_coverage(struct worker *w, const struct covered_span *spans, size_t n)
{
	pthread_mutex_lock(&w->claims.lock);
	for (size_t i = 0; i < n; i++)
		add_claim(&w->claims, &spans[i], true);
	pthread_mutex_unlock(&w->claims.lock);
	mailbox_post(w->jobs, (struct mail){ .handle = write_coverage, .key = 1 }, MAIL_MUST);
}

bool worker_write_coverage(struct worker *w, struct err *e)
{
	struct covered_span *spans;
	size_t n;
	bool ok;

	pthread_mutex_lock(&w->claims.lock);
	spans = w->claims.spans;
	n = w->claims.count;
	w->claims.spans = NULL;
	w->claims.count = w->claims.size = 0;
	pthread_mutex_unlock(&w->claims.lock);
	ok = n == 0 || (worker_write_calls(w, false, e) && store_record_coverage(w->store, w->recorder, spans, n, e));
	if (!ok) {
		pthread_mutex_lock(&w->claims.lock);
		for (size_t i = 0; i < n; i++)
			add_claim(&w->claims, &spans[i], false);
		pthread_mutex_unlock(&w->claims.lock);
	}
	free(spans);
	return ok;
}

/* --- counting --- */

static void metrics_free_value(void *value)
{
	struct worker_metrics *m = value;

	metrics_free(&m->metrics);
	zone_free(&m->zone);
	free(m);
}

/* A window of a month can hold a million calls. It is counted in slices, and waiting jobs run between them. */
struct counting {
	struct worker_metrics *answer;	/* being filled */
	struct call_mark last;		/* the call read last */
	size_t read;			/* in this slice */
};

static void counting_free(void *value)
{
	struct counting *c = value;

	if (c->answer)
		metrics_free_value(c->answer);
	free(c);
}

static bool find_coverage(struct worker *w, const struct metrics_job *j, struct coverage_summary *out, struct err *e)
{
	const struct config *c = w->config;
	const char **servers = xcalloc(c->server_count + 1, sizeof(*servers));
	struct coverage g;
	bool ok;

	for (size_t i = 0; i < c->server_count; i++)
		servers[i] = c->servers[i].name;
	coverage_begin(&g, j->since_us, j->series_end_us ? j->series_end_us : clock_wall_us(&clock_system));
	ok = store_find_coverage(w->store, servers, c->server_count, &g, e);
	*out = coverage_summary(&g);
	coverage_clear(&g);
	free(servers);
	return ok;
}

static void count_call(void *arg, const struct call *call)
{
	struct counting *c = arg;

	metrics_history(c->answer->metrics, call);
	c->last = call_mark_of(call, false);
	c->read++;
}

static mail_fn count_slice;

static void post_counting(struct worker *w, struct counting c)
{
	struct counting *copy = xmalloc(sizeof(*copy));

	*copy = c;
	mailbox_post(w->jobs, (struct mail){ .handle = count_slice, .value = copy, .free_value = counting_free }, MAIL_MUST);
}

/* Counts one slice, then posts itself again as a job or sends the answer. */
static void count_slice(void *taker, void *value)
{
	struct worker *w = taker;
	struct counting *c = value;
	struct worker_metrics *m = c->answer;
	const struct metrics_job *j = &m->job;
	int64_t began = clock_mono_ms(&clock_system);
	int64_t series_us = j->series_end_us - METRICS_SERIES_HOURS * INT64_C(3600000000);
	struct call_query q = {
		.number = j->of == METRICS_BY_NUMBER ? j->key : NULL,
		.provider = j->of == METRICS_BY_PROVIDER ? j->key : NULL,
		.agent = j->of == METRICS_BY_AGENT ? j->key : NULL,
		.region = j->of == METRICS_BY_REGION ? j->key : NULL,
		.since_us = j->series_end_us && series_us < j->since_us ? series_us : j->since_us,
		.ended = true,
		.oldest_first = true,
		.after = c->last.at_us ? &c->last : NULL,
		.max = COUNT_SLICE,
	};

	if (!m->metrics) {
		m->zone = zone_open(j->zone);
		m->metrics = metrics_new_with(&(struct metrics_options){ .zone = m->zone, .weeks = j->weeks, .remember = j->remember,
									 .since_us = j->since_us,
									 .series_end_us = j->series_end_us });
	}
	c->read = 0;
	w->counted = true;
	m->ok = w->store && store_calls(w->store, &q, count_call, c, &w->err);
	m->took_ms += clock_mono_ms(&clock_system) - began;
	if (m->ok && c->read == COUNT_SLICE) {
		post_counting(w, *c);
		c->answer = NULL;
		return;
	}
	m->ok = m->ok && find_coverage(w, &m->job, &m->coverage, &w->err);
	if (!m->ok)
		m->err = w->err;
	w->ok = m->ok || !w->store;
	metrics_history_end(m->metrics);
	worker_post(w, w->handlers->metrics, m, metrics_free_value);
	c->answer = NULL;
	atomic_fetch_sub(&w->pending, 1);
}

void worker_count(struct worker *w, const struct metrics_job *j)
{
	struct counting c = { .answer = xcalloc(1, sizeof(*c.answer)) };

	c.answer->job = *j;
	atomic_fetch_add(&w->pending, 1);
	post_counting(w, c);
}

/* --- finding calls --- */

static void free_found(void *value)
{
	struct found_calls *p = value;

	call_params_free(&p->params);
	free(p->calls);
	free(p);
}

static void put_told(void *arg, const char *gen, const char *label, const char *params)
{
	call_params_add(arg, gen, label, params);
}

/* Reads what the agents of the calls were told. Most calls of a page have few generations. */
static bool find_told(struct worker *w, struct found_calls *p)
{
	const char **gens = xcalloc(p->count + 1, sizeof(*gens));
	size_t n = 0, at;
	bool ok;

	for (size_t i = 0; i < p->count; i++) {
		for (at = 0; at < n && strcmp(gens[at], p->calls[i].gen) != 0;)
			at++;
		if (at == n && p->calls[i].gen[0])
			gens[n++] = p->calls[i].gen;
	}
	ok = n == 0 || store_each_told(w->store, gens, n, put_told, p->params, &w->err);
	free(gens);
	return ok;
}

/* One more than is kept is read, to know whether there are more. */
static void put_found(void *arg, const struct call *c)
{
	struct found_calls *p = arg;

	if (p->count < p->question.max)
		p->calls[p->count++] = *c;
	else
		p->more = true;
}

static void find_calls(void *taker, void *value)
{
	struct found_calls *p = xmalloc(sizeof(*p));
	const struct call_question *ask = &p->question;
	struct worker *w = taker;
	bool ok;

	memcpy(p, value, sizeof(*p));
	p->calls = xcalloc(ask->max, sizeof(*p->calls));
	p->params = call_params_new();
	ok = w->store && store_calls(w->store, &(struct call_query){
			.number = *ask->number ? ask->number : NULL, .agent = *ask->agent ? ask->agent : NULL,
			.provider = *ask->provider ? ask->provider : NULL, .server = *ask->server ? ask->server : NULL,
			.outcome = *ask->outcome ? ask->outcome : NULL, .since_us = ask->since_us, .until_us = ask->until_us,
			.after = ask->after.at_us ? &ask->after : NULL, .max = ask->max + 1, .ended = true, .by_end = true,
		}, put_found, p, &w->err) && find_told(w, p);
	if (!ok) {
		p->err = w->err;
		p->count = 0;
	}
	worker_post(w, w->handlers->calls, p, free_found);
	w->ok = ok || !w->store;
}

void worker_ask_calls(struct worker *w, const struct found_calls *question)
{
	struct found_calls *copy = xmalloc(sizeof(*copy));
	uint64_t key = (uint64_t)question->asker + 1;

	*copy = *question;
	mailbox_post(w->jobs, (struct mail){ .handle = find_calls, .key = key, .value = copy, .free_value = free }, MAIL_MUST);
}

/* --- deleting old calls --- */

/* Deletes one slice. The next slice follows after the waiting jobs; if there is none, in a day. */
bool worker_expire_calls(struct worker *w, struct err *e)
{
	int64_t now = clock_mono_ms(&clock_system);
	size_t deleted;

	if (w->config->keep_days <= 0 || w->options.read_only || now < w->expire_at_ms)
		return true;
	if (!store_expire_calls(w->store, clock_wall_us(&clock_system) - w->config->keep_days * DAY_US, EXPIRE_BATCH, &deleted, e))
		return false;
	w->expire_at_ms = deleted < EXPIRE_BATCH ? now + DAY_MS : now;
	if (deleted > 0)
		log_msg(LOG_LEVEL_INFO, "%zu calls are older than %d days: deleted", deleted, w->config->keep_days);
	return true;
}
