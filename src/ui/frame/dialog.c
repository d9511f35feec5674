/*
 * A question. The safe answer has the focus. y and n answer at once, arrows and Tab move the focus, Enter chooses the
 * focused answer, Esc means no. If a word must be typed, yes is possible only after it, and y and n are letters of the
 * word. With two kinds of yes, Tab chooses one.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui_private.h"

#define COLUMNS 60
#define BUTTON_GAP 2

enum choice { CHOICE_NO, CHOICE_YES, CHOICE_ALSO, CHOICE_COUNT };

struct dialog {
	struct ui *ui;
	char *title, *text, *typed;
	char *words[CHOICE_COUNT];		/* NULL = no such answer */
	struct dialog_options options;		/* its callbacks; the texts are above */
	struct line_edit line;
	enum choice focus;
	bool pasting;				/* a paste is ignored when no word is to be typed */
};

static bool word_is_typed(const struct dialog *d)
{
	return d->typed == NULL || strcmp(line_text(&d->line), d->typed) == 0;
}

static int button_width(const struct dialog *d, enum choice i)
{
	return d->words[i] ? utf8_width(d->words[i]) + 4 : 0;
}

static void button(const struct dialog *d, const struct canvas *c, int y, int x, enum choice i)
{
	struct canvas b = canvas_sub(c, y, x, 1, button_width(d, i));
	bool focused = d->focus == i && (d->typed == NULL || d->words[CHOICE_ALSO] != NULL);

	if (b.area.rows == 0)
		return;
	draw_text(&b, 0, 0, 0, ROLE_NORMAL, "[");
	draw_text(&b, 0, 2, b.area.columns - 4, i != CHOICE_NO && !word_is_typed(d) ? ROLE_DIM : ROLE_STRONG, d->words[i]);
	draw_text(&b, 0, b.area.columns - 1, 0, ROLE_NORMAL, "]");
	if (focused) {
		draw_selected(&b, 0, 0);
		term_cursor(ui_term(d->ui), b.area.y, b.area.x + 2);
	}
}

static void dialog_draw(void *state, const struct canvas *screen)
{
	struct dialog *d = state;
	int columns = screen->area.columns < COLUMNS + 8 ? screen->area.columns - 6 : COLUMNS;
	struct canvas counting = canvas_sub(screen, 0, 0, 0, columns > 0 ? columns : 1);
	int yes = button_width(d, CHOICE_NO) + BUTTON_GAP, x;
	/* The second yes has its own line when the three do not fit into one. */
	bool stacked = d->words[CHOICE_ALSO] != NULL &&
		       yes + button_width(d, CHOICE_YES) + BUTTON_GAP + button_width(d, CHOICE_ALSO) > columns;
	int below = (d->typed != NULL ? 4 : 2) + stacked, lines = draw_wrapped(&counting, 0, 0, ROLE_NORMAL, d->text), y;
	struct canvas c = draw_box(screen, lines + below, columns, d->title), text;

	y = c.area.rows - 1;
	text = canvas_sub(&c, 0, 0, c.area.rows > below ? c.area.rows - below : c.area.rows - 1, c.area.columns);
	draw_wrapped(&text, 0, 0, ROLE_NORMAL, d->text);
	button(d, &c, y - stacked, 0, CHOICE_NO);
	button(d, &c, y - stacked, yes, CHOICE_YES);
	if (d->words[CHOICE_ALSO] != NULL)
		button(d, &c, y, stacked ? 0 : yes + button_width(d, CHOICE_YES) + BUTTON_GAP, CHOICE_ALSO);
	if (d->typed != NULL) {
		y = y - stacked >= 2 ? y - stacked - 2 : 0;
		x = draw_textf(&c, y, 0, c.area.columns / 2, ROLE_NORMAL, _("Type %s:"), d->typed) + 1;
		x = line_draw(&d->line, &c, y, x, c.area.columns - x, ROLE_FIELD);
		term_cursor(ui_term(d->ui), c.area.y + y, c.area.x + x);
	}
}

static bool answer(struct dialog *d, enum choice choice)
{
	if (choice == CHOICE_NO)
		return true;
	if (!word_is_typed(d))
		return false;
	if (choice == CHOICE_ALSO)
		d->options.also_confirmed(d->options.arg);
	else
		d->options.confirmed(d->options.arg);
	return true;
}

/* around: after the last answer comes the first. */
static void move_focus(struct dialog *d, int step, bool around)
{
	int count = d->words[CHOICE_ALSO] != NULL ? CHOICE_COUNT : CHOICE_ALSO, to = (int)d->focus + step;

	if (around)
		to = (to + count) % count;
	if (to >= 0 && to < count)
		d->focus = (enum choice)to;
}

static bool typed_key(struct dialog *d, key_code key)
{
	if (!line_pasting(&d->line)) {
		if (key == KEYS_ESC)
			return answer(d, CHOICE_NO);
		if (key == KEYS_ENTER)
			return answer(d, d->focus);
		if (key == KEYS_TAB || key == KEYS_BACKTAB) {
			if (d->words[CHOICE_ALSO] != NULL)
				d->focus = d->focus == CHOICE_YES ? CHOICE_ALSO : CHOICE_YES;
			return false;
		}
	}
	line_key(&d->line, key);
	return false;
}

static bool dialog_key(void *state, key_code key)
{
	struct dialog *d = state;

	if (d->typed != NULL)
		return typed_key(d, key);
	if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END)
		d->pasting = key == KEYS_PASTE_BEGIN;
	if (d->pasting)
		return false;
	switch (key) {
	case 'y': case 'Y':
		return answer(d, CHOICE_YES);
	case 'n': case 'N': case 'q': case KEYS_ESC:
		return answer(d, CHOICE_NO);
	case KEYS_ENTER:
		return answer(d, d->focus);
	case KEYS_LEFT: case KEYS_UP: case 'h': case 'k':
		move_focus(d, -1, false);
		return false;
	case KEYS_RIGHT: case KEYS_DOWN: case 'l': case 'j':
		move_focus(d, 1, false);
		return false;
	case KEYS_TAB:
		move_focus(d, 1, true);
		return false;
	case KEYS_BACKTAB:
		move_focus(d, -1, true);
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
	for (int i = 0; i < CHOICE_COUNT; i++)
		free(d->words[i]);
	free(d->typed);
	free(d);
}

#define DIALOG_OPS(hint_text) { \
	.name = "dialog", .draw = dialog_draw, .key = dialog_key, .close = dialog_close, .wants_freeze = true, .hint = (hint_text) }

static const struct overlay_ops question_ops = DIALOG_OPS(N_("y yes  n no  Tab other  Enter choose  Esc no"));
static const struct overlay_ops typed_ops = DIALOG_OPS(N_("Enter confirm, once the word is typed  Esc no"));
static const struct overlay_ops typed_choice_ops = DIALOG_OPS(N_("Tab other  Enter confirm, once the word is typed  Esc no"));

void dialog_ask(struct ui *ui, const struct dialog_options *o)
{
	struct dialog *d = xcalloc(1, sizeof(*d));

	d->ui = ui;
	d->options = *o;
	d->title = xstrdup(o->title);
	d->text = xstrdup(o->text);
	d->words[CHOICE_NO] = xstrdup(o->no);
	d->words[CHOICE_YES] = xstrdup(o->yes);
	d->words[CHOICE_ALSO] = xstrdup_null(o->also);
	d->typed = xstrdup_null(o->typed);
	d->focus = d->typed != NULL ? CHOICE_YES : CHOICE_NO;
	line_init(&d->line, NULL, 256);
	ui_push(ui, !d->typed ? &question_ops : d->words[CHOICE_ALSO] ? &typed_choice_ops : &typed_ops, d);
}
