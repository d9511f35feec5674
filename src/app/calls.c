/*
 * Calls in the app: reports by servers, by a recorder through the store, and by a recorded stream; the watched call;
 * what was found in the store: finished calls and changes.
 *
 * The watched call is updated by the reports of calls, or, if its end was missed, by the finished calls that were
 * found. Its story comes from the tracker's owner: the ami thread, or the player of a recorded stream. A finished call has the
 * story that was followed to its end, otherwise the stored one if the call was not answered, otherwise none.
 */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/app/replay.h"

/* --- the watched call --- */

static bool is_watched(const struct app *a, const struct call *c)
{
	const struct call *w = &a->watch.detail.call;

	return strcmp(w->linkedid, c->linkedid) == 0 && strcmp(w->server, c->server) == 0;
}

void app_watch_call(struct app *a, const struct call *c)
{
	const struct call *now = live_find(a->live, c->server, c->linkedid);
	struct call_watch *w = &a->watch;

	if (!is_watched(a, c))
		*w = (struct call_watch){ .waiting = false };
	w->detail.call = now ? *now : *c;
	if (c->state == CALL_ENDED) {
		/* A story that was followed to its end equals the stored one. */
		if (c->outcome != OUTCOME_ANSWERED && w->detail.story.leg_count == 0 && a->private->worker && !a->replay) {
			w->waiting = true;
			worker_ask_story(a->private->worker, c);
		}
		return;
	}
	if (a->replay) {
		player_watch(a->replay->player, c->linkedid);
	} else if (a->private->ami) {
		w->waiting = w->detail.story.leg_count == 0;
		ami_watch_call(a->private->ami, c->server, c->linkedid);
	}
}

void app_unwatch_call(struct app *a)
{
	a->watch.waiting = false;
	if (a->replay)
		player_watch(a->replay->player, "");
	else if (a->private->ami)
		ami_unwatch_call(a->private->ami);
}

static void watch_call(struct app *a, const struct call *c)
{
	if (is_watched(a, c))
		a->watch.detail.call = *c;
}

/* A detail without legs means that the call is no longer known: the last detail is kept. */
void on_detail(void *taker, void *value)
{
	const struct call_detail *d = value;
	struct app *a = taker;

	if (!is_watched(a, &d->call))
		return;
	a->watch.waiting = false;
	if (d->story.leg_count > 0)
		a->watch.detail.story = d->story;
	a->dirty |= APP_DIRTY_CALLS;
}

/* --- reports --- */

/* All reports of calls come here, from a server, a recorder or a recorded stream. A finished call is passed on once. */
static void call_report(struct app *a, struct ami_call_report *r)
{
	bool was_live;

	snapshot_resolve_call(a->snapshot, &r->call);
	was_live = live_report(a->live, r);
	/* A change between two reads of a recorder's calls is read twice. */
	if (r->change == CALL_CHANGE_FINISHED && !was_live && finished_has(a->finished, &r->call))
		return;
	watch_call(a, &r->call);
	history_call(a, &r->call, r->change);
	publish_call(a, &r->call);
	a->dirty |= APP_DIRTY_CALLS;
}

void on_call(void *taker, void *value)
{
	call_report(taker, value);
}

/* The report of its end was lost because there was no room for it. */
static void lose_call(void *arg, const struct call *c)
{
	struct app *a = arg;
	struct ami_call_report r = { .call = *c, .change = CALL_CHANGE_FINISHED };

	r.call.ended_us = clock_wall_us(a->clock);
	r.call.state = CALL_ENDED;
	r.call.outcome = OUTCOME_LOST;
	r.call.uncertain = true;
	call_report(a, &r);
}

void on_resynced(void *taker, void *value)
{
	const struct ami_resync_report *r = value;
	struct app *a = taker;
	int64_t seconds = time_plus(time_minus(r->gap.until_us, r->gap.from_us), 999999) / 1000000;

	live_resynced(a->live, r, lose_call, a);
	if (r->gap.from_us)
		messages_add(a->messages, MESSAGE_WARN,
			     _("%s: not heard for %lld s: %zu calls found again, %zu lost, %zu begun meanwhile"),
			     r->server, (long long)seconds, r->gap.found, r->gap.lost, r->gap.late);
	a->dirty |= APP_DIRTY_CALLS | APP_DIRTY_MESSAGES;
}

/* --- live calls from the store --- */

static void left_unseen(void *arg, const struct call *c)
{
	(void)arg;
	(void)c;
}

void on_live(void *taker, void *value)
{
	const struct worker_live *live = value;
	struct app *a = taker;

	for (size_t i = 0; i < live->server_count; i++) {
		struct app_server *s = app_server(a, live->servers[i].server);

		s->source.known = live->servers[i].known;
		s->source.beat_ms = live->servers[i].beat_ms;
		s->source.round += live->servers[i].reset;
	}
	for (size_t i = 0; i < live->count; i++) {
		const struct call *c = &live->calls[i];
		const struct app_server *s = app_server(a, c->server);
		struct ami_call_report r = { .call = *c, .serial = s ? s->source.round : 0 };

		r.change = c->state == CALL_ENDED ? CALL_CHANGE_FINISHED : CALL_CHANGE_UPDATED;
		call_report(a, &r);
	}
	/* If a recorder starts over, or another one takes its place, calls that it does not name are gone. */
	for (size_t i = 0; i < live->server_count; i++) {
		struct ami_resync_report r = { .serial = app_server(a, live->servers[i].server)->source.round };

		if (!live->servers[i].reset)
			continue;
		str_copy(r.server, sizeof(r.server), str_of(live->servers[i].server));
		live_resynced(a->live, &r, left_unseen, NULL);
		if (r.serial > 1)
			history_recount(a);
	}
	a->dirty |= APP_DIRTY_CALLS | APP_DIRTY_SERVERS;
}

bool app_live_is_stale(const struct app *a, const struct app_server *s)
{
	return a->live_from_store && (!s->source.known || clock_mono_ms(a->clock) - s->source.beat_ms > LIVE_STALE_MS);
}

/* --- questions to the store; an answer is matched by the token of the last question --- */

uint64_t app_ask_calls(struct app *a, enum call_asker asker, const struct call_question *q)
{
	struct found_calls *p = &a->found[asker];

	if (!a->private->worker)
		return 0;
	free(p->calls);
	*p = (struct found_calls){ .asker = asker, .token = ++a->private->next_token, .waiting = true, .question = *q };
	if (p->question.max == 0 || p->question.max > FOUND_CALLS_MAX)
		p->question.max = FOUND_CALLS_MAX;
	worker_ask_calls(a->private->worker, p);
	return p->token;
}

void app_forget_calls(struct app *a, enum call_asker asker)
{
	struct found_calls *p = &a->found[asker];

	free(p->calls);
	*p = (struct found_calls){ .asker = asker };
}

void on_found_calls(void *taker, void *value)
{
	struct found_calls *answer = value;
	struct app *a = taker;
	struct found_calls *p = &a->found[answer->asker];

	if (answer->token != p->token)
		return;
	*p = *answer;
	p->waiting = false;
	answer->calls = NULL;
	answer->params = NULL;
	call_params_take(a->call_params, &p->params);
	for (size_t i = 0; i < p->count; i++)
		watch_call(a, &p->calls[i]);
	a->dirty |= APP_DIRTY_FOUND;
}

uint64_t app_ask_changes(struct app *a, const struct change_question *q)
{
	struct found_changes *p = &a->changes;

	if (!a->private->worker)
		return 0;
	found_changes_clear(p);
	*p = (struct found_changes){ .token = ++a->private->next_token, .waiting = true, .question = *q };
	if (p->question.max == 0 || p->question.max > FOUND_CHANGES_MAX)
		p->question.max = FOUND_CHANGES_MAX;
	worker_ask_changes(a->private->worker, p);
	return p->token;
}

void on_found_changes(void *taker, void *value)
{
	struct found_changes *answer = value;
	struct app *a = taker;

	if (answer->token != a->changes.token)
		return;
	a->changes = *answer;
	a->changes.waiting = false;
	answer->changes = NULL;
	answer->count = 0;
	a->dirty |= APP_DIRTY_FOUND;
}

bool questions_wait(const struct app *a)
{
	bool waiting = a->changes.waiting;

	for (int i = 0; i < CALL_ASKERS; i++)
		waiting = waiting || a->found[i].waiting;
	return waiting;
}

void found_free(struct app *a)
{
	for (int i = 0; i < CALL_ASKERS; i++)
		free(a->found[i].calls);
	found_changes_clear(&a->changes);
}
