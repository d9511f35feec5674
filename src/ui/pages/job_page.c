/*
 * The page of an job: opens at once, fills as answers come, scrolls. Closing it ends the job; a test call under way is
 * hung up. What the page says is drawn by the job's body.
 */
#include "config.h"

#include "job_page.h"

#include <stdlib.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui/frame/ui_private.h"

struct page {
	struct ui *ui;
	char *title;
	const struct job_body *body;
	struct scroll scroll;
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

static void page_draw(void *state, const struct canvas *screen)
{
	struct page *p = state;
	struct canvas page = frame_page(p->ui, screen, p->title);
	struct canvas c = canvas_sub(&page, 0, 1, page.area.rows, page.area.columns - 2);
	const struct job *q = &ui_app(p->ui)->job;

	scroll_fit(&p->scroll, c.area.rows);
	p->scroll.lines = p->body->draw(&c, -p->scroll.top, q) + p->scroll.top;
	frame_page_note(screen, &page, (size_t)p->scroll.top, (size_t)p->scroll.lines);
	term_cursor(ui_term(p->ui), -1, 0);
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

	if (key == 'q' || key == KEYS_ESC || key == KEYS_ENTER)
		return true;
	if (key == 'y')
		copy(p);
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

static const struct overlay_ops page_ops = {
	.name = "job",
	.draw = page_draw,
	.key = page_key,
	.close = page_close,
	.page = true,
	.hint = N_("j down  k up  Space page  y copy  Esc back"),
};

static void open_page(struct ui *ui, char *title, const struct job_body *body)
{
	struct page *p = xcalloc(1, sizeof(*p));

	p->ui = ui;
	p->title = title;
	p->body = body;
	ui_push(ui, &page_ops, p);
}

void doctor_open(struct ui *ui, const char *number, const struct provider *provider)
{
	char *subject = utf8_clean_dup(str_of(number ? number : provider ? provider->name : _("everything")));

	app_ask_doctor(ui_app(ui), number, provider ? provider->id : NULL);
	open_page(ui, xasprintf(_("Doctor: %s"), subject), &doctor_body);
	free(subject);
}

void test_open(struct ui *ui, const char *number)
{
	app_ask_test(ui_app(ui), number);
	open_page(ui, xasprintf(_("Test call: %s"), number), &test_body);
}
