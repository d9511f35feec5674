/*
 * Keys come in, actions go out, and at most one frame is painted per turn: at once after a key, at the configured rate
 * when only data changed. Handlers change state and mark it; drawing happens in ui_paint() alone.
 *
 * Views keep pointers into the app (see ui.h), so before every key and frame take_changes() tells them what changed.
 */
#include "config.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trunkdeck/app/keymap.h"
#include "trunkdeck/app/replay.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui_private.h"

#define UNSEEN_FRAME_MS 15

_Static_assert(ACTION_VIEW_LOG - ACTION_VIEW_DECK == VIEW_COUNT - 1 && (int)VIEW_LOG == VIEW_COUNT - 1,
	       "the actions that show the views are in the order of the views");

unsigned ui_scope(const struct ui *ui)
{
	return ui->views[ui->view]->scope | SCOPE_LIST | (ui->app->replay ? SCOPE_REPLAY : 0);
}

/* Life */

bool ui_new(struct ui **out, struct app *app, const struct ui_options *options, struct err *e)
{
	const struct term_options term_options = {
		.headless = options->headless,
		.rows = options->rows,
		.columns = options->columns,
		.mouse = app->config->screen_mouse,
	};
	struct ui *ui = xcalloc(1, sizeof(*ui));

	if (!term_start(&ui->term, &term_options, e)) {
		free(ui);
		return false;
	}
	theme_start(app->config->screen_color);
	ui->app = app;
	ui->views = options->views;
	ui->ascii = app->config->screen_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	ui->tick_ms = -1;
	if (!options->headless)
		palette_history_open(&ui->history);
	for (int v = 0; v < VIEW_COUNT; v++) {
		ui->filters[v] = xstrdup("");
		ui->states[v] = xcalloc(1, ui->views[v]->size);
		ui->states[v]->ui = ui;
		ui->states[v]->app = app;
		if (ui->views[v]->list != NULL)
			list_start(&ui->states[v]->list, ui->views[v]->list, ui->states[v]);
		if (ui->views[v]->open != NULL)
			ui->views[v]->open(ui->states[v]);
		if (ui->views[v]->update != NULL)
			ui->views[v]->update(ui->states[v], ~0u);
	}
	*out = ui;
	return true;
}

void ui_free(struct ui **p)
{
	struct ui *ui = *p;

	if (ui == NULL)
		return;
	while (ui->overlay_count > 0) {
		struct overlay *top = &ui->overlays[--ui->overlay_count];

		top->ops->close(top->state);
	}
	for (int v = 0; v < VIEW_COUNT; v++) {
		if (ui->views[v]->close != NULL)
			ui->views[v]->close(ui->states[v]);
		list_clear(&ui->states[v]->list);
		free(ui->states[v]);
		free(ui->filters[v]);
	}
	palette_history_clear(&ui->history);
	term_stop(&ui->term);
	free(ui);
	*p = NULL;
}

/* State */

struct app *ui_app(struct ui *ui)
{
	return ui->app;
}

struct term *ui_term(struct ui *ui)
{
	return ui->term;
}

void ui_touch(struct ui *ui)
{
	ui->touched = true;
}

void *ui_view_state(struct ui *ui, enum view_id view)
{
	if (ui->views[view]->refresh != NULL)
		ui->views[view]->refresh(ui->states[view]);
	else if (ui->views[view]->list != NULL && ui->states[view]->list.stale)
		list_refill(&ui->states[view]->list);
	return ui->states[view];
}

void ui_no_such_key(struct ui *ui, key_code key)
{
	char name[KEYMAP_NAME_SIZE];

	keymap_name(key, name);
	if (key == KEYS_MOUSE || key == KEYS_ESC)
		return;
	if (!ui->told_no_key) {
		messages_add(ui->app->messages, MESSAGE_INFO, _("%s: no such key here, ? for help"), name);
		ui->no_key_message = messages_get(ui->app->messages, 0)->id;
	}
	ui->no_key = true;
}

bool ui_frozen(const struct ui *ui)
{
	for (size_t i = 0; i < ui->overlay_count; i++)
		if (ui->overlays[i].ops->wants_freeze)
			return true;
	return false;
}

void ui_push(struct ui *ui, const struct overlay_ops *ops, void *state)
{
	if (ui->overlay_count == OVERLAYS_MAX)
		die("screen: too many overlays");
	ui->overlays[ui->overlay_count++] = (struct overlay){ ops, state };
	ui->touched = true;
}

/* Finds the overlay by its state, because others may be on top of it. */
void ui_pop(struct ui *ui, void *state)
{
	bool was_frozen = ui_frozen(ui);
	size_t i = ui->overlay_count;
	struct overlay finished;

	while (i > 0 && ui->overlays[i - 1].state != state)
		i--;
	if (i == 0)
		return;
	finished = ui->overlays[i - 1];
	ui->overlay_count--;
	memmove(&ui->overlays[i - 1], &ui->overlays[i], (ui->overlay_count - (i - 1)) * sizeof(ui->overlays[0]));
	finished.ops->close(finished.state);
	if (was_frozen && !ui_frozen(ui))	/* order and rows may have changed while they were held */
		ui->app->dirty |= APP_DIRTY_WORKSPACE | APP_DIRTY_CALLS | APP_DIRTY_SERVERS;
	ui->touched = true;
}

/* Tells views and overlays what changed in the app. */
static void take_changes(struct ui *ui)
{
	unsigned dirty = ui->app->dirty;

	if (dirty == 0)
		return;
	ui->app->dirty = 0;
	ui->data_changed = true;
	for (int v = 0; v < VIEW_COUNT; v++)
		if (ui->views[v]->update != NULL)
			ui->views[v]->update(ui->states[v], dirty);
	for (size_t i = 0; i < ui->overlay_count; i++)
		if (ui->overlays[i].ops->update != NULL)
			ui->overlays[i].ops->update(ui->overlays[i].state, dirty);
}

/* Actions */

void ui_show(struct ui *ui, enum view_id view)
{
	if (view == ui->view)
		return;
	ui->last_view = ui->view;
	ui->view = view;
	ui->touched = true;
}

void ui_set_filter(struct ui *ui, const char *text)
{
	char *copy = xstrdup(text);

	free(ui->filters[ui->view]);
	ui->filters[ui->view] = copy;
	if (ui->views[ui->view]->list != NULL)
		list_filter(&ui->states[ui->view]->list, copy, app_zone(ui->app), clock_wall_us(ui->app->clock));
	if (ui->views[ui->view]->filtered != NULL)
		ui->views[ui->view]->filtered(ui->states[ui->view]);
	ui->touched = true;
}

void ui_show_number(struct ui *ui, const char *e164)
{
	const struct number *n = snapshot_number(ui->app->snapshot, e164);

	if (n == NULL)
		return;
	ui_show(ui, VIEW_DECK);
	if (*ui->filters[VIEW_DECK] != '\0')
		ui_set_filter(ui, "");
	ui->views[VIEW_DECK]->select_number(ui_view_state(ui, VIEW_DECK), n);
}

void ui_show_calls(struct ui *ui, const char *filter)
{
	ui_show(ui, VIEW_CALLS);
	ui_set_filter(ui, filter);
}

bool ui_view_action(struct ui *ui, enum action_id action)
{
	const struct view_ops *ops = ui->views[ui->view];
	struct view *v = ui_view_state(ui, ui->view);

	ui->touched = true;
	if (ops->list == NULL || !list_action(&v->list, action))
		return ops->action != NULL && ops->action(v, action);
	if (ops->moved != NULL)
		ops->moved(v);
	return true;
}

void ui_copy(struct ui *ui, const char *text, const char *said)
{
	if (term_copy(ui->term, text))
		messages_add(ui->app->messages, MESSAGE_INFO, "%s", said);
	else
		messages_add(ui->app->messages, MESSAGE_ERROR, "%s", _("Too long for the clipboard of a terminal"));
	ui->touched = true;
}

static void copy(struct ui *ui, bool json)
{
	char *text = list_copy(&((struct view *)ui_view_state(ui, ui->view))->list, json);
	char *said = json || text == NULL ? xstrdup(_("Copied as JSON")) : xasprintf(_("Copied %.200s"), text);

	if (text != NULL)
		ui_copy(ui, text, said);
	else
		messages_add(ui->app->messages, MESSAGE_WARN, "%s", _("There is nothing to copy here"));
	free(said);
	free(text);
}

void ui_do(struct ui *ui, enum action_id action)
{
	const char *why = ui_why_not(ui, action);

	ui->touched = true;
	if (why != NULL) {
		messages_add(ui->app->messages, MESSAGE_WARN, "%s: %s", action_get(action)->name, why);
		return;
	}
	switch (action) {
	case ACTION_NONE: break;
	case ACTION_VIEW_DECK: case ACTION_VIEW_CALLS: case ACTION_VIEW_METRICS: case ACTION_VIEW_SERVERS: case ACTION_VIEW_LOG:
		ui_show(ui, (enum view_id)(action - ACTION_VIEW_DECK));
		break;
	case ACTION_NEXT_VIEW: ui_show(ui, (ui->view + 1) % VIEW_COUNT); break;
	case ACTION_PREVIOUS_VIEW: ui_show(ui, (ui->view + VIEW_COUNT - 1) % VIEW_COUNT); break;
	case ACTION_LAST_VIEW: ui_show(ui, ui->last_view); break;
	case ACTION_FILTER: filter_open(ui, ui->filters[ui->view]); break;
	case ACTION_COPY: copy(ui, false); break;
	case ACTION_COPY_JSON: copy(ui, true); break;
	case ACTION_PALETTE: palette_open(ui); break;
	case ACTION_HELP: help_open(ui); break;
	case ACTION_FULL_MESSAGE: text_open(ui, _("Last message"), messages_get(ui->app->messages, 0)->text); break;
	case ACTION_REDRAW: term_redraw(ui->term); break;
	case ACTION_STATS: stats_open(ui); break;
	case ACTION_SUSPEND: term_suspend(ui->term); break;
	case ACTION_UNDO: app_undo(ui->app, NULL, NULL); break;
	case ACTION_REDO: app_redo(ui->app, NULL, NULL); break;
	case ACTION_QUIT: ui->quit = true; break;
	case ACTION_REPLAY_PAUSE: app_replay_pause(ui->app); break;
	case ACTION_REPLAY_STEP: app_replay_step(ui->app); break;
	case ACTION_REPLAY_FASTER: app_replay_faster(ui->app); break;
	case ACTION_REPLAY_SLOWER: app_replay_slower(ui->app); break;
	default: ui_view_action(ui, action);
	}
}

bool ui_view_key(struct ui *ui, key_code key)
{
	enum action_id action = keymap_lookup(key, SCOPE_ALL);

	if (action < ACTION_VIEW_DECK || action >= ACTION_VIEW_DECK + VIEW_COUNT)
		return false;
	ui_do(ui, action);
	return true;
}

/* Keys */

static void click_view(struct ui *ui, enum view_id view, const struct rect *area, const struct term_mouse *m)
{
	struct view *v = ui_view_state(ui, view);

	if (ui->views[view]->click != NULL)
		ui->views[view]->click(v, m->y - area->y, m->x - area->x, m);
	else if (ui->views[view]->list != NULL)
		list_mouse(&v->list, m->y - area->y, m);
}

static void mouse(struct ui *ui)
{
	struct term_mouse m;

	term_mouse_event(ui->term, &m);
	if (ui->overlay_count > 0)
		return;
	for (size_t i = 0; i < ui->hit_count; i++) {
		if (rect_has(&ui->hits[i].area, m.y, m.x)) {
			if (m.kind == MOUSE_CLICK)
				ui_do(ui, ui->hits[i].action);
			return;
		}
	}
	if (rect_has(&ui->layout.body, m.y, m.x))
		click_view(ui, ui->view, &ui->layout.body, &m);
	else if (rect_has(&ui->layout.panel, m.y, m.x))
		click_view(ui, VIEW_CALLS, &ui->layout.panel, &m);
}

/* On a page, the keys of the views close it and show the view. A paste into a page is ignored. */
static bool page_key(struct ui *ui, void *state, key_code key)
{
	if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END)
		ui->pasting = key == KEYS_PASTE_BEGIN;
	if (ui->pasting || key == KEYS_PASTE_END)
		return true;
	if (!ui_view_key(ui, key))
		return false;
	ui_pop(ui, state);
	return true;
}

void ui_key(struct ui *ui, key_code key)
{
	bool has_filter = *ui->filters[ui->view] != '\0';
	enum action_id action;
	struct overlay top;

	take_changes(ui);
	messages_seen(ui->app->messages);
	ui->touched = true;
	ui->told_no_key = ui->no_key;
	ui->no_key = false;
	action = keymap_lookup(key, ui_scope(ui));
	if (action == ACTION_SUSPEND || action == ACTION_REDRAW) {	/* also with an overlay open */
		ui_do(ui, action);
	} else if (ui->overlay_count > 0) {
		top = ui->overlays[ui->overlay_count - 1];
		if (!(top.ops->page && page_key(ui, top.state, key)) &&
		    top.ops->key(top.state, key == KEYS_CTRL('C') ? KEYS_ESC : key))
			ui_pop(ui, top.state);
	} else if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END) {
		ui->pasting = key == KEYS_PASTE_BEGIN;
	} else if (ui->pasting) {
		return;
	} else if (key == KEYS_MOUSE) {
		mouse(ui);
	} else if (key == KEYS_CTRL('C')) {
		messages_add(ui->app->messages, MESSAGE_INFO, "%s", _("q leaves trunkdeck"));
	} else if (key == KEYS_ESC && has_filter) {	/* Esc clears the filter; it never leaves the program */
		ui_set_filter(ui, "");
	} else if (action != ACTION_NONE) {
		ui_do(ui, action);
	} else {
		ui_no_such_key(ui, key);
	}
	if (!ui->no_key)
		messages_withdraw(ui->app->messages, ui->no_key_message);
}

/* Frames */

void ui_paint(struct ui *ui)
{
	struct term_stats stats;

	take_changes(ui);
	ui->touched = ui->data_changed = false;
	ui->complete = snapshot_is_complete(ui->app->snapshot);
	term_frame_begin(ui->term);
	frame_draw(ui);
	term_frame_end(ui->term);
	ui->painted_ms = clock_mono_ms(ui->app->clock);
	term_get_stats(ui->term, &stats);
	if (stats.last_bytes > 0)
		ui->shown_ms = ui->painted_ms;
	ui->tick_ms = frame_next_at_ms(ui);
}

/* Returns when changed data may be painted. The configured rate limits frames that changed the screen. After a frame
 * that changed nothing, the next one may come soon. */
static int64_t next_frame_ms(const struct ui *ui)
{
	int64_t interval = ui->app->config->screen_fps > 0 ? 1000 / ui->app->config->screen_fps : 100;
	int64_t shown = ui->shown_ms + interval, painted = ui->painted_ms + UNSEEN_FRAME_MS;

	return shown > painted ? shown : painted;
}

/* The loop's client */

static bool take_keys(void *arg)
{
	struct ui *ui = arg;
	key_code key;

	while (!ui->quit && term_key(ui->term, &key))
		ui_key(ui, key);
	return !term_eof(ui->term);
}

static void on_resized(void *arg)
{
	struct ui *ui = arg;

	term_resize(ui->term);
	ui->touched = true;
}

static void on_suspend(void *arg)
{
	struct ui *ui = arg;

	term_suspend(ui->term);
	ui->touched = true;
}

static void on_resumed(void *arg)
{
	struct ui *ui = arg;

	term_resumed(ui->term);
	ui->touched = true;
}

static void on_turn(void *arg)
{
	struct ui *ui = arg;
	int64_t now = clock_mono_ms(ui->app->clock);

	term_go_on(ui->term);
	if (term_next_at_ms(ui->term) >= 0)
		take_keys(ui);
	if (ui->app->dirty != 0 || (ui->tick_ms >= 0 && now >= ui->tick_ms))
		ui->data_changed = true;
	/* The operator waits for the end of a load, so it is painted at once. */
	if (snapshot_is_complete(ui->app->snapshot) && !ui->complete)
		ui->touched = true;
	if (!term_is_behind(ui->term) &&
	    (ui->touched || (ui->data_changed && now >= next_frame_ms(ui))))
		ui_paint(ui);
}

static int64_t on_next_at_ms(void *arg)
{
	struct ui *ui = arg;
	int64_t at = ui->data_changed ? next_frame_ms(ui) : ui->tick_ms;
	int64_t key_at = term_next_at_ms(ui->term);

	if (term_is_behind(ui->term))		/* the terminal must take the last frame first */
		at = -1;
	if (at < 0 || (key_at >= 0 && key_at < at))
		at = key_at;
	return at;
}

static bool wants_output(void *arg)
{
	struct ui *ui = arg;

	return term_is_behind(ui->term);
}

static bool on_done(void *arg)
{
	struct ui *ui = arg;

	return ui->quit || term_eof(ui->term);
}

void ui_loop_client(struct ui *ui, struct loop_client *out)
{
	*out = (struct loop_client){
		.arg = ui,
		.input_fd = term_fd(ui->term),
		.output_fd = STDOUT_FILENO,
		.wants_output = wants_output,
		.input = take_keys,
		.resized = on_resized,
		.suspend = on_suspend,
		.resumed = on_resumed,
		.turn = on_turn,
		.next_at_ms = on_next_at_ms,
		.done = on_done,
	};
}
