/*
 * The app: starts the workers, and turns what they send into the state the screen reads. One function per kind of mail;
 * each sets the dirty bits of what it changed.
 */
#include "config.h"

#include "app_private.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/work/job_thread.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/tracker.h"

#define INBOX_MAX 65536
#define NEWS_MS 2000			/* messages about servers within this time are summed up ... */
#define NEWS_SINGLE 3			/* ... when there are more */

static void init_servers(struct app *a)
{
	a->server_count = a->config->server_count;
	a->servers = xcalloc(a->server_count + 1, sizeof(*a->servers));
	for (size_t i = 0; i < a->server_count; i++) {
		struct app_server *s = &a->servers[i];

		s->config = &a->config->servers[i];
		str_copy(s->status.server, sizeof(s->status.server), str_of(s->config->name));
		s->status.uptime_s = s->status.rtt_us = s->status.lag_us = -1;
		s->endpoints.others = -1;
	}
}

struct app *app_new(const struct config *config, const struct td_clock *clock)
{
	struct app *a = xcalloc(1, sizeof(*a));

	a->config = config;
	a->clock = clock;
	a->inbox = mailbox_new(INBOX_MAX);
	a->snapshot = snapshot_new();
	a->live = live_new();
	a->finished = finished_new();
	a->metrics = metrics_new_with(&(struct metrics_options){ .remember = true });
	a->routes = route_states_new();
	a->deletions = deletions_new();
	a->messages = messages_new(clock);
	a->store_state = STORE_STATE_OPENING;
	a->private = xcalloc(1, sizeof(*a->private));
	init_servers(a);
	listening_init(a);
	return a;
}

/* A recorder leaves routes alone: it has its own copy of the servers. */
static struct server_config *servers_to_tail(const struct app *a)
{
	struct server_config *servers = xcalloc(a->server_count + 1, sizeof(*servers));

	for (size_t i = 0; i < a->server_count; i++) {
		servers[i] = a->config->servers[i];
		if (a->private->recorder)
			servers[i].routes = ROUTES_NONE;
	}
	return servers;
}

static bool start_ami(struct app *a, struct err *e)
{
	struct server_config *servers = servers_to_tail(a);
	const struct ami_options options = {
		.servers = servers,
		.count = a->server_count,
		.to_main = a->inbox,
		.owner = "",
		.raw = a->private->raw,
		.read_only = a->config->read_only || a->private->recorder,
		.no_tail = a->live_from_store,
		.endpoints = !a->private->recorder,
	};
	bool ok = a->server_count == 0 || ami_start(&a->private->ami, &options, e);

	free(servers);
	return ok;
}

static bool start(struct app *a, struct err *e)
{
	const struct store_options options = {
		.actor = a->config->actor,
		.read_only = a->config->read_only,
		.follow_live = a->live_from_store,
	};

	if (!a->replay && !start_ami(a, e))
		return false;
	a->private->worker = worker_start(a->config, &options, a->inbox);
	if (!a->private->recorder)
		a->private->agents = agents_worker_start(a->config, a->inbox);
	return true;
}

bool app_start(struct app *a, struct err *e)
{
	a->live_from_store = a->config->screen_live == LIVE_FROM_STORE && !a->replay;
	return start(a, e);
}

bool app_record_raw(struct app *a, const struct raw_log_options *options, struct err *e)
{
	return raw_log_start(&a->private->raw, options, a->config->servers, a->server_count, a->inbox, e);
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

/* --- from the store --- */

static void handle_store_state(struct app *a, const struct worker_state *s)
{
	enum store_state before = a->store_state;

	a->store_state = s->ok ? STORE_STATE_OK : STORE_STATE_RETRY;
	a->store_err = s->err;
	a->store_retry_at_ms = s->retry_at_ms;
	if (!s->ok)			/* another recorder may have taken us for dead meanwhile */
		a->private->publishing.begun = false;
	if (!s->ok && before != STORE_STATE_RETRY)
		messages_add_err(a->messages, &s->err);
	if (s->ok && before == STORE_STATE_RETRY)
		messages_add(a->messages, MESSAGE_INFO, _("store is back"));
	a->dirty |= APP_DIRTY_STORE | APP_DIRTY_MESSAGES | APP_DIRTY_WORKSPACE;
}

/* A change made elsewhere is said; our own has its own message. */
static void say_foreign_change(struct app *a, const struct change *c)
{
	if (strcmp(c->actor, a->config->actor) == 0)
		return;
	messages_add(a->messages, MESSAGE_INFO, _("%s: %s %s by %s"), c->key, entity_name(c->entity), c->action, c->actor);
	a->dirty |= APP_DIRTY_MESSAGES;
}

/* While loading, routes are told once, at the end; afterwards each change is told as it comes. */
static void tell_put(struct app *a, enum entity entity, const char *key)
{
	if (!snapshot_is_complete(a->snapshot))
		return;
	if (entity == ENTITY_WORKSPACE)
		history_workspace(a);
	else if (entity == ENTITY_NUMBER)
		routes_tell_number(a, snapshot_number(a->snapshot, key));
	else if (entity == ENTITY_AGENT)
		routes_tell_agent(a, key);
	else if (entity == ENTITY_PROVIDER)
		routes_tell_prefixes(a);
}

static void do_put(struct app *a, struct worker_step *s)
{
	char *key = xstrdup(record_key(&s->record));
	enum entity entity = s->record.entity;

	if (entity == ENTITY_NUMBER)
		deletions_restored(a->deletions, key);
	snapshot_put(a->snapshot, &s->record);
	tell_put(a, entity, key);
	free(key);
}

static void do_remove(struct app *a, const struct worker_step *s)
{
	const char *key = record_key(&s->record);

	snapshot_remove(a->snapshot, s->record.entity, key);
	if (s->record.entity == ENTITY_NUMBER)
		routes_tell_removed(a, &s->record.number);
	else if (s->record.entity == ENTITY_PROVIDER)
		routes_tell_prefixes(a);
}

static void do_step(struct app *a, struct worker_step *s)
{
	switch (s->kind) {
	case STEP_CLEAR:
		snapshot_clear(a->snapshot);
		a->store_state = STORE_STATE_LOADING;
		break;
	case STEP_PUT:
		do_put(a, s);
		break;
	case STEP_BADGE:
		snapshot_set_badge(a->snapshot, s->record.provider.id, s->badge);
		break;
	case STEP_REMOVE:
		do_remove(a, s);
		break;
	case STEP_COMPLETE:
		snapshot_numbers_complete(a->snapshot);
		history_workspace(a);
		routes_tell_all(a);
		break;
	}
	if (s->change)
		say_foreign_change(a, s->change);
}

static void handle_records(struct app *a, struct worker_records *r)
{
	for (size_t i = 0; i < r->count; i++)
		do_step(a, &r->steps[i]);
	a->dirty |= APP_DIRTY_WORKSPACE;
}

/* --- from the servers --- */

struct app_server *find_server(const struct app *a, const char *name)
{
	for (size_t i = 0; i < a->server_count; i++) {
		if (strcmp(a->servers[i].config->name, name) == 0)
			return &a->servers[i];
	}
	return NULL;
}

const struct app_server *app_server(const struct app *a, const char *name)
{
	return find_server(a, name);
}

/* Counts one; true when it is to be said by itself. */
static bool is_news(const struct app *a, struct server_news *n)
{
	int64_t now = clock_mono_ms(a->clock);

	if (now >= n->until_ms && n->more == 0)
		*n = (struct server_news){ .until_ms = now + NEWS_MS };
	if (n->said == NEWS_SINGLE) {
		n->more++;
		return false;
	}
	n->said++;
	return true;
}

static void say_summaries(struct app *a)
{
	struct app_private *p = a->private;
	int64_t now = clock_mono_ms(a->clock);
	size_t failing = 0, up = 0;

	for (size_t i = 0; i < a->server_count; i++) {
		failing += a->servers[i].status.err.code != ERR_NONE;
		up += server_is_up(&a->servers[i].status);
	}
	if (p->failing.more > 0 && now >= p->failing.until_ms) {
		messages_add(a->messages, MESSAGE_WARN, ngettext("%zu server fails: the Servers view says why",
								 "%zu servers fail: the Servers view says why", failing), failing);
		p->failing.more = 0;
		a->dirty |= APP_DIRTY_MESSAGES;
	}
	if (p->connected.more > 0 && now >= p->connected.until_ms) {
		messages_add(a->messages, MESSAGE_INFO, _("%zu of %zu servers are connected"), up, a->server_count);
		p->connected.more = 0;
		a->dirty |= APP_DIRTY_MESSAGES;
	}
}

static void say_status(struct app *a, struct app_server *s, const struct server_status *status)
{
	const struct server_status *before = &s->status;

	if (status->err.code != ERR_NONE && status->err.code != s->told && is_news(a, &a->private->failing))
		messages_add(a->messages, MESSAGE_WARN, "%s: %s. %s", status->server, status->err.message, status->err.hint);
	if (server_is_up(status) || status->err.code != ERR_NONE)
		s->told = status->err.code;
	if (status->control == LINK_UP && server_is_up(status) && !server_is_up(before) && is_news(a, &a->private->connected))
		messages_add(a->messages, MESSAGE_INFO, _("%s connected"), status->server);
	if (status->rejecting && !before->rejecting)
		messages_add(a->messages, MESSAGE_ERROR, _("%s: most of its events are rejected (%s): calls are missed"),
			     status->server, status->last_reject);
	if (status->evicted > 0 && before->evicted == 0)
		messages_add(a->messages, MESSAGE_ERROR, _("%s: more than %d calls at once: the oldest are recorded as lost"),
			     status->server, TRACKER_MAX_CALLS);
}

static void handle_server(struct app *a, const struct server_status *status)
{
	struct app_server *s = find_server(a, status->server);

	if (!s)
		return;
	if (s->status.control == LINK_UP && status->control != LINK_UP)
		route_states_server_down(a->routes, status->server);
	say_status(a, s, status);
	listening_status(a, status);
	s->status = *status;
	routes_report_sync(a);
	a->dirty |= APP_DIRTY_SERVERS | APP_DIRTY_WORKSPACE | APP_DIRTY_MESSAGES;
}

void call_report(struct app *a, struct ami_call_report *r)
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

/* Its end was reported, but found no room on the way here. */
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

static void say_mended(struct app *a, const struct ami_resync_report *r)
{
	int64_t seconds = time_plus(time_minus(r->gap.until_us, r->gap.from_us), 999999) / 1000000;

	messages_add(a->messages, MESSAGE_WARN, _("%s: gap of %lld s, %zu calls found again, %zu lost, %zu joined late"),
		     r->server, (long long)seconds, r->gap.found, r->gap.lost, r->gap.late);
	a->dirty |= APP_DIRTY_MESSAGES;
}

static void handle_resynced(struct app *a, const struct ami_resync_report *r)
{
	live_resynced(a->live, r, lose_call, a);
	if (r->gap.from_us)
		say_mended(a, r);
	a->dirty |= APP_DIRTY_CALLS;
}

static void handle_raw_log(struct app *a, const struct raw_log_report *r)
{
	if (r->err.code != ERR_NONE)
		messages_add(a->messages, MESSAGE_ERROR, _("%s: the raw recording has ended: %s"), r->server, r->err.message);
	else
		messages_add(a->messages, MESSAGE_WARN, _("%s: the raw recording has a gap of %llu bytes: the disk was too slow"),
			     r->server, (unsigned long long)r->lost);
	a->dirty |= APP_DIRTY_MESSAGES;
}

/* --- from the agent directory --- */

/* The agents themselves come by the store's change feed. */
static void handle_agents(struct app *a, const struct agents_report *r)
{
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

/* --- the inbox --- */

static void handle_mail(struct app *a, const struct mail *m)
{
	switch (m->kind) {
	case WORKER_MAIL_STATE:
		handle_store_state(a, m->value);
		break;
	case WORKER_MAIL_RECORDS:
		handle_records(a, m->value);
		break;
	case WORKER_MAIL_RESULT:
		change_handle_result(a, m->value);
		break;
	case WORKER_MAIL_SPOOL:
		history_spool(a, m->value);
		break;
	case WORKER_MAIL_PUBLISHED:
		publish_answered(a, *(bool *)m->value);
		break;
	case WORKER_MAIL_LIVE:
		live_from_store(a, m->value);
		break;
	case WORKER_MAIL_METRICS:
		history_metrics(a, m->value);
		break;
	case WORKER_MAIL_CHANGES:
		changes_answer(a, m->value);
		break;
	case WORKER_MAIL_PAGE:
		pages_answer(a, m->value);
		break;
	case AMI_MAIL_SERVER:
		handle_server(a, m->value);
		break;
	case AMI_MAIL_CALL:
		call_report(a, m->value);
		break;
	case AMI_MAIL_ENDPOINTS:
		reach_report(a, m->value);
		break;
	case AMI_MAIL_ROUTE:
		routes_report(a, m->value);
		break;
	case AMI_MAIL_RESYNCED:
		handle_resynced(a, m->value);
		break;
	case AMI_MAIL_DETAIL:
		watch_detail(a, m->value);
		break;
	case AMI_MAIL_HANGUP:
		hangup_report(a, m->value);
		break;
	case RAW_LOG_MAIL:
		handle_raw_log(a, m->value);
		break;
	case AGENTS_MAIL_REPORT:
		handle_agents(a, m->value);
		break;
	case JOB_MAIL_FINDING:
	case JOB_MAIL_COUNTS:
	case JOB_MAIL_TEST:
	case JOB_MAIL_OVER:
		job_take(a, m->kind, m->value);
		break;
	}
}

bool app_handle_mail(struct app *a, size_t max)
{
	bool more = a->replay && replay_tick(a);
	struct mail m;

	history_tick(a);
	say_summaries(a);
	for (size_t n = 0; max == 0 || n < max; n++) {
		if (!mailbox_take(a->inbox, &m)) {
			listening_claim(a);
			publish_tick(a);
			return more;
		}
		handle_mail(a, &m);
		mail_discard(&m);
	}
	return more || mailbox_waiting(a->inbox) > 0;
}

/* A count-down on the screen changes once a second. */
static int64_t next_second(const struct app *a, int64_t until)
{
	int64_t now = clock_mono_ms(a->clock);

	return until > now ? now + 1000 : -1;
}

int64_t app_next_at_ms(const struct app *a)
{
	int64_t at = clock_earlier(messages_next_at_ms(a->messages), history_next_at_ms(a));

	at = clock_earlier(at, listening_next_at_ms(a));
	at = clock_earlier(at, publish_next_at_ms(a));
	at = clock_earlier(at, a->private->failing.more > 0 ? a->private->failing.until_ms : -1);
	at = clock_earlier(at, a->private->connected.more > 0 ? a->private->connected.until_ms : -1);
	if (a->replay)
		at = clock_earlier(at, replay_next_at_ms(a));
	if (a->store_state == STORE_STATE_RETRY)
		at = clock_earlier(at, next_second(a, a->store_retry_at_ms));
	for (size_t i = 0; i < a->server_count; i++) {
		if (a->servers[i].status.retry_at_ms > 0)
			at = clock_earlier(at, next_second(a, a->servers[i].status.retry_at_ms));
	}
	return at;
}

/* What the store says of a number has been read back from every server it belongs on. */
static bool routes_settled(const struct app *a)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(a->snapshot, &count);

	for (size_t i = 0; i < count; i++) {
		struct route_summary sum = app_route_summary(a, numbers[i]);

		if (sum.servers > 0 && (sum.state == ROUTE_UNKNOWN || sum.state == ROUTE_PENDING))
			return false;
	}
	return true;
}

static bool servers_settled(const struct app *a)
{
	for (size_t i = 0; i < a->server_count; i++) {
		const struct server_status *s = &a->servers[i].status;

		if (!server_is_up(s) || (s->control == LINK_UP && !s->routes.settled))
			return false;
	}
	return true;
}

bool app_is_settled(const struct app *a)
{
	return mailbox_waiting(a->inbox) == 0 && !a->private->requests && !a->private->hangups && !pages_waiting(a)
		&& !a->watch.waiting && !a->job.running && worker_is_idle(a->private->worker)
		&& (a->store_state == STORE_STATE_OK || a->store_state == STORE_STATE_RETRY) && servers_settled(a)
		&& routes_settled(a) && reach_settled(a) && (!a->replay || replay_is_settled(a));
}

bool app_store_is_idle(const struct app *a)
{
	return mailbox_waiting(a->inbox) == 0 && worker_is_idle(a->private->worker);
}

void app_take_over(struct app *a, const char *server)
{
	if (a->private->ami)
		ami_take_over(a->private->ami, server);
}

void app_watch_routes(struct app *a, void (*fn)(void *arg, const struct ami_route_report *r), void *arg)
{
	a->private->on_route = fn;
	a->private->on_route_arg = arg;
}

/* --- the end --- */

/* What the servers told last goes to the store; whoever waits for an answer may be gone already. */
static void take_last_calls(struct app *a)
{
	struct mail m;

	while (mailbox_take(a->inbox, &m)) {
		if (m.kind == AMI_MAIL_CALL)
			call_report(a, m.value);
		else if (m.kind == AMI_MAIL_SERVER)
			listening_status(a, m.value);
		mail_discard(&m);
	}
}

void app_free(struct app **app)
{
	struct app *a = *app;

	if (!a)
		return;
	job_end(a);
	ami_stop(&a->private->ami);
	raw_log_stop(&a->private->raw);
	agents_worker_stop(&a->private->agents);
	replay_free(a);
	take_last_calls(a);
	listening_end(a);
	worker_stop(&a->private->worker);
	history_free(a);
	hangups_free(a);
	pages_free(a);
	listening_free(a);
	publish_free(a);
	change_requests_free(a);
	undo_free(a);
	mailbox_free(&a->inbox);
	snapshot_free(&a->snapshot);
	live_free(&a->live);
	finished_free(&a->finished);
	metrics_free(&a->metrics);
	route_states_free(&a->routes);
	deletions_free(&a->deletions);
	messages_free(&a->messages);
	free(a->servers);
	free(a->private);
	FREE(app);
}
