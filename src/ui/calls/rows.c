/* Which rows the Calls view has: live calls that match in the order asked for, then finished ones. */
#include "config.h"

#include "calls.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

/* Of rows that are no calls; call_key() is never so small but by chance. */
#define RULE_KEY 1
#define END_KEY 2

int64_t calls_now_us(const struct calls *v)
{
	return v->paused ? v->held_at_us : clock_wall_us(v->app->clock);
}

static uint64_t events(const struct calls *v)
{
	return live_arrived(v->app->live) + finished_count(v->app->finished);
}

size_t calls_backlog(const struct calls *v)
{
	return (size_t)(events(v) - v->held_events);
}

void calls_freeze(struct calls *v)
{
	size_t count;
	const struct call *const *calls = live_calls(v->app->live, &count);

	if (v->held)
		return;
	v->held = xcalloc(count + 1, sizeof(*v->held));
	v->held_count = count;
	for (size_t i = 0; i < count; i++)
		v->held[i] = *calls[i];
	v->held_at_us = clock_wall_us(v->app->clock);
	v->held_events = events(v);
	v->stale = true;
}

static void let_go(struct calls *v)
{
	if (!v->held || v->paused || ui_frozen(v->ui))
		return;
	FREE(&v->held);
	v->stale = true;
}

/* The live calls that match, as they came. */
static const struct call **collect(struct calls *v)
{
	const struct call *const *live = live_calls(v->app->live, &v->all);
	const struct call **calls;

	if (v->held)
		v->all = v->held_count;
	calls = xcalloc(v->all + 1, sizeof(struct call *));
	v->shown = 0;
	for (size_t i = 0; i < v->all; i++) {
		const struct call *c = v->held ? &v->held[i] : live[i];

		if (calls_match(v, c))
			calls[v->shown++] = c;
	}
	return calls;
}

/* A finished call is another row than the live one it was: the cursor stays among the living. */
static void add_past(struct calls *v)
{
	if (v->past.count > 0 || v->shown > 0)
		list_add(&v->list, RULE_KEY, CALLS_RULE, NULL);
	for (size_t i = 0; i < v->past.count; i++)
		list_add(&v->list, ~v->past.rows[i].key, CALLS_PAST, v->past.rows[i].call);
	if (past_end_text(v))
		list_add(&v->list, END_KEY, CALLS_END, NULL);
}

/* Whoever looks at the head of the list goes on doing so: what is new there is seen. */
static void keep_head(struct calls *v, bool at_head)
{
	if (at_head && v->list.visible > 0 && v->list.cursor < (size_t)v->list.visible)
		v->list.top = 0;
}

static void rebuild(struct calls *v)
{
	const struct call **calls = collect(v);
	bool at_head = v->reordered || v->list.top == 0;
	uint64_t newest = v->shown > 0 ? call_key(calls[v->shown - 1]) : 0;

	calls_sort(v, calls, v->shown);
	list_begin(&v->list);
	for (size_t i = 0; i < v->shown; i++)
		list_add(&v->list, call_key(calls[i]), CALLS_LIVE, calls[i]);
	add_past(v);
	list_end(&v->list);
	if (v->from_top)
		list_action(&v->list, ACTION_FIRST);
	if (v->follow && newest)
		list_select(&v->list, newest);
	calls_settle(v, ACTION_UP);
	keep_head(v, at_head);
	free(calls);
	v->stale = v->reordered = false;
	v->from_top = v->from_top && v->past.unproven;
}

void calls_refresh(struct calls *v)
{
	let_go(v);
	if (past_take(v))
		v->stale = true;
	if (v->stale)
		rebuild(v);
}

static bool on_call(const struct calls *v)
{
	const struct list_row *row = list_selected(&v->list);

	return !row || row->data;
}

void calls_settle(struct calls *v, enum action_id direction)
{
	enum action_id back = direction == ACTION_UP ? ACTION_DOWN : ACTION_UP;

	/* At most two rows in a row are no calls: the rule and the end. */
	for (int i = 0; i < 2 && !on_call(v); i++)
		list_action(&v->list, direction);
	for (int i = 0; i < 2 && !on_call(v); i++)
		list_action(&v->list, back);
}

const struct call *calls_selected(struct calls *v, bool *live)
{
	const struct list_row *row;

	calls_refresh(v);
	row = list_selected(&v->list);
	*live = row && row->kind == CALLS_LIVE;
	return row ? row->data : NULL;
}
