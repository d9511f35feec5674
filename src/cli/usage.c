/* Usage texts, made from the table of commands and the tables of fields. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define LEFT 26

/* Prints two columns: a name with its argument, and the help. A name that is too long has its own line. */
static void put_pair(FILE *to, const char *dashes, const char *name, const char *argument, const char *help)
{
	char *left = xasprintf("%s%s%s%s", dashes, name, argument ? " " : "", argument ? _(argument) : "");
	int blanks = LEFT - utf8_width(left);

	if (blanks >= 0)
		fprintf(to, "  %s%*s  %s\n", left, blanks, "", _(help));
	else
		fprintf(to, "  %s\n  %*s  %s\n", left, LEFT, "", _(help));
	free(left);
}

bool cli_usage(FILE *to, const char *command)
{
	bool found = false;

	for (const struct command *c = cli_commands; command && c->name; c++) {
		struct cli_args args;

		if (strcmp(command, c->name) != 0)
			continue;
		cli_allow_options(&args, c, true);
		fprintf(to, _("Usage: trunkdeck %s%s%s [OPTION]...\n\n%s.\n\nOptions:\n"), c->name, c->words ? " " : "",
			c->words ? _(c->words) : "", _(c->help));
		for (size_t i = 0; i < args.option_count; i++)
			put_pair(to, "--", args.options[i].name, args.options[i].argument, args.options[i].help);
		return true;
	}
	if (!command)
		fputs(_("Commands:\n"), to);
	for (const struct command *c = cli_commands; c->name; c++) {
		if (!cli_verb(c, command))
			continue;
		found = true;
		put_pair(to, "", c->name, c->words, c->help);
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
