/* The main thread's side of an inquiry: what was asked, and what has come of it. */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/work/job_thread.h"
#include "trunkdeck/base/mem.h"

static void clear(struct inquiry *q)
{
	free(q->findings);
	free(q->tests);
	*q = (struct inquiry){ .kind = INQUIRY_NONE };
}

static void ask(struct app *a, enum inquiry_kind kind, const char *number, const char *provider)
{
	struct inquiry_job job = { .token = ++a->private->next_token, .kind = kind, .now_us = clock_wall_us(a->clock) };
	struct inquiry *q = &a->inquiry;

	clear(q);
	q->kind = kind;
	q->running = true;
	str_copy(q->number, sizeof(q->number), str_of(number ? number : ""));
	str_copy(q->provider, sizeof(q->provider), str_of(provider ? provider : ""));
	memcpy(job.number, q->number, sizeof(job.number));
	memcpy(job.provider, q->provider, sizeof(job.provider));
	if (!a->private->inquirer)
		a->private->inquirer = inquirer_start(a->config, a->inbox);
	a->private->inquiry_token = job.token;
	inquirer_ask(a->private->inquirer, &job);
	a->dirty |= APP_DIRTY_INQUIRY;
}

void app_ask_doctor(struct app *a, const char *number, const char *provider)
{
	ask(a, INQUIRY_DOCTOR, number, provider);
}

void app_ask_test(struct app *a, const char *number)
{
	ask(a, INQUIRY_TEST, number, NULL);
}

void app_drop_inquiry(struct app *a)
{
	if (a->inquiry.running)
		inquirer_cancel(a->private->inquirer);
	a->private->inquiry_token = 0;
	clear(&a->inquiry);
	a->dirty |= APP_DIRTY_INQUIRY;
}

/* --- what came --- */

static void take_finding(struct inquiry *q, const struct finding *f)
{
	if (q->finding_count == q->finding_size) {
		q->finding_size = q->finding_size > 0 ? 2 * q->finding_size : 64;
		q->findings = xreallocarray(q->findings, q->finding_size, sizeof(*q->findings));
	}
	q->findings[q->finding_count++] = *f;
}

static void take_test(struct inquiry *q, const struct inquiry_test *t)
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

void inquiry_take(struct app *a, int kind, const struct inquiry_news *news)
{
	struct inquiry *q = &a->inquiry;

	if (news->token != a->private->inquiry_token)
		return;
	switch (kind) {
	case INQUIRY_MAIL_FINDING:
		take_finding(q, &news->finding);
		break;
	case INQUIRY_MAIL_TEST:
		take_test(q, &news->test);
		break;
	case INQUIRY_MAIL_OVER:
		q->running = false;
		q->err = news->err;
		memcpy(q->count, news->count, sizeof(q->count));
		break;
	case INQUIRY_MAIL_COUNTS:
		memcpy(q->count, news->count, sizeof(q->count));
		break;
	}
	a->dirty |= APP_DIRTY_INQUIRY;
}

void inquiry_end(struct app *a)
{
	inquirer_stop(&a->private->inquirer);
	clear(&a->inquiry);
}
