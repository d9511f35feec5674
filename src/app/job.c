/* The main thread's side of a job: the question and the results so far. */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/work/job_thread.h"
#include "trunkdeck/base/mem.h"

static void clear(struct job *j)
{
	free(j->findings);
	free(j->tests);
	*j = (struct job){ .kind = JOB_NONE };
}

/* --- results --- */

/* The job that the news belong to; NULL = it is no longer wanted. */
static struct job *job_of(struct app *a, const struct job_news *news)
{
	a->dirty |= APP_DIRTY_JOB;
	return news->token == a->private->job_token ? &a->job : NULL;
}

static void on_finding(void *taker, void *value)
{
	const struct job_news *news = value;
	struct job *j = job_of(taker, news);

	if (j)
		finding_insert(&j->findings, &j->finding_count, &news->finding);
}

static void on_counts(void *taker, void *value)
{
	const struct job_news *news = value;
	struct job *j = job_of(taker, news);

	if (j)
		memcpy(j->count, news->count, sizeof(j->count));
}

static void on_test(void *taker, void *value)
{
	const struct job_news *news = value;
	struct job *j = job_of(taker, news);
	size_t i = 0;

	while (j && i < j->test_count && strcmp(j->tests[i].server, news->test.server) != 0)
		i++;
	if (j && i == j->test_count)
		j->tests = xreallocarray(j->tests, ++j->test_count, sizeof(*j->tests));
	if (j)
		j->tests[i] = news->test;
}

static void on_over(void *taker, void *value)
{
	const struct job_news *news = value;
	struct job *j = job_of(taker, news);

	if (!j)
		return;
	j->running = false;
	j->err = news->err;
	memcpy(j->count, news->count, sizeof(j->count));
}

/* --- asking --- */

static void ask(struct app *a, enum job_kind kind, const char *number, const char *provider)
{
	static const struct job_handlers handlers = {
		.finding = on_finding, .counts = on_counts, .test = on_test, .over = on_over,
	};
	struct job_order job = { .token = ++a->private->next_token, .kind = kind, .now_us = clock_wall_us(a->clock) };
	struct job *j = &a->job;

	clear(j);
	j->kind = kind;
	j->running = true;
	str_copy(j->number, sizeof(j->number), str_of(number ? number : ""));
	str_copy(j->provider, sizeof(j->provider), str_of(provider ? provider : ""));
	memcpy(job.number, j->number, sizeof(job.number));
	memcpy(job.provider, j->provider, sizeof(job.provider));
	if (!a->private->job_thread)
		a->private->job_thread = job_thread_start(a->config, a->inbox, &handlers);
	a->private->job_token = job.token;
	job_thread_ask(a->private->job_thread, &job);
	a->dirty |= APP_DIRTY_JOB;
}

void app_ask_doctor(struct app *a, const char *number, const char *provider)
{
	ask(a, JOB_DOCTOR, number, provider);
}

void app_ask_test(struct app *a, const char *number)
{
	ask(a, JOB_TEST, number, NULL);
}

void app_drop_job(struct app *a)
{
	if (a->job.running)
		job_thread_cancel(a->private->job_thread);
	a->private->job_token = 0;
	clear(&a->job);
	a->dirty |= APP_DIRTY_JOB;
}

void job_end(struct app *a)
{
	job_thread_stop(&a->private->job_thread);
	clear(&a->job);
}
