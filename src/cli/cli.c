/*
 * The table of batch commands, and how one is run: find its row, parse its words, open the store if it needs one, run
 * it, write the output, and turn a failure into a message and an exit code. Commands do not print failures themselves.
 */
#include "config.h"

#include "cli/io/cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/global_options.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/store/store.h"

/* --- the tables --- */

static bool run_help(struct cli *c, struct err *e);

const struct command cli_commands[] = {
	{ "init", NULL, 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, true, cli_init_workspace,
	  N_("Create the store if needed, and set up its workspace") },
	{ "store migrate", NULL, 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, cli_init_workspace,
	  N_("Bring the store's schema up to that of this program, after an upgrade") },
	{ "workspace show", NULL, 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, cli_record_show,
	  N_("Show the workspace: plan, limit, time zone") },
	{ "workspace edit", NULL, 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, true, cli_record_edit,
	  N_("Change the workspace") },

	{ "provider add", N_("NAME"), 0, 1, NEEDS_STORE, ENTITY_PROVIDER, true, cli_record_add,
	  N_("Add a SIP provider") },
	{ "provider list", NULL, 0, 0, NEEDS_STORE, ENTITY_PROVIDER, false, cli_record_list,
	  N_("List the providers and how many numbers each has") },
	{ "provider show", N_("PROVIDER"), 1, 1, NEEDS_STORE, ENTITY_PROVIDER, false, cli_record_show,
	  N_("Show a provider, by id or name") },
	{ "provider edit", N_("PROVIDER"), 1, 1, NEEDS_STORE, ENTITY_PROVIDER, true, cli_record_edit,
	  N_("Change a provider") },
	{ "provider delete", N_("PROVIDER"), 1, 1, NEEDS_STORE, ENTITY_PROVIDER, false, cli_record_delete,
	  N_("Delete a provider") },
	{ "provider import", N_("FILE"), 1, 1, NEEDS_STORE, ENTITY_PROVIDER, false, cli_import,
	  N_("Add providers from a CSV or JSON file, or change them; - is standard input") },
	{ "provider export", NULL, 0, 0, NEEDS_STORE, ENTITY_PROVIDER, false, cli_export,
	  N_("Write all providers as CSV, or with --json as JSON, for import and spreadsheets") },

	{ "agent add", "ID", 0, 1, NEEDS_STORE, ENTITY_AGENT, true, cli_record_add, N_("Add an agent") },
	{ "agent list", NULL, 0, 0, NEEDS_STORE, ENTITY_AGENT, false, cli_record_list, N_("List the agents") },
	{ "agent show", "ID", 1, 1, NEEDS_STORE, ENTITY_AGENT, false, cli_record_show, N_("Show an agent") },
	{ "agent edit", "ID", 1, 1, NEEDS_STORE, ENTITY_AGENT, true, cli_record_edit, N_("Change an agent") },
	{ "agent delete", "ID", 1, 1, NEEDS_STORE, ENTITY_AGENT, false, cli_record_delete,
	  N_("Delete an agent that nothing uses") },
	{ "agent import", N_("FILE"), 1, 1, NEEDS_STORE, ENTITY_AGENT, false, cli_import,
	  N_("Add agents from a CSV or JSON file, or change them; - is standard input") },
	{ "agent export", NULL, 0, 0, NEEDS_STORE, ENTITY_AGENT, false, cli_export,
	  N_("Write all agents as CSV, or with --json as JSON, for import and spreadsheets") },
	{ "agent sync", NULL, 0, 0, NEEDS_STORE, ENTITY_AGENT, false, cli_agent_sync,
	  N_("Bring the agents up to date with the agent directory") },

	{ "number add", N_("NUMBER"), 0, 1, NEEDS_STORE, ENTITY_NUMBER, true, cli_record_add,
	  N_("Add a phone number; the default region is its provider's") },
	{ "number list", NULL, 0, 0, NEEDS_STORE, ENTITY_NUMBER, false, cli_record_list, N_("List the phone numbers") },
	{ "number show", N_("NUMBER"), 1, 1, NEEDS_STORE, ENTITY_NUMBER, false, cli_record_show,
	  N_("Show a phone number") },
	{ "number edit", N_("[NUMBER]"), 0, 1, NEEDS_STORE, ENTITY_NUMBER, true, cli_number_edit,
	  N_("Change a phone number, or all that match --where: the agent, provider, region, ...") },
	{ "number delete", N_("[NUMBER]"), 0, 1, NEEDS_STORE, ENTITY_NUMBER, false, cli_number_delete,
	  N_("Delete a phone number, or all that match --where") },
	{ "number import", N_("FILE"), 1, 1, NEEDS_STORE, ENTITY_NUMBER, false, cli_import,
	  N_("Add phone numbers from a CSV or JSON file, or change them; - is standard input") },
	{ "number export", NULL, 0, 0, NEEDS_STORE, ENTITY_NUMBER, false, cli_export,
	  N_("Write all phone numbers as CSV, or with --json as JSON, for import and spreadsheets") },

	{ "schedule add", "ID", 0, 1, NEEDS_STORE, ENTITY_SCHEDULE, true, cli_record_add, N_("Add a schedule of opening times") },
	{ "schedule list", NULL, 0, 0, NEEDS_STORE, ENTITY_SCHEDULE, false, cli_record_list, N_("List the schedules") },
	{ "schedule show", "ID", 1, 1, NEEDS_STORE, ENTITY_SCHEDULE, false, cli_record_show, N_("Show a schedule") },
	{ "schedule edit", "ID", 1, 1, NEEDS_STORE, ENTITY_SCHEDULE, true, cli_record_edit, N_("Change a schedule") },
	{ "schedule delete", "ID", 1, 1, NEEDS_STORE, ENTITY_SCHEDULE, false, cli_record_delete,
	  N_("Delete a schedule that nothing uses") },
	{ "schedule import", N_("FILE"), 1, 1, NEEDS_STORE, ENTITY_SCHEDULE, false, cli_import,
	  N_("Add schedules from a CSV or JSON file, or change them; - is standard input") },
	{ "schedule export", NULL, 0, 0, NEEDS_STORE, ENTITY_SCHEDULE, false, cli_export,
	  N_("Write all schedules as CSV, or with --json as JSON, for import and spreadsheets") },

	{ "block add", N_("CALLER"), 0, 1, NEEDS_STORE, ENTITY_BLOCK, true, cli_record_add,
	  N_("Refuse the calls of a caller: a number, all that begin alike (+4479*), or anonymous") },
	{ "block list", NULL, 0, 0, NEEDS_STORE, ENTITY_BLOCK, false, cli_record_list, N_("List the blocked callers") },
	{ "block delete", N_("CALLER"), 1, 1, NEEDS_STORE, ENTITY_BLOCK, false, cli_record_delete,
	  N_("Take the calls of a caller again") },

	{ "sync", NULL, 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, cli_sync,
	  N_("Read all routes back from the servers, repair them, and report what was changed or is wrong") },
	{ "changes", NULL, 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, cli_changes,
	  N_("Show who changed what, and when") },
	{ "undo", N_("CHANGE"), 1, 1, NEEDS_STORE, ENTITY_WORKSPACE, false, cli_undo,
	  N_("Take back a change, by its id in 'changes', whoever made it") },
	{ "calls", NULL, 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, cli_calls,
	  N_("List finished calls, newest first") },
	{ "metrics", NULL, 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, cli_metrics,
	  N_("Show figures of finished calls") },
	{ "record", NULL, 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, cli_record,
	  N_("Record finished calls of all servers into the store, as a service") },
	{ "config", NULL, 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, cli_show_config,
	  N_("Show the configuration, and where each value comes from") },
	{ "server list", NULL, 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, cli_server_list,
	  N_("List the configured servers") },
	{ "server setup", N_("SERVER"), 1, 1, NEEDS_CONFIG, ENTITY_WORKSPACE, false, cli_server_setup,
	  N_("Print the files that the server's Asterisk needs, filled in, each with its path") },
	{ "doctor", N_("[NUMBER]"), 0, 1, NEEDS_STORE, ENTITY_NUMBER, false, cli_doctor,
	  N_("Check everything that a call to a number depends on, and advise what to do") },
	{ "test", N_("NUMBER"), 1, 1, NEEDS_STORE, ENTITY_NUMBER, false, cli_test,
	  N_("Place a test call to a number's agent, and report how far it gets") },
	{ "replay", N_("FILE"), 1, 1, NEEDS_NOTHING, ENTITY_WORKSPACE, false, cli_replay,
	  N_("Count the calls of a recorded AMI stream, or show it on the screen; - is standard input") },
	{ "manual", "[config]", 0, 1, NEEDS_NOTHING, ENTITY_WORKSPACE, false, cli_manual,
	  N_("Print the manual page trunkdeck(1) or trunkdeck.conf(5), for man -l") },
	{ "completion", "[bash|zsh|fish]", 0, 1, NEEDS_NOTHING, ENTITY_WORKSPACE, false, cli_completion,
	  N_("Print the completion script for a shell") },
	{ "help", N_("[COMMAND]"), 0, 2, NEEDS_NOTHING, ENTITY_WORKSPACE, false, run_help,
	  N_("Show how to use a command") },
	{ 0 },
};

/* In the order of the help. */
static const struct {
	const char *commands;		/* the commands that have it, separated by |; "" = all */
	const char *name, *argument, *help;
} command_options[] = {
	{ "provider list|agent list|schedule list|block list|number list", "where", N_("FILTER"),
	  N_("Only rows that match, e.g. 'agent:support region:eu !label:test'") },
	{ "number edit|number delete", "where", N_("FILTER"),
	  N_("All numbers that match, e.g. 'agent:support region:eu !label:test', in one transaction") },
	{ "number edit|number delete", "all", NULL, N_("All numbers") },
	{ "number edit|number delete", "expect", "N", N_("Only if N numbers match") },
	{ "provider delete", "cascade", NULL, N_("Also delete its numbers") },
	{ "provider delete", "cut", NULL, N_("With --cascade: hang up their calls when their routes are deleted") },
	{ "number delete", "cut", NULL, N_("Hang up its calls when its route is deleted; without this they go on") },
	{ "agent delete|schedule delete", "replace-with", "ID",
	  N_("First give everything that uses it this one instead") },
	{ "provider delete|agent edit|agent delete|schedule delete|block delete|number edit|number delete|undo", "yes", NULL, N_("Do not ask for confirmation") },
	{ "provider import|agent import|schedule import|number import", "dry-run", NULL, N_("Show what would be done, and change nothing") },
	{ "provider import|agent import|schedule import|number import", "partial", NULL,
	  N_("Import the records that are right, even if others are refused") },
	{ "provider import|agent import|schedule import|number import", "update", NULL,
	  N_("Change records that exist, but only in the columns of the file; an empty cell clears") },
	{ "provider import|agent import|schedule import|number import", "map", N_("COLUMN=FIELD"),
	  N_("What a column is, by its heading or position: --map customer=label, --map 3=params.shop; repeatable") },
	{ "number import", "provider", N_("PROVIDER"), N_("The provider of all numbers, by id or name") },
	{ "number import", "agent", "ID", N_("The agent of all numbers") },
	{ "number import", "country", "CC", N_("Numbers without + are national numbers of this country, e.g. US") },
	{ "number import", "international", NULL, N_("Numbers without + begin with a country code") },
	{ "agent sync", "dry-run", NULL, N_("Show what would change, and change nothing") },
	{ "agent sync", "all-gone", NULL, N_("Mark all agents of a region as gone if the directory has none of them") },
	{ "number add|number edit", "param", N_("KEY=VALUE"),
	  N_("Set one additional parameter; a value that is JSON keeps its type; repeatable") },
	{ "number add|number edit", "unset-param", N_("KEY"), N_("Remove one additional parameter; repeatable") },
	{ "number list", "routes", NULL,
	  N_("Also ask the servers for the state of each number's route; nothing is changed") },
	{ "sync", "server", N_("NAME"), N_("Only this server") },
	{ "sync", "dry-run", NULL, N_("Read and report, and write nothing") },
	{ "sync", "delete-foreign", NULL, N_("Delete routes of numbers that the store does not know") },
	{ "sync", "take-over", NULL, N_("Take over servers that belong to another store, and write to them") },
	{ "sync", "timeout", N_("SECONDS"), N_("Wait at most this long; default 60") },
	{ "changes", "record", N_("KEY"),
	  N_("Only changes of this record: a number, a blocked caller, or the id of another record") },
	{ "changes", "actor", N_("NAME"), N_("Only changes made by this operator") },
	{ "changes", "since", N_("ID|MOMENT"),
	  N_("Only changes after this one, or at this moment or later: 2h, today, 2026-11-22, ...") },
	{ "changes", "until", N_("MOMENT"), N_("Only changes before this moment") },
	{ "changes", "last", "N", N_("Begin N changes before the end") },
	{ "changes", "max", "N", N_("End after N changes") },
	{ "changes", "follow", NULL, N_("Then wait for more changes, until interrupted") },
	{ "calls|metrics", "number", N_("NUMBER"), N_("Only calls to this number") },
	{ "calls|metrics", "agent", "ID", N_("Only calls of this agent") },
	{ "calls|metrics", "provider", N_("PROVIDER"), N_("Only calls through this provider, by id or name") },
	{ "calls|metrics", "server", N_("NAME"), N_("Only calls on this server") },
	{ "calls|metrics", "since", N_("MOMENT"),
	  N_("Only calls that started at this moment or later: 2h, 7d, today, 2026-11-22, ...") },
	{ "calls|metrics", "until", N_("MOMENT"), N_("Only calls that started before this moment") },
	{ "calls", "outcome", N_("OUTCOME"), N_("Only calls with this outcome: answered, abandoned, busy, ...") },
	{ "calls", "where", N_("FILTER"),
	  N_("Only calls that match the filter of the Calls view, e.g. 'outcome:busy since:2h !agent:sales'") },
	{ "calls", "max", "N", N_("The last N calls") },
	{ "calls", "follow", NULL, N_("Show calls from now on as they are recorded, until interrupted") },
	{ "metrics", "region", "na|eu", N_("Only calls in this region") },
	{ "metrics", "by", N_("WHAT"),
	  N_("One row for each number (the default), provider, agent, region, country, hour, served, reason or params.NAME; "
	     "all = one row") },
	{ "metrics", "all", NULL, N_("The same as --by all") },
	{ "metrics", "window", N_("WINDOW"), N_("live (asks the servers), today, 1h, 24h (the default), 7d or 30d") },
	{ "metrics", "prometheus", NULL,
	  N_("Print for Prometheus; without --window, everything that the store keeps") },
	{ "record", "quiet", NULL, N_("Print only warnings and errors") },
	{ "record", "raw", N_("FILE"),
	  N_("Also write the servers' event streams to this file, for bug reports and replay") },
	{ "record", "raw-size", N_("SIZE"), N_("Begin a new file at this size; default 64M") },
	{ "record", "raw-keep", "N", N_("Keep N older files beside the newest: FILE.1, FILE.2, ...; default 3") },
	{ "server list", "ask", NULL,
	  N_("Connect to each server, and list its version and how far its clock is ahead of ours") },
	{ "server setup", "mode", "astdb|odbc", N_("How the server gets its routes; default as configured") },
	{ "server setup", "permit", N_("ADDRESS"), N_("Address from which trunkdeck logs in, e.g. 192.0.2.7/32") },
	{ "server setup", "show-secret", NULL, N_("Print the secret instead of a placeholder") },
	{ "doctor", "provider", N_("PROVIDER"), N_("Check this provider and all its numbers") },
	{ "doctor", "all", NULL, N_("Check every number") },
	{ "doctor", "timeout", N_("SECONDS"), N_("Wait at most this long for a server's answer; default 10") },
	{ "test", "server", N_("SERVER"), N_("Only this server; default every server of the number's region") },
	{ "test", "at", N_("MOMENT"), N_("Compare the opening times with this moment: 'Sat 22:00', 22:00 or 2026-12-24T10:30, in the schedule's zone") },
	{ "test", "timeout", N_("SECONDS"), N_("Wait at most this long for the agent's first audio; default 20") },
	{ "replay", "repeat", "N", N_("Run the stream N times") },
	{ "replay", "speed", "N",
	  N_("Show the stream on the screen at N times real time (1 to 1024); without a terminal, print figures") },
	{ "replay", "trunk-techs", N_("LIST"),
	  N_("Channel technologies of trunks, separated by commas; default PJSIP") },
	{ "replay", "trunk-contexts", N_("LIST"), N_("Contexts in which calls from trunks arrive; default any") },
	{ "", "json", NULL, N_("The same as --format json") },
	{ "", "csv", NULL, N_("The same as --format csv") },
	{ "", "format", "table|json|csv", N_("How to print the result") },
};

const struct global_option cli_global_options[] = {
	{ "--config", GLOBAL_CONFIG, NULL, NULL, N_("FILE"), N_("read this configuration file") },
	{ "--store", GLOBAL_STORE, "store.url", NULL, N_("URL"), N_("sqlite:PATH or postgresql://...") },
	{ "--read-only", GLOBAL_READ_ONLY, "store.read_only", "yes", NULL, N_("show everything, but change nothing") },
	{ "--color", GLOBAL_COLOR, "screen.color", NULL, N_("WHEN"), N_("auto, always or never") },
	{ "--ascii", GLOBAL_ASCII, "screen.ascii", "yes", NULL, N_("draw with ASCII only") },
	{ "--mouse", GLOBAL_MOUSE, "screen.mouse", "yes", NULL, N_("use the mouse") },
	{ "--demo", GLOBAL_DEMO, NULL, NULL, NULL, N_("open a demonstration workspace") },
	{ "--script", GLOBAL_SCRIPT, NULL, NULL, N_("FILE"), N_("run the screen from a script, without a terminal") },
	{ "--size", GLOBAL_SIZE, NULL, NULL, N_("COLSxROWS"), N_("size of the screen of a script") },
	{ "--format", GLOBAL_FORMAT, NULL, NULL, "table|json|csv", N_("how batch commands print") },
	{ "--json", GLOBAL_JSON, NULL, NULL, NULL, N_("the same as --format json") },
	{ "--help", GLOBAL_HELP, NULL, NULL, NULL, N_("show this help") },
	{ "--version", GLOBAL_VERSION, NULL, NULL, NULL, N_("show the version") },
	{ 0 },
};

_Static_assert(ARRAY_LEN(cli_global_options) <= GLOBAL_OPTIONS_MAX, "GLOBAL_OPTIONS_MAX is too small");

void cli_allow_options(struct cli_args *a, const struct command *command, bool common)
{
	size_t len = strlen(command->name);

	cli_args_init(a);
	if (command->fields)
		cli_args_allow_fields(a, command->entity);
	for (size_t i = 0; i < ARRAY_LEN(command_options); i++) {
		const char *names = command_options[i].commands, *at = names;
		bool allowed = names[0] == '\0' && common;

		for (; !allowed && (at = strstr(at, command->name)); at += len)
			allowed = (at == names || at[-1] == '|') && (at[len] == '|' || at[len] == '\0');
		if (allowed)
			cli_args_allow(a, &(struct cli_option){ command_options[i].name, command_options[i].argument,
							       command_options[i].help, NULL });
	}
}

/* --- formats --- */

static const char *const format_names[] = { "table", "json", "csv" };

bool output_format_parse(const char *name, enum output_format *out)
{
	for (size_t i = 0; i < ARRAY_LEN(format_names); i++) {
		if (strcmp(name, format_names[i]) == 0) {
			*out = (enum output_format)i;
			return true;
		}
	}
	return false;
}

/* --- failures --- */

int cli_fail(const struct err *e, enum output_format format)
{
	fflush(stdout);
	if (format == OUTPUT_JSON) {
		static const struct cli_column columns[] = {
			{ .key = "code" }, { .key = "message" }, { .key = "field" }, { .key = "hint" },
		};
		struct cli_output out;

		cli_output_init(&out, OUTPUT_JSON, stderr);
		cli_output_columns(&out, columns, ARRAY_LEN(columns));
		cli_output_row(&out, (json_t *[]){ cli_text(err_name_of(e->code)), cli_text(e->message),
						   cli_text(e->field), cli_text(e->hint) });
	} else {
		char *message = utf8_clean_dup(str_of(e->message)), *hint = utf8_clean_dup(str_of(e->hint));

		fprintf(stderr, "trunkdeck: %s\n", message);
		if (hint[0] != '\0')
			fprintf(stderr, _("hint: %s\n"), hint);
		free(message);
		free(hint);
	}
	return (int)err_class_of(e->code);
}

/* --- finding the command --- */

const char *cli_verb(const struct command *c, const char *group)
{
	size_t len = group ? strlen(group) : 0;

	if (!group)
		return c->name;
	return strncmp(c->name, group, len) || (c->name[len] && c->name[len] != ' ') ? NULL : c->name + len + (c->name[len] == ' ');
}

bool cli_is_command(const char *word)
{
	for (const struct command *command = cli_commands; command->name; command++)
		if (cli_verb(command, word))
			return true;
	return false;
}

/* Reports that there is no such command, and names the nearest one. `group`: the first word is the name of a group. */
static void refuse_command(const char *group, const char *typed, struct err *e)
{
	size_t least = typed && strlen(typed) < 4 ? 2 : 3;
	const char *between = group ? " " : "";

	group = group ? group : "";
	if (!typed) {
		err_set_message(e, ERR_USAGE, _("%s: a command is missing"), group[0] ? group : "trunkdeck");
		return;
	}
	err_set_message(e, ERR_USAGE, _("unknown command \"%s%s%s\""), group, between, typed);
	for (const struct command *command = cli_commands; command->name; command++) {
		const char *verb = cli_verb(command, group[0] ? group : NULL);
		char *word = verb ? xstrndup(verb, strcspn(verb, " ")) : NULL;

		if (word && str_distance(typed, word) < least) {
			least = str_distance(typed, word);
			err_hint(e, _("did you mean 'trunkdeck %s%s%s'?"), group, between, word);
		}
		free(word);
	}
}

struct cli *cli_new(int argc, char **argv, enum output_format given)
{
	struct cli *c = xcalloc(1, sizeof(*c));
	int used = 0;

	c->format = given;
	c->group = argc > 0 && cli_is_command(argv[0]) ? argv[0] : NULL;
	for (const struct command *command = cli_commands; c->group && command->name && !c->command; command++) {
		const char *verb = cli_verb(command, c->group);

		used = verb && verb[0] ? 2 : 1;
		if (verb && (!verb[0] || (argc > 1 && strcmp(verb, argv[1]) == 0)))
			c->command = command;
	}
	/* 'trunkdeck number --help' is 'trunkdeck help number'. */
	if (!c->command && c->group && argc > 1 && strcmp(argv[1], "--help") == 0) {
		for (c->command = cli_commands; strcmp(c->command->name, "help"); c->command++)
			;
		argc = 1;
		used = 0;
	}
	if (!c->command) {
		refuse_command(c->group, argc > (c->group ? 1 : 0) ? argv[c->group ? 1 : 0] : NULL, &c->usage);
		return c;
	}
	cli_allow_options(&c->args, c->command, true);
	if (!cli_args_parse(&c->args, argc - used, argv + used, c->command->min, c->command->max, &c->usage) &&
	    c->usage.hint[0] == '\0')
		err_hint(&c->usage, _("usage: trunkdeck %s %s [OPTION]..."), c->command->name,
			 c->command->words ? _(c->command->words) : "");
	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct cli_given *g = &c->args.given[i];

		if (strcmp(g->option->name, "format") != 0)
			output_format_parse(g->option->name, &c->format);	/* --json, --csv */
		else if (!output_format_parse(g->value, &c->format) && c->usage.code == ERR_NONE)
			cli_args_refuse(&c->args, "format", "table, json, csv", &c->usage);
	}
	return c;
}

void cli_free(struct cli **c)
{
	if (!*c)
		return;
	store_close(&(*c)->store);
	cli_output_clear(&(*c)->out);
	cli_args_clear(&(*c)->args);
	FREE(c);
}

bool cli_needs_config(const struct cli *c)
{
	return c->usage.code == ERR_NONE && c->command->needs != NEEDS_NOTHING && !c->args.help;
}

enum output_format cli_format(const struct cli *c)
{
	return c->format;
}

/* --- running --- */

static bool run_help(struct cli *c, struct err *e)
{
	const char *const *words = c->args.positionals;
	size_t count = c->args.positional_count;
	char *name = xasprintf("%s%s%s", count > 0 ? words[0] : "", count > 1 ? " " : "", count > 1 ? words[1] : "");
	static char room[65536];
	bool ok;

	/* One write at the end, so that its failure is the one that is reported. */
	setvbuf(stdout, room, _IOFBF, sizeof(room));
	ok = cli_usage(stdout, count > 0 ? name : NULL);
	if (!ok) {
		err_set_message(e, ERR_USAGE, _("unknown command \"%s\""), name);
		err_hint(e, "%s", _("'trunkdeck help' lists the commands"));
	}
	free(name);
	return ok;
}

static bool run(struct cli *c, struct err *e)
{
	const struct command *command = c->command;
	bool ok = true;

	if (c->args.help) {
		cli_usage(stdout, command->name);
	} else {
		if (command->needs == NEEDS_STORE) {
			const struct store_options options = {
				.actor = c->config->actor,
				.read_only = c->config->read_only,
				.create = command->run == cli_init_workspace,
				.migrate = cli_verb(command, "store") != NULL,
			};

			ok = config_read_store_url(c->options->config, e) && store_open(&c->store, c->config->store_url, &options, e);
		}
		ok = ok && command->run(c, e);
	}
	/* Output that was printed before a failure is written too. The first failure is reported. */
	return cli_output_end(&c->out, ok ? e : NULL) && ok;
}

int cli_run(struct cli *c, const struct cli_options *options)
{
	struct err e = { .code = ERR_NONE };
	int code;

	/* When the reader leaves, writing fails. The program then closes the store and returns an exit code. */
	signal(SIGPIPE, SIG_IGN);
	c->options = options;
	c->config = options->config;
	if (c->usage.code == ERR_NONE) {
		cli_output_init(&c->out, c->format, stdout);
		return run(c, &e) ? 0 : cli_fail(&e, c->format);
	}
	code = cli_fail(&c->usage, c->format);
	if (!c->command && c->format != OUTPUT_JSON) {
		fputc('\n', stderr);
		cli_usage(stderr, c->group);
	}
	return code;
}
