/*
 * The app starts the workers and turns their mail into the state that the screen reads. Each kind of mail has a
 * handler, here or in the file of its subject. Each handler sets the dirty bits of what it changed. This file calls the
 * app's other files; none of them calls this one.
 */
#include "config.h"

#include "app_private.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/app/replay.h"
#include "trunkdeck/app/hours.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define INBOX_MAX 65536

/* --- mail of the store worker --- */

static void on_store_state(void *taker, void *value)
{
	const struct worker_state *s = value;
	struct app *a = taker;
	enum store_state before = a->store_state;

	a->store_state = s->ok ? STORE_STATE_OK : STORE_STATE_RETRY;
	a->store_err = s->err;
	a->store_retry_at_ms = s->retry_at_ms;
	if (!s->ok)			/* another recorder may have considered us dead meanwhile */
		a->private->publishing.begun = false;
	if (!s->ok && before != STORE_STATE_RETRY)
		messages_add_err(a->messages, &s->err);
	if (s->ok && before == STORE_STATE_RETRY)
		messages_add(a->messages, MESSAGE_INFO, _("store is back"));
	a->dirty |= APP_DIRTY_STORE | APP_DIRTY_MESSAGES | APP_DIRTY_WORKSPACE;
}

/* Tells servers of a record other than a number that was added, changed or removed. */
static void tell_servers(struct app *a, enum entity entity, const char *key)
{
	switch (entity) {
	case ENTITY_WORKSPACE:
		history_workspace(a);
		routes_tell_common(a);
		break;
	case ENTITY_AGENT:
		routes_tell_agent(a, key);
		break;
	case ENTITY_SCHEDULE:
		routes_tell_schedule(a, key);
		break;
	case ENTITY_PROVIDER:
		routes_tell_provider(a, key);
		break;
	case ENTITY_BLOCK:
		routes_tell_common(a);
		break;
	default:
		break;
	}
}

/* While loading, servers get all routes once, at the end. Later they get each change as it comes. */
static void put_record(struct app *a, struct record *r)
{
	char *key = xstrdup(record_key(r));
	enum entity entity = r->entity;
	const struct provider *there = entity == ENTITY_PROVIDER ? snapshot_provider(a->snapshot, key) : NULL;
	/* Of a provider, the keys of its numbers have only the endpoint. There may be 100,000 of them. */
	bool numbers_stay = there && strcmp(provider_endpoint(there), provider_endpoint(&r->provider)) == 0;

	if (entity == ENTITY_NUMBER)
		deletions_restored(a->deletions, key);
	snapshot_put(a->snapshot, r);
	if (!snapshot_is_complete(a->snapshot))
		;
	else if (entity == ENTITY_NUMBER)
		routes_tell_number(a, snapshot_number(a->snapshot, key));
	else if (numbers_stay)
		routes_tell_common(a);
	else
		tell_servers(a, entity, key);
	free(key);
}

static void do_step(struct app *a, struct worker_step *s)
{
	const struct change *c = s->change;

	switch (s->kind) {
	case STEP_CLEAR:
		snapshot_clear(a->snapshot);
		a->store_state = STORE_STATE_LOADING;
		break;
	case STEP_PUT:
		put_record(a, &s->record);
		break;
	case STEP_BADGE:
		snapshot_set_badge(a->snapshot, s->record.provider.id, s->badge);
		break;
	case STEP_REMOVE:
		snapshot_remove(a->snapshot, s->record.entity, record_key(&s->record));
		if (s->record.entity == ENTITY_NUMBER)
			routes_tell_removed(a, &s->record.number);
		else
			tell_servers(a, s->record.entity, record_key(&s->record));
		break;
	case STEP_COMPLETE:
		snapshot_numbers_complete(a->snapshot);
		history_workspace(a);
		routes_tell_all(a);
		break;
	}
	/* A change made here has its own message. */
	if (c && strcmp(c->actor, a->config->actor) != 0) {
		messages_add(a->messages, MESSAGE_INFO, _("%s: %s %s by %s"), c->key, entity_name(c->entity), c->action, c->actor);
		a->dirty |= APP_DIRTY_MESSAGES;
	}
}

static void on_records(void *taker, void *value)
{
	struct worker_records *r = value;
	struct app *a = taker;

	for (size_t i = 0; i < r->count; i++)
		do_step(a, &r->steps[i]);
	a->dirty |= APP_DIRTY_WORKSPACE;
}

/* --- mail of the agents worker --- */

/* The agents themselves arrive through the store's change feed. */
static void on_agents(void *taker, void *value)
{
	const struct agents_report *r = value;
	struct app *a = taker;
	size_t new = r->done[AGENTS_ADDED], changed = r->done[AGENTS_CHANGED] + r->done[AGENTS_RESTORED];
	size_t gone = r->done[AGENTS_GONE];

	if (r->recovered)
		messages_add(a->messages, MESSAGE_INFO, _("the agent directory is back"));
	if (new + changed + gone > 0)
		messages_add(a->messages, gone > 0 ? MESSAGE_WARN : MESSAGE_INFO,
			     _("agent directory: %zu new, %zu changed, %zu gone"), new, changed, gone);
	if (r->err.code != ERR_NONE)
		messages_add_err(a->messages, &r->err);
	a->dirty |= APP_DIRTY_MESSAGES;
}

/* --- start --- */

const struct ami_handlers app_ami_handlers = {
	.server = on_server, .call = on_call, .route = on_route, .resynced = on_resynced, .hangup = on_hangup,
	.endpoints = on_endpoints, .detail = on_detail, .story = on_story,
};

static const struct worker_handlers worker_handlers = {
	.state = on_store_state, .records = on_records, .result = on_result, .spool = on_spool, .published = on_published,
	.live = on_live, .metrics = on_metrics, .story = on_detail, .changes = on_found_changes, .calls = on_found_calls,
};

struct app *app_new(const struct config *config, const struct td_clock *clock)
{
	struct app *a = xcalloc(1, sizeof(*a));

	a->config = config;
	a->clock = clock;
	a->inbox = mailbox_new(INBOX_MAX);
	a->snapshot = snapshot_new();
	a->live = live_new();
	a->finished = finished_new();
	a->call_params = call_params_new();
	a->metrics = metrics_new_with(&(struct metrics_options){ .remember = true });
	a->routes = route_states_new();
	a->deletions = deletions_new();
	a->messages = messages_new(clock);
	a->store_state = STORE_STATE_OPENING;
	a->private = xcalloc(1, sizeof(*a->private));
	a->server_count = config->server_count;
	a->servers = xcalloc(a->server_count + 1, sizeof(*a->servers));
	for (size_t i = 0; i < a->server_count; i++) {
		struct app_server *s = &a->servers[i];

		s->config = &config->servers[i];
		str_copy(s->status.server, sizeof(s->status.server), str_of(s->config->name));
		s->status.uptime_s = s->status.rtt_us = s->status.lag_us = -1;
		s->endpoints.others = -1;
	}
	a->private->coverage = xcalloc(a->server_count + 1, sizeof(*a->private->coverage));
	return a;
}

static bool start(struct app *a, struct err *e)
{
	struct app_private *p = a->private;
	const struct store_options options = {
		.actor = a->config->actor,
		.read_only = a->config->read_only,
		.follow_live = a->live_from_store,
	};
	struct server_config *servers = xcalloc(a->server_count + 1, sizeof(*servers));
	const struct ami_options ami = {
		.servers = servers,
		.count = a->server_count,
		.to_main = a->inbox,
		.handlers = &app_ami_handlers,
		.raw = p->raw,
		.read_only = a->config->read_only || p->recorder,
		.no_tail = a->live_from_store,
		.endpoints = !p->recorder,
	};
	bool ok;

	for (size_t i = 0; i < a->server_count; i++) {
		servers[i] = a->config->servers[i];
		if (p->recorder)		/* a recorder writes no routes */
			servers[i].routes = ROUTES_NONE;
	}
	ok = a->replay || a->server_count == 0 || ami_start(&p->ami, &ami, e);
	free(servers);
	if (!ok)
		return false;
	p->worker = worker_start(a->config, &options, a->inbox, &worker_handlers);
	if (!p->recorder)
		p->agents = agents_worker_start(a->config, a->inbox, on_agents);
	return true;
}

bool app_start(struct app *a, struct err *e)
{
	a->live_from_store = a->config->screen_live == LIVE_FROM_STORE && !a->replay;
	return start(a, e);
}

bool app_start_replay(struct app *a, struct player **player, struct td_clock *clock, int speed, struct err *e)
{
	replay_open(a, player, clock, speed);
	return app_start(a, e);
}

bool app_record_raw(struct app *a, const struct raw_log_options *options, struct err *e)
{
	return raw_log_start(&a->private->raw, options, a->config->servers, a->server_count, a->inbox, on_raw_log, e);
}

bool app_start_recorder(struct app *a, struct err *e)
{
	a->private->recorder = true;
	return start(a, e);
}

size_t app_finish_recording(struct app *a, int64_t timeout_ms)
{
	int64_t until = clock_mono_ms(&clock_system) + timeout_ms, left;
	struct pollfd p = { .fd = mailbox_fd(a->inbox), .events = POLLIN };

	ami_stop(&a->private->ami);
	raw_log_stop(&a->private->raw);
	for (;;) {
		app_handle_mail(a, 0);
		left = until - clock_mono_ms(&clock_system);
		if (left <= 0 || history_unrecorded(a) + worker_unwritten(a->private->worker) == 0)
			return history_unrecorded(a) + worker_unwritten(a->private->worker);
		poll(&p, 1, left < 50 ? (int)left : 50);
	}
}

/* --- the inbox --- */

bool app_handle_mail(struct app *a, size_t max)
{
	bool more = a->replay && replay_tick(a);
	struct mail m;

	history_tick(a);
	servers_tick(a);
	for (size_t n = 0; max == 0 || n < max; n++) {
		if (!mailbox_take(a->inbox, &m)) {
			if (history_unrecorded(a) == 0)
				app_coverage_claim(a);
			publish_tick(a);
			return more;
		}
		mail_deliver(&m, a);
	}
	return more || mailbox_waiting(a->inbox) > 0;
}

int64_t app_next_at_ms(const struct app *a)
{
	int64_t now = clock_mono_ms(a->clock);
	int64_t at = clock_earlier(messages_next_at_ms(a->messages), history_next_at_ms(a));

	if (history_unrecorded(a) == 0)
		at = clock_earlier(at, app_coverage_next_at_ms(a));
	at = clock_earlier(at, publish_next_at_ms(a));
	at = clock_earlier(at, servers_next_at_ms(a));
	if (a->replay)
		at = clock_earlier(at, replay_next_at_ms(a));
	if (a->store_state == STORE_STATE_RETRY && a->store_retry_at_ms > now)
		at = clock_earlier(at, now + 1000);
	return at;
}

bool app_is_settled(const struct app *a)
{
	return mailbox_waiting(a->inbox) == 0 && !a->private->requests && !a->private->hangups && !questions_wait(a)
		&& !a->watch.waiting && !a->job.running && worker_is_idle(a->private->worker)
		&& (a->store_state == STORE_STATE_OK || a->store_state == STORE_STATE_RETRY) && servers_settled(a)
		&& routes_settled(a) && endpoints_settled(a) && (!a->replay || replay_is_settled(a));
}

bool app_store_is_idle(const struct app *a)
{
	return mailbox_waiting(a->inbox) == 0 && worker_is_idle(a->private->worker);
}

/* --- stop --- */

void app_free(struct app **app)
{
	struct app *a = *app;
	struct mail m;

	if (!a)
		return;
	job_end(a);
	ami_stop(&a->private->ami);
	raw_log_stop(&a->private->raw);
	agents_worker_stop(&a->private->agents);
	replay_free(a);
	/* The last reports of servers still go to the store. A requester may be gone already. */
	while (mailbox_take(a->inbox, &m)) {
		if (m.handle == on_call || m.handle == on_server || m.handle == on_story)
			mail_deliver(&m, a);
		else
			mail_discard(&m);
	}
	if (history_unrecorded(a) == 0)
		app_coverage_end(a);
	worker_stop(&a->private->worker);
	history_free(a);
	hangups_free(a);
	found_free(a);
	free(a->private->coverage);
	publish_free(a);
	change_requests_free(a);
	undo_free(a);
	mailbox_free(&a->inbox);
	snapshot_free(&a->snapshot);
	live_free(&a->live);
	finished_free(&a->finished);
	metrics_free(&a->metrics);
	call_params_free(&a->call_params);
	route_states_free(&a->routes);
	deletions_free(&a->deletions);
	messages_free(&a->messages);
	hours_free(&a->hours);
	free(a->servers);
	free(a->private);
	FREE(app);
}
