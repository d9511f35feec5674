/* Completion for bash, made of the tables of options and commands. Names of records are not completed: that would ask the store. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/global_options.h"

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

/* The groups (NULL), or the verbs of one, each once. */
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

static void put_commands(FILE *to)
{
	for (const struct command *c = cli_commands; c->group; c++) {
		char *name = cli_command_name(c);
		struct cli_args args;

		cli_args_init(&args);
		cli_allow_options(&args, c, true);
		fprintf(to, "\t'%s'*) words='", name);
		for (size_t i = 0; i < args.option_count; i++)
			fprintf(to, "--%s ", args.options[i].name);
		fputs("' ;;\n", to);
		cli_args_clear(&args);
		free(name);
	}
	for (const struct command *c = cli_commands; c->group; c++) {
		if (!c->verb || (c != cli_commands && strcmp(c[-1].group, c->group) == 0))
			continue;
		fprintf(to, "\t%s) words='", c->group);
		put_words(to, c->group);
		fputs("' ;;\n", to);
	}
}

bool cli_completion(struct cli *c, struct err *e)
{
	const char *separator = "\t\t";
	FILE *to = c->out.to;

	(void)e;
	fputs(head, to);
	/* The arguments of global options are not words of the command. */
	for (const struct global_option *o = cli_global_options; o->name; o++) {
		if (!o->argument)
			continue;
		fprintf(to, "%s%s", separator, o->name);
		separator = "|";
	}
	fprintf(to, ") i=$((i + 1)) ;;\n%s", after_skipped);
	for (const struct global_option *o = cli_global_options; o->name; o++) {
		if (o->argument && strchr(o->argument, '|')) {
			fprintf(to, "\t%s) COMPREPLY=($(compgen -W '", o->name);
			for (const char *a = o->argument; *a != '\0'; a++)
				putc(*a == '|' ? ' ' : *a, to);
			fputs("' -- \"$current\")); return ;;\n", to);
		} else if (o->argument && strcmp(o->argument, "FILE") == 0) {
			fprintf(to, "\t%s) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n", o->name);
		}
	}
	fputs("\tesac\n\tcase $command in\n", to);
	put_commands(to);
	fputs("\t'') words='", to);
	put_words(to, NULL);
	for (const struct global_option *o = cli_global_options; o->name; o++)
		fprintf(to, "%s ", o->name);
	fprintf(to, "' ;;\n%s", tail);
	return true;
}
