/*
 * Asks the store for changes, and reverts them. A request waits in a list until its answer comes.
 *
 * Undo and redo: a step is one change that was made here. `at` counts the steps in force: undo reverts the last of
 * these, redo makes the next again. Both are a MUTATION_REVERT of the change rows that the step wrote last, because
 * reverting a revert makes the change again. The store refuses that if somebody else has changed the record since.
 */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "trunkdeck/base/mem.h"

#define STEPS_MAX 10000

static void request_free(struct pending_change *q)
{
	if (q->cuts)
		record_clear(&q->deleted);
	free(q);
}

void change_requests_free(struct app *a)
{
	struct pending_change *q, *next;

	LL_FOREACH_SAFE(a->private->requests, q, next)
		request_free(q);
}

static struct pending_change *change_send(struct app *a, const struct mutation *m, enum request_kind kind, app_result_fn *fn, void *arg)
{
	struct pending_change *q = xcalloc(1, sizeof(*q));
	struct mutation copy = *m;

	record_copy(&copy.record, &m->record);
	q->made = m->kind;
	q->token = ++a->private->next_token;
	q->kind = kind;
	q->fn = fn;
	q->arg = arg;
	LL_PREPEND(a->private->requests, q);
	worker_mutate(a->private->worker, q->token, &copy);
	return q;
}

void app_mutate(struct app *a, const struct mutation *m, app_result_fn *fn, void *arg)
{
	change_send(a, m, REQUEST_CHANGE, fn, arg);
}

void app_delete_and_cut(struct app *a, const struct mutation *m)
{
	struct pending_change *q;

	cut_mark(a, &m->record, true);
	q = change_send(a, m, REQUEST_CHANGE, NULL, NULL);
	q->cuts = true;
	record_copy(&q->deleted, &m->record);
}

void app_forget(struct app *a, void *arg)
{
	for (struct pending_change *q = a->private->requests; q; q = q->next) {
		if (q->arg == arg)
			q->fn = NULL;
	}
}

static const char *record_title(const struct record *r)
{
	switch (r->entity) {
	case ENTITY_PROVIDER:
		return r->provider.name;
	case ENTITY_AGENT:
		return r->agent.title;
	case ENTITY_SCHEDULE:
		return r->schedule.title[0] ? r->schedule.title : r->schedule.id;
	default:
		return record_key(r);
	}
}

/* --- undo and redo --- */

struct undo_step {
	struct record record;		/* for its key */
	int64_t first, last;		/* change rows */
	char *back, *forth;		/* texts for undo and redo */
};

static void remove_step(struct undo_list *l, size_t i)
{
	record_clear(&l->steps[i].record);
	free(l->steps[i].back);
	free(l->steps[i].forth);
	memmove(&l->steps[i], &l->steps[i + 1], (--l->count - i) * sizeof(l->steps[0]));
	if (l->at > i)
		l->at--;
}

void undo_free(struct app *a)
{
	struct undo_list *l = &a->private->undo;

	while (l->count > 0)
		remove_step(l, l->count - 1);
	FREE(&l->steps);
}

/* --- texts --- */

static char *difference_text(const struct record *from, const struct record *to)
{
	char *difference = record_difference(from, to, false), *text = xasprintf("%s: %s", record_title(to), difference);

	free(difference);
	return text;
}

static void undo_remember(struct app *a, enum mutation_kind made, const struct mutation_result *r)
{
	struct undo_list *l = &a->private->undo;
	struct undo_step step = { .first = r->first_change, .last = r->change_id };
	char *added = xasprintf(_("%s added"), record_title(&r->now)), *deleted = xasprintf(_("%s deleted"), record_title(&r->now));

	if (made == MUTATION_EDIT) {
		step.back = difference_text(&r->now, &r->before);
		step.forth = difference_text(&r->before, &r->now);
		free(added);
		free(deleted);
	} else {
		step.back = made == MUTATION_ADD ? deleted : added;
		step.forth = made == MUTATION_ADD ? added : deleted;
	}
	record_copy(&step.record, &r->now);
	while (l->count > l->at)
		remove_step(l, l->count - 1);
	if (l->count == STEPS_MAX)
		remove_step(l, 0);
	ARRAY_GROW(l->steps, l->count, l->size);
	l->steps[l->count++] = step;
	l->at = l->count;
}

/* --- undo and redo steps --- */

bool app_is_changing(const struct app *a)
{
	return a->private->requests != NULL;
}

bool app_can_undo(const struct app *a)
{
	const struct undo_list *l = &a->private->undo;

	return l->at > 0 && !l->running;
}

bool app_can_redo(const struct app *a)
{
	const struct undo_list *l = &a->private->undo;

	return l->at < l->count && !l->running;
}

static void go(struct app *a, bool back, app_result_fn *fn, void *arg)
{
	struct undo_list *l = &a->private->undo;
	const struct undo_step *s = &l->steps[back ? l->at - 1 : l->at];
	const struct mutation m = {
		.kind = MUTATION_REVERT, .record = s->record, .first_change = s->first, .last_change = s->last,
	};

	l->running = true;
	change_send(a, &m, back ? REQUEST_UNDO : REQUEST_REDO, fn, arg);
}

bool app_undo(struct app *a, app_result_fn *fn, void *arg)
{
	if (!app_can_undo(a))
		return false;
	go(a, true, fn, arg);
	return true;
}

bool app_redo(struct app *a, app_result_fn *fn, void *arg)
{
	if (!app_can_redo(a))
		return false;
	go(a, false, fn, arg);
	return true;
}

/* A step that was finally refused is removed, so that earlier steps can still be undone. */
static void undo_done(struct app *a, bool back, const struct mutation_result *r)
{
	struct undo_list *l = &a->private->undo;
	size_t i = back ? l->at - 1 : l->at;
	struct undo_step *s = &l->steps[i];
	const char *text = back ? s->back : s->forth;

	l->running = false;
	if (r->done) {
		s->first = r->first_change;
		s->last = r->change_id;
		l->at = back ? i : i + 1;
		messages_add(a->messages, MESSAGE_INFO, back ? _("Undone: %s") : _("Done again: %s"), text);
	} else {
		messages_add(a->messages, MESSAGE_ERROR, back ? _("Not undone: %s. %s. %s") : _("Not done again: %s. %s. %s"), text,
			     r->err.message, r->err.hint);
		if (err_class_of(r->err.code) == ERR_CLASS_REFUSED)
			remove_step(l, i);
	}
	a->dirty |= APP_DIRTY_MESSAGES;
}

/* --- answers --- */

/* The count of numbers without a route because the agent now takes no calls. */
static size_t count_lost(const struct app *a, const struct mutation_result *r)
{
	size_t count, lost = 0;
	const struct number *const *numbers = snapshot_numbers(a->snapshot, &count);

	if (r->now.entity != ENTITY_AGENT || agent_usable(&r->now.agent, NULL))
		return 0;
	for (size_t i = 0; i < count; i++)
		lost += numbers[i]->enabled && strcmp(numbers[i]->agent, r->now.agent.id) == 0;
	return lost;
}

static void say_result(struct app *a, const struct pending_change *q, const struct mutation_result *r)
{
	const char *title = record_title(&r->now);

	if (!r->done) {
		messages_add_err(a->messages, &r->err);
	} else if (q->made == MUTATION_ADD) {
		messages_add(a->messages, MESSAGE_INFO, _("%s added"), title);
	} else if (q->made == MUTATION_EDIT && count_lost(a, r) > 0) {
		messages_add(a->messages, MESSAGE_WARN,
			     ngettext("%s saved: it no longer takes the calls to its %zu number",
				      "%s saved: it no longer takes the calls to its %zu numbers", count_lost(a, r)),
			     title, count_lost(a, r));
	} else if (q->made == MUTATION_EDIT) {
		messages_add(a->messages, MESSAGE_INFO, _("%s saved"), title);
	} else {
		messages_add(a->messages, MESSAGE_INFO, _("%s deleted. u undoes it"), title);
	}
	a->dirty |= APP_DIRTY_MESSAGES;
}

void on_result(void *taker, void *value)
{
	struct worker_result *r = value;
	struct app *a = taker;
	struct pending_change *q;

	LL_SEARCH_SCALAR(a->private->requests, q, token, r->token);
	if (!q)
		return;
	LL_DELETE(a->private->requests, q);
	if (q->kind != REQUEST_CHANGE)
		undo_done(a, q->kind == REQUEST_UNDO, &r->result);
	else if (r->result.done)
		undo_remember(a, q->made, &r->result);
	if (q->cuts && !r->result.done)
		cut_mark(a, &q->deleted, false);
	if (q->kind == REQUEST_CHANGE && (!q->fn || r->result.done))
		say_result(a, q, &r->result);
	if (q->fn)
		q->fn(q->arg, &r->result);
	request_free(q);
}

const char *app_why_no_change(const struct app *a)
{
	if (a->replay)
		return _("this is a replay: nothing can be changed");
	if (a->config->read_only)
		return _("read-only mode");
	if (a->store_state == STORE_STATE_RETRY)
		return _("the store is unreachable");
	if (a->store_state != STORE_STATE_OK)
		return _("the store is still being read");
	return NULL;
}

const char *app_why_no_add(const struct app *a)
{
	const char *why = app_why_no_change(a);

	if (why)
		return why;
	if (limit_state_of(snapshot_used(a->snapshot), workspace_limit(snapshot_workspace(a->snapshot))) == LIMIT_REACHED)
		return _("the number limit of the plan is reached");
	return NULL;
}
