/* The thread's side. The running job uses the descriptor of the inbox as its stop descriptor. */
#include "config.h"

#include "trunkdeck/work/job_thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/doctor/number_test.h"
#include "trunkdeck/store/store.h"

#define DOCTOR_ANSWER_MS 10000		/* of a server */

struct job_thread {
	pthread_t thread;
	const struct config *config;
	struct mailbox *inbox;
	struct mailbox *to_main;
	const struct job_handlers *handlers;
	bool stopping;
};

/* The running job. */
struct job_run {
	struct job_thread *job_thread;
	const struct job_order *job;
	struct store *store;
	struct snapshot *snapshot;
	size_t count[VERDICT_COUNT];
	size_t told;			/* findings mailed */
};

static struct job_news *news_of(const struct job_run *q)
{
	struct job_news *news = xcalloc(1, sizeof(*news));

	news->token = q->job->token;
	return news;
}

static void post(const struct job_run *q, mail_fn *handle, uint64_t key, struct job_news *news)
{
	mailbox_post(q->job_thread->to_main, (struct mail){ .handle = handle, .key = key, .value = news, .free_value = free }, MAIL_MUST);
}

/* --- the doctor --- */

static void on_finding(void *arg, const struct finding *f)
{
	struct job_run *q = arg;
	bool wanted = q->job->number[0] != '\0' || f->verdict != VERDICT_PASS;
	struct job_news *news = news_of(q);

	q->count[f->verdict]++;
	memcpy(news->count, q->count, sizeof(news->count));
	post(q, q->job_thread->handlers->counts, 1, news);
	if (!wanted || q->told == JOB_FINDINGS_MAX)
		return;
	q->told++;
	news = news_of(q);
	news->finding = *f;
	post(q, q->job_thread->handlers->finding, 0, news);
}

/* --- test calls --- */

static void tell_test(const struct job_run *q, const struct server_config *server, enum job_test_state state,
		      const struct test_call *t, const struct err *why)
{
	struct job_news *news = news_of(q);

	str_copy(news->test.server, sizeof(news->test.server), str_of(server->name));
	news->test.state = state;
	if (t)
		news->test.call = *t;
	else
		test_call_init(&news->test.call, 0);
	news->test.why = *why;
	post(q, q->job_thread->handlers->test, mail_key(server->name, strlen(server->name)), news);
}

static void on_test(void *arg, const struct server_config *server, const struct test_call *t, const struct err *why, bool over)
{
	tell_test(arg, server, over ? JOB_TEST_OVER : JOB_TEST_RUNNING, t, why);
}

static bool place_tests(struct job_run *q, struct err *e)
{
	const struct number_test test = {
		.config = q->job_thread->config, .snapshot = q->snapshot, .number = snapshot_number(q->snapshot, q->job->number),
		.timeout_ms = NUMBER_TEST_TIMEOUT_MS, .stop = q->job_thread->inbox, .report = on_test, .arg = q,
	};
	const struct err none = { .code = ERR_NONE };

	if (!test.number)
		return err_set(e, ERR_NUMBER_NOT_FOUND, NULL);
	if (!number_test_may(&test, e))
		return false;
	for (size_t i = 0; i < test.config->server_count; i++) {
		if (number_test_on(&test, &test.config->servers[i]))
			tell_test(q, &test.config->servers[i], JOB_TEST_WAITING, NULL, &none);
	}
	return number_test_run(&test, e);
}

/* --- the thread --- */

/* Only the newest job is run. */
static void do_job(void *taker, void *value)
{
	struct job_thread *i = taker;
	const struct config *config = i->config;
	const struct store_options options = { .actor = config->actor, .read_only = true };
	struct job_run q = { .job_thread = i, .job = value };
	struct err e = { .code = ERR_NONE };
	struct job_news *news;

	if (mailbox_waiting(i->inbox) > 0)
		return;
	news = news_of(&q);
	q.snapshot = snapshot_new();
	if (store_open(&q.store, config->store_url, &options, &e) && store_read_snapshot(q.store, q.snapshot, true, &e)) {
		if (q.job->kind == JOB_DOCTOR)
			doctor_run(&(struct doctor_options){
				.config = config, .store = q.store, .snapshot = q.snapshot,
				.number = q.job->number[0] != '\0' ? q.job->number : NULL,
				.provider = q.job->provider[0] != '\0' ? q.job->provider : NULL,
				.timeout_ms = DOCTOR_ANSWER_MS, .now_us = q.job->now_us, .stop = i->inbox,
				.report = on_finding, .arg = &q,
			});
		else
			place_tests(&q, &e);
	}
	memcpy(news->count, q.count, sizeof(news->count));
	news->err = e;
	post(&q, i->handlers->over, 0, news);
	snapshot_free(&q.snapshot);
	store_close(&q.store);
}

static void on_stop(void *taker, void *value)
{
	(void)value;
	((struct job_thread *)taker)->stopping = true;
}

static void *job_thread_main(void *arg)
{
	struct job_thread *i = arg;
	struct mail m;

	while (!i->stopping && mailbox_wait(i->inbox, -1, &m))
		mail_deliver(&m, i);
	return NULL;
}

struct job_thread *job_thread_start(const struct config *config, struct mailbox *to_main, const struct job_handlers *handlers)
{
	struct job_thread *i = xcalloc(1, sizeof(*i));

	i->config = config;
	i->to_main = to_main;
	i->handlers = handlers;
	i->inbox = mailbox_new(16);
	if (pthread_create(&i->thread, NULL, job_thread_main, i) != 0)
		die("can't start a thread");
	return i;
}

void job_thread_stop(struct job_thread **i)
{
	if (!*i)
		return;
	mailbox_post((*i)->inbox, (struct mail){ .handle = on_stop }, MAIL_MUST);
	pthread_join((*i)->thread, NULL);
	mailbox_free(&(*i)->inbox);
	FREE(i);
}

void job_thread_ask(struct job_thread *i, const struct job_order *job)
{
	struct job_order *copy = xmalloc(sizeof(*copy));

	*copy = *job;
	mailbox_post(i->inbox, (struct mail){ .handle = do_job, .value = copy, .free_value = free }, MAIL_MUST);
}

void job_thread_cancel(struct job_thread *i)
{
	mailbox_post(i->inbox, (struct mail){ 0 }, MAIL_MUST);
}
