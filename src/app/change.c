/*
 * Asking the store for changes, and taking them back. A request waits in a list until its answer comes; the undo stack
 * holds, for each change that was made, the mutation that reverses it, with the version it may be applied to: when somebody
 * else has changed the record since, undo is refused like any other edit.
 */
#include "config.h"

#include "app_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

static void request_free(struct request *q)
{
	record_clear(&q->mutation.record);
	record_clear(&q->before);
	free(q);
}

void change_requests_free(struct app *a)
{
	while (a->private->requests) {
		struct request *q = a->private->requests;

		a->private->requests = q->next;
		request_free(q);
	}
	while (a->private->undo_count > 0)
		record_clear(&a->private->undo[--a->private->undo_count].mutation.record);
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

/* A copy of the record as the snapshot has it now; an empty one when it has none. */
static void current_record(const struct app *a, const struct record *like, struct record *out)
{
	const char *key = record_key(like);
	const struct provider *p = like->entity == ENTITY_PROVIDER ? snapshot_provider(a->snapshot, key) : NULL;
	const struct agent *agent = like->entity == ENTITY_AGENT ? snapshot_agent(a->snapshot, key) : NULL;
	const struct number *n = like->entity == ENTITY_NUMBER ? snapshot_number(a->snapshot, key) : NULL;

	out->entity = like->entity;
	if (p)
		provider_copy(&out->provider, p);
	else if (agent)
		agent_copy(&out->agent, agent);
	else if (n)
		number_copy(&out->number, n);
	else if (like->entity == ENTITY_WORKSPACE)
		workspace_copy(&out->workspace, snapshot_workspace(a->snapshot));
	else
		record_init(out, like->entity);
}

static struct request *send_request(struct app *a, const struct mutation *m, bool is_undo, app_result_fn *fn, void *arg)
{
	struct request *q = xcalloc(1, sizeof(*q));
	struct mutation copy;

	mutation_copy(&q->mutation, m);
	mutation_copy(&copy, m);
	current_record(a, &m->record, &q->before);
	q->token = ++a->private->next_token;
	q->is_undo = is_undo;
	q->fn = fn;
	q->arg = arg;
	q->next = a->private->requests;
	a->private->requests = q;
	worker_mutate(a->private->worker, q->token, &copy);
	return q;
}

void app_mutate(struct app *a, const struct mutation *m, app_result_fn *fn, void *arg)
{
	send_request(a, m, false, fn, arg);
}

void app_delete_and_cut(struct app *a, const struct mutation *m)
{
	cut_mark(a, &m->record, true);
	send_request(a, m, false, NULL, NULL)->cuts = true;
}

void app_forget(struct app *a, void *arg)
{
	for (struct request *q = a->private->requests; q; q = q->next) {
		if (q->arg == arg)
			q->fn = NULL;
	}
}

/* What people call the record. */
static const char *record_title(const struct record *r)
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

static struct undo *push_undo(struct app *a)
{
	struct app_private *p = a->private;

	if (p->undo_count == UNDO_DEPTH) {
		record_clear(&p->undo[0].mutation.record);
		memmove(&p->undo[0], &p->undo[1], (UNDO_DEPTH - 1) * sizeof(p->undo[0]));
		p->undo_count--;
	}
	return &p->undo[p->undo_count++];
}

static void remember_undo(struct app *a, const struct request *q, const struct mutation_result *r)
{
	struct undo *u = push_undo(a);

	memset(u, 0, sizeof(*u));
	switch (q->mutation.kind) {
	case MUTATION_ADD:
		u->mutation.kind = MUTATION_DELETE;
		snprintf(u->text, sizeof(u->text), _("add %s"), record_title(&r->now));
		break;
	case MUTATION_DELETE:
		u->mutation.kind = MUTATION_ADD;
		snprintf(u->text, sizeof(u->text), _("delete %s"), record_title(&r->now));
		break;
	case MUTATION_REVERT:
	case MUTATION_EDIT:
		u->mutation.kind = MUTATION_EDIT;
		snprintf(u->text, sizeof(u->text), _("edit %s"), record_title(&r->now));
		break;
	}
	record_copy(&u->mutation.record, q->mutation.kind == MUTATION_EDIT ? &q->before : &r->now);
	u->mutation.version = u->mutation.kind == MUTATION_ADD ? 0 : record_version(&r->now);
}

static void say_result(struct app *a, const struct request *q, const struct mutation_result *r)
{
	const char *title = record_title(&r->now);

	if (!r->done) {
		messages_add_err(a->messages, &r->err);
	} else if (q->is_undo) {
		messages_add(a->messages, MESSAGE_INFO, _("%s: undone"), title);
	} else if (q->mutation.kind == MUTATION_ADD) {
		messages_add(a->messages, MESSAGE_INFO, _("%s added"), title);
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
	if (q->is_undo)
		a->private->undo_running = false;
	else if (r->result.done && !q->mutation.cascade)
		remember_undo(a, q, &r->result);
	if (q->cuts && !r->result.done)
		cut_mark(a, &q->mutation.record, false);
	if (!q->fn || r->result.done || q->is_undo)
		say_result(a, q, &r->result);
	if (q->fn)
		q->fn(q->arg, &r->result);
	request_free(q);
}

bool app_undo(struct app *a, app_result_fn *fn, void *arg)
{
	struct app_private *p = a->private;
	struct undo *u;

	if (p->undo_count == 0 || p->undo_running)
		return false;
	u = &p->undo[--p->undo_count];
	p->undo_running = true;
	send_request(a, &u->mutation, true, fn, arg);
	record_clear(&u->mutation.record);
	return true;
}

const char *app_undo_text(const struct app *a)
{
	const struct app_private *p = a->private;

	return p->undo_count > 0 ? p->undo[p->undo_count - 1].text : "";
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
