/*
 * sync: what the screen does all the time, once, without a screen. The same app reads the store and reconciles the servers;
 * this waits until each of them has come to rest, and tells what was changed and what is not as configured.
 *
 * A server that can't be reached is waited for a moment, as the others need their time anyway; then it is said to be away and
 * what it holds unknown. Nothing waits longer than --timeout.
 *
 * Keys nobody told of are deleted with --delete-foreign only, and not before everything else has come to rest, so that all
 * of them have been found and those of numbers the store remembers deleting have been told apart.
 */
#include "config.h"

#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "routes.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>

#define AWAY_AFTER_MS 5000
#define TURN_MS 100
#define READ_TIMEOUT_MS 60000

/* The newest report of a number on a server. */
struct row {
	char key[40 + E164_SIZE];	/* number, '|', server */
	struct ami_route_report report;
	UT_hash_handle hh;
};

struct sync {
	struct cli *cli;
	struct config config;		/* the given one, narrowed; owns only its list of servers */
	struct app *app;
	struct row *rows;
	bool dry_run, delete_foreign;
	bool deleting;			/* the foreign ones have been told to go */
	int64_t began_ms, until_ms;
	size_t wrong, away;
};

/* --- what is heard --- */

static void on_route(void *arg, const struct ami_route_report *r)
{
	struct sync *s = arg;
	char key[sizeof(s->rows->key)] = "";
	struct row *row;

	snprintf(key, sizeof(key), "%s|%s", r->route.number, r->server);
	HASH_FIND_STR(s->rows, key, row);
	if (!row) {
		row = xcalloc(1, sizeof(*row));
		memcpy(row->key, key, sizeof(key));
		HASH_ADD_STR(s->rows, key, row);
	}
	row->report = *r;
}

/* A key of its own on the server, that can be deleted there. */
static bool is_foreign(const struct sync *s, const struct row *row)
{
	const struct app_server *server = app_server(s->app, row->report.server);

	return !row->report.route.gone && row->report.route.state == ROUTE_FOREIGN && server->config->routes == ROUTES_ASTDB;
}

static bool has_foreign(const struct sync *s)
{
	for (const struct row *row = s->rows; row; row = row->hh.next)
		if (is_foreign(s, row))
			return true;
	return false;
}

/* --- waiting --- */

static bool is_up(const struct app_server *server)
{
	return server->status.control == LINK_UP;
}

/* The server has no more to say, or won't say anything. */
static bool server_done(const struct sync *s, const struct app_server *server, int64_t now_ms)
{
	const struct routes_stats *r = &server->status.routes;

	if (server->config->routes == ROUTES_NONE)
		return true;
	if (!is_up(server))
		return server->status.err.code != ERR_NONE && now_ms >= s->began_ms + AWAY_AFTER_MS;
	if (r->mute || r->foreign_owner)
		return true;
	return r->settled && (s->dry_run || deletions_waiting(s->app->deletions, server->config->name) == 0);
}

static bool servers_done(const struct sync *s, int64_t now_ms)
{
	for (size_t i = 0; i < s->app->server_count; i++)
		if (!server_done(s, &s->app->servers[i], now_ms))
			return false;
	return true;
}

static bool on_its_way(const struct sync *s, const struct app_server *server, const struct number *n)
{
	enum route_state state = route_states_get(s->app->routes, server->config->name, n->e164, NULL);

	return (state == ROUTE_PENDING || state == ROUTE_UNKNOWN) && is_up(server) && !server->status.routes.mute &&
	       !server->status.routes.foreign_owner && app_route_wanted(s->app, server->config, n);
}

/* No wanted route of a server that answers is still on its way: its status may have overtaken its reports. */
static bool routes_done(const struct sync *s)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(s->app->snapshot, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < s->app->server_count; k++) {
			if (on_its_way(s, &s->app->servers[k], numbers[i]))
				return false;
		}
	return true;
}

static bool belongs(const struct sync *s, const struct ami_route_report *r)
{
	const struct number *n = snapshot_number(s->app->snapshot, r->route.number);
	const struct app_server *server = app_server(s->app, r->server);

	return n && server && app_route_wanted(s->app, server->config, n);
}

/* What does not belong there is either left alone or gone. */
static bool others_done(const struct sync *s)
{
	for (const struct row *row = s->rows; row; row = row->hh.next) {
		enum route_state state = row->report.route.state;

		if (row->report.route.gone || belongs(s, &row->report) || !is_up(app_server(s->app, row->report.server)))
			continue;
		if (state == ROUTE_PENDING || (s->deleting && is_foreign(s, row)))
			return false;
	}
	return true;
}

static bool come_to_rest(struct sync *s, int64_t now_ms)
{
	size_t count;

	if (s->app->store_state != STORE_STATE_OK || !app_store_is_idle(s->app) || !servers_done(s, now_ms) ||
	    !routes_done(s) || !others_done(s))
		return false;
	if (!s->delete_foreign || !has_foreign(s))
		return true;
	if (!s->deleting) {
		struct app_foreign *routes = app_list_foreign(s->app, &count);

		app_delete_foreign(s->app, routes, count);
		free(routes);
	}
	s->deleting = true;
	return false;
}

static bool wait_for_rest(struct sync *s, struct err *e)
{
	int64_t now = s->began_ms;

	while (now < s->until_ms && !come_to_rest(s, now)) {
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
	return err_set(e, ERR_STORE_UNREACHABLE, "%s", _("it was not read in time"));
}

/* --- what is told --- */

static void put_row(struct cli_output *out, const char *number, const char *server, const char *state, const char *action,
		    const char *found)
{
	const char *const cells[] = { number, server, state, action, found };
	json_t *o;

	if (out->format != OUTPUT_JSON) {
		cli_output_row(out, cells);
		return;
	}
	o = json_object();
	json_object_set_new(o, "number", json_string(number));
	json_object_set_new(o, "server", json_string(server));
	json_object_set_new(o, "state", json_string(state));
	json_object_set_new(o, "action", json_string(action));
	json_object_set_new(o, "foundAgent", json_string(found));
	cli_output_object(out, o);
}

/* A number that belongs on the server. */
static void tell_wanted(struct sync *s, const struct app_server *server, const char *number)
{
	const struct route_report *r;
	enum route_state state = route_states_get(s->app->routes, server->config->name, number, &r);
	bool written = r && r->written;

	s->wrong += state != ROUTE_VERIFIED;
	if (state != ROUTE_VERIFIED || written)
		put_row(&s->cli->out, number, server->config->name, route_state_name(state), written ? "written" : "",
			r ? r->found_agent : "");
}

static void tell_wanted_all(struct sync *s)
{
	size_t count;
	const struct number *const *numbers = snapshot_numbers(s->app->snapshot, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < s->app->server_count; k++)
			if (app_route_wanted(s->app, s->app->servers[k].config, numbers[i]))
				tell_wanted(s, &s->app->servers[k], numbers[i]->e164);
}

/* What is there, or was, and does not belong there. */
static void tell_others(struct sync *s)
{
	for (const struct row *row = s->rows; row; row = row->hh.next) {
		const struct route_report *r = &row->report.route;

		if (belongs(s, &row->report) || (r->gone && !r->was_there))
			continue;
		s->wrong += !r->gone;
		put_row(&s->cli->out, r->number, row->report.server, r->gone ? "gone" : route_state_name(r->state),
			r->gone ? "deleted" : "", r->found_agent);
	}
}

static bool server_is_wrong(const struct app_server *server)
{
	const struct routes_stats *r = &server->status.routes;

	return r->mute || r->foreign_owner || r->scan_failed || r->refusal[0] != '\0' || r->prefixes_verified < r->prefixes;
}

static char *server_text(const struct app_server *server)
{
	const struct server_status *st = &server->status;
	const struct routes_stats *r = &st->routes;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	if (!is_up(server))
		buf_addf(&text, _("not reached: %s"), st->err.code != ERR_NONE ? st->err.message : _("no answer in time"));
	else if (r->foreign_owner)
		buf_addf(&text, _("belongs to another store (%s): nothing is written; --take-over makes it this store's"), r->owner);
	for (int i = 0; i < ROUTE_STATE_COUNT && is_up(server) && !r->foreign_owner; i++)
		if (r->by_state[i] > 0)
			buf_addf(&text, "%s%zu %s", text.len ? ", " : "", r->by_state[i], route_state_name((enum route_state)i));
	if (r->prefixes > 0 && is_up(server))
		buf_addf(&text, _("%s%zu of %zu carrier forms verified"), text.len ? ", " : "", r->prefixes_verified,
			 r->prefixes);
	if (r->scan_failed)
		buf_addf(&text, _("%skeys left behind are not known"), text.len ? ", " : "");
	if (r->refusal[0] != '\0')
		buf_addf(&text, "%s%s", text.len ? "; " : "", r->refusal);
	return text.len ? buf_take(&text) : xstrdup(_("no routes"));
}

static void put_server_json(struct cli_output *out, const struct app_server *server, const char *text)
{
	const struct routes_stats *r = &server->status.routes;
	json_t *o = json_object(), *states = json_object();

	for (int i = 0; i < ROUTE_STATE_COUNT; i++)
		if (r->by_state[i] > 0)
			json_object_set_new(states, route_state_name((enum route_state)i), json_integer((json_int_t)r->by_state[i]));
	json_object_set_new(o, "server", json_string(server->config->name));
	json_object_set_new(o, "mode", json_string(routes_mode_name(server->config->routes)));
	json_object_set_new(o, "reached", json_boolean(is_up(server)));
	json_object_set_new(o, "routes", states);
	json_object_set_new(o, "prefixes", json_integer((json_int_t)r->prefixes));
	json_object_set_new(o, "prefixesVerified", json_integer((json_int_t)r->prefixes_verified));
	json_object_set_new(o, "foreignOwner", json_string(r->foreign_owner ? r->owner : ""));
	json_object_set_new(o, "text", json_string(text));
	cli_output_object(out, o);
}

static void tell_servers(struct sync *s)
{
	struct cli_output *out = &s->cli->out;

	if (out->written > 0 || out->row_count > 0)
		cli_output_line(out, "%s", "");
	for (size_t i = 0; i < s->app->server_count; i++) {
		const struct app_server *server = &s->app->servers[i];
		char *text = server_text(server);

		s->away += server->config->routes != ROUTES_NONE && !is_up(server);
		s->wrong += is_up(server) && server_is_wrong(server);
		if (out->format == OUTPUT_JSON)
			put_server_json(out, server, text);
		else
			cli_output_line(out, "%s (%s): %s", server->config->name, routes_mode_name(server->config->routes), text);
		free(text);
	}
	if (s->dry_run)
		cli_output_line(out, "%s", _("a dry run: nothing was changed"));
}

static void tell(struct sync *s)
{
	const struct cli_column columns[] = {
		{ .key = "number", .label = _("Number") },
		{ .key = "server", .label = _("Server") },
		{ .key = "state", .label = _("State") },
		{ .key = "action", .label = _("Action") },
		{ .key = "foundAgent", .label = _("Leads to") },
	};

	cli_output_columns(&s->cli->out, columns, ARRAY_LEN(columns));
	tell_wanted_all(s);
	tell_others(s);
	tell_servers(s);
}

static bool verdict(const struct sync *s, struct err *e)
{
	if (s->away > 0) {
		err_set_message(e, ERR_SERVER_UNREACHABLE, ngettext("%zu server was not reached", "%zu servers were not reached",
								    s->away), s->away);
		err_hint(e, "%s", _("what it should hold is written when sync or a screen reaches it"));
		return false;
	}
	if (s->wrong == 0)
		return true;
	err_set_message(e, ERR_FOUND_WRONG, "%s", _("not everything is as configured"));
	if (has_foreign(s) && !s->delete_foreign)
		err_hint(e, "%s", _("--delete-foreign deletes routes of numbers the store does not know"));
	return false;
}

/* --- the command --- */

/* name NULL = all. */
static bool choose_servers(struct sync *s, const char *name, struct err *e)
{
	const struct config *given = s->cli->config;

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

static bool prepare(struct sync *s, struct err *e)
{
	const struct cli_args *args = &s->cli->args;
	int64_t timeout;

	s->dry_run = cli_args_has(args, "dry-run");
	s->delete_foreign = cli_args_has(args, "delete-foreign") && !s->dry_run;
	if (!cli_args_count(args, "timeout", 1, 60, &timeout, e))
		return false;
	if (s->cli->config->read_only && !s->dry_run)
		return err_set(e, ERR_READ_ONLY, "%s", _("--dry-run shows what would change"));
	s->began_ms = clock_mono_ms(&clock_system);
	s->until_ms = s->began_ms + (timeout < 86400 ? timeout : 86400) * 1000;
	return choose_servers(s, cli_args_value(args, "server"), e);
}

static bool reconcile(struct sync *s, struct err *e)
{
	s->app = app_new(&s->config, &clock_system);
	app_watch_routes(s->app, on_route, s);
	if (!app_start(s->app, e))
		return false;
	if (cli_args_has(&s->cli->args, "take-over"))
		app_take_over(s->app, NULL);
	if (!wait_for_rest(s, e))
		return false;
	tell(s);
	return verdict(s, e);
}

static void clear(struct sync *s)
{
	struct row *row, *next;

	app_free(&s->app);
	HASH_ITER(hh, s->rows, row, next) {
		HASH_DEL(s->rows, row);
		free(row);
	}
	free(s->config.servers);
}

bool cli_sync(struct cli *c, struct err *e)
{
	struct sync s = { .cli = c };
	bool ok = config_read_server_secrets(c->options->config, e) && prepare(&s, e) && reconcile(&s, e);

	clear(&s);
	return ok;
}

/* --- the same for number list --- */

struct cli_routes {
	struct sync sync;
};

bool cli_routes_read(struct cli_routes **out, struct cli *c, struct err *e)
{
	struct cli_routes *r = xcalloc(1, sizeof(*r));
	struct sync *s = &r->sync;

	*out = r;
	s->cli = c;
	s->dry_run = true;
	s->began_ms = clock_mono_ms(&clock_system);
	s->until_ms = s->began_ms + READ_TIMEOUT_MS;
	if (!config_read_server_secrets(c->options->config, e) || !choose_servers(s, NULL, e))
		return false;
	s->app = app_new(&s->config, &clock_system);
	app_watch_routes(s->app, on_route, s);
	return app_start(s->app, e) && wait_for_rest(s, e);
}

void cli_routes_free(struct cli_routes **r)
{
	if (!*r)
		return;
	clear(&(*r)->sync);
	FREE(r);
}

/* What is to be told of a number on a server; false: it neither belongs there nor is there. */
static bool state_on(const struct sync *s, const struct app_server *server, const char *number, enum route_state *state,
		     const char **found)
{
	const struct number *n = snapshot_number(s->app->snapshot, number);
	const struct route_report *r;

	*state = route_states_get(s->app->routes, server->config->name, number, &r);
	*found = r ? r->found_agent : "";
	return (n && app_route_wanted(s->app, server->config, n)) || (r && r->state != ROUTE_NONE);
}

json_t *cli_routes_json(const struct cli_routes *r, const char *number)
{
	json_t *o = json_object(), *one;
	enum route_state state;
	const char *found;

	for (size_t i = 0; i < r->sync.app->server_count; i++) {
		const struct app_server *server = &r->sync.app->servers[i];

		if (!state_on(&r->sync, server, number, &state, &found))
			continue;
		one = json_object();
		json_object_set_new(one, "state", json_string(route_state_name(state)));
		json_object_set_new(one, "found", json_string(found));
		json_object_set_new(o, server->config->name, one);
	}
	return o;
}

char *cli_routes_text(const struct cli_routes *r, const char *number)
{
	enum route_state state;
	const char *found;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (size_t i = 0; i < r->sync.app->server_count; i++) {
		const struct app_server *server = &r->sync.app->servers[i];

		if (!state_on(&r->sync, server, number, &state, &found))
			continue;
		buf_addf(&text, "%s%s %s", text.len ? ", " : "", server->config->name, route_state_name(state));
		if (*found)
			buf_addf(&text, " (%s)", found);
	}
	return buf_take(&text);
}

bool cli_routes_complete(const struct cli_routes *r, struct err *e)
{
	size_t away = 0;

	for (size_t i = 0; i < r->sync.app->server_count; i++) {
		const struct app_server *server = &r->sync.app->servers[i];

		away += server->config->routes != ROUTES_NONE && !is_up(server);
	}
	return away == 0 || err_set_message(e, ERR_SERVER_UNREACHABLE, ngettext("%zu server was not reached",
										"%zu servers were not reached", away), away);
}
