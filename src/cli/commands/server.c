/*
 * server list, server setup. setup prints files one after the other for a person, and an object for each file with
 * --json, where a script takes "text" and puts it at "path".
 */
#include "config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/config/setup.h"

static json_t *text(const char *s)
{
	json_t *json = json_string(s);

	return json ? json : json_string("?");
}

/* --- list --- */

static void put_server(struct cli_output *out, const struct server_config *s)
{
	char *port = xasprintf("%d", s->port);
	json_t *o;

	if (out->format == OUTPUT_JSON) {
		o = json_object();
		json_object_set_new(o, "name", text(s->name));
		json_object_set_new(o, "region", text(region_name(s->region)));
		json_object_set_new(o, "host", text(s->host));
		json_object_set_new(o, "port", json_integer(s->port));
		json_object_set_new(o, "tls", json_boolean(s->tls));
		json_object_set_new(o, "plain", json_boolean(server_is_plain_off_loopback(s)));
		json_object_set_new(o, "user", text(s->user));
		json_object_set_new(o, "routes", text(routes_mode_name(s->routes)));
		cli_output_object(out, o);
	} else {
		cli_output_row(out, (const char *[]){ s->name, region_name(s->region), s->host, port, s->tls ? "yes" : "no",
						      s->user, routes_mode_name(s->routes) });
	}
	free(port);
}

bool cli_server_list(struct cli *c, struct err *e)
{
	const struct cli_column columns[] = {
		{ .key = "name", .label = _("Server") },
		{ .key = "region", .label = _("Region") },
		{ .key = "host", .label = _("Host") },
		{ .key = "port", .label = _("Port"), .right = true },
		{ .key = "tls", .label = _("TLS") },
		{ .key = "user", .label = _("User") },
		{ .key = "routes", .label = _("Routes") },
	};

	(void)e;
	if (c->config->server_count == 0)
		cli_note(c, _("note: no server is configured; see README, Configuration"));
	else if (c->out.format != OUTPUT_JSON)
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < c->config->server_count; i++)
		put_server(&c->out, &c->config->servers[i]);
	cli_output_flush(&c->out);
	for (size_t i = 0; i < c->config->server_count; i++) {
		const struct server_config *s = &c->config->servers[i];

		if (server_is_plain_off_loopback(s))
			cli_note(c, _("note: %s: the connection to %s is not encrypted"), s->name, s->host);
	}
	return true;
}

const struct server_config *cli_server(const struct config *config, const char *name, struct err *e)
{
	for (size_t i = 0; i < config->server_count; i++) {
		if (strcmp(config->servers[i].name, name) == 0)
			return &config->servers[i];
	}
	err_set_message(e, ERR_USAGE, _("there is no server %s in the configuration"), name);
	err_hint(e, "%s", _("'trunkdeck server list' lists them"));
	return NULL;
}

/* --- setup --- */

static void put_file_lines(struct cli_output *out, const char *filled)
{
	while (*filled) {
		size_t len = strcspn(filled, "\n");

		cli_output_line(out, "%.*s", (int)len, filled);
		filled += len + (filled[len] == '\n');
	}
}

static void put_file(struct cli_output *out, const struct setup_file *file, const char *filled)
{
	json_t *o;

	switch (out->format) {
	case OUTPUT_TABLE:
		if (file != setup_files)
			cli_output_line(out, "%s", "");
		cli_output_line(out, ";;; %s", file->path);
		cli_output_line(out, _(";;; then: asterisk -rx '%s'"), file->reload);
		put_file_lines(out, filled);
		break;
	case OUTPUT_CSV:
		cli_output_row(out, (const char *[]){ file->path, file->reload, filled });
		break;
	case OUTPUT_JSON:
		o = json_object();
		json_object_set_new(o, "path", text(file->path));
		json_object_set_new(o, "reload", text(file->reload));
		json_object_set_new(o, "text", text(filled));
		cli_output_object(out, o);
		break;
	}
}

static bool choose_mode(struct cli *c, struct setup_options *o, struct err *e)
{
	const char *given = cli_args_value(&c->args, "mode");

	o->mode = o->server->routes == ROUTES_ODBC ? ROUTES_ODBC : ROUTES_ASTDB;
	if (!given || (routes_mode_parse(given, &o->mode) && o->mode != ROUTES_NONE))
		return true;
	err_set_message(e, ERR_USAGE, _("--mode %s is not allowed"), given);
	err_hint(e, _("allowed: astdb, odbc"));
	return false;
}

static void put_advice(struct cli *c, const struct setup_options *o)
{
	if (!o->show_secret)
		cli_note(c, _("note: the secret is left out; --show-secret prints the one of [server %s]"), o->server->name);
	if (o->server->routes != o->mode)
		cli_note(c, _("note: [server %s] says routes = %s: change it to %s"), o->server->name,
			 routes_mode_name(o->server->routes), routes_mode_name(o->mode));
	cli_note(c, _("note: 'trunkdeck doctor' then checks that all of it is in force"));
}

bool cli_server_setup(struct cli *c, struct err *e)
{
	static const struct cli_column columns[] = {
		{ .key = "path" }, { .key = "reload" }, { .key = "text" },
	};
	struct setup_options options = {
		.config = c->config,
		.server = cli_server(c->config, c->args.positionals[0], e),
		.show_secret = cli_args_has(&c->args, "show-secret"),
		.permit = cli_args_value(&c->args, "permit"),
	};
	struct setup_value *values;

	if (!options.server || !choose_mode(c, &options, e) ||
	    (options.show_secret && !config_read_server_secrets(c->options->config, e)))
		return false;
	values = setup_values(&options);
	if (c->out.format == OUTPUT_CSV)
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
	for (const struct setup_file *file = setup_files; file->name; file++) {
		char *filled;

		if (file->odbc && options.mode != ROUTES_ODBC)
			continue;
		filled = setup_fill(embed_find(file->name)->text, values);
		if (!filled)
			die("%s holds a placeholder without a value", file->name);
		put_file(&c->out, file, filled);
		free(filled);
	}
	setup_values_free(&values);
	cli_output_flush(&c->out);	/* before the notes do: it remembers that a reader has left */
	put_advice(c, &options);
	return true;
}
