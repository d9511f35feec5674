/* Test calls: for each server the steps of the call with their times, and if the call stopped, the cause in words. */
#include "config.h"

#include "job_page.h"

#include <stdio.h>
#include <stdlib.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define NARROW 56			/* with fewer columns, the steps need all lines */
#define STEP_AT 3
#define TIME_AT 22
#define TIME_WIDTH 9
#define AGENT_AT 33

static void add_test(struct page_lines *l, const struct job_test *t)
{
	int last = -1;
	char time[32], agent[96];

	page_line(l, 0, 1, ROLE_NORMAL, "");
	page_line(l, 0, PAGE_CUT, ROLE_TITLE, t->server);
	/* Steps come in order, but Asterisk may leave one out. */
	for (int s = 0; s < TEST_STEP_COUNT; s++) {
		if (t->call.at_us[s] < 0)
			continue;
		last = s;
		page_line(l, 1, 1, ROLE_GOOD, mark_text(l->canvas, MARK_OK));
		page_also(l, STEP_AT, TIME_AT - STEP_AT - 1, ROLE_NORMAL, test_step_text((enum test_step)s));
		snprintf(time, sizeof(time), "%.0f ms", (double)t->call.at_us[s] / 1000);
		page_also(l, TIME_AT, -TIME_WIDTH, ROLE_STRONG, time);
		if (s != TEST_STEP_ROUTE)
			continue;
		snprintf(agent, sizeof(agent), *t->call.way ? "%s (%s)" : "%s", t->call.agent, t->call.way);
		page_also(l, AGENT_AT, PAGE_CUT, ROLE_NORMAL, agent);
	}
	for (size_t i = 0; i < t->call.attempt_count; i++)
		page_linef(l, STEP_AT, PAGE_CUT, ROLE_DIM, _("%s (%s) did not take it: %s, %lld ms"), t->call.attempts[i].agent,
			   t->call.attempts[i].way, t->call.attempts[i].result, (long long)t->call.attempts[i].ms);
	if (t->state == JOB_TEST_WAITING)
		page_line(l, STEP_AT, PAGE_CUT, ROLE_DIM, _("waits for its turn"));
	else if (t->state == JOB_TEST_RUNNING && last + 1 < TEST_STEP_COUNT)
		page_linef(l, STEP_AT, PAGE_CUT, ROLE_DIM, _("%s?"), test_step_text((enum test_step)(last + 1)));
	if (t->state == JOB_TEST_OVER && t->why.code == ERR_NONE)
		page_line(l, 1, PAGE_CUT, ROLE_GOOD, _("The agent was heard; the call was hung up."));
	page_trouble(l, 1, &t->why);
}

static void test_fill(void *arg, struct page_lines *l)
{
	const struct job *q = &ui_app(((const struct job_page *)arg)->ui)->job;

	if (l->columns >= NARROW)
		page_line(l, 0, 0, ROLE_DIM,

	_("The number's agent takes a call that is marked as a test and not counted in figures. Esc ends it."));
	page_trouble(l, 0, &q->err);
	for (size_t i = 0; i < q->test_count; i++)
		if (q->err.code == ERR_NONE || q->tests[i].state != JOB_TEST_WAITING)
			add_test(l, &q->tests[i]);
}

void job_close(void *arg)
{
	struct job_page *p = arg;

	app_drop_job(ui_app(p->ui));
	free(p);
}

void test_open(struct ui *ui, const char *number)
{
	static const struct page_ops ops = {
		.hint = N_("j down  k up  Space page  y copy  Esc back"), .fill = test_fill, .close = job_close,
	};
	struct job_page *p = xcalloc(1, sizeof(*p));

	p->ui = ui;
	app_ask_test(ui_app(ui), number);
	p->page = page_open(ui, &ops, xasprintf(_("Test call: %s"), number), p);
}
