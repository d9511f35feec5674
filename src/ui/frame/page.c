/* Lines are laid out in each frame, because the text of a page and the width change while it is open. */
#include "config.h"

#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui_private.h"

struct page_cell {
	int x, width;
	enum role role;
	bool same;			/* on the same row as the previous cell */
	char *text;
	const void *mark;
};

struct page {
	struct overlay_ops overlay;
	struct ui *ui;
	const struct page_ops *ops;
	char *title;
	void *arg;
	int top, lines, visible;
	const void *shown;		/* the mark that was scrolled to last */
};

static void add(struct page_lines *l, int x, int width, enum role role, bool same, char *text)
{
	ARRAY_GROW(l->cells, l->count, l->size);
	l->cells[l->count++] = (struct page_cell){ x, width, role, same, text, l->mark };
}

void page_line(struct page_lines *l, int x, int width, enum role role, const char *text)
{
	add(l, x, width, role, false, utf8_clean_dup(str_of(text)));
}

void page_also(struct page_lines *l, int x, int width, enum role role, const char *text)
{
	add(l, x, width, role, true, utf8_clean_dup(str_of(text)));
}

void page_linef(struct page_lines *l, int x, int width, enum role role, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	page_line(l, x, width, role, text);
}

void page_trouble(struct page_lines *l, int x, const struct err *e)
{
	if (e->code == ERR_NONE)
		return;
	page_line(l, x, 2, ROLE_ALARM, mark_text(l->canvas, MARK_ALARM));
	page_also(l, x + 2, 0, ROLE_ALARM, e->message);
	if (e->hint[0] == '\0')
		return;
	page_line(l, x + 2, 2, ROLE_DIM, "->");
	page_also(l, x + 5, 0, ROLE_NORMAL, e->hint);
}

static void clear(struct page_lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->cells[i].text);
	free(l->cells);
}

/* Draws the lines from row y on; NULL: only counts them. Returns the row after them. *at: the mark's row. */
static int lay_out(const struct page_lines *l, const struct canvas *c, int y, const void *mark, int *at)
{
	int rows = 0;

	*at = -1;
	for (size_t i = 0; i < l->count; i++) {
		const struct page_cell *e = &l->cells[i];
		struct canvas rest = canvas_sub(c, 0, e->x, c->area.rows, c->area.columns - e->x);
		int height = 1;

		if (!e->same) {
			y += rows;
			rows = 0;
		}
		if (mark && e->mark == mark && *at < 0)
			*at = y;
		if (mark && e->mark == mark && *at == y && !e->same)
			draw_text(c, y, 0, 1, ROLE_STRONG, mark_text(c, MARK_CURSOR));
		if (e->role == ROLE_RULE)
			draw_rule(c, y, e->text, NULL);
		else if (e->width == 0)
			height = *e->text ? draw_wrapped(&rest, y, 0, e->role, e->text) : 1;
		else if (e->width < 0)
			draw_right(c, y, e->x, -e->width, e->role, e->text);
		else
			draw_text(c, y, e->x, e->width == PAGE_CUT ? 0 : e->width, e->role, e->text);
		rows = height > rows ? height : rows;
	}
	return y + rows;
}

static void scroll(struct page *p, int rows)
{
	int last = p->lines > p->visible ? p->lines - p->visible : 0;

	p->top += rows;
	p->top = p->top > last ? last : p->top < 0 ? 0 : p->top;
}

static void page_draw(void *state, const struct canvas *screen)
{
	struct page *p = state;
	struct canvas page = frame_page(p->ui, screen, p->title);
	struct canvas c = canvas_sub(&page, 0, 1, page.area.rows, page.area.columns - 2), none = c;
	struct page_lines l = { .rows = c.area.rows, .columns = c.area.columns, .canvas = &c };
	const void *mark = p->ops->marked ? p->ops->marked(p->arg) : NULL;
	int at;

	p->ops->fill(p->arg, &l);
	none.area.rows = 0;
	p->lines = lay_out(&l, &none, 0, mark, &at);
	p->visible = c.area.rows;
	if (mark != p->shown && at >= 0 && (at < p->top || at >= p->top + p->visible))
		p->top = at - p->visible / 2;
	p->shown = mark;
	scroll(p, 0);
	lay_out(&l, &c, -p->top, mark, &at);
	frame_page_note(screen, &page, (size_t)p->top, (size_t)p->lines);
	term_cursor(ui_term(p->ui), at >= 0 && at < c.area.rows ? c.area.y + at : -1, at >= 0 ? c.area.x : 0);
	clear(&l);
}

/* Copies the title and all lines, with two blanks between cells. */
static void copy(struct page *p)
{
	const struct canvas ascii = { .ascii = true };
	struct page_lines l = { .rows = 100, .columns = 100, .canvas = &ascii };
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	buf_adds(&text, p->title);
	p->ops->fill(p->arg, &l);
	for (size_t i = 0; i < l.count; i++) {
		buf_adds(&text, l.cells[i].same ? "  " : "\n");
		buf_adds(&text, l.cells[i].text);
	}
	buf_addc(&text, '\n');
	ui_copy(p->ui, text.p, _("Copied the page"));
	clear(&l);
	buf_clear(&text);
}

static bool page_key(void *state, key_code key)
{
	struct page *p = state;

	if (p->ops->key && p->ops->key(p->arg, key))
		return false;
	switch (key) {
	case 'q': case KEYS_ESC: case KEYS_ENTER: return true;
	case 'y': copy(p); break;
	case 'j': case KEYS_DOWN: scroll(p, 1); break;
	case 'k': case KEYS_UP: scroll(p, -1); break;
	case ' ': case KEYS_PAGE_DOWN: case KEYS_CTRL('F'): scroll(p, p->visible); break;
	case 'b': case KEYS_PAGE_UP: case KEYS_CTRL('B'): scroll(p, -p->visible); break;
	case 'd': case KEYS_CTRL('D'): scroll(p, p->visible / 2); break;
	case 'u': case KEYS_CTRL('U'): scroll(p, -p->visible / 2); break;
	case 'g': case KEYS_HOME: scroll(p, -p->lines); break;
	case 'G': case KEYS_END: scroll(p, p->lines); break;
	default: ui_no_such_key(p->ui, key);
	}
	return false;
}

static void page_update(void *state, unsigned dirty)
{
	struct page *p = state;

	if (p->ops->update)
		p->ops->update(p->arg, dirty);
	ui_touch(p->ui);
}

static void page_close(void *state)
{
	struct page *p = state;

	p->ops->close(p->arg);
	free(p->title);
	free(p);
}

struct page *page_open(struct ui *ui, const struct page_ops *ops, char *title, void *arg)
{
	struct page *p = xcalloc(1, sizeof(*p));

	*p = (struct page){ .ui = ui, .ops = ops, .title = title, .arg = arg };
	p->overlay = (struct overlay_ops){ .name = "page", .draw = page_draw, .key = page_key, .update = page_update,
					   .close = page_close, .page = true, .hint = ops->hint };
	ui_push(ui, &p->overlay, p);
	return p;
}

bool page_is_on_top(const struct page *p)
{
	return p->ui->overlay_count > 0 && p->ui->overlays[p->ui->overlay_count - 1].state == p;
}

/* --- pages of text --- */

static void text_fill(void *arg, struct page_lines *l)
{
	for (const char *text = arg, *end; *text != '\0'; text = *end != '\0' ? end + 1 : end) {
		char *line;

		end = text + strcspn(text, "\n");
		line = xstrndup(text, (size_t)(end - text));
		page_line(l, 0, 0, ROLE_NORMAL, line);
		free(line);
	}
}

void text_open(struct ui *ui, const char *title, const char *text)
{
	static const struct page_ops ops = {
		.hint = N_("j down  k up  Space page  1-5 view  Esc back"), .fill = text_fill, .close = free,
	};

	page_open(ui, &ops, xstrdup(title), xstrdup(text));
}
