/*
 * The manual pages trunkdeck(1) and trunkdeck.conf(5), in the man(7) macros of roff. They are made from the program's
 * own tables: options, commands, actions with their keys, configuration.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/global_options.h"
#include "trunkdeck/app/action.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/config/config.h"

/* In roff, backslashes, dashes, and a dot or quote at the start of a line have a special meaning. */
static void put_text(FILE *to, const char *text)
{
	bool line_start = true;

	for (; *text != '\0'; text++) {
		if (line_start && (*text == '.' || *text == '\''))
			fputs("\\&", to);
		line_start = *text == '\n';
		if (*text == '\\')
			fputs("\\e", to);
		else if (*text == '-')
			fputs("\\-", to);
		else
			putc(*text, to);
	}
}

static void put_section(FILE *to, const char *title)
{
	fprintf(to, ".SH \"%s\"\n", title);
}

/* Prints a term in bold, its argument in italics, and its meaning. */
static void put_term(FILE *to, const char *term, const char *argument, const char *meaning)
{
	fputs(".TP\n\\fB", to);
	put_text(to, term);
	fputs("\\fR", to);
	if (argument) {
		fputs(" \\fI", to);
		put_text(to, _(argument));
		fputs("\\fR", to);
	}
	putc('\n', to);
	put_text(to, meaning);
	fputs("\n", to);
}

static void put_head(FILE *to, const char *page, const char *title, const char *kind, const char *purpose)
{
	fprintf(to, ".TH %s \"\" \"%s\" \"%s\"\n.nh\n.ad l\n", title, PACKAGE_STRING, kind);
	put_section(to, _("NAME"));
	fprintf(to, "%s \\- %s\n", page, purpose);
}

static void put_options(FILE *to)
{
	put_section(to, _("SYNOPSIS"));
	fprintf(to, "\\fBtrunkdeck\\fR [\\fI%s\\fR]...\n.br\n\\fBtrunkdeck\\fR [\\fI%s\\fR]... \\fI%s\\fR [\\fI%s\\fR]...\n",
		_("OPTION"), _("OPTION"), _("COMMAND"), _("ARGUMENT"));
	put_section(to, _("DESCRIPTION"));
	put_text(to, _("Without a command, trunkdeck opens its screen. It shows SIP providers as cards, phone numbers and their agents, the\n"
		       "routes that each Asterisk holds, live calls and figures. With a command, trunkdeck runs it and exits.\n"));
	put_section(to, _("OPTIONS"));
	for (const struct global_option *o = cli_global_options; o->name; o++)
		put_term(to, o->name, o->argument, _(o->help));
}

static void put_commands(FILE *to)
{
	put_section(to, _("COMMANDS"));
	put_text(to, _("Each command also takes --json, --csv and --format.\n"));
	for (const struct command *c = cli_commands; c->name; c++) {
		struct cli_args args;

		put_term(to, c->name, c->words, _(c->help));
		cli_allow_options(&args, c, false);
		fputs(".RS\n", to);
		for (size_t i = 0; i < args.option_count; i++) {
			char *option = xasprintf("--%s", args.options[i].name);

			put_term(to, option, args.options[i].argument, _(args.options[i].help));
			free(option);
		}
		fputs(".RE\n", to);
	}
}

static void put_see_also(FILE *to, const char *page, const char *section)
{
	put_section(to, _("SEE ALSO"));
	fprintf(to, ".BR %s (%s)\n", page, section);
}

static bool put_configuration(FILE *to)
{
	static const struct { const char *name, *meaning; } files[] = {
		{ "$XDG_CONFIG_HOME/trunkdeck/config", N_("The configuration. XDG_CONFIG_HOME is usually ~/.config.") },
		{ "~/.pgpass", N_("Passwords of PostgreSQL stores, as libpq reads them. The file must be readable by its owner alone.") },
	};
	struct config_option_text o;
	const char *section = "";

	put_head(to, "trunkdeck.conf", "TRUNKDECK.CONF 5", _("File Formats"), _("configuration of trunkdeck"));
	put_section(to, _("DESCRIPTION"));
	put_text(to, _("trunkdeck reads $XDG_CONFIG_HOME/trunkdeck/config, or the file that --config or TRUNKDECK_CONFIG names. A line is\n"
		       "KEY = VALUE below a [SECTION]. # and ; begin a comment at the start of a line or after a blank; a value that holds\n"
		       "them is written in double quotes. An unknown section or key is an error.\n"));
	fputs(".PP\n", to);
	put_text(to, _("A variable of the environment takes precedence over the file. It is named after section and key, such as\n"
		       "TRUNKDECK_SCREEN_FPS or, for [server na-1], TRUNKDECK_SERVER_NA_1_PORT. Options of the command line take precedence\n"
		       "over both. 'trunkdeck config' shows each value and where it comes from.\n"));
	fputs(".PP\n", to);
	put_text(to, _("The file and all folders above it must belong to you or to root, and nobody else may write to them. A file that holds\n"
		       "a secret must be readable by its owner alone. Of secret, secret_file and secret_command, and of url, url_file and\n"
		       "url_command, one may be given.\n"));
	put_section(to, _("OPTIONS"));
	for (size_t i = 0; config_option_text(i, &o); i++) {
		char *initial = o.initial[0] != '\0' ? xasprintf(_(" Default: %s."), o.initial) : xstrdup("");
		char *meaning = xasprintf(_("%s\nAllowed: %s.%s"), _(o.help), _(o.allowed), initial);

		if (strcmp(section, o.section) != 0)
			fprintf(to, ".SS \"[%s%s]\"\n", o.section, strcmp(o.section, "server") == 0 ? " NAME" : "");
		section = o.section;
		put_term(to, o.key, NULL, meaning);
		free(meaning);
		free(initial);
	}
	put_section(to, _("FILES"));
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		put_term(to, files[i].name, NULL, _(files[i].meaning));
	put_section(to, _("EXAMPLES"));
	fputs(".EX\n", to);
	put_text(to, "[store]\nurl = postgresql://trunkdeck@db.example.net/trunkdeck\n\n"
		     "[server na-1]\nhost = pbx1.example.net\ntls = yes\nsecret_command = pass show pbx1/ami\n");
	fputs(".EE\n", to);
	put_see_also(to, "trunkdeck", "1");
	return true;
}

bool cli_manual(struct cli *c, struct err *e)
{
	const char *page = c->args.positional_count > 0 ? c->args.positionals[0] : "";
	FILE *to = c->out.to;

	if (strcmp(page, "config") == 0)
		return put_configuration(to);
	if (page[0] != '\0') {
		err_set_message(e, ERR_USAGE, _("there is no page \"%s\""), page);
		return err_hint(e, "%s",
		_("'trunkdeck manual' prints trunkdeck(1), 'trunkdeck manual config' prints trunkdeck.conf(5)"));
	}
	put_head(to, "trunkdeck", "TRUNKDECK 1", _("User Commands"),
		 _("providers, phone numbers, AI voice agents and live calls behind Asterisk"));
	put_options(to);
	put_commands(to);
	put_section(to, _("KEYS"));
	put_text(to, _("The help on the screen has the same order, and shows the keys of the current view. Each name also works after :.\n"));
	for (int id = 1; id < ACTION_COUNT; id++) {
		const struct action *a = action_get((enum action_id)id);

		put_term(to, a->keys[0] != '\0' ? a->keys : ":", a->name, _(a->help));
	}
	put_section(to, _("EXIT STATUS"));
	put_term(to, "0", NULL, _("done"));
	put_term(to, "1", NULL, _("refused or found wrong"));
	put_term(to, "2", NULL, _("usage or configuration"));
	put_term(to, "3", NULL, _("a server or the store was unreachable"));
	fputs(".PP\n", to);
	put_text(to, _("With --json a failure is one JSON object on standard error: code, message, field, hint.\n"));
	put_see_also(to, "trunkdeck.conf", "5");
	return true;
}
