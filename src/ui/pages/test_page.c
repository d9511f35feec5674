/* Test calls: for each server how far the call is, step by step with its time, and where it stopped the cause in plain words. */
#include "config.h"

#include "job_page.h"

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define NARROW 56			/* columns: the steps need all the lines */
#define STEP_AT 3
#define TIME_AT 22
#define TIME_WIDTH 9
#define AGENT_AT 33

static int draw_step(const struct canvas *c, int y, const struct job_test *t, enum test_step s)
{
	char time[32];

	draw_text(c, y, 1, 1, ROLE_GOOD, mark_text(c, MARK_OK));
	draw_text(c, y, STEP_AT, TIME_AT - STEP_AT - 1, ROLE_NORMAL, test_step_text(s));
	snprintf(time, sizeof(time), "%.0f ms", (double)t->call.at_us[s] / 1000);
	draw_right(c, y, TIME_AT, TIME_WIDTH, ROLE_STRONG, time);
	if (s == TEST_STEP_ROUTE)
		draw_foreign(c, y, AGENT_AT, 0, ROLE_NORMAL, t->call.agent);
	return y + 1;
}

/* Steps come in order, but for one that an Asterisk leaves out. */
static int draw_steps(const struct canvas *c, int y, const struct job_test *t)
{
	int last = -1;

	for (int s = 0; s < TEST_STEP_COUNT; s++) {
		if (t->call.at_us[s] < 0)
			continue;
		y = draw_step(c, y, t, (enum test_step)s);
		last = s;
	}
	if (t->state == JOB_TEST_WAITING)
		draw_text(c, y++, STEP_AT, 0, ROLE_DIM, _("waits for its turn"));
	else if (t->state == JOB_TEST_RUNNING && last + 1 < TEST_STEP_COUNT)
		draw_textf(c, y++, STEP_AT, 0, ROLE_DIM, _("%s?"), test_step_text((enum test_step)(last + 1)));
	return y;
}

static int draw_result(const struct canvas *c, int y, const struct job_test *t)
{
	if (t->state == JOB_TEST_OVER && t->why.code == ERR_NONE)
		draw_text(c, y++, 1, 0, ROLE_GOOD, _("The agent was heard; the call was hung up."));
	return job_trouble(c, y, 1, &t->why);
}

static int test_draw(const struct canvas *c, int y, const struct job *j, struct job_mark *mark)
{
	(void)mark;
	if (c->area.columns >= NARROW)
		y = job_text(c, y, 0, ROLE_DIM, _("The number's agent takes a call that is marked as a test: it is in no figure. Esc ends it."));
	y = job_trouble(c, y, 0, &j->err);
	for (size_t i = 0; i < j->test_count; i++) {
		if (j->err.code != ERR_NONE && j->tests[i].state == JOB_TEST_WAITING)
			continue;
		draw_foreign(c, y + 1, 0, 0, ROLE_TITLE, j->tests[i].server);
		y = draw_steps(c, y + 2, &j->tests[i]);
		y = draw_result(c, y, &j->tests[i]);
	}
	return y;
}

static void copy_trouble(struct buf *to, const struct err *e)
{
	if (e->code != ERR_NONE)
		buf_addf(to, "  %s%s%s\n", e->message, e->hint[0] != '\0' ? " -> " : "", e->hint);
}

static void test_copy(struct buf *to, const struct job *j)
{
	copy_trouble(to, &j->err);
	for (size_t i = 0; i < j->test_count; i++) {
		const struct job_test *t = &j->tests[i];

		buf_addf(to, "%s\n", t->server);
		for (int s = 0; s < TEST_STEP_COUNT; s++) {
			if (t->call.at_us[s] >= 0)
				buf_addf(to, "  %s: %.0f ms %s\n", test_step_text((enum test_step)s), (double)t->call.at_us[s] / 1000,
					 s == TEST_STEP_ROUTE ? t->call.agent : "");
		}
		copy_trouble(to, &t->why);
	}
}

const struct job_body test_body = { test_draw, test_copy, NULL };
