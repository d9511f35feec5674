/*
 * From the workspace to the keys of each server: a number belongs on every server of its region and on no other. A server
 * whose dialplan reads the present form also has the numbers that are disabled or whose agent takes no calls; a former
 * one has neither. The ami thread reconciles; this file passes the keys to it and sums up the states of the numbers.
 *
 * An unknown key may be of a number that was moved or deleted while no program was running to remove it. The store has
 * the number, or remembers that it was deleted. Such a key is not foreign, and is deleted.
 */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/desired.h"

static bool belongs_on(const struct server_config *server, const struct number *n)
{
	return server->routes != ROUTES_NONE && server->region == n->region;
}

bool app_route_wanted(const struct app *a, const struct server_config *server, const struct number *n)
{
	const struct app_server *state = app_server(a, server->name);
	const struct agent *agent = snapshot_agent(a->snapshot, n->agent);

	if (!belongs_on(server, n) || !n->enabled)
		return false;
	if (state && state->status.routes.version >= ROUTES_NEW_DIALPLAN)
		return true;
	return agent && !number_unrouted(n, agent) && *agent->dial;
}

void routes_tell_number(struct app *a, const struct number *n)
{
	struct buf keys;

	if (!a->private->ami)
		return;
	buf_init(&keys, BUF_UNBOUNDED);
	desired_number(&keys, a->snapshot, n);
	for (size_t i = 0; i < a->server_count; i++) {
		const struct server_config *server = a->servers[i].config;

		if (belongs_on(server, n))
			ami_tell_keys(a->private->ami, server->name, &keys);
		else
			ami_untell_key(a->private->ami, server->name, ROUTE_FAMILY_NUMBER, n->e164);
	}
	buf_clear(&keys);
}

void routes_tell_removed(struct app *a, const struct number *n)
{
	for (size_t i = 0; i < a->server_count && a->private->ami; i++) {
		const struct server_config *server = a->servers[i].config;
		const struct route_report *seen;

		/* The deletion is awaited on servers where the number belonged and where it was seen. */
		route_states_get(a->routes, server->name, n->e164, &seen);
		if (server->routes != ROUTES_NONE && (server->region == n->region || seen))
			deletions_await(a->deletions, n->e164, server->name);
		else
			cut_calls(a, server->name, n->e164);
		ami_untell_key(a->private->ami, server->name, ROUTE_FAMILY_NUMBER, n->e164);
	}
	if (!deletions_has(a->deletions, n->e164))
		deletions_cancel(a->deletions, n->e164);
}

void routes_tell_common(struct app *a)
{
	size_t count;
	const struct provider *const *providers = snapshot_providers(a->snapshot, &count);
	struct route_prefix *prefixes;
	struct buf keys;

	if (!a->private->ami)
		return;
	prefixes = xcalloc(count + 1, sizeof(*prefixes));
	for (size_t i = 0; i < count; i++) {
		str_copy(prefixes[i].endpoint, sizeof(prefixes[i].endpoint), str_of(provider_endpoint(providers[i])));
		str_copy(prefixes[i].prefix, sizeof(prefixes[i].prefix), str_of(providers[i]->inbound_prefix));
	}
	ami_set_prefixes(a->private->ami, prefixes, count);
	free(prefixes);
	buf_init(&keys, BUF_UNBOUNDED);
	desired_standing(&keys, a->snapshot);
	ami_tell_standing(a->private->ami, NULL, &keys);
	buf_clear(&keys);
}

/* The key of a number has its provider's endpoint. */
void routes_tell_provider(struct app *a, const char *id)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers_of(a->snapshot, id, &count);

	routes_tell_common(a);
	for (size_t i = 0; i < count; i++)
		routes_tell_number(a, numbers[i]);
}

static void tell_numbers_of(struct app *a, const char *agent)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(a->snapshot, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(numbers[i]->agent, agent) == 0)
			routes_tell_number(a, numbers[i]);
}

static bool has_routing(const struct app *a)
{
	size_t count;
	const struct provider *const *providers = snapshot_providers(a->snapshot, &count);

	for (size_t i = 0; i < count; i++)
		if (*providers[i]->routing)
			return true;
	return false;
}

static bool has_former_server(const struct app *a)
{
	for (size_t i = 0; i < a->server_count; i++)
		if (a->servers[i].config->routes != ROUTES_NONE && a->servers[i].status.routes.former)
			return true;
	return false;
}

/* An agent that is new or gone changes what the keys of providers with a routing context need. The numbers of an agent
 * that has got a URL need the new dialplan. */
void routes_tell_agent(struct app *a, const char *id)
{
	const struct agent *agent = snapshot_agent(a->snapshot, id);
	struct buf keys;

	buf_init(&keys, BUF_UNBOUNDED);
	for (size_t i = 0; i < a->server_count && a->private->ami; i++) {
		const struct server_config *server = a->servers[i].config;

		buf_reset(&keys);
		if (agent) {
			desired_agent(&keys, agent, server_agent_ca_file(server));
			ami_tell_keys(a->private->ami, server->name, &keys);
		} else {
			ami_untell_key(a->private->ami, server->name, ROUTE_FAMILY_AGENT, id);
		}
	}
	buf_clear(&keys);
	if (has_routing(a))
		routes_tell_common(a);
	if (has_former_server(a))
		tell_numbers_of(a, id);
}

void routes_tell_schedule(struct app *a, const char *id)
{
	const struct schedule *schedule = snapshot_schedule(a->snapshot, id);
	struct buf keys;

	if (!a->private->ami)
		return;
	if (!schedule) {
		ami_untell_key(a->private->ami, NULL, ROUTE_FAMILY_SCHEDULE, id);
		return;
	}
	buf_init(&keys, BUF_UNBOUNDED);
	desired_schedule(&keys, schedule);
	ami_tell_keys(a->private->ami, NULL, &keys);
	buf_clear(&keys);
}

/* The keys of numbers are the same for all servers of a region. */
static void tell_all_numbers(struct app *a, enum region region)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(a->snapshot, &count);
	struct buf keys;

	buf_init(&keys, BUF_UNBOUNDED);
	for (size_t i = 0; i < count; i++)
		if (numbers[i]->region == region)
			desired_number(&keys, a->snapshot, numbers[i]);
	for (size_t i = 0; i < a->server_count; i++)
		if (a->servers[i].config->region == region && a->servers[i].config->routes != ROUTES_NONE)
			ami_tell_keys(a->private->ami, a->servers[i].config->name, &keys);
	buf_clear(&keys);
}

void routes_tell_all(struct app *a)
{
	size_t agent_count, schedule_count;
	const struct agent *const *agents = snapshot_agents(a->snapshot, &agent_count);
	const struct schedule *const *schedules = snapshot_schedules(a->snapshot, &schedule_count);
	struct buf keys;

	if (!a->private->ami)
		return;
	ami_set_owner(a->private->ami, snapshot_workspace(a->snapshot)->id);
	routes_tell_common(a);
	buf_init(&keys, BUF_UNBOUNDED);
	for (size_t i = 0; i < schedule_count; i++)
		desired_schedule(&keys, schedules[i]);
	ami_tell_keys(a->private->ami, NULL, &keys);
	for (size_t i = 0; i < a->server_count; i++) {
		buf_reset(&keys);
		for (size_t j = 0; j < agent_count; j++)
			desired_agent(&keys, agents[j], server_agent_ca_file(a->servers[i].config));
		ami_tell_keys(a->private->ami, a->servers[i].config->name, &keys);
	}
	buf_clear(&keys);
	for (int region = 0; region < REGION_COUNT; region++)
		tell_all_numbers(a, (enum region)region);
	ami_routes_complete(a->private->ami, NULL);
}

static void handle_gone(struct app *a, const struct ami_route_report *r)
{
	const char *number = r->route.number;
	bool tracked = deletions_has(a->deletions, number), over = true;
	struct buf where;

	buf_init(&where, BUF_UNBOUNDED);
	if (r->route.was_there && app_server(a, r->server))
		app_server(a, r->server)->syncing.deleted++;
	cut_calls(a, r->server, number);
	if (tracked)
		over = deletions_gone(a->deletions, number, r->server, r->route.was_there, &where);
	else if (r->route.was_there)
		buf_adds(&where, r->server);
	/* A deletion is over when the last server has confirmed it. No message if no server had the route. */
	if (over && where.len && !snapshot_number(a->snapshot, number)) {
		messages_add(a->messages, MESSAGE_INFO, _("the route of %s is deleted from %s"), number, where.p);
		a->dirty |= APP_DIRTY_MESSAGES;
	}
	buf_clear(&where);
}

/* A scan found the key, and it has not been changed. */
static void handle_left_behind(struct app *a, const struct ami_route_report *r)
{
	const struct app_server *server = app_server(a, r->server);
	const struct number *n = snapshot_number(a->snapshot, r->route.number);

	if (a->config->read_only || r->route.written || !server || server->config->routes != ROUTES_ASTDB)
		return;
	if (!n) {
		worker_was_deleted(a->private->worker, r->route.number);
	} else if (!belongs_on(server->config, n) && a->private->ami) {
		deletions_await(a->deletions, r->route.number, r->server);
		ami_untell_key(a->private->ami, r->server, ROUTE_FAMILY_NUMBER, r->route.number);
	}
}

void on_route(void *taker, void *value)
{
	const struct ami_route_report *r = value;
	struct app *a = taker;

	route_states_report(a->routes, r);
	if (r->route.gone)
		handle_gone(a, r);
	else if (r->route.state == ROUTE_FOREIGN)
		handle_left_behind(a, r);
	if (a->private->on_route)
		a->private->on_route(a->private->on_route_arg, r);
	a->dirty |= APP_DIRTY_WORKSPACE;
}

bool route_state_worse(enum route_state a, enum route_state b)
{
	static const int rank[ROUTE_STATE_COUNT] = {
		[ROUTE_NONE] = 0, [ROUTE_VERIFIED] = 1, [ROUTE_UNKNOWN] = 2, [ROUTE_PENDING] = 3,
		[ROUTE_FOREIGN] = 4, [ROUTE_STALE] = 5, [ROUTE_MISSING] = 6, [ROUTE_REFUSED] = 7,
	};

	return rank[a] > rank[b];
}

struct route_summary app_route_summary(const struct app *a, const struct number *n)
{
	struct route_summary sum = { .state = ROUTE_NONE };
	size_t same = 0;

	for (size_t i = 0; i < a->server_count; i++) {
		const struct server_config *server = a->servers[i].config;
		enum route_state state;

		if (!app_route_wanted(a, server, n))
			continue;
		state = route_states_get(a->routes, server->name, n->e164, NULL);
		sum.servers++;
		if (route_state_worse(state, sum.state) || sum.servers == 1) {
			sum.state = state;
			sum.server = server->name;
			same = 1;
		} else if (state == sum.state) {
			same++;
		}
	}
	if (same == sum.servers)
		sum.server = NULL;
	return sum;
}

bool routes_settled(const struct app *a)
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

/* --- operator's requests --- */

void app_sync(struct app *a, const char *server)
{
	if (!a->private->ami)
		return;
	for (size_t i = 0; i < a->server_count; i++) {
		struct app_server *s = &a->servers[i];
		const struct routes_stats *r = &s->status.routes;

		if (s->config->routes != ROUTES_NONE && (!server || strcmp(server, s->config->name) == 0))
			s->syncing = (struct app_syncing){ .running = true, .rounds = r->rounds, .written = r->written };
	}
	ami_verify(a->private->ami, server);
	routes_report_sync(a);
}

static void describe_sync(const struct app_server *s, struct buf *text)
{
	const struct routes_stats *r = &s->status.routes;
	uint64_t written = r->written - s->syncing.written;

	buf_addf(text, "%s%s: ", text->len ? "; " : "", s->config->name);
	if (s->status.control != LINK_UP) {
		buf_adds(text, _("not connected"));
	} else if (r->foreign_owner) {
		buf_adds(text, _("owned by another store"));
	} else if (r->mute) {
		buf_adds(text, _("gets nothing from the store"));
	} else {
		buf_addf(text, _("%zu verified"), r->by_state[ROUTE_VERIFIED]);
		if (written)
			buf_addf(text, _(", %llu written"), (unsigned long long)written);
		if (s->syncing.deleted)
			buf_addf(text, _(", %zu deleted"), s->syncing.deleted);
		for (int i = 0; i < ROUTE_STATE_COUNT; i++)
			if (r->by_state[i] > 0 && route_state_needs_person((enum route_state)i))
				buf_addf(text, ", %zu %s", r->by_state[i], route_state_text((enum route_state)i));
	}
}

void routes_report_sync(struct app *a)
{
	struct buf text;
	size_t synced = 0;

	for (size_t i = 0; i < a->server_count; i++) {
		const struct app_server *s = &a->servers[i];
		const struct routes_stats *r = &s->status.routes;
		/* The requested round is over, or will not come. */
		bool over = s->status.control != LINK_UP || r->foreign_owner || r->mute ||
			    (r->rounds > s->syncing.rounds && r->settled);

		if (s->syncing.running && !over)
			return;
		synced += s->syncing.running;
	}
	if (synced == 0)
		return;
	buf_init(&text, BUF_UNBOUNDED);
	for (size_t i = 0; i < a->server_count; i++) {
		if (a->servers[i].syncing.running)
			describe_sync(&a->servers[i], &text);
		a->servers[i].syncing.running = false;
	}
	messages_add(a->messages, MESSAGE_INFO, "%s", text.p);
	a->dirty |= APP_DIRTY_MESSAGES;
	buf_clear(&text);
}

struct foreign_list {
	const struct app *app;
	struct app_foreign *routes;
	size_t count, size;
};

static void add_foreign(void *arg, const char *server, const struct route_report *r)
{
	struct foreign_list *l = arg;

	if (r->state != ROUTE_FOREIGN || r->gone || app_server(l->app, server)->config->routes != ROUTES_ASTDB)
		return;
	ARRAY_GROW(l->routes, l->count, l->size);
	str_copy(l->routes[l->count].server, sizeof(l->routes->server), str_of(server));
	str_copy(l->routes[l->count++].number, sizeof(l->routes->number), str_of(r->number));
}

struct app_foreign *app_list_foreign(const struct app *a, size_t *count)
{
	struct foreign_list l = { .app = a };

	route_states_each(a->routes, add_foreign, &l);
	*count = l.count;
	return l.routes;
}

void app_delete_foreign(struct app *a, const struct app_foreign *routes, size_t count)
{
	for (size_t i = 0; i < count && a->private->ami; i++)
		ami_delete_foreign(a->private->ami, routes[i].server, routes[i].number);
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
