/*
 * What the doctor found: first a line that sums up, then what is not right and what to do about it, then what is as it should be;
 * each grouped by what it is about. On a narrow page what was seen stands under its check.
 */
#include "config.h"

#include "job_page.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define CHECK_AT 11
#define SEEN_AT 24
#define NARROW 56			/* columns */

static const enum role roles[VERDICT_COUNT] = {
	[VERDICT_PASS] = ROLE_GOOD, [VERDICT_WARN] = ROLE_WARN, [VERDICT_FAIL] = ROLE_ALARM, [VERDICT_UNKNOWN] = ROLE_STRONG,
};

/* --- the sum --- */

static void add_count(struct buf *to, size_t n, const char *text)
{
	if (n > 0)
		buf_addf(to, "%s%zu %s", to->len > 0 ? ", " : "", n, text);
}

static void sum_up(struct buf *to, const struct job *q)
{
	add_count(to, q->count[VERDICT_FAIL], _("wrong"));
	add_count(to, q->count[VERDICT_WARN], ngettext("warning", "warnings", q->count[VERDICT_WARN]));
	add_count(to, q->count[VERDICT_UNKNOWN], _("unknown"));
	add_count(to, q->count[VERDICT_PASS], _("ok"));
}

static enum role sum_role(const struct job *q)
{
	if (q->count[VERDICT_FAIL] > 0)
		return ROLE_ALARM;
	if (q->count[VERDICT_WARN] > 0)
		return ROLE_WARN;
	return q->running || q->count[VERDICT_UNKNOWN] > 0 ? ROLE_STRONG : ROLE_GOOD;
}

static int draw_sum(const struct canvas *c, int y, const struct job *q)
{
	struct buf sum;
	int x = 0;

	buf_init(&sum, 200);
	sum_up(&sum, q);
	if (sum.len > 0)
		x = draw_text(c, y, 0, 0, sum_role(q), sum.p) + 2;
	if (q->running)
		draw_text(c, y, x, 0, ROLE_DIM, _("checking; Esc ends it"));
	buf_clear(&sum);
	return y + 1;
}

/* --- the findings --- */

static int draw_finding(const struct canvas *c, int y, const struct finding *f)
{
	bool narrow = c->area.columns < NARROW;
	int at = narrow ? 4 : SEEN_AT;

	draw_text(c, y, 2, CHECK_AT - 3, roles[f->verdict], verdict_text(f->verdict));
	draw_text(c, y, CHECK_AT, narrow ? 0 : SEEN_AT - CHECK_AT - 1, ROLE_STRONG, f->check);
	y = job_text(c, y + narrow, at, ROLE_NORMAL, f->seen);
	if (f->todo[0] == '\0')
		return y;
	draw_text(c, y, at, 2, ROLE_DIM, "->");
	return job_text(c, y, at + 3, ROLE_NORMAL, f->todo);
}

/* Those that passed, or the others. */
static int draw_findings(const struct canvas *c, int y, const struct job *q, bool passed)
{
	char about[FINDING_ABOUT_SIZE], before[FINDING_ABOUT_SIZE] = "";

	for (size_t i = 0; i < q->finding_count; i++) {
		const struct finding *f = &q->findings[i];

		if ((f->verdict == VERDICT_PASS) != passed)
			continue;
		finding_about(f, about);
		if (strcmp(about, before) != 0) {
			draw_foreign(c, y + 1, 0, 0, ROLE_TITLE, about);
			y += 2;
		}
		memcpy(before, about, sizeof(before));
		y = draw_finding(c, y, f);
	}
	return y;
}

/* Whatever there was no room to keep. */
static size_t left_out(const struct job *q)
{
	size_t total = q->count[VERDICT_WARN] + q->count[VERDICT_FAIL] + q->count[VERDICT_UNKNOWN];

	return q->finding_count == JOB_FINDINGS_MAX && total > q->finding_count ? total - q->finding_count : 0;
}

static int draw_left_out(const struct canvas *c, int y, const struct job *q)
{
	char text[120];

	if (left_out(q) == 0)
		return y;
	snprintf(text, sizeof(text), _("and %zu more: 'trunkdeck doctor --all' prints them"), left_out(q));
	return job_text(c, y + 1, 0, ROLE_NORMAL, text);
}

static bool kept_passed(const struct job *q)
{
	for (size_t i = 0; i < q->finding_count; i++) {
		if (q->findings[i].verdict == VERDICT_PASS)
			return true;
	}
	return false;
}

static int doctor_draw(const struct canvas *c, int y, const struct job *q)
{
	y = draw_sum(c, y, q);
	y = job_trouble(c, y, 0, &q->err);
	y = draw_findings(c, y, q, false);
	y = draw_left_out(c, y, q);
	if (!kept_passed(q))
		return y;
	draw_rule(c, y + 1, _("As it should be"), NULL);
	return draw_findings(c, y + 1, q, true);
}

/* --- as text --- */

static void doctor_copy(struct buf *to, const struct job *q)
{
	struct buf sum;

	buf_init(&sum, 200);
	sum_up(&sum, q);
	buf_addf(to, "%s\n", sum.len > 0 ? sum.p : "");
	buf_clear(&sum);
	for (size_t i = 0; i < q->finding_count; i++) {
		const struct finding *f = &q->findings[i];
		char about[FINDING_ABOUT_SIZE];

		finding_about(f, about);
		buf_addf(to, "%s: %s %s: %s%s%s\n", about, verdict_text(f->verdict), f->check, f->seen,
			 f->todo[0] != '\0' ? " -> " : "", f->todo);
	}
}

const struct job_body doctor_body = { doctor_draw, doctor_copy };
