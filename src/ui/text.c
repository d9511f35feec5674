/* A page of text to read: a message in full, figures. Scrolls as less does; q, Esc and Enter go back. */
#include "config.h"

#include <stdlib.h>

#include "trunkdeck/gettext.h"
#include "trunkdeck/mem.h"
#include "ui_private.h"

struct text_page {
	struct ui *ui;
	char *title, *text;
	int top, lines, visible;
};

static void text_draw(void *state, const struct canvas *screen)
{
	struct text_page *t = state;
	struct canvas page = frame_page(t->ui, screen, t->title);
	struct canvas c = canvas_sub(&page, 0, 1, page.area.rows, page.area.columns - 2);

	t->visible = c.area.rows;
	if (t->top > t->lines - t->visible && t->lines > 0)
		t->top = t->lines > t->visible ? t->lines - t->visible : 0;
	t->lines = draw_wrapped(&c, 0, t->top, ROLE_NORMAL, t->text);
	frame_page_note(screen, &page, (size_t)t->top, (size_t)t->lines);
	term_cursor(ui_term(t->ui), -1, 0);
}

static void scroll_by(struct text_page *t, int rows)
{
	int last = t->lines > t->visible ? t->lines - t->visible : 0;

	t->top += rows;
	if (t->top > last)
		t->top = last;
	if (t->top < 0)
		t->top = 0;
}

static bool text_key(void *state, key_code key)
{
	struct text_page *t = state;

	switch (key) {
	case 'q': case KEYS_ESC: case KEYS_ENTER:
		return true;
	case 'j': case KEYS_DOWN: scroll_by(t, 1); break;
	case 'k': case KEYS_UP: scroll_by(t, -1); break;
	case ' ': case KEYS_PAGE_DOWN: case KEYS_CTRL('F'): scroll_by(t, t->visible); break;
	case 'b': case KEYS_PAGE_UP: case KEYS_CTRL('B'): scroll_by(t, -t->visible); break;
	case 'd': case KEYS_CTRL('D'): scroll_by(t, t->visible / 2); break;
	case 'u': case KEYS_CTRL('U'): scroll_by(t, -t->visible / 2); break;
	case 'g': case KEYS_HOME: scroll_by(t, -t->lines); break;
	case 'G': case KEYS_END: scroll_by(t, t->lines); break;
	default: break;
	}
	return false;
}

static void text_close(void *state)
{
	struct text_page *t = state;

	free(t->title);
	free(t->text);
	free(t);
}

static const struct overlay_ops text_ops = {
	.name = "text",
	.draw = text_draw,
	.key = text_key,
	.close = text_close,
	.hint = N_("j down  k up  Space page  Esc back"),
};

void text_open(struct ui *ui, const char *title, const char *text)
{
	struct text_page *t = xcalloc(1, sizeof(*t));

	t->ui = ui;
	t->title = xstrdup(title);
	t->text = xstrdup(text);
	ui_push(ui, &text_ops, t);
}
