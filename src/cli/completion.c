/* Completion for bash, made of the tables of options and commands. Names of records are not completed: that would ask the store. */
#include "config.h"

#include <string.h>

#include "cli/io/command.h"
#include "cli/io/global_options.h"
#include "trunkdeck/base/mem.h"

static const char head[] =
	"# bash completion for trunkdeck; made by 'trunkdeck completion'\n"
	"_trunkdeck()\n"
	"{\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} i=1 command= words=\n"
	"\n"
	"\twhile [ \"$i\" -lt \"$COMP_CWORD\" ]; do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n";

static const char after_skipped[] =
	"\t\t-*) ;;\n"
	"\t\t*) command=\"${command:+$command }${COMP_WORDS[i]}\" ;;\n"
	"\t\tesac\n"
	"\t\ti=$((i + 1))\n"
	"\tdone\n"
	"\tcase $previous in\n";

static const char tail[] =
	"\tesac\n"
	"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	"}\n"
	"complete -F _trunkdeck trunkdeck\n";

/* What may follow an option: its choices, or a file. */
static void put_argument(FILE *to, const char *name, const char *argument)
{
	if (strchr(argument, '|') != NULL) {
		fprintf(to, "\t%s) COMPREPLY=($(compgen -W '", name);
		for (; *argument != '\0'; argument++)
			putc(*argument == '|' ? ' ' : *argument, to);
		fputs("' -- \"$current\")); return ;;\n", to);
	} else if (strcmp(argument, "FILE") == 0) {
		fprintf(to, "\t%s) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n", name);
	}
}

/* Options whose argument is no word of the command. */
static void put_skipped(FILE *to)
{
	const char *separator = "\t\t";

	for (const struct global_option *o = cli_global_options; o->name; o++) {
		if (!o->argument)
			continue;
		fprintf(to, "%s%s", separator, o->name);
		separator = "|";
	}
	fputs(") i=$((i + 1)) ;;\n", to);
}

static void put_arguments(FILE *to)
{
	for (const struct global_option *o = cli_global_options; o->name; o++) {
		if (o->argument)
			put_argument(to, o->name, o->argument);
	}
	fputs("\tesac\n\tcase $command in\n", to);
}

/* Groups, or the verbs of one, each once. */
static void put_words(FILE *to, const char *group)
{
	const char *last = "";

	for (const struct command *c = cli_commands; c->group; c++) {
		const char *word = group ? c->verb : c->group;

		if ((group && strcmp(c->group, group) != 0) || strcmp(word, last) == 0)
			continue;
		fprintf(to, "%s ", word);
		last = word;
	}
}

static void put_options(FILE *to, const struct command *c)
{
	struct cli_args args;

	cli_args_init(&args);
	cli_allow_options(&args, c);
	fprintf(to, "\t'%s%s%s'*) words='", c->group, c->verb ? " " : "", c->verb ? c->verb : "");
	for (size_t i = 0; i < args.option_count; i++)
		fprintf(to, "--%s ", args.options[i].name);
	fputs("' ;;\n", to);
	cli_args_clear(&args);
}

static void put_commands(FILE *to)
{
	for (const struct command *c = cli_commands; c->group; c++)
		put_options(to, c);
	for (const struct command *c = cli_commands; c->group; c++) {
		if (!c->verb || (c != cli_commands && strcmp(c[-1].group, c->group) == 0))
			continue;
		fprintf(to, "\t%s) words='", c->group);
		put_words(to, c->group);
		fputs("' ;;\n", to);
	}
}

static void put_top(FILE *to)
{
	fputs("\t'') words='", to);
	put_words(to, NULL);
	for (const struct global_option *o = cli_global_options; o->name; o++)
		fprintf(to, "%s ", o->name);
	fputs("' ;;\n", to);
}

bool cli_completion(struct cli *c, struct err *e)
{
	(void)c;
	(void)e;
	fputs(head, stdout);
	put_skipped(stdout);
	fputs(after_skipped, stdout);
	put_arguments(stdout);
	put_commands(stdout);
	put_top(stdout);
	fputs(tail, stdout);
	return true;
}
