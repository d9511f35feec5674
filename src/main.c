/*
 * trunkdeck: the command line. Reads options and configuration, then runs a batch command (cli/) or the screen (ui/).
 */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trunkdeck/app/loop.h"
#include "trunkdeck/app/replay.h"
#include "trunkdeck/app/replay_workspace.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/log.h"
#include "trunkdeck/base/mem.h"
#include "cli/io/cli.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/demo/demo.h"
#include "trunkdeck/store/store.h"
#include "cli/io/global_options.h"
#include "ui/script.h"
#include "ui/frame/ui.h"
#include "ui/views.h"

#define FLAGS_MAX 32
#define END_MS 1800		/* most time from the signal or key that ends the screen to the end of the process */

/* Start of the virtual time for --script: 2026-01-05 14:02 UTC, a Monday. */
#define SCRIPT_START_US ((int64_t)1767621720 * 1000000)

struct arguments {
	const char *config_path;
	const char *script;
	const char *size;
	bool wants_demo;
	struct demo *demo;		/* NULL = not running */
	enum output_format format;
	struct config_flag flags[FLAGS_MAX];
	size_t flag_count;
	char *store_url;		/* copy of the value of --store */
};

extern char **environ;

/* Everybody on this machine can read the command line. So a value with a possible password is overwritten there. */
static const char *hide_store_url(struct arguments *a, char *value)
{
	char *secret = strstr(value, "://");

	if (!secret || (!strchr(secret, '@') && !strstr(secret, "password")))
		return value;
	free(a->store_url);
	a->store_url = xstrdup(value);
	memset(secret + 3, '*', strlen(secret + 3));
	return a->store_url;
}

/* Removes the variables that the configuration has read, to hide them from children and /proc/PID/environ. */
static void hide_environment(void)
{
	for (char **v = environ; *v;) {
		char *name = xstrndup(*v, strcspn(*v, "="));
		bool ours = strncmp(name, "TRUNKDECK_", 10) == 0 && strcmp(name, "TRUNKDECK_CONFIG") != 0;

		if (ours) {
			explicit_bzero(*v + strlen(name), strlen(*v + strlen(name)));
			(*v)[strlen(name)] = '=';
			unsetenv(name);
		}
		v += !ours;
		free(name);
	}
	store_hide_password();
}

static void print_usage(void)
{
	printf(_("Usage: trunkdeck [OPTION]...            open the screen\n"
		 "       trunkdeck [OPTION]... COMMAND    run a batch command\n\nOptions:\n"));
	for (const struct global_option *o = cli_global_options; o->name; o++) {
		char left[48];

		snprintf(left, sizeof(left), "%s%s%s", o->name, o->argument ? " " : "", o->argument ? _(o->argument) : "");
		printf("  %-22s %s\n", left, _(o->help));
	}
	putchar('\n');
	cli_usage(stdout, NULL);
}

static int fail(const struct err *e)
{
	return cli_fail(e, OUTPUT_TABLE);
}

static void add_flag(struct arguments *a, const struct global_option *o, const char *value)
{
	if (a->flag_count == FLAGS_MAX)
		die("too many options");
	a->flags[a->flag_count++] = (struct config_flag){
		.name = o->option,
		.flag = o->name,
		.value = o->value ? o->value : value,
	};
}

static int take_format(struct arguments *a, const char *value)
{
	struct err e;

	if (output_format_parse(value, &a->format))
		return -1;
	err_set_message(&e, ERR_USAGE, _("--format %s is not allowed"), value);
	err_hint(&e, _("allowed: table, json, csv"));
	return fail(&e);
}

/* Handles one option. Returns an exit code, or -1 to continue. */
static int take_option(struct arguments *a, int id, char *given)
{
	const char *value = id == GLOBAL_STORE ? hide_store_url(a, given) : given;

	for (const struct global_option *o = cli_global_options; o->name; o++) {
		if ((int)o->id == id && o->option)
			add_flag(a, o, value);
	}
	switch (id) {
	case GLOBAL_CONFIG:
		a->config_path = value;
		break;
	case GLOBAL_DEMO:
		a->wants_demo = true;
		break;
	case GLOBAL_SCRIPT:
		a->script = value;
		break;
	case GLOBAL_SIZE:
		a->size = value;
		break;
	case GLOBAL_JSON:
		a->format = OUTPUT_JSON;
		break;
	case GLOBAL_FORMAT:
		return take_format(a, value);
	case GLOBAL_HELP:
		print_usage();
		return 0;
	case GLOBAL_VERSION:
		puts(PACKAGE_STRING);
		return 0;
	case '?':
		fprintf(stderr, _("hint: 'trunkdeck --help' lists the options\n"));
		return ERR_CLASS_USAGE;
	}
	return -1;
}

static int parse_options(struct arguments *a, int argc, char **argv)
{
	struct option options[GLOBAL_OPTIONS_MAX] = { { 0 } }, *row = options;
	int id, code;

	for (const struct global_option *o = cli_global_options; o->name; o++)
		*row++ = (struct option){ o->name + 2, o->argument ? required_argument : no_argument, NULL, (int)o->id };
	while ((id = getopt_long(argc, argv, "+c:hV", options, NULL)) != -1) {
		code = take_option(a, id, optarg);
		if (code >= 0)
			return code;
	}
	return -1;
}

static bool parse_size(const char *text, struct ui_options *o, struct err *e)
{
	char rest;

	o->columns = 80;
	o->rows = 24;
	if (!text || (sscanf(text, "%4dx%4d%c", &o->columns, &o->rows, &rest) == 2 && o->columns > 0 && o->rows > 0))
		return true;
	return err_set(e, ERR_USAGE, _("--size %s: write it like 80x24"), text);
}

static void open_log(void)
{
	char *dir = config_state_dir(), *path = xasprintf("%s/log", dir);
	struct err e;

	for (char *p = strchr(dir + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(dir, 0700);
		*p = '/';
	}
	mkdir(dir, 0700);
	log_open(path, LOG_LEVEL_INFO, &e);	/* the program starts without a log file, too */
	free(path);
	free(dir);
}

/* The demonstration's flags come first, so that the operator's flags win. */
static bool load_config(struct config **config, const struct arguments *a, struct err *e)
{
	const struct demo *demo = a->demo;
	struct config_flag flags[2 * FLAGS_MAX];
	size_t count = 0;
	const struct config_flag *first = demo ? demo_flags(demo, &count) : NULL;
	bool ok;

	for (size_t i = 0; i < count && i < FLAGS_MAX; i++)
		flags[i] = first[i];
	for (size_t i = 0; i < a->flag_count; i++)
		flags[count + i] = a->flags[i];
	ok = config_load(config, demo ? "/dev/null" : a->config_path, flags, count + a->flag_count, e);
	hide_environment();
	return ok;
}

/* The data behind the screen: the player, or without one, the configured servers. */
struct showing {
	const struct config *config;
	struct player *player;
	int speed;
	const struct err *no_names;	/* why numbers have no names */
};

static bool start_app(struct app *app, struct showing *s, struct td_clock *clock, struct err *e)
{
	if (s->no_names && s->no_names->code != ERR_NONE)
		messages_add(app->messages, MESSAGE_WARN, _("no names: the configured store can't be read (%s)"),
			     s->no_names->hint[0] ? s->no_names->hint : s->no_names->message);
	return s->player ? app_start_replay(app, &s->player, clock, s->speed, e) : app_start(app, e);
}

/* Runs the loop from the first paint to the end. The first paint does not wait for the workers. */
static bool drive(struct ui *ui, struct app *app, struct showing *s, struct td_clock *clock, struct err *e)
{
	struct loop_client client;

	if (!s->player)
		ui_paint(ui);
	if (!start_app(app, s, clock, e))
		return false;
	ui_loop_client(ui, &client);
	loop_run(app, &client);
	loop_end_within(END_MS);
	return true;
}

static bool run_screen(const struct arguments *a, struct showing *s, struct err *e)
{
	struct ui_options options = { .headless = a->script != NULL, .views = ui_views };
	struct td_clock clock = { 0 };
	struct app *app;
	struct ui *ui;
	bool ok;

	if (a->script)
		clock_init_virtual(&clock, SCRIPT_START_US);
	if (!parse_size(a->size, &options, e))
		return false;
	open_log();
	app = app_new(s->config, &clock);
	if (!ui_new(&ui, app, &options, e)) {
		app_free(&app);
		return false;
	}
	if (a->script)
		ok = start_app(app, s, &clock, e) && script_run(ui, app, &clock, a->script, e);
	else
		ok = drive(ui, app, s, &clock, e);
	ui_free(&ui);
	app_free(&app);
	return ok;
}

/* Opens the recording first: if it can't be played, no workspace is needed. */
static bool show_replay(void *arg, const struct cli_replay_show *r, struct err *e)
{
	const struct arguments *a = arg;
	const struct player_options options = {
		.path = r->path, .server = REPLAY_SERVER, .trunk_techs = r->trunk_techs, .trunk_contexts = r->trunk_contexts,
	};
	struct showing s = { .speed = r->speed };
	struct replay_workspace *workspace = NULL;
	struct config *config = NULL;
	bool ok;

	loop_block_signals();
	ok = player_open(&s.player, &options, e) && load_config(&config, a, e) && config_read_store_url(config, e) &&
	     replay_workspace_make(&workspace, config, r->path, e);
	if (ok) {
		s.config = replay_workspace_config(workspace);
		s.no_names = replay_workspace_trouble(workspace);
		ok = run_screen(a, &s, e);
	}
	player_free(&s.player);
	replay_workspace_free(&workspace);
	config_free(&config);
	return ok;
}

int main(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct config *config = NULL;
	struct cli *command = NULL;
	struct err e = { 0 };
	int code;

	setlocale(LC_ALL, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	code = parse_options(&a, argc, argv);
	if (code >= 0)
		return code;
	if (optind == argc)
		loop_block_signals();
	if (a.wants_demo && !demo_start(&a.demo, a.script == NULL, a.script ? SCRIPT_START_US : clock_wall_us(&clock_system), &e))
		return fail(&e);
	if (optind < argc)
		command = cli_new(argc - optind, argv + optind, a.format);
	if ((!command || cli_needs_config(command)) && !load_config(&config, &a, &e)) {
		code = cli_fail(&e, command ? cli_format(command) : a.format);
	} else if (command) {
		code = cli_run(command, &(struct cli_options){
			.config = config,
			.show_replay = a.script || isatty(STDOUT_FILENO) ? show_replay : NULL,
			.arg = &a,
		});
	} else {
		code = config_read_store_url(config, &e) && config_read_server_secrets(config, &e) &&
		       config_read_agents_secret(config, &e) &&
		       run_screen(&a, &(struct showing){ .config = config }, &e) ? 0 : fail(&e);
	}
	cli_free(&command);
	config_free(&config);
	demo_stop(&a.demo);
	free(a.store_url);
	log_close();
	return code;
}
