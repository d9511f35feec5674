/* Usage texts, made from the table of commands and the tables of fields. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define LEFT 26

/* gettext("") would give the header of the catalogue. */
static const char *translated(const char *text)
{
	return text && text[0] != '\0' ? _(text) : "";
}

/* Two columns; a left one that is too long gets a line of its own. Frees `left`. */
static void put_pair(FILE *to, char *left, const char *right)
{
	int blanks = LEFT - utf8_width(left);

	if (blanks >= 0)
		fprintf(to, "  %s%*s  %s\n", left, blanks, "", right);
	else
		fprintf(to, "  %s\n  %*s  %s\n", left, LEFT, "", right);
	free(left);
}

static char *command_text(const struct command *c)
{
	char *name = cli_command_name(c);
	char *text = xasprintf("%s%s%s", name, c->words[0] != '\0' ? " " : "", translated(c->words));

	free(name);
	return text;
}

bool cli_usage(FILE *to, const char *command)
{
	bool found = false;

	for (const struct command *c = cli_commands; command && c->group; c++) {
		char *name = cli_command_name(c);
		struct cli_args args;

		found = strcmp(command, name) == 0;
		free(name);
		if (!found)
			continue;
		name = command_text(c);
		cli_args_init(&args);
		cli_allow_options(&args, c, true);
		fprintf(to, _("Usage: trunkdeck %s [OPTION]...\n\n%s.\n\nOptions:\n"), name, _(c->help));
		for (size_t i = 0; i < args.option_count; i++) {
			const struct cli_option *o = &args.options[i];

			put_pair(to, xasprintf("--%s%s%s", o->name, o->argument ? " " : "", translated(o->argument)), _(o->help));
		}
		cli_args_clear(&args);
		free(name);
		return true;
	}
	if (!command)
		fputs(_("Commands:\n"), to);
	for (const struct command *c = cli_commands; c->group; c++) {
		if (command && strcmp(c->group, command) != 0)
			continue;
		found = true;
		put_pair(to, command_text(c), _(c->help));
	}
	if (!command)
		fputs(_("\n'trunkdeck help COMMAND' shows the options of a command.\n\n"
			"With --json each record is one JSON object on a line of its own, and a failure is one JSON object on standard\n"
			"error: {\"code\", \"message\", \"field\", \"hint\"}. With --format csv the first row has the keys. Your own texts are\n"
			"written as they are, so let a spreadsheet import the columns as text: it may take =... or +... for a formula. In\n"
			"texts that callers chose, such a beginning has ' in front.\n\n"
			"Exit status: 0 done, 1 refused or found wrong, 2 usage or configuration, 3 a server or the store was unreachable.\n"),
		      to);
	return found;
}
