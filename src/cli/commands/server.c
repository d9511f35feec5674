/*
 * server list, server setup. setup prints the files one after the other for a person. With --json it prints an object
 * for each file, so that a script can write "text" to "path".
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/lookup.h"
#include "trunkdeck/ami/session.h"
#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/config/setup.h"

#define ASK_TIMEOUT_MS 10000

/* Asks one server for facts that only the server knows. False, with a note, when it does not answer. */
static bool ask(struct cli *c, const struct server_config *server, struct server_facts *facts)
{
	const struct ami_session_options options = { .server = server, .events = "off", .timeout_ms = ASK_TIMEOUT_MS };
	struct ami_session *session;
	struct err e, ignored;

	*facts = (struct server_facts){ .clock_known = false };
	if (!ami_session_open(&session, &options, &e)) {
		cli_note(c, _("warning: %s: %s"), server->name, e.message);
		return false;
	}
	ami_session_facts(session, facts, &ignored);
	ami_session_close(&session);
	return true;
}

bool cli_server_list(struct cli *c, struct err *e)
{
	bool asks = cli_args_has(&c->args, "ask");
	const unsigned asked = asks ? 0 : COLUMN_JSON_ONLY;
	const struct cli_column columns[] = {
		{ .key = "name", .label = N_("Server") }, { .key = "region", .label = N_("Region") },
		{ .key = "host", .label = N_("Host") },
		{ .key = "port", .label = N_("Port"), .flags = COLUMN_RIGHT },
		{ .key = "tls", .label = N_("TLS"), .flags = COLUMN_YES_NO }, { .key = "plain", .flags = COLUMN_JSON_ONLY },
		{ .key = "user", .label = N_("User") },
		{ .key = "routes", .label = N_("Routes") },
		{ .key = "answers", .label = N_("Answers"), .flags = asked | COLUMN_YES_NO },
		{ .key = "asterisk", .label = N_("Asterisk"), .flags = asked },
		{ .key = "clock", .label = N_("Clock"), .flags = asked },
		{ .key = "clockMs", .flags = COLUMN_JSON_ONLY },
	};

	if (asks && !config_read_server_secrets(c->options->config, e))
		return false;
	if (c->config->server_count == 0)
		cli_note(c, _("note: no server is configured; see docs/configuration.md"));
	else
		cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < c->config->server_count; i++) {
		const struct server_config *s = &c->config->servers[i];
		struct server_facts facts = { .clock_known = false };
		char clock[SERVER_CLOCK_TEXT_SIZE];
		bool answers = asks && ask(c, s, &facts);

		server_clock_text(&facts, clock);
		cli_output_row(&c->out, (json_t *[]){ cli_text(s->name), cli_text(region_name(s->region)), cli_text(s->host),
						      json_integer(s->port), json_boolean(s->tls),
						      json_boolean(server_is_plain_off_loopback(s)), cli_text(s->user),
						      cli_text(routes_mode_name(s->routes)),
						      asks ? json_boolean(answers) : json_null(),
						      answers ? cli_text(facts.version) : json_null(),
						      answers ? cli_text(clock) : json_null(),
						      facts.clock_known ? json_real((double)facts.clock_us / 1000) : json_null() });
		if (server_clock_is_off(&facts))
			cli_note(c, _("warning: %s: its clock differs from ours: %s"), s->name, clock);
	}
	cli_output_flush(&c->out);
	for (size_t i = 0; i < c->config->server_count; i++) {
		const struct server_config *s = &c->config->servers[i];

		if (server_is_plain_off_loopback(s))
			cli_note(c, _("warning: %s: the connection to %s is not encrypted"), s->name, s->host);
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
	err_hint(e, "%s", _("'trunkdeck server list' lists the servers"));
	return NULL;
}

/* --- setup --- */

bool cli_server_setup(struct cli *c, struct err *e)
{
	static const struct cli_column columns[] = { { .key = "path" }, { .key = "reload" }, { .key = "text" } };
	struct setup_options options = {
		.config = c->config,
		.server = cli_server(c->config, c->args.positionals[0], e),
		.show_secret = cli_args_has(&c->args, "show-secret"),
		.permit = cli_args_value(&c->args, "permit"),
	};
	const char *mode = cli_args_value(&c->args, "mode");
	struct setup_value *values;

	if (!options.server)
		return false;
	options.mode = options.server->routes == ROUTES_ODBC ? ROUTES_ODBC : ROUTES_ASTDB;
	if (mode && (!routes_mode_parse(mode, &options.mode) || options.mode == ROUTES_NONE))
		return cli_args_refuse(&c->args, "mode", "astdb, odbc", e);
	if (options.mode == ROUTES_ODBC && !config_read_store_url(c->options->config, e))
		return false;
	if (options.show_secret && !config_read_server_secrets(c->options->config, e))
		return false;
	values = setup_values(&options);
	cli_output_columns(&c->out, columns, ARRAY_LEN(columns));
	for (const struct setup_file *file = setup_files; file->name; file++) {
		char *filled;
		size_t len;

		if (file->odbc && options.mode != ROUTES_ODBC)
			continue;
		filled = setup_fill(embed_find(file->name)->text, values);
		if (!filled)
			die("%s holds a placeholder without a value", file->name);
		if (c->out.format != OUTPUT_TABLE) {
			cli_output_row(&c->out, (json_t *[]){ cli_text(file->path), cli_text(file->reload), cli_text(filled) });
		} else {
			if (file != setup_files)
				cli_output_line(&c->out, "%s", "");
			cli_output_line(&c->out, ";;; %s", file->path);
			cli_output_line(&c->out, _(";;; then: asterisk -rx '%s'"), file->reload);
			for (const char *line = filled; *line; line += len + (line[len] == '\n')) {
				len = strcspn(line, "\n");
				cli_output_line(&c->out, "%.*s", (int)len, line);
			}
		}
		free(filled);
	}
	setup_values_free(&values);
	/* Flush before the notes on standard error, so that a reader that has left is noticed here. */
	cli_output_flush(&c->out);
	if (!options.show_secret)
		cli_note(c, _("note: the secret is left out; --show-secret prints the one of [server %s]"), options.server->name);
	if (options.server->routes != options.mode)
		cli_note(c, _("note: [server %s] says routes = %s: change it to %s"), options.server->name,
			 routes_mode_name(options.server->routes), routes_mode_name(options.mode));
	cli_note(c, _("note: when the files are in place, 'trunkdeck doctor' checks that Asterisk uses them"));
	return true;
}
