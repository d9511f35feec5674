/*
 * From the workspace to what each server shall hold: an enabled number with a usable agent belongs on every server of its
 * region and on no other. The ami thread reconciles; this file only says what is wanted, and sums up what is.
 */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/mem.h"

/* Does the number belong on the server, and as what? */
static bool wanted_on(const struct app *a, const struct server_config *server, const struct number *n, struct route *out)
{
	const struct agent *agent = snapshot_agent(a->snapshot, n->agent);

	if (server->routes == ROUTES_NONE || server->region != n->region || !n->enabled)
		return false;
	if (!agent || !agent_usable(agent, NULL))
		return false;
	memset(out, 0, sizeof(*out));
	str_copy(out->number, sizeof(out->number), str_of(n->e164));
	str_copy(out->agent, sizeof(out->agent), str_of(agent->id));
	str_copy(out->dial, sizeof(out->dial), str_of(agent->dial));
	return true;
}

void routes_tell_number(struct app *a, const struct number *n)
{
	struct route route;

	for (size_t i = 0; i < a->server_count && a->private->ami; i++) {
		const struct server_config *server = a->servers[i].config;

		if (wanted_on(a, server, n, &route))
			ami_want_routes(a->private->ami, server->name, &route, 1);
		else
			ami_unwant_route(a->private->ami, server->name, n->e164);
	}
}

void routes_tell_removed(struct app *a, const char *e164)
{
	for (size_t i = 0; i < a->server_count && a->private->ami; i++)
		ami_unwant_route(a->private->ami, a->servers[i].config->name, e164);
}

void routes_tell_agent(struct app *a, const char *agent_id)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(a->snapshot, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(numbers[i]->agent, agent_id) == 0)
			routes_tell_number(a, numbers[i]);
	}
}

static void tell_server(struct app *a, const struct server_config *server)
{
	size_t count, n = 0;
	const struct number *const *numbers = snapshot_numbers(a->snapshot, &count);
	struct route *routes = xcalloc(count + 1, sizeof(*routes));

	for (size_t i = 0; i < count; i++)
		n += wanted_on(a, server, numbers[i], &routes[n]);
	ami_want_routes(a->private->ami, server->name, routes, n);
	ami_routes_complete(a->private->ami, server->name);
	free(routes);
}

void routes_tell_all(struct app *a)
{
	if (!a->private->ami)
		return;
	ami_set_owner(a->private->ami, snapshot_workspace(a->snapshot)->id);
	for (size_t i = 0; i < a->server_count; i++)
		tell_server(a, a->servers[i].config);
}

/* Of two states of one number the one a person should see. */
static bool worse(enum route_state a, enum route_state b)
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
		struct route unused;
		enum route_state state;

		if (!wanted_on(a, server, n, &unused))
			continue;
		state = route_table_get(a->routes, server->name, n->e164, NULL);
		sum.servers++;
		if (worse(state, sum.state) || sum.servers == 1) {
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
