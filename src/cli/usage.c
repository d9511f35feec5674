/* Usage texts, made from the table of commands and the tables of fields. */
#include "config.h"

#include <string.h>

#include "cli/io/command.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define LEFT 26

/* gettext("") would give the header of the catalogue. */
static const char *translated(const char *text)
{
	return text[0] != '\0' ? _(text) : text;
}

/* Two columns; a left one that is too long gets a line of its own. */
static void put_pair(FILE *to, const char *left, const char *right)
{
	struct buf line;

	buf_init(&line, BUF_UNBOUNDED);
	if (utf8_width(left) <= LEFT)
		utf8_pad(&line, left, LEFT, true);
	else
		buf_addf(&line, "%s\n  %*s", left, LEFT, "");
	fprintf(to, "  %s  %s\n", line.p, right);
	buf_clear(&line);
}

static void put_option(FILE *to, const struct cli_option *o)
{
	char *left = xasprintf("--%s%s%s", o->name, o->argument ? " " : "", o->argument ? translated(o->argument) : "");

	put_pair(to, left, _(o->help));
	free(left);
}

static char *words_of(const struct command *c)
{
	return xasprintf("%s%s%s%s%s", c->group, c->verb ? " " : "", c->verb ? c->verb : "",
			 c->words[0] != '\0' ? " " : "", translated(c->words));
}

static void put_command(FILE *to, const struct command *c)
{
	char *left = words_of(c);

	put_pair(to, left, _(c->help));
	free(left);
}

static bool put_group(FILE *to, const char *group)
{
	bool found = false;

	for (const struct command *c = cli_commands; c->group; c++) {
		if (group && strcmp(c->group, group) != 0)
			continue;
		found = true;
		put_command(to, c);
	}
	return found;
}

static void put_rules(FILE *to)
{
	fputs(_("\n'trunkdeck help COMMAND' tells the options of a command.\n\n"
		"With --json each record is one JSON object on a line of its own, and a failure is one JSON object on standard\n"
		"error: {\"code\", \"message\", \"field\", \"hint\"}. With --format csv the first row has the keys; your own texts are written\n"
		"as they are, so let a spreadsheet import the columns as text (it may take =... or +... for a formula); what a\n"
		"caller chose has ' in front of such a beginning.\n\n"
		"Exit status: 0 done, 1 refused or found wrong, 2 usage or configuration, 3 a server or the store was unreachable.\n"),
	      to);
}

static void put_details(FILE *to, const struct command *c)
{
	struct cli_args args;
	char *words = words_of(c);

	cli_args_init(&args);
	cli_allow_options(&args, c);
	fprintf(to, _("Usage: trunkdeck %s [OPTION]...\n\n%s.\n\nOptions:\n"), words, _(c->help));
	for (size_t i = 0; i < args.option_count; i++)
		put_option(to, &args.options[i]);
	cli_args_clear(&args);
	free(words);
}

bool cli_usage(FILE *to, const char *command)
{
	for (const struct command *c = cli_commands; command && c->group; c++) {
		size_t len = strlen(c->group);

		if (strncmp(command, c->group, len) == 0 &&
		    (c->verb ? command[len] == ' ' && strcmp(command + len + 1, c->verb) == 0 : command[len] == '\0')) {
			put_details(to, c);
			return true;
		}
	}
	if (!command)
		fputs(_("Commands:\n"), to);
	if (!put_group(to, command))
		return false;
	if (!command)
		put_rules(to);
	return true;
}
