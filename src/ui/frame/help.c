/*
 * Help shows the action table as a list: the actions of this view, of any list, and those that work everywhere. It
 * scrolls like a list. '/' searches it, Enter does the action under the cursor. Impossible actions are dim and give the
 * reason. What the marks of this view mean comes last.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui_private.h"

struct help {
	struct ui *ui;
	struct line_edit line;
	bool searching;			/* keys go to the line */
	struct list list;
};

enum { COLUMN_KEYS, COLUMN_NAME, COLUMN_HELP };

static const struct list_column columns[] = {
	{ COLUMN_KEYS, N_("Key"), 12, 14, 0, LIST_LEFT },
	{ COLUMN_NAME, N_("Action"), 14, 15, 1, LIST_LEFT },
	{ COLUMN_HELP, N_("What it does"), 12, 0, 0, LIST_LEFT },
};

enum { ROW_ACTION, ROW_MARK };

static const struct mark_help {
	unsigned scope;			/* of the views that have it */
	const char *mark, *name, *help;
} marks[] = {
	{ SCOPE_DECK, "90/10", N_("split"), N_("After an agent: calls go to several agents, by these weights") },
	{ SCOPE_DECK, "+", N_("fallback"), N_("After an agent: another one is tried when it fails") },
};

/* Groups: the view's own actions, those of lists, those that work everywhere. */
static int group_of(const struct help *h, const struct action *a)
{
	if (a->scope == SCOPE_ALL)
		return 2;
	if (!action_in_scope(a, ui_scope(h->ui)))
		return -1;
	return a->scope & SCOPE_LIST ? 1 : 0;
}

static void fill(struct help *h)
{
	const char *text = line_text(&h->line);

	list_begin(&h->list);
	for (int group = 0; group < 3; group++) {
		for (int id = 1; id < ACTION_COUNT; id++) {
			const struct action *a = action_get((enum action_id)id);

			if (group_of(h, a) == group && (utf8_find(a->name, text) || utf8_find(_(a->help), text) || utf8_find(a->keys, text)))
				list_add(&h->list, (uint64_t)id, ROW_ACTION, a);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if ((marks[i].scope & ui_scope(h->ui)) && (utf8_find(_(marks[i].name), text) || utf8_find(_(marks[i].help), text)))
			list_add_note(&h->list, ACTION_COUNT + i, ROW_MARK);
	list_end(&h->list);
}

static void draw_row(struct help *h, const struct canvas *page, int y, const struct list_layout *lay, size_t index)
{
	const struct list_row *row = &h->list.rows[index];
	const struct action *a = row->data;
	struct canvas c = canvas_sub(page, y, 1, 1, page->area.columns - 2);
	const char *why;
	char *text;

	if (row->kind == ROW_MARK) {
		const struct mark_help *m = &marks[row->key - ACTION_COUNT];

		list_cell(&c, 0, lay, COLUMN_KEYS, ROLE_NORMAL, m->mark);
		list_cell(&c, 0, lay, COLUMN_NAME, ROLE_NORMAL, _(m->name));
		list_cell(&c, 0, lay, COLUMN_HELP, ROLE_NORMAL, _(m->help));
		return;
	}
	why = ui_why_not(h->ui, a->id);
	text = why != NULL ? xasprintf(_("not now: %s"), why) : xstrdup(_(a->help));

	list_cell(&c, 0, lay, COLUMN_KEYS, why != NULL ? ROLE_DIM : ROLE_KEY, a->keys);
	list_cell(&c, 0, lay, COLUMN_NAME, why != NULL ? ROLE_DIM : ROLE_STRONG, a->name);
	list_cell(&c, 0, lay, COLUMN_HELP, why != NULL ? ROLE_DIM : ROLE_NORMAL, text);
	free(text);
	if (index == h->list.cursor) {
		draw_selected(page, y, 0);
		term_cursor(ui_term(h->ui), page->area.y + y, page->area.x);
	}
}

static void help_draw(void *state, const struct canvas *screen)
{
	struct help *h = state;
	struct canvas page = frame_page(h->ui, screen, _("Keys and actions")), status = frame_status(h->ui, screen);
	const struct list_row *row = list_selected(&h->list);
	struct list_layout lay;

	list_layout(&lay, columns, ARRAY_LEN(columns), page.area.columns - 2, 1);
	list_fit(&h->list, page.area.rows);
	frame_page_note(screen, &page, h->list.top, h->list.count);
	for (int y = 0; y < page.area.rows && h->list.top + (size_t)y < h->list.count; y++)
		draw_row(h, &page, y, &lay, h->list.top + (size_t)y);
	if (h->list.count == 0) {
		draw_text(&page, 0, 1, 0, ROLE_DIM, _("Nothing matches"));
		term_cursor(ui_term(h->ui), -1, 0);
	}
	if (h->searching || *line_text(&h->line) != '\0') {
		frame_prompt(h->ui, screen, "/", &h->line);
	} else if (row != NULL) {
		/* show the reason in full, because the column may have cut it */
		draw_clear(&status);
		draw_text(&status, 0, 1, status.area.columns - 2, ROLE_NORMAL, _(((const struct action *)row->data)->help));
	}
}

static bool help_key(void *state, key_code key)
{
	struct help *h = state;
	enum action_id action = keymap_lookup(key, SCOPE_LIST);
	const struct list_row *row = list_selected(&h->list);

	if (!line_pasting(&h->line)) {
		if (key == KEYS_F1 || (!h->searching && (key == KEYS_ESC || key == 'q' || key == '?')))
			return true;
		if (key == KEYS_ENTER) {
			if (row != NULL && ((const struct action *)row->data)->id != ACTION_HELP)
				ui_do(h->ui, ((const struct action *)row->data)->id);
			return true;
		}
		if ((!h->searching || key >= KEYS_UP) && list_action(&h->list, action))
			return false;
		if (!h->searching && (action == ACTION_FILTER || key == KEYS_PASTE_BEGIN)) {
			h->searching = true;
			if (action == ACTION_FILTER)
				return false;
		}
		if (!h->searching && ui_view_key(h->ui, key))
			return true;
		if (h->searching && (key == KEYS_ESC || (key == KEYS_BACKSPACE && *line_text(&h->line) == '\0'))) {
			h->searching = false;
			line_set(&h->line, "");
			fill(h);
			return false;
		}
	}
	if (!h->searching) {
		ui_no_such_key(h->ui, key);
	} else if (line_key(&h->line, key) == LINE_CHANGED) {
		fill(h);
		list_action(&h->list, ACTION_FIRST);
	}
	return false;
}

static void help_close(void *state)
{
	struct help *h = state;

	line_clear(&h->line);
	list_clear(&h->list);
	free(h);
}

static const struct overlay_ops help_ops = {
	.name = "help",
	.draw = help_draw,
	.key = help_key,
	.close = help_close,
	.hint = N_("j down  k up  / search  Enter do it  q back"),
};

void help_open(struct ui *ui)
{
	struct help *h = xcalloc(1, sizeof(*h));

	h->ui = ui;
	line_init(&h->line, NULL, 80);
	list_init(&h->list);
	fill(h);
	ui_push(ui, &help_ops, h);
}
