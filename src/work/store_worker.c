/*
 * The thread opens the store (with back-off), reads everything, then waits for jobs or changes. It reads the change
 * feed from the last id seen. Each change becomes a step for the snapshot with the record of its `after`, so the cost
 * of a refresh depends on the changes and not on the size of the workspace.
 *
 * Records are sent in batches of WORKER_BATCH, as MAIL_MUST, because a lost batch would leave the screen wrong. The
 * size of the workspace bounds the number of batches.
 */
#include "config.h"

#include "store_worker_int.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"

#define RETRY_FIRST_MS 500
#define RETRY_MAX_MS 15000

/* A mutation; or a number, to ask whether it was deleted. */
struct store_job {
	uint64_t token;
	struct mutation mutation;
};

static void store_job_free(void *value)
{
	struct store_job *j = value;

	record_clear(&j->mutation.record);
	free(j);
}

static void records_free(void *value)
{
	struct worker_records *r = value;

	for (size_t i = 0; i < r->count; i++) {
		struct worker_step *s = &r->steps[i];

		if (s->kind != STEP_CLEAR && s->kind != STEP_COMPLETE)
			record_clear(&s->record);
		if (s->change)
			change_clear(s->change);
		free(s->change);
	}
	free(r);
}

static void result_free(void *value)
{
	struct worker_result *r = value;

	mutation_result_clear(&r->result);
	free(r);
}

static void post_state(struct worker *w, bool ok, bool retrying, const struct err *e, int64_t retry_at_ms)
{
	struct worker_state *s = xcalloc(1, sizeof(*s));

	s->ok = ok;
	s->retrying = retrying;
	s->retry_at_ms = retry_at_ms;
	if (e)
		s->err = *e;
	worker_post(w, w->handlers->state, s, free);
}

static void flush_batch(struct worker *w)
{
	if (w->batch && w->batch->count > 0)
		worker_post(w, w->handlers->records, w->batch, records_free);
	else
		free(w->batch);
	w->batch = NULL;
}

/* The next free step of the batch. The caller must fill it before it adds another. */
static struct worker_step *add_step(struct worker *w, enum worker_step_kind kind)
{
	struct worker_step *s;

	if (w->batch && w->batch->count == WORKER_BATCH)
		flush_batch(w);
	if (!w->batch) {
		w->batch = xmalloc(sizeof(*w->batch));
		w->batch->count = 0;
	}
	s = &w->batch->steps[w->batch->count++];
	*s = (struct worker_step){ .kind = kind };
	return s;
}

static void read_record(void *arg, const struct record *r, int64_t numbers)
{
	record_copy(&add_step(arg, STEP_PUT)->record, r);
	if (r->entity == ENTITY_PROVIDER) {
		struct worker_step *s = add_step(arg, STEP_BADGE);

		record_copy(&s->record, r);
		s->badge = numbers;
	}
}

static void read_badges_done(void *arg, int64_t change_id)
{
	(void)change_id;
	flush_batch(arg);
}

static bool load(struct worker *w, struct err *e)
{
	const struct store_reader reader = {
		.arg = w, .entities = ENTITIES_ALL, .record = read_record, .badges_done = read_badges_done,
	};
	bool ok;

	add_step(w, STEP_CLEAR);
	ok = store_read(w->store, &reader, &w->last_change, e);
	if (ok)
		add_step(w, STEP_COMPLETE);
	flush_batch(w);
	return ok;
}

static void change_copy(struct change *to, const struct change *from)
{
	*to = *from;
	to->actor = xstrdup(from->actor);
	to->action = xstrdup(from->action);
	to->key = xstrdup(from->key);
	to->before = xstrdup(from->before);
	to->after = xstrdup(from->after);
	to->db_user = xstrdup(from->db_user);
	to->url = from->url ? xstrdup(from->url) : NULL;
}

static void read_change(void *arg, const struct change *c)
{
	struct worker *w = arg;
	bool deleted = c->after[0] == '\0';
	struct record r;
	struct worker_step *s;

	w->last_change = c->id;
	if (!change_record(c, deleted, &r)) {
		log_msg(LOG_LEVEL_ERROR, "change %lld can't be read", (long long)c->id);
		return;
	}
	s = add_step(w, deleted ? STEP_REMOVE : STEP_PUT);
	s->record = r;
	s->change = xmalloc(sizeof(*s->change));
	change_copy(s->change, c);
}

static bool read_news(struct worker *w, struct err *e)
{
	bool ok = store_find_changes(w->store, &(struct change_query){ .after_id = w->last_change, .oldest_first = true, .with_urls = true },
				     read_change, w, e);

	flush_batch(w);
	return ok;
}

/* --- the audit trail --- */

void found_changes_clear(struct found_changes *p)
{
	for (size_t i = 0; i < p->count; i++)
		change_clear(&p->changes[i]);
	FREE(&p->changes);
	p->count = 0;
}

static void free_found(void *value)
{
	found_changes_clear(value);
	free(value);
}

/* One more than is kept is read, to know whether there are more. */
static void put_change(void *arg, const struct change *c)
{
	struct found_changes *p = arg;

	if (p->count < p->question.max)
		change_copy(&p->changes[p->count++], c);
	else
		p->more = true;
}

static void read_changes(void *taker, void *value)
{
	struct found_changes *p = xmalloc(sizeof(*p));
	const struct change_question *ask = &p->question;
	struct worker *w = taker;
	bool ok;

	memcpy(p, value, sizeof(*p));
	p->changes = xcalloc(ask->max, sizeof(*p->changes));
	ok = w->store && store_find_changes(w->store, &(struct change_query){
			.entity = ask->entity[0] ? ask->entity : NULL, .key = ask->key[0] ? ask->key : NULL,
			.actor = ask->actor[0] ? ask->actor : NULL, .since_us = ask->since_us, .until_us = ask->until_us,
			.before_id = ask->before_id, .max = ask->max + 1 }, put_change, p, &w->err);
	if (!ok) {
		p->err = w->err;
		found_changes_clear(p);
	}
	worker_post(w, w->handlers->changes, p, free_found);
	w->ok = ok || !w->store;
}

void worker_ask_changes(struct worker *w, const struct found_changes *question)
{
	struct found_changes *copy = xmalloc(sizeof(*copy));

	*copy = *question;
	mailbox_post(w->jobs, (struct mail){ .handle = read_changes, .key = 1, .value = copy, .free_value = free }, MAIL_MUST);
}

/* --- changing --- */

static void answer(struct worker *w, uint64_t token, const struct mutation_result *result)
{
	struct worker_result *r = xmalloc(sizeof(*r));

	r->token = token;
	r->result = *result;
	worker_post(w, w->handlers->result, r, result_free);
	atomic_fetch_sub(&w->pending, 1);
}

static void read_who_changed(void *arg, const struct change *c)
{
	struct mutation_result *r = arg;

	str_copy(r->changed_by, sizeof(r->changed_by), str_of(c->actor));
	r->changed_at_us = c->at;
}

static bool find_last_change(struct worker *w, const struct record *r, void (*fn)(void *arg, const struct change *c), void *arg,
			     struct err *e)
{
	const struct change_query q = { .entity = entity_name(r->entity), .key = record_key(r), .max = 1 };

	return store_find_changes(w->store, &q, fn, arg, e);
}

/* The feed is read before the answer is sent, so that a change is on the screen when its answer arrives. */
static void do_mutate(void *taker, void *value)
{
	struct mutation_result r = { .done = false };
	struct store_job *j = value;
	struct worker *w = taker;
	struct err *e = &w->err;
	bool news;

	if (!w->store) {
		r.err = *e;
		record_copy(&r.now, &j->mutation.record);
		answer(w, j->token, &r);
		return;
	}
	store_mutate(w->store, &j->mutation, 1, MUTATE_PARTIAL, &r, e);
	if (!r.done && r.err.code == ERR_NONE)
		r.err = *e;
	if (r.err.code == ERR_CHANGED_MEANWHILE)
		find_last_change(w, &j->mutation.record, read_who_changed, &r, e);
	news = r.done || r.err.code == ERR_CHANGED_MEANWHILE ? read_news(w, e) : err_class_of(r.err.code) != ERR_CLASS_UNREACHABLE;
	if (!news && !r.done)
		*e = r.err;
	answer(w, j->token, &r);
	w->ok = news;
}

static void read_last_word(void *arg, const struct change *c)
{
	struct record r;

	if (c->after[0] == '\0' && change_record(c, true, &r))
		add_step(arg, STEP_REMOVE)->record = r;
}

/* Without a store the question is not answered. */
static void do_was_deleted(void *taker, void *value)
{
	const struct store_job *j = value;
	struct worker *w = taker;

	w->ok = !w->store || find_last_change(w, &j->mutation.record, read_last_word, w, &w->err);
	flush_batch(w);
	atomic_fetch_sub(&w->pending, 1);
}

static void do_stop(void *taker, void *value)
{
	(void)value;
	((struct worker *)taker)->stopping = true;
}

/* Does one job. Returns false when the store failed during it. */
static bool do_job(struct worker *w, struct mail *m)
{
	w->ok = true;
	w->counted = false;
	mail_deliver(m, w);
	return w->ok;
}

static bool connect_store(struct worker *w, struct err *e)
{
	if (!store_open(&w->store, w->config->store_url, &w->options, e))
		return false;
	if (!load(w, e) || !worker_write_calls(w, true, e) || !worker_write_coverage(w, e)) {
		store_close(&w->store);
		return false;
	}
	w->retry_ms = RETRY_FIRST_MS;
	post_state(w, true, false, NULL, 0);
	return true;
}

/* Until the next try, jobs are answered with the failure. */
static void wait_to_retry(struct worker *w)
{
	int64_t until = clock_mono_ms(&clock_system) + w->retry_ms;

	post_state(w, false, true, &w->err, until);
	while (!w->stopping) {
		int64_t left = until - clock_mono_ms(&clock_system);
		struct mail m;

		if (left <= 0)
			break;
		if (mailbox_wait(w->jobs, (int)left, &m))
			do_job(w, &m);
	}
	w->retry_ms = w->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : w->retry_ms * 2;
}

/* Runs until the thread ends or the store fails. */
static bool serve(struct worker *w)
{
	struct err *e = &w->err;
	struct mail m;

	while (!w->stopping) {
		bool changed = false;

		/* After a slice of counting, the feed is read before the next slice. */
		w->counted = false;
		while (!w->stopping && !w->counted && mailbox_take(w->jobs, &m))
			if (!do_job(w, &m))
				return false;
		if (w->stopping)
			break;
		if (!store_wait(w->store, mailbox_fd(w->jobs), worker_live_poll_ms(w), &changed, e))
			return false;
		if (w->options.follow_live && !worker_follow_live(w, e))
			return false;
		if ((changed && !read_news(w, e)) || !worker_expire_calls(w, e))
			return false;
	}
	return true;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	while (!w->stopping) {
		err_clear(&w->err);
		if (!connect_store(w, &w->err)) {
			wait_to_retry(w);
		} else if (!serve(w)) {
			store_close(&w->store);
			log_msg(LOG_LEVEL_ERROR, "store: %s: %s", w->err.message, w->err.hint);
			wait_to_retry(w);
		}
	}
	worker_live_end(w);
	store_close(&w->store);
	return NULL;
}

struct worker *worker_start(const struct config *config, const struct store_options *options, struct mailbox *to_main,
			    const struct worker_handlers *handlers)
{
	struct worker *w = xcalloc(1, sizeof(*w));

	w->config = config;
	worker_live_init(w);
	w->actor = xstrdup(options->actor);
	w->options = *options;
	w->options.actor = w->actor;
	w->jobs = mailbox_new(1024);
	w->calls = mailbox_new(WORKER_SPOOL_MAX);
	pthread_mutex_init(&w->claims.lock, NULL);
	pthread_mutex_init(&w->stories.lock, NULL);
	w->to_main = to_main;
	w->handlers = handlers;
	w->retry_ms = RETRY_FIRST_MS;
	if (pthread_create(&w->thread, NULL, worker_main, w) != 0)
		die("can't start a thread");
	return w;
}

void worker_stop(struct worker **w)
{
	if (!*w)
		return;
	mailbox_post((*w)->jobs, (struct mail){ .handle = do_stop }, MAIL_MUST);
	pthread_join((*w)->thread, NULL);
	if (worker_unwritten(*w) > 0)
		log_msg(LOG_LEVEL_ERROR, "%zu finished calls could not be written", worker_unwritten(*w));
	mailbox_free(&(*w)->jobs);
	mailbox_free(&(*w)->calls);
	free((*w)->writing);
	pthread_mutex_destroy(&(*w)->claims.lock);
	free((*w)->claims.spans);
	pthread_mutex_destroy(&(*w)->stories.lock);
	worker_free_stories((*w)->stories.waiting, (*w)->stories.count);
	free((*w)->actor);
	FREE(w);
}

void worker_mutate(struct worker *w, uint64_t token, struct mutation *m)
{
	struct store_job *j = xmalloc(sizeof(*j));

	j->token = token;
	j->mutation = *m;
	atomic_fetch_add(&w->pending, 1);
	mailbox_post(w->jobs, (struct mail){ .handle = do_mutate, .value = j, .free_value = store_job_free }, MAIL_MUST);
}

void worker_was_deleted(struct worker *w, const char *e164)
{
	struct store_job *j = xcalloc(1, sizeof(*j));

	record_init(&j->mutation.record, ENTITY_NUMBER);
	free(j->mutation.record.number.e164);
	j->mutation.record.number.e164 = xstrdup(e164);
	atomic_fetch_add(&w->pending, 1);
	mailbox_post(w->jobs, (struct mail){ .handle = do_was_deleted, .value = j, .free_value = store_job_free }, MAIL_MUST);
}

bool worker_is_idle(struct worker *w)
{
	return atomic_load(&w->pending) == 0;
}
