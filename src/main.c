/*
 * trunkdeck: the command line. Options, the configuration, then either a batch command (cli/) or the screen (ui/).
 */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trunkdeck/app.h"
#include "trunkdeck/cli.h"
#include "trunkdeck/config.h"
#include "trunkdeck/demo.h"
#include "trunkdeck/gettext.h"
#include "trunkdeck/log.h"
#include "trunkdeck/loop.h"
#include "trunkdeck/mem.h"
#include "ui/script.h"
#include "ui/ui.h"

#define FLAGS_MAX 32

/* Where virtual time starts for --script: 2026-01-05 14:02 UTC, a Monday. */
#define SCRIPT_START_US ((int64_t)1767621720 * 1000000)

struct arguments {
	const char *config_path;
	const char *script;
	const char *size;
	bool demo;
	enum output_format format;
	struct config_flag flags[FLAGS_MAX];
	size_t flag_count;
};

enum {
	OPT_STORE = 256, OPT_READ_ONLY, OPT_DEMO, OPT_SCRIPT, OPT_SIZE, OPT_COLOR, OPT_ASCII, OPT_MOUSE, OPT_FORMAT, OPT_JSON
};

/* A global option: getopt's row, the configuration option it sets (NULL: handled below), and help. */
static const struct {
	const char *name;
	int argument;
	int id;
	const char *option;		/* "store.url" */
	const char *value;		/* for options without argument */
	const char *argument_name;
	const char *help;
} global_options[] = {
	{ "--config", required_argument, 'c', NULL, NULL, N_("FILE"), N_("read this configuration file") },
	{ "--store", required_argument, OPT_STORE, "store.url", NULL, N_("URL"), N_("sqlite:PATH or postgresql://...") },
	{ "--read-only", no_argument, OPT_READ_ONLY, "store.read_only", "yes", NULL, N_("look, but change nothing") },
	{ "--color", required_argument, OPT_COLOR, "screen.color", NULL, N_("WHEN"), N_("auto, always or never") },
	{ "--ascii", no_argument, OPT_ASCII, "screen.ascii", "yes", NULL, N_("draw with ASCII only") },
	{ "--mouse", no_argument, OPT_MOUSE, "screen.mouse", "yes", NULL, N_("use the mouse") },
	{ "--demo", no_argument, OPT_DEMO, NULL, NULL, NULL, N_("open a demonstration workspace") },
	{ "--script", required_argument, OPT_SCRIPT, NULL, NULL, N_("FILE"), N_("run the screen from a script, without a terminal") },
	{ "--size", required_argument, OPT_SIZE, NULL, NULL, N_("COLSxROWS"), N_("size of the screen of a script") },
	{ "--format", required_argument, OPT_FORMAT, NULL, NULL, "table|json|csv", N_("how batch commands print") },
	{ "--json", no_argument, OPT_JSON, NULL, NULL, NULL, N_("the same as --format json") },
	{ "--help", no_argument, 'h', NULL, NULL, NULL, N_("show this help") },
	{ "--version", no_argument, 'V', NULL, NULL, NULL, N_("show the version") },
};

static void print_usage(void)
{
	printf(_("Usage: trunkdeck [OPTION]...            open the screen\n"
		 "       trunkdeck [OPTION]... COMMAND    run a batch command\n\nOptions:\n"));
	for (size_t i = 0; i < ARRAY_LEN(global_options); i++) {
		char left[48];

		snprintf(left, sizeof(left), "%s%s%s", global_options[i].name,
			 global_options[i].argument_name ? " " : "",
			 global_options[i].argument_name ? _(global_options[i].argument_name) : "");
		printf("  %-22s %s\n", left, _(global_options[i].help));
	}
	putchar('\n');
	cli_print_usage(NULL);
}

static int fail(const struct err *e)
{
	return cli_fail(e, OUTPUT_TABLE);
}

static void add_flag(struct arguments *a, size_t option, const char *value)
{
	if (a->flag_count == FLAGS_MAX)
		die("too many options");
	a->flags[a->flag_count++] = (struct config_flag){
		.name = global_options[option].option,
		.flag = global_options[option].name,
		.value = value,
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

/* Takes one option; returns an exit code to leave with, or -1 to go on. */
static int take_option(struct arguments *a, int id, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(global_options); i++) {
		if (global_options[i].id == id && global_options[i].option)
			add_flag(a, i, value ? value : global_options[i].value);
	}
	switch (id) {
	case 'c':
		a->config_path = value;
		break;
	case OPT_DEMO:
		a->demo = true;
		break;
	case OPT_SCRIPT:
		a->script = value;
		break;
	case OPT_SIZE:
		a->size = value;
		break;
	case OPT_JSON:
		a->format = OUTPUT_JSON;
		break;
	case OPT_FORMAT:
		return take_format(a, value);
	case 'h':
		print_usage();
		return 0;
	case 'V':
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
	struct option options[ARRAY_LEN(global_options) + 1] = { { 0 } };
	int id, code;

	for (size_t i = 0; i < ARRAY_LEN(global_options); i++)
		options[i] = (struct option){ global_options[i].name + 2, global_options[i].argument, NULL, global_options[i].id };
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
	log_open(path, LOG_LEVEL_INFO, &e);	/* no log is no reason not to start */
	free(path);
	free(dir);
}

/* The loop, from the first paint to the end. Returns the signal that ended it, or 0. */
static int drive(struct ui *ui, struct app *app, struct err *e)
{
	struct loop_client client;

	ui_paint(ui);
	if (!app_start(app, e))
		return -1;
	ui_loop_client(ui, &client);
	return loop_run(app, &client);
}

static int run_script(struct ui *ui, struct app *app, struct td_clock *clock, const char *script, struct err *e)
{
	if (!app_start(app, e) || !script_run(ui, app, clock, script, e))
		return fail(e);
	return 0;
}

static int run_screen(const struct arguments *a, const struct config *config)
{
	struct ui_options options = { .headless = a->script != NULL };
	struct td_clock virtual_clock;
	struct app *app;
	struct ui *ui;
	struct err e = { 0 };
	int code;

	clock_init_virtual(&virtual_clock, SCRIPT_START_US);
	if (!parse_size(a->size, &options, &e))
		return fail(&e);
	app = app_new(config, a->script ? &virtual_clock : &clock_system);
	if (!ui_new(&ui, app, &options, &e)) {
		app_free(&app);
		return fail(&e);
	}
	code = a->script ? run_script(ui, app, &virtual_clock, a->script, &e) : drive(ui, app, &e);
	ui_free(&ui);
	app_free(&app);
	if (code < 0)
		return fail(&e);
	return a->script ? code : 0;
}

static int run_command(const struct arguments *a, const struct config *config, int argc, char **argv)
{
	const struct cli_options options = { .config = config, .format = a->format };

	return cli_run(&options, argc, argv);
}

/* Flags of the demonstration come first, so that the operator's own win. */
static bool load_config(struct config **config, const struct arguments *a, const struct demo *demo, struct err *e)
{
	struct config_flag flags[2 * FLAGS_MAX];
	size_t count = 0;
	const struct config_flag *first = demo ? demo_flags(demo, &count) : NULL;

	for (size_t i = 0; i < count && i < FLAGS_MAX; i++)
		flags[i] = first[i];
	for (size_t i = 0; i < a->flag_count; i++)
		flags[count + i] = a->flags[i];
	return config_load(config, demo ? "/dev/null" : a->config_path, flags, count + a->flag_count, e);
}

int main(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct config *config = NULL;
	struct demo *demo = NULL;
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
	if (a.demo && !demo_start(&demo, a.script == NULL, a.script ? SCRIPT_START_US : clock_wall_us(&clock_system), &e))
		return fail(&e);
	if (optind < argc && !cli_needs_config(argc - optind, argv + optind)) {
		code = run_command(&a, NULL, argc - optind, argv + optind);
	} else if (!load_config(&config, &a, demo, &e)) {
		code = cli_fail(&e, cli_format(argc - optind, argv + optind, a.format));
	} else if (optind < argc) {
		code = run_command(&a, config, argc - optind, argv + optind);
	} else {
		open_log();
		code = run_screen(&a, config);
	}
	config_free(&config);
	demo_stop(&demo);
	log_close();
	return code;
}
