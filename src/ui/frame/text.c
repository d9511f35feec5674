/* A page of text to read: a message in full, figures. Scrolls as less does; q, Esc and Enter go back. */
#include "config.h"

#include <stdlib.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "ui_private.h"

struct text_page {
	struct ui *ui;
	char *title, *text;
	struct scroll scroll;
};

static void text_draw(void *state, const struct canvas *screen)
{
	struct text_page *t = state;
	struct canvas page = frame_page(t->ui, screen, t->title);
	struct canvas c = canvas_sub(&page, 0, 1, page.area.rows, page.area.columns - 2);

	scroll_fit(&t->scroll, c.area.rows);
	t->scroll.lines = draw_wrapped(&c, 0, t->scroll.top, ROLE_NORMAL, t->text);
	frame_page_note(screen, &page, (size_t)t->scroll.top, (size_t)t->scroll.lines);
	term_cursor(ui_term(t->ui), -1, 0);
}

static bool text_key(void *state, key_code key)
{
	struct text_page *t = state;

	if (key == 'q' || key == KEYS_ESC || key == KEYS_ENTER)
		return true;
	if (!scroll_key(&t->scroll, key))
		ui_no_such_key(t->ui, key);
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
	.page = true,
	.hint = N_("j down  k up  Space page  1-5 view  Esc back"),
};

void text_open(struct ui *ui, const char *title, const char *text)
{
	struct text_page *t = xcalloc(1, sizeof(*t));

	t->ui = ui;
	t->title = xstrdup(title);
	t->text = xstrdup(text);
	ui_push(ui, &text_ops, t);
}
