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

static void sum_up(struct buf *to, const struct job *j)
{
	add_count(to, j->count[VERDICT_FAIL], _("wrong"));
	add_count(to, j->count[VERDICT_WARN], ngettext("warning", "warnings", j->count[VERDICT_WARN]));
	add_count(to, j->count[VERDICT_UNKNOWN], _("unknown"));
	add_count(to, j->count[VERDICT_PASS], _("ok"));
}

static enum role sum_role(const struct job *j)
{
	if (j->count[VERDICT_FAIL] > 0)
		return ROLE_ALARM;
	if (j->count[VERDICT_WARN] > 0)
		return ROLE_WARN;
	return j->running || j->count[VERDICT_UNKNOWN] > 0 ? ROLE_STRONG : ROLE_GOOD;
}

static int draw_sum(const struct canvas *c, int y, const struct job *j)
{
	struct buf sum;
	int x = 0;

	buf_init(&sum, 200);
	sum_up(&sum, j);
	if (sum.len > 0)
		x = draw_text(c, y, 0, 0, sum_role(j), sum.p) + 2;
	if (j->running)
		draw_text(c, y, x, 0, ROLE_DIM, _("checking; Esc ends it"));
	buf_clear(&sum);
	return y + 1;
}

/* --- the findings --- */

static int draw_finding(const struct canvas *c, int y, const struct finding *f, struct job_mark *mark)
{
	bool narrow = c->area.columns < NARROW;
	int at = narrow ? 4 : SEEN_AT, top = y;

	if (f == mark->finding)
		draw_text(c, y, 0, 1, ROLE_STRONG, mark_text(c, MARK_CURSOR));
	draw_text(c, y, 2, CHECK_AT - 3, roles[f->verdict], verdict_text(f->verdict));
	draw_text(c, y, CHECK_AT, narrow ? 0 : SEEN_AT - CHECK_AT - 1, ROLE_STRONG, f->check);
	y = job_text(c, y + narrow, at, ROLE_NORMAL, f->seen);
	if (f->todo[0] != '\0') {
		draw_text(c, y, at, 2, ROLE_DIM, "->");
		y = job_text(c, y, at + 3, ROLE_NORMAL, f->todo);
	}
	if (f == mark->finding) {
		mark->top = top;
		mark->end = y;
	}
	return y;
}

/* Those that passed, or the others. */
static int draw_findings(const struct canvas *c, int y, const struct job *j, bool passed, struct job_mark *mark)
{
	char about[FINDING_ABOUT_SIZE], before[FINDING_ABOUT_SIZE] = "";

	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];

		if ((f->verdict == VERDICT_PASS) != passed)
			continue;
		finding_about(f, about);
		if (strcmp(about, before) != 0) {
			draw_foreign(c, y + 1, 0, 0, ROLE_TITLE, about);
			y += 2;
		}
		memcpy(before, about, sizeof(before));
		y = draw_finding(c, y, f, mark);
	}
	return y;
}

/* Whatever there was no room to keep. */
static size_t left_out(const struct job *j)
{
	size_t total = j->count[VERDICT_WARN] + j->count[VERDICT_FAIL] + j->count[VERDICT_UNKNOWN];

	return j->finding_count == JOB_FINDINGS_MAX && total > j->finding_count ? total - j->finding_count : 0;
}

static int draw_left_out(const struct canvas *c, int y, const struct job *j)
{
	char text[120];

	if (left_out(j) == 0)
		return y;
	snprintf(text, sizeof(text), _("and %zu more: 'trunkdeck doctor --all' prints them"), left_out(j));
	return job_text(c, y + 1, 0, ROLE_NORMAL, text);
}

static bool kept_passed(const struct job *j)
{
	for (size_t i = 0; i < j->finding_count; i++) {
		if (j->findings[i].verdict == VERDICT_PASS)
			return true;
	}
	return false;
}

static int doctor_draw(const struct canvas *c, int y, const struct job *j, struct job_mark *mark)
{
	y = draw_sum(c, y, j);
	y = job_trouble(c, y, 0, &j->err);
	y = draw_findings(c, y, j, false, mark);
	y = draw_left_out(c, y, j);
	if (!kept_passed(j))
		return y;
	draw_rule(c, y + 1, _("As it should be"), NULL);
	return draw_findings(c, y + 1, j, true, mark);
}

/* --- doing what a finding advises --- */

static void enable(struct app *a, const struct remedy *r)
{
	const struct number *n = snapshot_number(a->snapshot, r->key);
	struct mutation m = { .kind = MUTATION_EDIT, .record.entity = ENTITY_NUMBER };

	if (!n)
		return;
	number_copy(&m.record.number, n);
	m.record.number.enabled = true;
	m.version = n->version;
	app_mutate(a, &m, NULL, NULL);
	record_clear(&m.record);
}

static bool edit(struct ui *ui, const struct remedy *r)
{
	struct app *a = ui_app(ui);
	const struct number *n = r->entity == ENTITY_NUMBER ? snapshot_number(a->snapshot, r->key) : NULL;
	const struct provider *p = r->entity == ENTITY_PROVIDER ? snapshot_provider(a->snapshot, r->key) : NULL;

	if (n)
		form_number_edit(ui, n, r->field);
	else if (p)
		form_provider_open(ui, p, r->field);
	else
		messages_add(a->messages, MESSAGE_INFO, _("there is no form for this: the finding names the command"));
	return n || p;
}

static bool doctor_act(struct ui *ui, const struct remedy *r)
{
	struct app *a = ui_app(ui);
	const char *why = r->action == REMEDY_TEST || r->action == REMEDY_SYNC ? NULL : r->action == REMEDY_ADD ? app_why_no_add(a) :
			  app_why_no_change(a);

	a->dirty |= APP_DIRTY_MESSAGES;
	if (why) {
		messages_add(a->messages, MESSAGE_WARN, _("not possible: %s"), why);
		return false;
	}
	switch (r->action) {
	case REMEDY_EDIT:
		return edit(ui, r);
	case REMEDY_ENABLE:
		enable(a, r);
		return true;
	case REMEDY_ADD:
		form_number_add(ui, "", r->key);
		return true;
	case REMEDY_SYNC:
		app_sync(a, NULL);
		messages_add(a->messages, MESSAGE_INFO, _("reading all routes back"));
		return true;
	case REMEDY_TEST:
		test_open(ui, r->key);
		return true;
	default:
		return false;
	}
}

/* --- as text --- */

static void doctor_copy(struct buf *to, const struct job *j)
{
	struct buf sum;

	buf_init(&sum, 200);
	sum_up(&sum, j);
	buf_addf(to, "%s\n", sum.len > 0 ? sum.p : "");
	buf_clear(&sum);
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		char about[FINDING_ABOUT_SIZE];

		finding_about(f, about);
		buf_addf(to, "%s: %s %s: %s%s%s\n", about, verdict_text(f->verdict), f->check, f->seen,
			 f->todo[0] != '\0' ? " -> " : "", f->todo);
	}
}

const struct job_body doctor_body = { doctor_draw, doctor_copy, doctor_act };
