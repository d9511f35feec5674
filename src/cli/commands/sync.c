/*
 * sync: reconciles the servers once, without a screen. The app of the screen reads the store and reconciles the
 * servers; the command waits until all have settled, and reports changes and routes that are not as configured.
 *
 * A server that can't be reached gets a short time, because the others need time anyway. Then it is reported as not
 * reached, and its routes as unknown. Nothing waits longer than --timeout.
 *
 * Foreign keys are deleted with --delete-foreign only, and after everything else has settled. By then all of them have
 * been found, and the deleted numbers that the store remembers are known.
 */
#include "config.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "routes.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define AWAY_AFTER_MS 5000
#define TURN_MS 100
#define READ_TIMEOUT_MS 60000

struct sync {
	struct cli *cli;
	struct config config;		/* the given one with fewer servers; owns only its list of servers */
	struct app *app;
	struct ami_route_report *gone;	/* routes that were deleted from a server */
	size_t gone_count;
	bool dry_run, delete_foreign;
	bool deleting;			/* the deletion of the foreign keys has been asked for */
	bool waits;			/* for others_settled(): a route is neither left alone nor deleted yet */
	int64_t began_ms, until_ms;
	size_t wrong;
};

/* --- mail --- */

static void on_route(void *arg, const struct ami_route_report *r)
{
	struct sync *s = arg;

	if (!r->route.gone || !r->route.was_there)
		return;
	s->gone = xreallocarray(s->gone, s->gone_count + 1, sizeof(*s->gone));
	s->gone[s->gone_count++] = *r;
}

/* Is there a key, deletable on its server, of a number that the store does not know? */
static bool has_foreign(const struct sync *s)
{
	size_t count;

	free(app_list_foreign(s->app, &count));
	return count > 0;
}

static bool is_up(const struct app_server *server)
{
	return server->status.control == LINK_UP;
}

static size_t count_away(const struct sync *s)
{
	size_t away = 0;

	for (size_t i = 0; i < s->app->server_count; i++)
		away += s->app->servers[i].config->routes != ROUTES_NONE && !is_up(&s->app->servers[i]);
	return away;
}

/* Must the server hold the number? */
static bool belongs(const struct sync *s, const char *server, const char *number)
{
	const struct number *n = snapshot_number(s->app->snapshot, number);
	const struct app_server *on = app_server(s->app, server);

	return n && on && app_route_wanted(s->app, on->config, n);
}

/* --- waiting --- */

static bool servers_settled(const struct sync *s, int64_t now_ms)
{
	for (size_t i = 0; i < s->app->server_count; i++) {
		const struct app_server *server = &s->app->servers[i];
		const struct routes_stats *r = &server->status.routes;
		bool away = server->status.err.code != ERR_NONE && now_ms >= s->began_ms + AWAY_AFTER_MS;
		bool settled = r->mute || r->foreign_owner ||
			       (r->settled && r->leaving == 0 && (s->dry_run || deletions_waiting(s->app->deletions, server->config->name) == 0));

		if (server->config->routes != ROUTES_NONE && !(is_up(server) ? settled : away))
			return false;
	}
	return true;
}

/* Is every wanted route known on the servers that answer? The status of a server may come before its route reports. */
static bool routes_settled(const struct sync *s)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(s->app->snapshot, &count);

	for (size_t i = 0; i < count * s->app->server_count; i++) {
		const struct number *n = numbers[i / s->app->server_count];
		const struct app_server *server = &s->app->servers[i % s->app->server_count];
		enum route_state state = route_states_get(s->app->routes, server->config->name, n->e164, NULL);

		if ((state == ROUTE_PENDING || state == ROUTE_UNKNOWN) && is_up(server) && !server->status.routes.mute &&
		    !server->status.routes.foreign_owner && app_route_wanted(s->app, server->config, n))
			return false;
	}
	return true;
}

static void see_other(void *arg, const char *server, const struct route_report *r)
{
	struct sync *s = arg;

	if (r->state == ROUTE_PENDING && is_up(app_server(s->app, server)) && !belongs(s, server, r->number))
		s->waits = true;
}

/* Has every route that its server must not hold been left alone or deleted? */
static bool others_settled(struct sync *s)
{
	s->waits = s->deleting && has_foreign(s);
	route_states_each(s->app->routes, see_other, s);
	return !s->waits;
}

static bool settled(struct sync *s, int64_t now_ms)
{
	if (s->app->store_state != STORE_STATE_OK || !app_store_is_idle(s->app) || !servers_settled(s, now_ms) ||
	    !routes_settled(s) || !others_settled(s))
		return false;
	if (!s->delete_foreign || !has_foreign(s))
		return true;
	if (!s->deleting) {
		size_t count;
		struct app_foreign *routes = app_list_foreign(s->app, &count);

		app_delete_foreign(s->app, routes, count);
		free(routes);
	}
	s->deleting = true;
	return false;
}

/* Starts the app on the chosen servers, and waits until they have settled. */
static bool read_servers(struct sync *s, bool take_over, struct err *e)
{
	int64_t now = s->began_ms;

	s->app = app_new(&s->config, &clock_system);
	app_watch_routes(s->app, on_route, s);
	if (!app_start(s->app, e))
		return false;
	if (take_over)
		app_take_over(s->app, NULL);
	while (now < s->until_ms && !settled(s, now)) {
		struct pollfd p = { .fd = mailbox_fd(s->app->inbox), .events = POLLIN };

		poll(&p, 1, TURN_MS);
		app_handle_mail(s->app, 0);
		now = clock_mono_ms(&clock_system);
		if (s->app->store_state == STORE_STATE_RETRY) {
			*e = s->app->store_err;
			return false;
		}
	}
	if (s->app->store_state == STORE_STATE_OK)
		return true;
	return err_set(e, ERR_STORE_UNREACHABLE, "%s", _("the store was not read in time"));
}

/* --- reports --- */

static void put_row(struct sync *s, const char *number, const char *server, const char *state, const char *action,
		    const char *found, const char *fault)
{
	cli_output_row(&s->cli->out, (json_t *[]){ cli_text(number), cli_text(server), cli_text(state), cli_text(action),
						   cli_text(found), cli_text(fault) });
}

static void put_other(void *arg, const char *server, const struct route_report *r)
{
	struct sync *s = arg;

	if (belongs(s, server, r->number))
		return;
	s->wrong++;
	put_row(s, r->number, server, route_state_name(r->state), "", r->found_agent, r->fault);
}

static void put_routes(struct sync *s)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(s->app->snapshot, &count);

	for (size_t i = 0; i < count * s->app->server_count; i++) {
		const struct number *n = numbers[i / s->app->server_count];
		const struct server_config *server = s->app->servers[i % s->app->server_count].config;
		const struct route_report *r;
		enum route_state state = route_states_get(s->app->routes, server->name, n->e164, &r);
		bool written = r && r->written;

		if (!app_route_wanted(s->app, server, n))
			continue;
		s->wrong += state != ROUTE_VERIFIED;
		if (state != ROUTE_VERIFIED || written)
			put_row(s, n->e164, server->name, route_state_name(state), written ? "written" : "",
				r ? r->found_agent : "", r ? r->fault : "");
	}
	/* These routes are, or were, on servers that must not hold them. */
	route_states_each(s->app->routes, put_other, s);
	for (const struct ami_route_report *r = s->gone; r < s->gone + s->gone_count; r++) {
		const struct route_report *again;

		route_states_get(s->app->routes, r->server, r->route.number, &again);
		if (!again && !belongs(s, r->server, r->route.number))
			put_row(s, r->route.number, r->server, "gone", "deleted", r->route.found_agent, "");
	}
}

/* Prints a server as a line or an object. */
static void put_server(struct cli_output *out, const struct app_server *server)
{
	const struct server_status *st = &server->status;
	const struct routes_stats *r = &st->routes;
	json_t *states = json_object();
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	if (!is_up(server))
		buf_addf(&text, _("not reached: %s"), st->err.code != ERR_NONE ? st->err.message : _("no answer in time"));
	else if (r->foreign_owner)
		buf_addf(&text, _("belongs to another store (%s): nothing is written; --take-over makes it this store's"), r->owner);
	for (int i = 0; i < ROUTE_STATE_COUNT; i++) {
		const char *name = route_state_name((enum route_state)i);

		if (r->by_state[i] == 0)
			continue;
		json_object_set_new(states, name, json_integer((json_int_t)r->by_state[i]));
		if (is_up(server) && !r->foreign_owner)
			buf_addf(&text, "%s%zu %s", text.len ? ", " : "", r->by_state[i], name);
	}
	if (r->prefixes > 0 && is_up(server))
		buf_addf(&text, _("%s%zu of %zu carrier forms verified"), text.len ? ", " : "", r->prefixes_verified,
			 r->prefixes);
	if (r->others_verified < r->others && is_up(server))
		buf_addf(&text, _("%s%zu of %zu keys of blocked callers verified"), text.len ? ", " : "", r->others_verified, r->others);
	if (r->foreign_keys > 0 && is_up(server))
		buf_addf(&text, _("%s%zu foreign keys of other kinds"), text.len ? ", " : "", r->foreign_keys);
	if (r->scan_failed)
		buf_addf(&text, _("%skeys left behind could not be listed"), text.len ? ", " : "");
	if (r->former && r->want_new > 0 && is_up(server)) {
		buf_adds(&text, text.len ? "; " : "");
		buf_addf(&text, ngettext("install the new dialplan: %zu record uses what this one can't do",
					 "install the new dialplan: %zu records use what this one can't do", r->want_new), r->want_new);
	}
	if (r->refusal[0] != '\0')
		buf_addf(&text, "%s%s", text.len ? "; " : "", r->refusal);
	if (text.len == 0)
		buf_adds(&text, _("no routes"));
	cli_output_line(out, "%s (%s): %s", server->config->name, routes_mode_name(server->config->routes), text.p);
	if (out->format == OUTPUT_JSON)
		cli_output_object(out, json_pack("{so ss sb si sO sI sI sI sI so so}", "server", cli_text(server->config->name),
						 "mode", routes_mode_name(server->config->routes), "reached", is_up(server),
						 "dialplan", r->version, "routes", states, "wantNewDialplan",
						 (json_int_t)(r->former && is_up(server) ? r->want_new : 0), "foreignKeys", (json_int_t)r->foreign_keys, "prefixes", (json_int_t)r->prefixes,
						 "prefixesVerified", (json_int_t)r->prefixes_verified,
						 "foreignOwner", cli_text(r->foreign_owner ? r->owner : ""), "text", cli_text(text.p)));
	json_decref(states);
	buf_clear(&text);
}

/* Does the server that answers hold everything, besides its numbers? */
static bool is_right(const struct routes_stats *r)
{
	return !r->mute && !r->foreign_owner && !r->scan_failed && !*r->refusal && r->prefixes_verified == r->prefixes &&
	       r->others_verified == r->others && !(r->former && r->want_new > 0);
}

static bool report(struct sync *s, struct err *e)
{
	static const struct cli_column columns[] = {
		{ .key = "number", .label = N_("Number") }, { .key = "server", .label = N_("Server") },
		{ .key = "state", .label = N_("State") }, { .key = "action", .label = N_("Action") },
		{ .key = "foundAgent", .label = N_("Leads to") }, { .key = "wrongKey", .label = N_("Wrong key") },
	};
	struct cli_output *out = &s->cli->out;
	size_t away = count_away(s);

	cli_output_columns(out, columns, ARRAY_LEN(columns));
	put_routes(s);
	if (out->written > 0)
		cli_output_line(out, "%s", "");
	for (size_t i = 0; i < s->app->server_count; i++) {
		const struct routes_stats *r = &s->app->servers[i].status.routes;

		s->wrong += is_up(&s->app->servers[i]) && !is_right(r);
		put_server(out, &s->app->servers[i]);
	}
	if (s->dry_run)
		cli_output_line(out, "%s", _("This was a dry run: nothing was changed."));
	if (away > 0) {
		err_set_message(e, ERR_SERVER_UNREACHABLE, ngettext("%zu server was not reached", "%zu servers were not reached",
								    away), away);
		return err_hint(e, "%s", _("its routes are written when sync or a screen reaches it"));
	}
	if (s->wrong == 0)
		return true;
	err_set_message(e, ERR_FOUND_WRONG, "%s", _("not everything is as configured"));
	if (has_foreign(s) && !s->delete_foreign)
		err_hint(e, "%s", _("--delete-foreign deletes routes of numbers that the store does not know"));
	return false;
}

/* --- the commands --- */

/* name NULL = all. */
static bool choose_servers(struct sync *s, const char *name, int64_t timeout_ms, struct err *e)
{
	const struct config *given = s->cli->config;

	if (!config_read_store_url(s->cli->options->config, e) || !config_read_server_secrets(s->cli->options->config, e))
		return false;
	s->began_ms = clock_mono_ms(&clock_system);
	s->until_ms = s->began_ms + timeout_ms;
	s->config = *given;
	s->config.agents.source = AGENTS_FROM_STORE;
	s->config.read_only = given->read_only || s->dry_run;
	s->config.servers = xcalloc(given->server_count + 1, sizeof(*given->servers));
	s->config.server_count = 0;
	for (size_t i = 0; i < given->server_count; i++)
		if (!name || strcmp(given->servers[i].name, name) == 0)
			s->config.servers[s->config.server_count++] = given->servers[i];
	if (s->config.server_count > 0)
		return true;
	if (!name)
		return err_set_message(e, ERR_CONFIG, "%s", _("no servers are configured"));
	return err_set_message(e, ERR_USAGE, _("no server is called \"%s\""), name);
}

static void clear(struct sync *s)
{
	app_free(&s->app);
	free(s->gone);
	free(s->config.servers);
}

bool cli_sync(struct cli *c, struct err *e)
{
	struct sync s = { .cli = c, .dry_run = cli_args_has(&c->args, "dry-run") };
	int64_t timeout;
	bool ok;

	s.delete_foreign = cli_args_has(&c->args, "delete-foreign") && !s.dry_run;
	if (!cli_args_count(&c->args, "timeout", 1, 60, &timeout, e))
		return false;
	if (c->config->read_only && !s.dry_run)
		return err_set(e, ERR_READ_ONLY, "%s", _("--dry-run shows what would change"));
	ok = choose_servers(&s, cli_args_value(&c->args, "server"), (timeout < 86400 ? timeout : 86400) * 1000, e) &&
	     read_servers(&s, cli_args_has(&c->args, "take-over"), e) && report(&s, e);
	clear(&s);
	return ok;
}

/* --- number list --routes --- */

struct cli_routes {
	struct sync sync;
};

bool cli_routes_read(struct cli_routes **out, struct cli *c, struct err *e)
{
	struct cli_routes *r = xcalloc(1, sizeof(*r));

	*out = r;
	r->sync.cli = c;
	r->sync.dry_run = true;
	return choose_servers(&r->sync, NULL, READ_TIMEOUT_MS, e) && read_servers(&r->sync, false, e);
}

void cli_routes_free(struct cli_routes **r)
{
	if (!*r)
		return;
	clear(&(*r)->sync);
	FREE(r);
}

json_t *cli_routes_json(const struct cli_routes *r, const char *number)
{
	const struct app *app = r->sync.app;
	json_t *o = json_object();

	for (size_t i = 0; i < app->server_count; i++) {
		const char *server = app->servers[i].config->name;
		const struct route_report *report;
		enum route_state state = route_states_get(app->routes, server, number, &report);

		if (belongs(&r->sync, server, number) || (report && report->state != ROUTE_NONE))
			json_object_set_new(o, server, json_pack("{ss so}", "state", route_state_name(state), "found",
								 cli_text(report ? report->found_agent : "")));
	}
	return o;
}

char *cli_routes_text(const struct cli_routes *r, const char *number)
{
	json_t *routes = cli_routes_json(r, number), *route;
	const char *server, *state, *found;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	json_object_foreach(routes, server, route) {
		json_unpack(route, "{ss ss}", "state", &state, "found", &found);
		buf_addf(&text, "%s%s %s%s%s%s", text.len ? ", " : "", server, state, *found ? " (" : "", found, *found ? ")" : "");
	}
	json_decref(routes);
	return buf_take(&text);
}

bool cli_routes_complete(const struct cli_routes *r, struct err *e)
{
	size_t away = count_away(&r->sync);

	return away == 0 || err_set_message(e, ERR_SERVER_UNREACHABLE, ngettext("%zu server was not reached",
										"%zu servers were not reached", away), away);
}
