/*
 * Calls: live ones in the order asked for, then finished ones, newest first. Ages tick once a second while something is live and
 * not paused, and only then. The same state draws the panel beside or below the Deck: the live calls, newest first.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_filter.h"
#include "trunkdeck/calls/call_json.h"

#define WHEEL_ROWS 3

static void calls_update(void *state, unsigned dirty)
{
	struct calls *v = state;

	if ((dirty & (APP_DIRTY_CALLS | APP_DIRTY_WORKSPACE | APP_DIRTY_PAGES | APP_DIRTY_STORE
		      | APP_DIRTY_SERVERS)) == 0)
		return;
	v->stale = true;
	ui_touch(v->ui);
}

static void calls_draw(void *state, const struct canvas *c, bool focused)
{
	struct calls *v = state;

	v->as_panel = !focused;
	if (v->as_panel) {
		calls_draw_panel(v, c);
		return;
	}
	calls_refresh(v);
	if (v->to_end) {
		list_action(&v->list, ACTION_LAST);
		calls_settle(v, ACTION_DOWN);
	}
	calls_draw_view(v, c);
	v->to_end = past_want(v) && v->to_end;
}

/* --- sorting --- */

static void sort_by(struct calls *v, enum calls_column column)
{
	v->descending = v->sort == column && !v->descending;
	v->sort = column;
	v->stale = v->reordered = true;
	ui_touch(v->ui);
}

/* Of the columns that are shown; without titles nobody sees them, and all take part. */
static bool can_sort_by(const struct calls *v, int column)
{
	for (int i = 0; i < v->layout.count; i++)
		if (v->layout.column[i].id == column)
			return true;
	return v->layout.count == 0;
}

static void sort_by_next(struct calls *v, int step)
{
	int column = (int)v->sort;

	do
		column = (column + step + CALLS_COLUMNS) % CALLS_COLUMNS;
	while (!can_sort_by(v, column) && column != (int)v->sort);
	if (column != (int)v->sort)
		sort_by(v, (enum calls_column)column);
}

/* --- actions --- */

static void pause_or_go_on(struct calls *v)
{
	v->paused = !v->paused;
	if (v->paused)
		calls_freeze(v);
	v->stale = true;
}

static void show_number(struct calls *v)
{
	bool live;
	const struct call *c = calls_selected(v, &live);

	if (c)
		ui_show_number(v->ui, c->number);
}

static void show_detail(struct calls *v)
{
	bool live;
	const struct call *c = calls_selected(v, &live);

	if (c)
		call_detail_open(v->ui, c);
}

/* In quotes, because the caller may have sent anything. */
static void show_calls_of_caller(struct calls *v)
{
	bool live;
	const struct call *c = calls_selected(v, &live);
	char *caller = utf8_clean_dup(str_of(c->caller)), *filter;

	for (char *quote = caller; (quote = strchr(quote, '"'));)
		memmove(quote, quote + 1, strlen(quote));
	filter = xasprintf("caller:\"%s\"", caller);
	ui_show_calls(v->ui, filter);
	free(filter);
	free(caller);
}

/* Of whatever was dialled: that it is not configured is the first thing the doctor says. */
static void examine_number(struct calls *v)
{
	bool live;
	const struct call *c = calls_selected(v, &live);

	if (c)
		doctor_open(v->ui, c->number, NULL);
}

/* Moving by hand ends following. The last row is that of the first call ever: pages are read until it is there. */
static bool move(struct calls *v, enum action_id action)
{
	size_t before = v->list.cursor;

	calls_refresh(v);
	if (!list_action(&v->list, action))
		return false;
	v->follow = v->from_top = false;
	v->to_end = action == ACTION_LAST;
	calls_settle(v, v->list.cursor < before ? ACTION_UP : ACTION_DOWN);
	ui_touch(v->ui);
	return true;
}

static bool calls_action(void *state, enum action_id action)
{
	struct calls *v = state;
	const struct call *c;
	bool live;

	if (move(v, action))
		return true;
	switch (action) {
	case ACTION_DETAIL:
		show_detail(v);
		return true;
	case ACTION_DOCTOR:
		examine_number(v);
		return true;
	case ACTION_NUMBER_ADD:
		c = calls_selected(v, &live);
		form_number_add(v->ui, c->provider, c->number);
		return true;
	case ACTION_CALLER:
		show_calls_of_caller(v);
		return true;
	case ACTION_HANGUP:
		calls_ask_hangup(v);
		return true;
	case ACTION_PAUSE:
		pause_or_go_on(v);
		return true;
	case ACTION_FOLLOW:
		v->follow = !v->follow;
		v->stale = true;
		return true;
	case ACTION_JUMP:
		show_number(v);
		return true;
	case ACTION_SORT_NEXT:
		sort_by_next(v, 1);
		return true;
	case ACTION_SORT_PREVIOUS:
		sort_by_next(v, -1);
		return true;
	case ACTION_SORT_INVERT:
		sort_by(v, v->sort);
		return true;
	default:
		return false;
	}
}

static void calls_cursor(void *state, struct view_cursor *out)
{
	const struct calls *v = state;

	out->call = calls_selected(state, &out->live);
	out->number = out->call ? snapshot_number(v->app->snapshot, out->call->number) : NULL;
}

/* --- the rest of the view --- */

static void calls_filter(void *state, const char *text)
{
	struct calls *v = state;

	filter_words_free(&v->query);
	v->query = filter_words_new(text, &call_filter_rows, app_zone(v->app), clock_wall_us(v->app->clock));
	past_filter(v);
	v->to_end = false;
	v->stale = v->reordered = v->from_top = true;
	if (filter_words_is_empty(v->query))
		v->from_top = false;
	ui_touch(v->ui);
}

static void calls_counts(void *state, struct view_counts *out)
{
	struct calls *v = state;
	bool live;

	calls_refresh(v);
	list_counts(&v->list, out);
	if (calls_selected(v, &live) && !live && out->at > v->shown)
		out->at--;			/* the rule above it */
	out->count = v->shown + v->past.count;
	out->more = !v->past.complete;
}

static void calls_note(void *state, char *to, size_t size)
{
	struct calls *v = state;
	size_t len = 0;

	to[0] = '\0';
	if (v->query && !filter_words_is_empty(v->query))
		len = (size_t)snprintf(to, size, _("%zu of %zu live"), v->shown, v->all);
	if (v->paused)
		snprintf(to + len, size - len, "%s%s +%zu", len > 0 ? "  " : "", _("PAUSED"), calls_backlog(v));
	else if (v->follow || v->to_end)
		snprintf(to + len, size - len, "%s%s", len > 0 ? "  " : "", v->follow ? _("following") : _("reading to the first call"));
}

static void calls_badge(void *state, char *to, size_t size)
{
	struct calls *v = state;
	size_t n = live_count(v->app->live);

	to[0] = '\0';
	if (n > 0)
		snprintf(to, size, "%zu", n);
}

static char *json_text(const struct call *c)
{
	json_t *json = call_to_json(c);
	char *text = json_dumps(json, JSON_INDENT(2));

	json_decref(json);
	return text;
}

static char *calls_copy(void *state, bool json)
{
	struct calls *v = state;
	bool live;
	const struct call *c = calls_selected(v, &live);

	if (!c || (!json && c->caller[0] == '\0'))
		return NULL;
	return json ? json_text(c) : utf8_clean_dup(str_of(c->caller));
}

static void click_title(struct calls *v, int x)
{
	int column = list_column_at(&v->layout, x - 1);

	if (v->sortable && column >= 0)
		sort_by(v, (enum calls_column)column);
}

static void scroll_panel(struct calls *v, int rows)
{
	if (rows > 0)
		v->panel_top += (size_t)rows;
	else
		v->panel_top -= v->panel_top < (size_t)-rows ? v->panel_top : (size_t)-rows;
}

static void calls_click(void *state, int y, int x, const struct term_mouse *m)
{
	struct calls *v = state;
	int wheel = m->kind == MOUSE_WHEEL_UP ? -WHEEL_ROWS : m->kind == MOUSE_WHEEL_DOWN ? WHEEL_ROWS : 0;

	calls_refresh(v);
	if (v->as_panel) {
		scroll_panel(v, wheel);
	} else if (wheel != 0) {
		list_scroll(&v->list, wheel);
		calls_settle(v, wheel < 0 ? ACTION_UP : ACTION_DOWN);
	} else if (v->titled && y == v->head - 1) {
		click_title(v, x);
	} else if (list_click(&v->list, y - v->head)) {
		v->follow = v->to_end = false;
		calls_settle(v, ACTION_DOWN);
	}
	ui_touch(v->ui);
}

static int64_t calls_next_at(void *state)
{
	struct calls *v = state;
	bool ticks = live_count(v->app->live) > 0 && (v->as_panel || !v->paused);

	return ticks ? clock_mono_ms(v->app->clock) / 1000 * 1000 + 1000 : -1;
}

static void *calls_new(struct ui *ui)
{
	struct calls *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	v->sort = CALLS_AGE;
	v->stale = true;
	list_init(&v->list);
	return v;
}

static void calls_free(void *state)
{
	struct calls *v = state;

	past_free(v);
	filter_words_free(&v->query);
	list_clear(&v->list);
	free(v->held);
	free(v);
}

const struct view_ops view_calls_ops = {
	.title = N_("Calls"),
	.scope = SCOPE_CALLS | SCOPE_LIST,
	.open = calls_new,
	.close = calls_free,
	.update = calls_update,
	.draw = calls_draw,
	.action = calls_action,
	.cursor = calls_cursor,
	.filter = calls_filter,
	.rows = &call_filter_rows,
	.counts = calls_counts,
	.note = calls_note,
	.badge = calls_badge,
	.copy = calls_copy,
	.click = calls_click,
	.next_at_ms = calls_next_at,
};
