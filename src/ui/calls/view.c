/*
 * Calls: live calls in the chosen order, then finished calls, newest first. Ages change each second, only while calls
 * are live and the list is not paused. The same state draws the panel at the Deck: live calls, newest first.
 */
#include "config.h"

#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_filter.h"
#include "trunkdeck/calls/call_json.h"
#include "ui/metrics/coverage_text.h"

/* keys of rows that are not calls; call_key() is practically never so small */
#define RULE_KEY 1
#define END_KEY 2
#define TITLES_FROM_ROWS 8

/* --- rows --- */

static uint64_t events(const struct calls *v)
{
	return live_arrived(v->view.app->live) + finished_count(v->view.app->finished);
}

void calls_freeze(struct calls *v)
{
	size_t count;
	const struct call *const *calls = live_calls(v->view.app->live, &count);

	if (v->held)
		return;
	v->held = xcalloc(count + 1, sizeof(*v->held));
	v->held_count = count;
	for (size_t i = 0; i < count; i++)
		v->held[i] = *calls[i];
	v->held_at_us = clock_wall_us(v->view.app->clock);
	v->held_events = events(v);
	v->view.list.stale = true;
}

static enum calls_column sort_column(enum calls_column column)
{
	switch (column) {
	case CALLS_STATE: return CALLS_STATE_RANK;
	case CALLS_RESPONSE: return CALLS_RESPONSE_RANK;
	case CALLS_CALLER: return CALLS_CALLER_BARE;
	default: return column;
	}
}

static void fill(void *arg)
{
	struct calls *v = arg;
	struct list *l = &v->view.list;
	const struct call *const *live = live_calls(v->view.app->live, &v->all);
	bool newest_first = v->sort == CALLS_AGE && !v->descending;

	if (v->held)
		v->all = v->held_count;
	v->newest = 0;
	for (size_t n = 0; n < v->all; n++) {
		size_t i = newest_first ? v->all - 1 - n : n;	/* live calls are sorted oldest first */
		const struct call *c = v->held ? &v->held[i] : live[i];

		if (!calls_match(v, c))
			continue;
		list_add(l, call_key(c), CALLS_LIVE, c);
		if (!newest_first || !v->newest)
			v->newest = call_key(c);
	}
	v->shown = l->count;
	if (v->sort != CALLS_AGE)
		list_sort(l, 0, sort_column(v->sort), v->descending);
	if (v->past.count > 0 || v->shown > 0)
		list_add_note(l, RULE_KEY, CALLS_RULE);
	/* A finished call has another key than its live row, so that the cursor stays among the live calls. */
	for (size_t i = 0; i < v->past.count; i++)
		list_add(l, ~v->past.rows[i].key, CALLS_PAST, v->past.rows[i].call);
	if (past_end_text(v))
		list_add_note(l, END_KEY, CALLS_END);
}

static void calls_refresh(void *state)
{
	struct calls *v = state;
	struct list *l = &v->view.list;
	bool at_head = v->reordered || l->top == 0;

	if (v->held && !v->paused && !ui_frozen(v->view.ui)) {
		FREE(&v->held);
		l->stale = true;
	}
	if (past_take(v))
		l->stale = true;
	if (!l->stale)
		return;
	l->more = !v->past.complete;
	list_refill(l);
	l->to_end = l->to_end && l->more;
	if (v->from_top)
		list_action(l, ACTION_FIRST);
	if (v->follow && v->newest)
		list_select(l, v->newest);
	/* If the view showed the top of the list, it stays there, so that new calls are visible. */
	if (at_head && l->visible > 0 && l->cursor < (size_t)l->visible)
		l->top = 0;
	v->reordered = false;
	v->from_top = v->from_top && v->past.unproven;
}

static void calls_update(void *state, unsigned dirty)
{
	struct calls *v = state;

	if ((dirty & (APP_DIRTY_CALLS | APP_DIRTY_WORKSPACE | APP_DIRTY_FOUND | APP_DIRTY_STORE | APP_DIRTY_SERVERS)) == 0)
		return;
	v->view.list.stale = true;
	ui_touch(v->view.ui);
}

/* Returns the call under the cursor, or NULL; *live: it is a live one. */
static const struct call *selected(const struct calls *v, bool *live)
{
	const struct list_row *row = list_selected(&v->view.list);

	*live = row && row->kind == CALLS_LIVE;
	return row ? row->data : NULL;
}

/* --- drawing --- */

static void draw_doubt(void *arg, const struct canvas *line, const struct list_row *row)
{
	const struct call *c = row->data;

	(void)arg;
	if (c->uncertain || c->joined_late)
		draw_text(line, 0, 0, 1, ROLE_WARN, "?");
}

static void draw_row(void *arg, const struct canvas *line, const struct list_row *row)
{
	const struct calls *v = arg;
	int x;

	if (row->kind == CALLS_RULE) {
		draw_rule(line, 0, _("Finished calls"), NULL);
	} else if (row->kind == CALLS_END) {
		draw_text(line, 0, 1, 0, ROLE_DIM, past_end_text(v));
	} else {
		draw_doubt(arg, line, row);
		x = list_column_x(&v->view.list, row->kind, CALLS_STATE);
		if (row->kind == CALLS_LIVE && x > 1 && calls_is_young(row->data, app_by_server_clock(v->view.app, row->data, calls_now_us(v))))
			draw_text(line, 0, x - 1, 1, ROLE_STRONG, mark_text(line, MARK_DOT));
	}
}

static void fill_panel(void *arg)
{
	struct calls *v = arg;
	size_t count;
	const struct call *const *calls = live_calls(v->view.app->live, &count);

	/* The panel shows no cursor, so its keys only have to differ. Hashing all calls would take half of a frame. */
	while (count-- > 0)
		list_add(&v->panel, (uintptr_t)calls[count], CALLS_LIVE, calls[count]);
}

static void draw_panel(struct calls *v, const struct canvas *c)
{
	struct list *l = &v->panel;
	size_t top = l->top;

	list_refill(l);
	l->top = l->cursor = top < l->count ? top : 0;
	list_draw(l, ui_term(v->view.ui), c, false);
	if (l->count == 0)
		draw_text(c, 0, 1, 0, ROLE_DIM, _("No live calls."));
}

static void calls_draw(void *state, const struct canvas *c, bool focused)
{
	struct calls *v = state;
	struct list *l = &v->view.list;
	struct canvas rows = draw_unheard(v->view.app, c), line;

	v->as_panel = !focused;
	if (v->as_panel) {
		v->head = rows.area.y - c->area.y;
		draw_panel(v, &rows);
		return;
	}
	v->titles = -1;
	if (rows.area.rows >= TITLES_FROM_ROWS) {
		line = canvas_sub(&rows, 0, 0, 1, rows.area.columns);
		rows = canvas_sub(&rows, 1, 0, rows.area.rows - 1, rows.area.columns);
		v->titles = CALLS_LIVE;
	}
	list_fit(l, rows.area.rows);
	calls_fit_columns(v, rows.area.columns);
	if (v->titles >= 0 && l->top < l->count && l->rows[l->top].kind == CALLS_PAST)
		v->titles = CALLS_PAST;
	if (v->titles >= 0)
		list_titles(l, &line, v->titles, v->titles == CALLS_LIVE ? (int)v->sort : -1, v->descending);
	v->head = rows.area.y - c->area.y;
	list_draw(l, ui_term(v->view.ui), &rows, true);
	if (l->count == 0 && !list_filtering(l))
		draw_text(&rows, 0, 1, 0, ROLE_DIM, _("No live calls."));
	past_want(v);
	l->to_end = l->to_end && v->past.token;
}

/* --- actions --- */

static void sort_by(struct calls *v, enum calls_column column)
{
	v->descending = v->sort == column && !v->descending;
	v->sort = column;
	v->view.list.stale = v->reordered = true;
}

/* Sorts by the next column that is shown; by any column when none has been drawn yet. */
static void sort_by_next(struct calls *v, int step)
{
	const struct list *l = &v->view.list;
	int column = (int)v->sort;

	do
		column = (column + step + CALLS_COLUMNS) % CALLS_COLUMNS;
	while (column != (int)v->sort && l->layouts[CALLS_LIVE].count > 0 && list_column_x(l, CALLS_LIVE, column) < 0);
	if (column != (int)v->sort)
		sort_by(v, (enum calls_column)column);
}

/* The caller's number is quoted, because it may contain any text. */
static void show_calls_of_caller(struct calls *v, const struct call *c)
{
	char *caller = utf8_clean_dup(str_of(c->caller)), *filter;

	for (char *quote = caller; (quote = strchr(quote, '"'));)
		memmove(quote, quote + 1, strlen(quote));
	filter = xasprintf("caller:\"%s\"", caller);
	ui_show_calls(v->view.ui, filter);
	free(filter);
	free(caller);
}

static bool calls_action(void *state, enum action_id action)
{
	struct calls *v = state;
	struct ui *ui = v->view.ui;
	bool live;
	const struct call *c = selected(v, &live);

	switch (action) {
	case ACTION_DETAIL:
		call_detail_open(ui, c);
		return true;
	case ACTION_DOCTOR:		/* also for unknown numbers, which the doctor reports */
		doctor_open(ui, c->number, NULL);
		return true;
	case ACTION_NUMBER_ADD:
		form_number_add(ui, c->provider, c->number);
		return true;
	case ACTION_CALLER:
		show_calls_of_caller(v, c);
		return true;
	case ACTION_HANGUP:
		calls_ask_hangup(v, c);
		return true;
	case ACTION_JUMP:
		ui_show_number(ui, c->number);
		return true;
	case ACTION_PAUSE:
		v->paused = !v->paused;
		if (v->paused)
			calls_freeze(v);
		v->view.list.stale = true;
		return true;
	case ACTION_FOLLOW:
		v->follow = !v->follow;
		v->view.list.stale = true;
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

	out->call = selected(v, &out->live);
	out->number = out->call ? snapshot_number(v->view.app->snapshot, out->call->number) : NULL;
}

/* Moving the cursor by hand ends following. */
static void calls_moved(void *state)
{
	struct calls *v = state;

	v->follow = v->from_top = false;
}

static void calls_click(void *state, int y, int x, const struct term_mouse *m)
{
	struct calls *v = state;
	int column;

	if (v->as_panel) {
		if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
			list_mouse(&v->panel, y - v->head, m);
	} else if (m->kind == MOUSE_CLICK && v->titles >= 0 && y == v->head - 1) {
		column = list_column_at(&v->view.list, CALLS_LIVE, x);
		if (v->titles == CALLS_LIVE && column >= 0)
			sort_by(v, (enum calls_column)column);
	} else {
		v->follow = v->follow && m->kind != MOUSE_CLICK;
		list_mouse(&v->view.list, y - v->head, m);
	}
	ui_touch(v->view.ui);
}

/* --- the rest of the view --- */

static void calls_filtered(void *state)
{
	struct calls *v = state;

	past_filter(v);
	v->reordered = true;
	v->from_top = list_filtering(&v->view.list);
}

static void calls_note(void *state, char *to, size_t size)
{
	const struct calls *v = state;
	const char *mode = v->follow ? _("following") : v->view.list.to_end ? _("reading to the first call") : "";
	size_t len = 0;

	to[0] = '\0';
	if (v->as_panel) {
		if (v->panel.count > (size_t)v->panel.visible)
			snprintf(to, size, _("%zu of %zu hidden"), v->panel.count - (size_t)v->panel.visible, v->panel.count);
		return;
	}
	if (list_filtering(&v->view.list))
		len = (size_t)snprintf(to, size, _("%zu of %zu live"), v->shown, v->all);
	if (v->paused)
		snprintf(to + len, size - len, "%s%s +%zu", len > 0 ? "  " : "", _("PAUSED"), (size_t)(events(v) - v->held_events));
	else if (*mode)
		snprintf(to + len, size - len, "%s%s", len > 0 ? "  " : "", mode);
}

static void calls_badge(void *state, char *to, size_t size)
{
	size_t n = live_count(((const struct calls *)state)->view.app->live);

	to[0] = '\0';
	if (n > 0)
		snprintf(to, size, "%zu", n);
}

static json_t *calls_json(void *arg, const struct list_row *row)
{
	(void)arg;
	return call_to_json(row->data);
}

static int64_t calls_next_at(void *state)
{
	const struct calls *v = state;
	bool ticks = live_count(v->view.app->live) > 0 && (v->as_panel || !v->paused);

	return ticks ? clock_mono_ms(v->view.app->clock) / 1000 * 1000 + 1000 : -1;
}

static const struct list_ops calls_list = {
	.fill = fill, .get = calls_get, .rows = &call_filter_rows, .kinds = calls_kinds, .draw = draw_row, .json = calls_json,
};

static const struct list_ops panel_list = {
	.fill = fill_panel, .get = calls_get_calm, .kinds = calls_kinds, .draw = draw_doubt,
};

static void calls_open(void *state)
{
	struct calls *v = state;

	v->sort = CALLS_AGE;
	list_start(&v->panel, &panel_list, v);
}

static void calls_close(void *state)
{
	struct calls *v = state;

	past_free(v);
	list_clear(&v->panel);
	free(v->held);
}

const struct view_ops view_calls_ops = {
	.title = N_("Calls"),
	.scope = SCOPE_CALLS | SCOPE_LIST,
	.size = sizeof(struct calls),
	.list = &calls_list,
	.open = calls_open,
	.close = calls_close,
	.update = calls_update,
	.refresh = calls_refresh,
	.draw = calls_draw,
	.action = calls_action,
	.moved = calls_moved,
	.cursor = calls_cursor,
	.filtered = calls_filtered,
	.note = calls_note,
	.badge = calls_badge,
	.click = calls_click,
	.next_at_ms = calls_next_at,
};
