/*
 * `:` runs an action by its name, which is the same in scripts and, where there is one, the batch command. Candidates
 * are shown above the line while typing. Tab steps through them, Enter runs one, Up and Down recall earlier lines.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui_private.h"

#define SHOWN_MAX 8

struct palette {
	struct ui *ui;
	struct line_edit line;
	enum action_id found[ACTION_COUNT];
	int count;
	int chosen;			/* index in found; -1 = Tab has chosen none */
	size_t history;			/* the line that is shown; history.count = the one being typed */
};

/* Finds names that start with the text, then names that contain it. */
static void search(struct palette *p)
{
	const char *text = line_text(&p->line);

	p->count = 0;
	p->chosen = -1;
	for (int pass = 0; pass < 2; pass++) {
		for (int id = 1; id < ACTION_COUNT; id++) {
			const struct action *a = action_get((enum action_id)id);
			bool starts = strncasecmp(a->name, text, strlen(text)) == 0;

			if (action_in_scope(a, ui_scope(p->ui)) && (pass == 0 ? starts : !starts && utf8_find(a->name, text)))
				p->found[p->count++] = a->id;
		}
	}
}

static void draw_candidate(struct palette *p, const struct canvas *box, int y, int index)
{
	const struct action *a = action_get(p->found[index]);
	const char *why = ui_why_not(p->ui, a->id);

	draw_text(box, y, 1, 16, why != NULL ? ROLE_DIM : ROLE_STRONG, a->name);
	draw_text(box, y, 18, 12, why != NULL ? ROLE_DIM : ROLE_KEY, a->keys);
	draw_text(box, y, 31, box->area.columns - 32, why != NULL ? ROLE_DIM : ROLE_NORMAL, why != NULL ? why : _(a->help));
	if (index == p->chosen)
		draw_selected(box, y, 0);
}

static void palette_draw(void *state, const struct canvas *screen)
{
	struct palette *p = state;
	struct canvas status = frame_status(p->ui, screen), box;
	int room = status.area.y > 1 ? status.area.y - 1 : 0, rows = p->count, first;

	if (rows > SHOWN_MAX)
		rows = SHOWN_MAX;
	if (rows > room)
		rows = room;
	if (rows > 0) {
		box = canvas_sub(screen, status.area.y - rows - 1, 0, rows + 1, screen->area.columns);
		draw_clear(&box);
		draw_rule(&box, 0, _("Command"), NULL);
		first = p->chosen >= rows ? p->chosen - rows + 1 : 0;
		for (int i = 0; i < rows; i++)
			draw_candidate(p, &box, i + 1, first + i);
	}
	frame_prompt(p->ui, screen, ":", &p->line);
}

/* Runs an exact name, the chosen candidate, or the only one. Returns true when the palette closes. */
static bool enter(struct palette *p)
{
	const char *text = line_text(&p->line);
	enum action_id action = p->count == 1 ? p->found[0] : ACTION_NONE;

	for (int i = 0; i < p->count; i++)
		if (strcasecmp(action_get(p->found[i])->name, text) == 0)
			action = p->found[i];
	if (*text == '\0')
		return true;
	if (action == ACTION_NONE) {
		messages_add(ui_app(p->ui)->messages, MESSAGE_WARN,
			     p->count > 1 ? _("\"%s\" could be several actions; Tab goes through them") : _("No action is called \"%s\" here"),
			     text);
		return p->count == 0;
	}
	palette_history_add(&p->ui->history, action_get(action)->name);
	if (action != ACTION_PALETTE)
		ui_do(p->ui, action);
	return true;
}

static void choose(struct palette *p, int step)
{
	if (p->count == 0)
		return;
	p->chosen = p->chosen < 0 ? (step > 0 ? 0 : p->count - 1) : (p->chosen + step + p->count) % p->count;
	line_set(&p->line, action_get(p->found[p->chosen])->name);
}

static void recall(struct palette *p, bool older)
{
	if (older ? p->history == 0 : p->history >= p->ui->history.count)
		return;
	p->history += older ? (size_t)-1 : 1;
	line_set(&p->line, p->history < p->ui->history.count ? p->ui->history.lines[p->history] : "");
	search(p);
}

static bool palette_key(void *state, key_code key)
{
	struct palette *p = state;

	if (!line_pasting(&p->line)) {
		switch (key) {
		case KEYS_ESC: return true;
		case KEYS_ENTER: return enter(p);
		case KEYS_TAB: choose(p, 1); return false;
		case KEYS_BACKTAB: choose(p, -1); return false;
		case KEYS_UP: recall(p, true); return false;
		case KEYS_DOWN: recall(p, false); return false;
		case KEYS_BACKSPACE:
			if (*line_text(&p->line) == '\0')
				return true;
			break;
		default: break;
		}
	}
	if (line_key(&p->line, key) == LINE_CHANGED)
		search(p);
	return false;
}

static void palette_close(void *state)
{
	struct palette *p = state;

	line_clear(&p->line);
	free(p);
}

static const struct overlay_ops palette_ops = {
	.name = "palette",
	.draw = palette_draw,
	.key = palette_key,
	.close = palette_close,
	.hint = N_("Tab complete  Enter do it  Up earlier  Esc back"),
};

void palette_open(struct ui *ui)
{
	struct palette *p = xcalloc(1, sizeof(*p));

	p->ui = ui;
	p->history = ui->history.count;
	line_init(&p->line, NULL, 80);
	search(p);
	ui_push(ui, &palette_ops, p);
}
