/* The main thread's side of an job: what was asked, and what has come of it. */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/work/job_thread.h"
#include "trunkdeck/base/mem.h"

static void clear(struct job *q)
{
	free(q->findings);
	free(q->tests);
	*q = (struct job){ .kind = JOB_NONE };
}

static void ask(struct app *a, enum job_kind kind, const char *number, const char *provider)
{
	struct job_order job = { .token = ++a->private->next_token, .kind = kind, .now_us = clock_wall_us(a->clock) };
	struct job *q = &a->job;

	clear(q);
	q->kind = kind;
	q->running = true;
	str_copy(q->number, sizeof(q->number), str_of(number ? number : ""));
	str_copy(q->provider, sizeof(q->provider), str_of(provider ? provider : ""));
	memcpy(job.number, q->number, sizeof(job.number));
	memcpy(job.provider, q->provider, sizeof(job.provider));
	if (!a->private->job_thread)
		a->private->job_thread = job_thread_start(a->config, a->inbox);
	a->private->job_token = job.token;
	job_thread_ask(a->private->job_thread, &job);
	a->dirty |= APP_DIRTY_INQUIRY;
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
	a->dirty |= APP_DIRTY_INQUIRY;
}

/* --- what came --- */

static void take_test(struct job *q, const struct job_test *t)
{
	size_t i = 0;

	while (i < q->test_count && strcmp(q->tests[i].server, t->server) != 0)
		i++;
	if (i == q->test_count) {
		q->tests = xreallocarray(q->tests, i + 1, sizeof(*q->tests));
		q->test_count++;
	}
	q->tests[i] = *t;
}

void job_take(struct app *a, int kind, const struct job_news *news)
{
	struct job *q = &a->job;

	if (news->token != a->private->job_token)
		return;
	switch (kind) {
	case JOB_MAIL_FINDING:
		finding_insert(&q->findings, &q->finding_count, &news->finding);
		break;
	case JOB_MAIL_TEST:
		take_test(q, &news->test);
		break;
	case JOB_MAIL_OVER:
		q->running = false;
		q->err = news->err;
		memcpy(q->count, news->count, sizeof(q->count));
		break;
	case JOB_MAIL_COUNTS:
		memcpy(q->count, news->count, sizeof(q->count));
		break;
	}
	a->dirty |= APP_DIRTY_INQUIRY;
}

void job_end(struct app *a)
{
	job_thread_stop(&a->private->job_thread);
	clear(&a->job);
}
