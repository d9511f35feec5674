/*
 * A question. The safe answer has the focus; y and n answer at once, arrows and Tab move, Enter takes what is focused, Esc is no.
 * With a word to type, only the word makes yes possible, and y and n are letters of it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/gettext.h"
#include "trunkdeck/mem.h"
#include "trunkdeck/utf8.h"
#include "ui_private.h"

#define COLUMNS 60
#define BUTTON_GAP 2

struct dialog {
	struct ui *ui;
	char *title, *text, *yes, *no, *typed;
	struct dialog_options options;		/* its callbacks; the texts are above */
	struct line_edit line;
	bool on_yes;
};

static bool word_is_typed(const struct dialog *d)
{
	return d->typed == NULL || strcmp(line_text(&d->line), d->typed) == 0;
}

static int button(const struct dialog *d, const struct canvas *c, int y, int x, const char *word, bool focused)
{
	struct canvas b = canvas_sub(c, y, x, 1, utf8_width(word) + 4);

	if (b.area.rows == 0)
		return 0;
	b.selected = focused;
	if (focused) {
		draw_selected_row(&b, 0);
		term_cursor(ui_term(d->ui), b.area.y, b.area.x + 2);
	}
	draw_text(&b, 0, 0, 0, ROLE_NORMAL, "[");
	draw_text(&b, 0, 2, 0, word == d->yes && !word_is_typed(d) ? ROLE_DIM : ROLE_STRONG, word);
	draw_text(&b, 0, utf8_width(word) + 3, 0, ROLE_NORMAL, "]");
	return b.area.columns;
}

static void draw_buttons(const struct dialog *d, const struct canvas *c, int y)
{
	int x = button(d, c, y, 0, d->no, d->typed == NULL && !d->on_yes) + BUTTON_GAP;

	button(d, c, y, x, d->yes, d->typed == NULL && d->on_yes);
}

static void draw_word(struct dialog *d, const struct canvas *c, int y)
{
	int x = draw_textf(c, y, 0, c->area.columns / 2, ROLE_NORMAL, _("Type %s:"), d->typed) + 1;
	int cursor = line_draw(&d->line, c, y, x, c->area.columns - x, ROLE_FIELD, false);

	term_cursor(ui_term(d->ui), c->area.y + y, c->area.x + cursor);
}

static void dialog_draw(void *state, const struct canvas *screen)
{
	struct dialog *d = state;
	int columns = screen->area.columns < COLUMNS + 8 ? screen->area.columns - 6 : COLUMNS;
	struct canvas counting = canvas_sub(screen, 0, 0, 0, columns > 0 ? columns : 1);
	int below = d->typed != NULL ? 4 : 2, lines = draw_wrapped(&counting, 0, 0, ROLE_NORMAL, d->text), y;
	struct canvas c = draw_box(screen, lines + below, columns, d->title), text;

	y = c.area.rows - 1;
	text = canvas_sub(&c, 0, 0, c.area.rows > below ? c.area.rows - below : c.area.rows - 1, c.area.columns);
	draw_wrapped(&text, 0, 0, ROLE_NORMAL, d->text);
	draw_buttons(d, &c, y);
	if (d->typed != NULL)
		draw_word(d, &c, y >= 2 ? y - 2 : 0);
}

static bool answer(struct dialog *d, bool yes)
{
	if (!yes)
		return true;
	if (!word_is_typed(d))
		return false;
	d->options.confirmed(d->options.arg);
	return true;
}

static bool typed_key(struct dialog *d, key_code key)
{
	if (!line_pasting(&d->line) && key == KEYS_ESC)
		return answer(d, false);
	if (!line_pasting(&d->line) && key == KEYS_ENTER)
		return answer(d, true);
	line_key(&d->line, key);
	return false;
}

static bool dialog_key(void *state, key_code key)
{
	struct dialog *d = state;

	if (d->typed != NULL)
		return typed_key(d, key);
	switch (key) {
	case 'y': case 'Y':
		return answer(d, true);
	case 'n': case 'N': case 'q': case KEYS_ESC:
		return answer(d, false);
	case KEYS_ENTER:
		return answer(d, d->on_yes);
	case KEYS_LEFT: case KEYS_UP: case 'h': case 'k':
		d->on_yes = false;
		return false;
	case KEYS_RIGHT: case KEYS_DOWN: case 'l': case 'j':
		d->on_yes = true;
		return false;
	case KEYS_TAB: case KEYS_BACKTAB:
		d->on_yes = !d->on_yes;
		return false;
	default:
		return false;
	}
}

static void dialog_close(void *state)
{
	struct dialog *d = state;

	if (d->options.closed != NULL)
		d->options.closed(d->options.arg);
	line_clear(&d->line);
	free(d->title);
	free(d->text);
	free(d->yes);
	free(d->no);
	free(d->typed);
	free(d);
}

static const struct overlay_ops question_ops = {
	.name = "dialog",
	.draw = dialog_draw,
	.key = dialog_key,
	.close = dialog_close,
	.wants_freeze = true,
	.hint = N_("y yes  n no  Tab other  Enter choose  Esc no"),
};

static const struct overlay_ops typed_ops = {
	.name = "dialog",
	.draw = dialog_draw,
	.key = dialog_key,
	.close = dialog_close,
	.wants_freeze = true,
	.hint = N_("Enter confirm, once the word is typed  Esc no"),
};

void dialog_ask(struct ui *ui, const struct dialog_options *o)
{
	struct dialog *d = xcalloc(1, sizeof(*d));

	d->ui = ui;
	d->options = *o;
	d->title = xstrdup(o->title);
	d->text = xstrdup(o->text);
	d->yes = xstrdup(o->yes);
	d->no = xstrdup(o->no);
	d->typed = xstrdup_null(o->typed);
	line_init(&d->line, NULL, 256);
	ui_push(ui, d->typed != NULL ? &typed_ops : &question_ops, d);
}
