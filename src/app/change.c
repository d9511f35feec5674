/* Asking the store for changes. A request waits in a list until its answer comes; what was made can be taken back (undo.c). */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

static void request_free(struct request *q)
{
	record_clear(&q->mutation.record);
	free(q);
}

void change_requests_free(struct app *a)
{
	while (a->private->requests) {
		struct request *q = a->private->requests;

		a->private->requests = q->next;
		request_free(q);
	}
}

static struct request *take_request(struct app *a, uint64_t token)
{
	for (struct request **p = &a->private->requests; *p; p = &(*p)->next) {
		if ((*p)->token == token) {
			struct request *q = *p;

			*p = q->next;
			return q;
		}
	}
	return NULL;
}

static void mutation_copy(struct mutation *to, const struct mutation *from)
{
	*to = *from;
	record_copy(&to->record, &from->record);
}

struct request *change_send(struct app *a, const struct mutation *m, enum request_kind kind, app_result_fn *fn, void *arg)
{
	struct request *q = xcalloc(1, sizeof(*q));
	struct mutation copy;

	mutation_copy(&q->mutation, m);
	mutation_copy(&copy, m);
	q->token = ++a->private->next_token;
	q->kind = kind;
	q->fn = fn;
	q->arg = arg;
	q->next = a->private->requests;
	a->private->requests = q;
	worker_mutate(a->private->worker, q->token, &copy);
	return q;
}

void app_mutate(struct app *a, const struct mutation *m, app_result_fn *fn, void *arg)
{
	change_send(a, m, REQUEST_CHANGE, fn, arg);
}

void app_delete_and_cut(struct app *a, const struct mutation *m)
{
	cut_mark(a, &m->record, true);
	change_send(a, m, REQUEST_CHANGE, NULL, NULL)->cuts = true;
}

void app_forget(struct app *a, void *arg)
{
	for (struct request *q = a->private->requests; q; q = q->next) {
		if (q->arg == arg)
			q->fn = NULL;
	}
}

const char *record_title(const struct record *r)
{
	switch (r->entity) {
	case ENTITY_PROVIDER:
		return r->provider.name;
	case ENTITY_AGENT:
		return r->agent.title;
	default:
		return record_key(r);
	}
}

/* How many numbers have no route because the agent, as it is now, takes no calls. */
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

static void say_result(struct app *a, const struct request *q, const struct mutation_result *r)
{
	const char *title = record_title(&r->now);

	if (!r->done) {
		messages_add_err(a->messages, &r->err);
	} else if (q->mutation.kind == MUTATION_ADD) {
		messages_add(a->messages, MESSAGE_INFO, _("%s added"), title);
	} else if (q->mutation.kind == MUTATION_EDIT && count_lost(a, r) > 0) {
		messages_add(a->messages, MESSAGE_WARN, ngettext("%s saved: %zu number has no route now", "%s saved: %zu numbers have no route now",
								 count_lost(a, r)), title, count_lost(a, r));
	} else if (q->mutation.kind == MUTATION_EDIT) {
		messages_add(a->messages, MESSAGE_INFO, _("%s saved"), title);
	} else {
		messages_add(a->messages, MESSAGE_INFO, _("%s deleted. u undoes it"), title);
	}
	a->dirty |= APP_DIRTY_MESSAGES;
}

void change_handle_result(struct app *a, struct worker_result *r)
{
	struct request *q = take_request(a, r->token);

	if (!q)
		return;
	if (q->kind != REQUEST_CHANGE)
		undo_done(a, q->kind == REQUEST_UNDO, &r->result);
	else if (r->result.done)
		undo_remember(a, &q->mutation, &r->result);
	if (q->cuts && !r->result.done)
		cut_mark(a, &q->mutation.record, false);
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
