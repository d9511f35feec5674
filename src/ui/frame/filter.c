/*
 * The filter line: what is typed narrows the view at once. Enter keeps it, Esc clears it; the cursor keys move in the list
 * meanwhile. The view itself knows what a text matches.
 */
#include "config.h"

#include <stdlib.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "ui_private.h"

#define FILTER_MAX 200

struct filter {
	struct ui *ui;
	struct line_edit line;
};

static void filter_draw(void *state, const struct canvas *screen)
{
	struct filter *f = state;

	frame_prompt(f->ui, screen, "/", &f->line);
}

static bool move_in_view(struct filter *f, key_code key)
{
	static const struct { key_code key; enum action_id action; } moves[] = {
		{ KEYS_UP, ACTION_UP }, { KEYS_DOWN, ACTION_DOWN },
		{ KEYS_PAGE_UP, ACTION_PAGE_UP }, { KEYS_PAGE_DOWN, ACTION_PAGE_DOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(moves); i++)
		if (moves[i].key == key)
			return ui_view_action(f->ui, moves[i].action);
	return false;
}

static bool filter_key(void *state, key_code key)
{
	struct filter *f = state;

	if (!line_pasting(&f->line) && key == KEYS_ENTER)
		return true;
	if (!line_pasting(&f->line) && key == KEYS_ESC) {
		ui_set_filter(f->ui, "");
		return true;
	}
	if (!line_pasting(&f->line) && move_in_view(f, key))
		return false;
	if (key == KEYS_BACKSPACE && *line_text(&f->line) == '\0')
		return true;
	if (line_key(&f->line, key) == LINE_CHANGED)
		ui_set_filter(f->ui, line_text(&f->line));
	return false;
}

static void filter_close(void *state)
{
	struct filter *f = state;

	line_clear(&f->line);
	free(f);
}

static const struct overlay_ops filter_ops = {
	.name = "filter",
	.draw = filter_draw,
	.key = filter_key,
	.close = filter_close,
	.hint = N_("Enter keep  Esc clear  Up/Down move  ! before a word: not"),
};

void filter_open(struct ui *ui, const char *text)
{
	struct filter *f = xcalloc(1, sizeof(*f));

	f->ui = ui;
	line_init(&f->line, text, FILTER_MAX);
	ui_push(ui, &filter_ops, f);
	ui_set_filter(ui, text);	/* the view gets ready before the first word is typed */
}
