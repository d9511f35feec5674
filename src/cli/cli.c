/*
 * The table of batch commands, and running one: find the row, parse its words, open the store if it needs one, run, write
 * out, and turn a failure into a message and an exit code. Nothing below prints failures.
 */
#include "config.h"

#include "cli/io/cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/store/store.h"

/* --- the table --- */

static const struct cli_option list_options[] = {
	{ "where", N_("QUERY"), N_("Only rows that match, e.g. 'agent:support region:eu !label:test'"), NULL },
	{ 0 },
};

static const struct cli_option number_list_options[] = {
	{ "where", N_("QUERY"), N_("Only rows that match, e.g. 'agent:support region:eu !label:test'"), NULL },
	{ "routes", NULL, N_("Ask the servers too: what each of them holds of the number; changes nothing"), NULL },
	{ 0 },
};

static const struct cli_option param_options[] = {
	{ "param", N_("KEY=VALUE"), N_("Set one additional parameter; a value that is JSON keeps its type; repeatable"),
	  NULL },
	{ "unset-param", N_("KEY"), N_("Remove one additional parameter; repeatable"), NULL },
	{ 0 },
};

static const struct cli_option setup_options[] = {
	{ "mode", "astdb|odbc", N_("How the server gets its routes; default as configured"), NULL },
	{ "permit", N_("ADDRESS"), N_("From where trunkdeck logs in, e.g. 192.0.2.7/32"), NULL },
	{ "show-secret", NULL, N_("Print the secret instead of a placeholder"), NULL },
	{ 0 },
};

static const struct cli_option doctor_options[] = {
	{ "provider", N_("PROVIDER"), N_("Check this provider and all its numbers"), NULL },
	{ "all", NULL, N_("Check every number"), NULL },
	{ "timeout", N_("SECONDS"), N_("How long a server may take to answer; default 10"), NULL },
	{ 0 },
};

static const struct cli_option test_options[] = {
	{ "server", N_("SERVER"), N_("Only this server; default every server of the number's region"), NULL },
	{ "timeout", N_("SECONDS"), N_("How long to wait for the agent's first audio; default 20"), NULL },
	{ 0 },
};

static const struct cli_option delete_options[] = {
	{ "yes", NULL, N_("Don't ask"), NULL },
	{ 0 },
};

static const struct cli_option number_delete_options[] = {
	{ "cut", NULL, N_("Hang its calls up, once its route is gone; else they go on until they end"), NULL },
	{ "yes", NULL, N_("Don't ask"), NULL },
	{ 0 },
};

static const struct cli_option cascade_options[] = {
	{ "cascade", NULL, N_("Delete its numbers too"), NULL },
	{ "cut", NULL, N_("With --cascade: hang their calls up, once their routes are gone"), NULL },
	{ "yes", NULL, N_("Don't ask"), NULL },
	{ 0 },
};

static const struct cli_option replay_options[] = {
	{ "repeat", "N", N_("Run the stream N times"), NULL },
	{ "speed", "N", N_("Show it on the screen, at N times real time (1 to 1024); without a terminal, or with --json, figures"), NULL },
	{ "trunk-techs", N_("LIST"), N_("Channel technologies of trunks, separated by commas; default PJSIP"), NULL },
	{ "trunk-contexts", N_("LIST"), N_("Contexts calls from trunks arrive in; default any"), NULL },
	{ 0 },
};

static const struct cli_option changes_options[] = {
	{ "since", "ID", N_("Only changes after this one"), NULL },
	{ "last", "N", N_("Begin N changes before the end"), NULL },
	{ "max", "N", N_("End after N changes"), NULL },
	{ "follow", NULL, N_("Then wait for more, until interrupted"), NULL },
	{ 0 },
};

static const struct cli_option sync_options[] = {
	{ "dry-run", NULL, N_("Show what would change, and change nothing"), NULL },
	{ "all-gone", NULL, N_("Believe the directory even if none of a region's agents is left in it"), NULL },
	{ 0 },
};

static const struct cli_option route_sync_options[] = {
	{ "server", N_("NAME"), N_("Only this server"), NULL },
	{ "dry-run", NULL, N_("Read and tell, and write nothing"), NULL },
	{ "delete-foreign", NULL, N_("Delete routes of numbers the store does not know"), NULL },
	{ "take-over", NULL, N_("Write to a server that belongs to another store, and make it this store's"), NULL },
	{ "timeout", N_("SECONDS"), N_("Wait no longer than this; default 60"), NULL },
	{ 0 },
};

#define WHICH_CALLS \
	{ "number", N_("NUMBER"), N_("Only calls to this number"), NULL }, \
	{ "agent", "ID", N_("Only calls of this agent"), NULL }, \
	{ "provider", N_("PROVIDER"), N_("Only calls through this provider, by id or name"), NULL }, \
	{ "server", N_("NAME"), N_("Only calls on this server"), NULL }, \
	{ "since", N_("MOMENT"), N_("Only calls that started then or later: 2h, 7d, today, 2026-11-22, ..."), NULL }, \
	{ "until", N_("MOMENT"), N_("Only calls that started before"), NULL }

static const struct cli_option calls_options[] = {
	WHICH_CALLS,
	{ "outcome", N_("OUTCOME"), N_("Only calls that ended so: answered, abandoned, busy, ..."), NULL },
	{ "max", "N", N_("The last N calls"), NULL },
	{ "follow", NULL, N_("Show calls as they are recorded from now on, until interrupted"), NULL },
	{ 0 },
};

static const struct cli_option metrics_options[] = {
	WHICH_CALLS,
	{ "region", "na|eu", N_("Only calls in this region"), NULL },
	{ "by", N_("WHAT"), N_("A row per number (the default), provider, agent or region; all = none"), NULL },
	{ "all", NULL, N_("The same as --by all"), NULL },
	{ "window", N_("WINDOW"), N_("live (asks the servers), today, 1h, 24h (the default), 7d or 30d"), NULL },
	{ "prometheus", NULL, N_("Print for Prometheus; without --window everything the store keeps"), NULL },
	{ 0 },
};

static const struct cli_option record_options[] = {
	{ "quiet", NULL, N_("Say only what is wrong"), NULL },
	{ "raw", N_("FILE"), N_("Write the servers' event streams too, as they come: for bug reports, and for replay"), NULL },
	{ "raw-size", N_("SIZE"), N_("Begin a new file at this size; default 64M"), NULL },
	{ "raw-keep", "N", N_("Keep N older files beside the newest: FILE.1, FILE.2, ...; default 3"), NULL },
	{ 0 },
};

static const struct cli_option no_options[] = { { 0 } };

static bool run_help(struct cli *c, struct err *e);

const struct command cli_commands[] = {
	{ "init", NULL, "", 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, true, no_options, cli_init_workspace,
	  N_("Create the store if needed, and set up its workspace") },
	{ "store", "migrate", "", 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, no_options, cli_init_workspace,
	  N_("Bring the store's schema up to that of this program, after an upgrade") },
	{ "workspace", "show", "", 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, no_options, cli_record_show,
	  N_("Show the workspace: plan, limit, time zone") },
	{ "workspace", "edit", "", 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, true, no_options, cli_record_edit,
	  N_("Change the workspace") },

	{ "provider", "add", N_("NAME"), 0, 1, NEEDS_STORE, ENTITY_PROVIDER, true, no_options, cli_record_add,
	  N_("Add a SIP provider") },
	{ "provider", "list", "", 0, 0, NEEDS_STORE, ENTITY_PROVIDER, false, list_options, cli_record_list,
	  N_("List the providers with their count of numbers") },
	{ "provider", "show", N_("PROVIDER"), 1, 1, NEEDS_STORE, ENTITY_PROVIDER, false, no_options, cli_record_show,
	  N_("Show a provider, by id or name") },
	{ "provider", "edit", N_("PROVIDER"), 1, 1, NEEDS_STORE, ENTITY_PROVIDER, true, no_options, cli_record_edit,
	  N_("Change a provider") },
	{ "provider", "delete", N_("PROVIDER"), 1, 1, NEEDS_STORE, ENTITY_PROVIDER, false, cascade_options,
	  cli_record_delete, N_("Delete a provider") },

	{ "agent", "add", "ID", 0, 1, NEEDS_STORE, ENTITY_AGENT, true, no_options, cli_record_add,
	  N_("Add an agent") },
	{ "agent", "list", "", 0, 0, NEEDS_STORE, ENTITY_AGENT, false, list_options, cli_record_list,
	  N_("List the agents") },
	{ "agent", "show", "ID", 1, 1, NEEDS_STORE, ENTITY_AGENT, false, no_options, cli_record_show,
	  N_("Show an agent") },
	{ "agent", "edit", "ID", 1, 1, NEEDS_STORE, ENTITY_AGENT, true, no_options, cli_record_edit,
	  N_("Change an agent") },
	{ "agent", "delete", "ID", 1, 1, NEEDS_STORE, ENTITY_AGENT, false, delete_options, cli_record_delete,
	  N_("Delete an agent that no number uses") },
	{ "agent", "sync", "", 0, 0, NEEDS_STORE, ENTITY_AGENT, false, sync_options, cli_agent_sync,
	  N_("Bring the agents up to date with the agent directory") },

	{ "number", "add", N_("NUMBER"), 0, 1, NEEDS_STORE, ENTITY_NUMBER, true, param_options, cli_record_add,
	  N_("Add a phone number; without --region it takes its provider's") },
	{ "number", "list", "", 0, 0, NEEDS_STORE, ENTITY_NUMBER, false, number_list_options, cli_record_list,
	  N_("List the phone numbers") },
	{ "number", "show", N_("NUMBER"), 1, 1, NEEDS_STORE, ENTITY_NUMBER, false, no_options, cli_record_show,
	  N_("Show a phone number") },
	{ "number", "edit", N_("NUMBER"), 1, 1, NEEDS_STORE, ENTITY_NUMBER, true, param_options, cli_record_edit,
	  N_("Change a phone number: its agent, provider, region, ...") },
	{ "number", "delete", N_("NUMBER"), 1, 1, NEEDS_STORE, ENTITY_NUMBER, false, number_delete_options, cli_record_delete,
	  N_("Delete a phone number") },

	{ "sync", NULL, "", 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, route_sync_options, cli_sync,
	  N_("Read all routes back from the servers, repair them, and tell what was changed or is not right") },
	{ "changes", NULL, "", 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, changes_options, cli_changes,
	  N_("Who changed what, and when") },
	{ "calls", NULL, "", 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, calls_options, cli_calls,
	  N_("List finished calls, newest first") },
	{ "metrics", NULL, "", 0, 0, NEEDS_STORE, ENTITY_WORKSPACE, false, metrics_options, cli_metrics,
	  N_("Figures over finished calls") },
	{ "record", NULL, "", 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, record_options, cli_record,
	  N_("Record finished calls of all servers into the store, as a service") },
	{ "config", NULL, "", 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, no_options, cli_show_config,
	  N_("Show the configuration, and where each value comes from") },
	{ "server", "list", "", 0, 0, NEEDS_CONFIG, ENTITY_WORKSPACE, false, no_options, cli_server_list,
	  N_("List the configured servers") },
	{ "server", "setup", N_("SERVER"), 1, 1, NEEDS_CONFIG, ENTITY_WORKSPACE, false, setup_options, cli_server_setup,
	  N_("Print the files its Asterisk needs, filled in, with where each goes") },
	{ "doctor", NULL, N_("[NUMBER]"), 0, 1, NEEDS_STORE, ENTITY_NUMBER, false, doctor_options, cli_doctor,
	  N_("Check all that a call to a number depends on, and say what to do") },
	{ "test", NULL, N_("NUMBER"), 1, 1, NEEDS_STORE, ENTITY_NUMBER, false, test_options, cli_test,
	  N_("Place a test call to a number's agent, and say how far it gets") },
	{ "replay", NULL, N_("FILE"), 1, 1, NEEDS_NOTHING, ENTITY_WORKSPACE, false, replay_options, cli_replay,
	  N_("Run a recorded AMI stream through parser, tracker and metrics, or show it; - is standard input") },
	{ "manual", NULL, "", 0, 0, NEEDS_NOTHING, ENTITY_WORKSPACE, false, no_options, cli_manual,
	  N_("Print the manual page, for man -l") },
	{ "completion", NULL, "", 0, 0, NEEDS_NOTHING, ENTITY_WORKSPACE, false, no_options, cli_completion,
	  N_("Print the completion script for bash") },
	{ "help", NULL, N_("[COMMAND]"), 0, 2, NEEDS_NOTHING, ENTITY_WORKSPACE, false, no_options, run_help,
	  N_("Show how to use a command") },
	{ 0 },
};

static const struct cli_option common_options[] = {
	{ "json", NULL, N_("The same as --format json"), NULL },
	{ "csv", NULL, N_("The same as --format csv"), NULL },
	{ "format", "table|json|csv", N_("How to print the result"), NULL },
};

void cli_allow_own_options(struct cli_args *a, const struct command *command)
{
	if (command->fields)
		cli_args_allow_fields(a, command->entity);
	for (const struct cli_option *o = command->options; o->name; o++)
		cli_args_allow(a, o);
}

void cli_allow_options(struct cli_args *a, const struct command *command)
{
	cli_allow_own_options(a, command);
	for (size_t i = 0; i < ARRAY_LEN(common_options); i++)
		cli_args_allow(a, &common_options[i]);
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

static bool take_format(const char *name, enum output_format *out, struct err *e)
{
	if (output_format_parse(name, out))
		return true;
	err_set_message(e, ERR_USAGE, _("--format %s is not allowed"), name);
	err_hint(e, _("allowed: table, json, csv"));
	return false;
}

/* Reads the words as they come, because parsing them may be what fails. */
enum output_format cli_format(int argc, char **argv, enum output_format given)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *word = argv[i];

		if (strcmp(word, "--json") == 0)
			given = OUTPUT_JSON;
		else if (strcmp(word, "--csv") == 0)
			given = OUTPUT_CSV;
		else if (strcmp(word, "--format") == 0 && i + 1 < argc)
			output_format_parse(argv[++i], &given);
		else if (strncmp(word, "--format=", 9) == 0)
			output_format_parse(word + 9, &given);
	}
	return given;
}

static bool choose_format(struct cli *c, enum output_format given, struct err *e)
{
	enum output_format format = given;

	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct cli_given *g = &c->args.given[i];

		if (strcmp(g->option->name, "json") == 0)
			format = OUTPUT_JSON;
		else if (strcmp(g->option->name, "csv") == 0)
			format = OUTPUT_CSV;
		else if (strcmp(g->option->name, "format") == 0 && !take_format(g->value, &format, e))
			return false;
	}
	cli_output_init(&c->out, format, stdout);
	return true;
}

/* --- failures --- */

/* The rules name the field at the start of their message where the code does not say it: "sipDomain: ...". */
static char *field_of(const struct err *e)
{
	size_t len = strcspn(e->message, ":");
	char *key = xstrndup(e->message, len);

	for (int entity = 0; (e->code == ERR_FIELD_INVALID || e->code == ERR_FIELD_REQUIRED) && entity < ENTITY_COUNT;
	     entity++) {
		if (field_by_key((enum entity)entity, key))
			return key;
	}
	free(key);
	return xstrdup(err_field_of(e->code));
}

static json_t *clean_json(const char *text)
{
	char *clean = utf8_clean_dup(str_of(text));
	json_t *json = json_string(clean);

	free(clean);
	return json;
}

static void fail_json(const struct err *e)
{
	struct cli_output out;
	json_t *o = json_object();
	char *field = field_of(e);

	json_object_set_new(o, "code", json_string(err_name_of(e->code)));
	json_object_set_new(o, "message", clean_json(e->message));
	json_object_set_new(o, "field", json_string(field));
	json_object_set_new(o, "hint", clean_json(e->hint));
	cli_output_init(&out, OUTPUT_JSON, stderr);
	cli_output_object(&out, o);
	cli_output_clear(&out);
	free(field);
}

int cli_fail(const struct err *e, enum output_format format)
{
	char *message = utf8_clean_dup(str_of(e->message)), *hint = utf8_clean_dup(str_of(e->hint));

	fflush(stdout);
	if (format == OUTPUT_JSON)
		fail_json(e);
	else
		fprintf(stderr, "trunkdeck: %s\n", message);
	if (format != OUTPUT_JSON && hint[0] != '\0')
		fprintf(stderr, _("hint: %s\n"), hint);
	free(message);
	free(hint);
	return (int)err_class_of(e->code);
}

/* --- finding the command --- */

bool cli_is_command(const char *word)
{
	for (const struct command *command = cli_commands; command->group; command++) {
		if (strcmp(command->group, word) == 0)
			return true;
	}
	return false;
}

/* The row, and how many words name it; NULL when there is none. */
static const struct command *find_command(int argc, char **argv, int *used)
{
	for (const struct command *command = cli_commands; argc > 0 && command->group; command++) {
		*used = command->verb ? 2 : 1;
		if (strcmp(command->group, argv[0]) == 0 &&
		    (!command->verb || (argc > 1 && strcmp(command->verb, argv[1]) == 0)))
			return command;
	}
	return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

bool cli_needs_config(int argc, char **argv)
{
	int used;
	const struct command *command = find_command(argc, argv, &used);

	return command && command->needs != NEEDS_NOTHING && !asks_for_help(argc, argv);
}

/* The word of the table nearest to what was typed: a verb of `group`, or a group. NULL = nothing is near. */
static const char *nearest(const char *typed, const char *group)
{
	const char *best = NULL;
	size_t least = strlen(typed) < 4 ? 2 : 3;

	for (const struct command *command = cli_commands; command->group; command++) {
		const char *word = group ? command->verb : command->group;

		if ((group && strcmp(command->group, group) != 0) || !word || str_distance(typed, word) >= least)
			continue;
		least = str_distance(typed, word);
		best = word;
	}
	return best;
}

static void refuse_command(int argc, char **argv, struct err *e)
{
	const char *group = argc > 0 && cli_is_command(argv[0]) ? argv[0] : NULL;
	const char *typed = group ? (argc > 1 ? argv[1] : NULL) : (argc > 0 ? argv[0] : NULL);
	const char *near = typed ? nearest(typed, group) : NULL;

	if (!typed)
		err_set_message(e, ERR_USAGE, _("%s: what shall be done?"), group ? group : "trunkdeck");
	else
		err_set_message(e, ERR_USAGE, _("unknown command \"%s%s%s\""), group ? group : "", group ? " " : "", typed);
	if (near)
		err_hint(e, _("did you mean 'trunkdeck %s%s%s'?"), group ? group : "", group ? " " : "", near);
}

/* --- running --- */

static bool run_help(struct cli *c, struct err *e)
{
	const struct cli_args *a = &c->args;
	char *name = xasprintf("%s%s%s", a->positional_count > 0 ? a->positionals[0] : "",
			       a->positional_count > 1 ? " " : "", a->positional_count > 1 ? a->positionals[1] : "");
	bool ok = cli_usage(stdout, a->positional_count > 0 ? name : NULL);

	if (!ok) {
		err_set_message(e, ERR_USAGE, _("unknown command \"%s\""), name);
		err_hint(e, "%s", _("'trunkdeck help' lists the commands"));
	}
	free(name);
	return ok;
}

static bool open_store(struct cli *c, struct err *e)
{
	struct store_options options = { .actor = NULL };

	if (c->command->needs != NEEDS_STORE)
		return true;
	options.actor = c->config->actor;
	options.read_only = c->config->read_only;
	options.create = c->command->run == cli_init_workspace;
	options.migrate = strcmp(c->command->group, "store") == 0;
	return store_open(&c->store, c->config->store_url, &options, e);
}

static bool run_parsed(struct cli *c, struct err *e)
{
	bool ok;

	if (c->args.help) {
		char *name = xasprintf("%s%s%s", c->command->group, c->command->verb ? " " : "",
				       c->command->verb ? c->command->verb : "");

		cli_usage(stdout, name);
		free(name);
		return cli_output_end(&c->out, e);
	}
	ok = open_store(c, e) && c->command->run(c, e);
	/* What was printed before a failure goes out too; the failure is what is told. */
	return cli_output_end(&c->out, ok ? e : NULL) && ok;
}

static bool run(struct cli *c, enum output_format given, int argc, char **argv, bool *usage, struct err *e)
{
	int used;

	c->command = find_command(argc, argv, &used);
	*usage = !c->command;
	if (!c->command) {
		refuse_command(argc, argv, e);
		return false;
	}
	cli_allow_options(&c->args, c->command);
	if (!cli_args_parse(&c->args, argc - used, argv + used, c->command->min, c->command->max, e)) {
		if (e->hint[0] == '\0')
			err_hint(e, _("usage: trunkdeck %s%s%s %s [OPTION]..."), c->command->group,
				 c->command->verb ? " " : "", c->command->verb ? c->command->verb : "",
				 c->command->words);
		return false;
	}
	return choose_format(c, given, e) && run_parsed(c, e);
}

int cli_run(const struct cli_options *options, int argc, char **argv)
{
	enum output_format format = cli_format(argc, argv, options->format);
	struct cli c = { .options = options, .config = options->config };
	struct err e = { .code = ERR_NONE };
	bool usage, ok;
	int code = 0;

	/* A reader that leaves ends the output, not the program: it still closes the store and gives an exit code. */
	signal(SIGPIPE, SIG_IGN);
	cli_args_init(&c.args);
	ok = run(&c, options->format, argc, argv, &usage, &e);
	if (!ok)
		code = cli_fail(&e, format);
	if (!ok && usage && format != OUTPUT_JSON) {
		fputc('\n', stderr);
		cli_usage(stderr, argc > 0 && cli_is_command(argv[0]) ? argv[0] : NULL);
	}
	store_close(&c.store);
	cli_output_clear(&c.out);
	cli_args_clear(&c.args);
	return code;
}

bool cli_print_usage(const char *command)
{
	return cli_usage(stdout, command);
}
