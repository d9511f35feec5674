/*
 * The doctor's findings: a summary line, then the problems with their advice, then the passed checks, each grouped by
 * subject. On a narrow page the evidence stands below its check.
 */
#include "config.h"

#include "job_page.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define CHECK_AT 11
#define SEEN_AT 24
#define NARROW 56			/* columns */

static const enum role roles[VERDICT_COUNT] = {
	[VERDICT_PASS] = ROLE_GOOD, [VERDICT_WARN] = ROLE_WARN, [VERDICT_FAIL] = ROLE_ALARM, [VERDICT_UNKNOWN] = ROLE_STRONG,
};

/* --- summary --- */

static void add_count(struct buf *to, size_t n, const char *text)
{
	if (n > 0)
		buf_addf(to, "%s%zu %s", to->len > 0 ? ", " : "", n, text);
}

static enum role sum_role(const struct job *j)
{
	if (j->count[VERDICT_FAIL] > 0)
		return ROLE_ALARM;
	if (j->count[VERDICT_WARN] > 0)
		return ROLE_WARN;
	return j->running || j->count[VERDICT_UNKNOWN] > 0 ? ROLE_STRONG : ROLE_GOOD;
}

/* --- the findings --- */

/* Adds the findings that passed, or those that did not. */
static void add_findings(struct page_lines *l, const struct job *q, bool passed)
{
	const bool narrow = l->columns < NARROW;
	const int at = narrow ? 4 : SEEN_AT;
	char about[FINDING_ABOUT_SIZE], before[FINDING_ABOUT_SIZE] = "";

	for (size_t i = 0; i < q->finding_count; i++) {
		const struct finding *f = &q->findings[i];

		if ((f->verdict == VERDICT_PASS) != passed)
			continue;
		finding_about(f, about);
		l->mark = NULL;
		if (strcmp(about, before) != 0) {
			if (before[0] != '\0' || !passed)
				page_line(l, 0, 1, ROLE_NORMAL, "");
			page_line(l, 0, PAGE_CUT, ROLE_TITLE, about);
		}
		memcpy(before, about, sizeof(before));
		l->mark = f;
		page_line(l, 2, CHECK_AT - 3, roles[f->verdict], verdict_text(f->verdict));
		page_also(l, CHECK_AT, narrow ? PAGE_CUT : SEEN_AT - CHECK_AT - 1, ROLE_STRONG, f->check);
		l->mark = NULL;
		(narrow ? page_line : page_also)(l, at, 0, ROLE_NORMAL, f->seen);
		if (f->todo[0] != '\0') {
			page_line(l, at, 2, ROLE_DIM, "->");
			page_also(l, at + 3, 0, ROLE_NORMAL, f->todo);
		}
	}
}

static void doctor_fill(void *arg, struct page_lines *l)
{
	const struct job *q = &ui_app(((const struct job_page *)arg)->ui)->job;
	size_t total = q->count[VERDICT_WARN] + q->count[VERDICT_FAIL] + q->count[VERDICT_UNKNOWN];
	bool passed = false;
	struct buf sum;

	buf_init(&sum, 200);
	add_count(&sum, q->count[VERDICT_FAIL], _("wrong"));
	add_count(&sum, q->count[VERDICT_WARN], ngettext("warning", "warnings", q->count[VERDICT_WARN]));
	add_count(&sum, q->count[VERDICT_UNKNOWN], _("unknown"));
	add_count(&sum, q->count[VERDICT_PASS], _("ok"));
	page_line(l, 0, PAGE_CUT, sum_role(q), sum.len > 0 ? sum.p : "");
	if (q->running)
		page_also(l, sum.len > 0 ? utf8_width(sum.p) + 2 : 0, PAGE_CUT, ROLE_DIM, _("checking; Esc ends it"));
	buf_clear(&sum);
	page_trouble(l, 0, &q->err);
	add_findings(l, q, false);
	/* There was no room to keep all findings. */
	if (q->finding_count == JOB_FINDINGS_MAX && total > q->finding_count) {
		page_line(l, 0, 1, ROLE_NORMAL, "");
		page_linef(l, 0, 0, ROLE_NORMAL, _("and %zu more: 'trunkdeck doctor --all' prints them"), total - q->finding_count);
	}
	for (size_t i = 0; i < q->finding_count; i++)
		passed = passed || q->findings[i].verdict == VERDICT_PASS;
	if (!passed)
		return;
	page_line(l, 0, 1, ROLE_NORMAL, "");
	page_line(l, 0, 0, ROLE_RULE, _("As it should be"));
	add_findings(l, q, true);
}

/* --- carrying out the advice --- */

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

/* --- the marked finding --- */

static bool is_same(const struct finding *a, const struct finding *b)
{
	return strcmp(a->check, b->check) == 0 && strcmp(a->number, b->number) == 0 && strcmp(a->provider, b->provider) == 0 &&
	       strcmp(a->server, b->server) == 0;
}

/* Returns the finding `step` places after the marked one, among those with advice; the first when none is marked. */
static const struct finding *find_mark(const struct job_page *p, int step)
{
	const struct job *j = &ui_app(p->ui)->job;
	const struct finding *first = NULL, *last = NULL, *before = NULL, *at = NULL;

	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];

		if (f->remedy.action == REMEDY_NONE || f->verdict == VERDICT_PASS)
			continue;
		if (at && step > 0 && last == at)
			return f;
		if (p->marked.check && is_same(f, &p->marked)) {
			at = f;
			before = last;
		}
		first = first ? first : f;
		last = f;
	}
	if (!at)
		return first;
	return step > 0 ? first : step == 0 ? at : before ? before : last;
}

static bool is_syncing(const struct app *a)
{
	for (size_t i = 0; i < a->server_count; i++)
		if (a->servers[i].syncing.running)
			return true;
	return false;
}

/* Closing the form or the test call has made the change and read the routes back: check again. */
static void doctor_update(void *state, unsigned dirty)
{
	struct job_page *p = state;
	struct app *a = ui_app(p->ui);

	(void)dirty;
	if (!p->again || !page_is_on_top(p->page) || is_syncing(a) || app_is_changing(a))
		return;
	p->again = false;
	app_ask_doctor(a, p->number[0] ? p->number : NULL, p->provider[0] ? p->provider : NULL);
}

static const void *doctor_marked(void *arg)
{
	return find_mark(arg, 0);
}

static bool doctor_key(void *arg, key_code key)
{
	struct job_page *p = arg;
	const struct finding *f = find_mark(p, key == KEYS_TAB ? 1 : key == KEYS_BACKTAB ? -1 : 0);
	struct remedy remedy;

	if (!f || (key != KEYS_ENTER && key != KEYS_TAB && key != KEYS_BACKTAB))
		return false;
	p->marked = *f;
	remedy = f->remedy;		/* copied first, because the test page drops the findings */
	if (key == KEYS_ENTER)
		p->again = doctor_act(p->ui, &remedy);
	return true;
}

void doctor_open(struct ui *ui, const char *number, const struct provider *provider)
{
	static const struct page_ops ops = {
		.hint = N_("Enter do it  Tab next  j down  k up  y copy  Esc back"), .fill = doctor_fill, .key = doctor_key,
		.update = doctor_update, .close = job_close, .marked = doctor_marked,
	};
	char *subject = utf8_clean_dup(str_of(number ? number : provider ? provider->name : _("everything")));
	struct job_page *p = xcalloc(1, sizeof(*p));

	p->ui = ui;
	str_copy(p->number, sizeof(p->number), str_of(number));
	str_copy(p->provider, sizeof(p->provider), str_of(provider ? provider->id : NULL));
	p->page = page_open(ui, &ops, xasprintf(_("Doctor: %s"), subject), p);
	app_ask_doctor(ui_app(ui), number, provider ? provider->id : NULL);
	free(subject);
}
