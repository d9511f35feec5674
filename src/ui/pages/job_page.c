/*
 * The page of a job: opens at once, fills as answers come, scrolls. Closing it ends the job; a test call under way is
 * hung up. What the page says is drawn by the job's body.
 */
#include "config.h"

#include "job_page.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui/frame/ui_private.h"

struct page {
	struct ui *ui;
	char *title;
	const struct job_body *body;
	struct scroll scroll;
	char number[40], provider[72];	/* what the doctor is asked, "" = not that */
	struct finding marked;		/* as it was marked last: findings come and move. check NULL = none yet */
	bool shows_mark;		/* the next frame scrolls to it */
	bool again;			/* what was advised is being done: then check again */
};

int job_text(const struct canvas *c, int y, int x, enum role r, const char *text)
{
	struct canvas column = canvas_sub(c, 0, x, c->area.rows, c->area.columns - x);
	char *clean = utf8_clean_dup(str_of(text));

	y += draw_wrapped(&column, y, 0, r, clean);
	free(clean);
	return y;
}

int job_trouble(const struct canvas *c, int y, int x, const struct err *e)
{
	if (e->code == ERR_NONE)
		return y;
	draw_text(c, y, x, 2, ROLE_ALARM, mark_text(c, MARK_ALARM));
	y = job_text(c, y, x + 2, ROLE_ALARM, e->message);
	if (e->hint[0] == '\0')
		return y;
	draw_text(c, y, x + 2, 2, ROLE_DIM, "->");
	return job_text(c, y, x + 5, ROLE_NORMAL, e->hint);
}

/* --- the finding that is marked --- */

static bool is_same(const struct finding *a, const struct finding *b)
{
	return strcmp(a->check, b->check) == 0 && strcmp(a->number, b->number) == 0 && strcmp(a->provider, b->provider) == 0 &&
	       strcmp(a->server, b->server) == 0;
}

/* The finding `step` places from the marked one among those that advise something to be done; the first where none is marked. */
static const struct finding *find_mark(const struct page *p, int step)
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

static void move_mark(struct page *p, int step)
{
	const struct finding *f = find_mark(p, step);

	if (f)
		p->marked = *f;
	p->shows_mark = f != NULL;
}

static void act(struct page *p)
{
	const struct finding *f = find_mark(p, 0);
	struct remedy remedy;

	if (!f)
		return;
	p->marked = *f;
	remedy = f->remedy;		/* the test page takes the findings away */
	p->again = p->body->act(p->ui, &remedy);
}

static bool is_syncing(const struct app *a)
{
	for (size_t i = 0; i < a->server_count; i++)
		if (a->servers[i].syncing.running)
			return true;
	return false;
}

/* When the form or the test call is closed, the change is made, and the routes are read back. */
static void page_update(void *state, unsigned dirty)
{
	struct page *p = state;
	struct app *a = ui_app(p->ui);

	(void)dirty;
	if (!p->again || p->ui->overlays[p->ui->overlay_count - 1].state != state || is_syncing(a) || app_is_changing(a))
		return;
	p->again = false;
	app_ask_doctor(a, p->number[0] ? p->number : NULL, p->provider[0] ? p->provider : NULL);
}

/* --- the page --- */

static void page_draw(void *state, const struct canvas *screen)
{
	struct page *p = state;
	struct canvas page = frame_page(p->ui, screen, p->title);
	struct canvas c = canvas_sub(&page, 0, 1, page.area.rows, page.area.columns - 2);
	const struct job *j = &ui_app(p->ui)->job;
	struct job_mark mark = { .finding = p->body->act ? find_mark(p, 0) : NULL };

	scroll_fit(&p->scroll, c.area.rows);
	p->scroll.lines = p->body->draw(&c, -p->scroll.top, j, &mark) + p->scroll.top;
	if (p->shows_mark && mark.finding && (mark.top < 0 || mark.end > c.area.rows)) {
		p->scroll.top += mark.top < 0 ? mark.top : mark.end - c.area.rows;
		page = frame_page(p->ui, screen, p->title);
		p->body->draw(&c, -p->scroll.top, j, &mark);
	}
	p->shows_mark = false;
	frame_page_note(screen, &page, (size_t)p->scroll.top, (size_t)p->scroll.lines);
	term_cursor(ui_term(p->ui), mark.finding && mark.top >= 0 && mark.top < c.area.rows ? c.area.y + mark.top : -1, 0);
}

static void copy(struct page *p)
{
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	buf_addf(&text, "%s\n", p->title);
	p->body->copy(&text, &ui_app(p->ui)->job);
	ui_copy(p->ui, text.p, _("Copied the page"));
	buf_clear(&text);
}

static bool page_key(void *state, key_code key)
{
	struct page *p = state;

	bool marks = p->body->act && find_mark(p, 0);

	if (key == 'q' || key == KEYS_ESC || (key == KEYS_ENTER && !marks))
		return true;
	if (key == 'y')
		copy(p);
	else if (key == KEYS_ENTER)
		act(p);
	else if (marks && (key == KEYS_TAB || key == KEYS_BACKTAB))
		move_mark(p, key == KEYS_TAB ? 1 : -1);
	else if (!scroll_key(&p->scroll, key))
		ui_no_such_key(p->ui, key);
	return false;
}

static void page_close(void *state)
{
	struct page *p = state;

	app_drop_job(ui_app(p->ui));
	free(p->title);
	free(p);
}

#define PAGE_OPS(keys) { \
	.name = "job", .draw = page_draw, .key = page_key, .update = page_update, .close = page_close, .page = true, \
	.hint = keys, \
}

static const struct overlay_ops doctor_ops = PAGE_OPS(N_("Enter do it  Tab next  j down  k up  y copy  Esc back"));
static const struct overlay_ops test_ops = PAGE_OPS(N_("j down  k up  Space page  y copy  Esc back"));

static struct page *open_page(struct ui *ui, char *title, const struct job_body *body)
{
	struct page *p = xcalloc(1, sizeof(*p));

	p->ui = ui;
	p->title = title;
	p->body = body;
	ui_push(ui, body->act ? &doctor_ops : &test_ops, p);
	return p;
}

void doctor_open(struct ui *ui, const char *number, const struct provider *provider)
{
	char *subject = utf8_clean_dup(str_of(number ? number : provider ? provider->name : _("everything")));
	struct page *p = open_page(ui, xasprintf(_("Doctor: %s"), subject), &doctor_body);

	str_copy(p->number, sizeof(p->number), str_of(number));
	str_copy(p->provider, sizeof(p->provider), str_of(provider ? provider->id : NULL));
	app_ask_doctor(ui_app(ui), number, provider ? provider->id : NULL);
	free(subject);
}

void test_open(struct ui *ui, const char *number)
{
	app_ask_test(ui_app(ui), number);
	open_page(ui, xasprintf(_("Test call: %s"), number), &test_body);
}
