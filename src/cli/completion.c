/* Completion for bash, made from the tables of options and commands. Names of records would need the store. */
#include "config.h"

#include <stdlib.h>
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

/* Prints the groups (NULL), or the verbs of one group, each once. */
static void put_words(FILE *to, const char *group)
{
	const char *last = "";

	for (const struct command *c = cli_commands; c->name; c++) {
		const char *word = cli_verb(c, group);
		size_t len = word ? strcspn(word, " ") : 0;

		if (len > 0 && (strncmp(word, last, len) != 0 || last[len] != ' '))
			fprintf(to, "%.*s ", (int)len, word);
		last = len > 0 ? word : last;
	}
}

static void put_commands(FILE *to)
{
	for (const struct command *c = cli_commands; c->name; c++) {
		struct cli_args args;

		cli_allow_options(&args, c, true);
		fprintf(to, "\t'%s'*) words='", c->name);
		for (size_t i = 0; i < args.option_count; i++)
			fprintf(to, "--%s ", args.options[i].name);
		fputs("' ;;\n", to);
	}
	for (const struct command *c = cli_commands; c->name; c++) {
		char *group = xstrndup(c->name, strcspn(c->name, " "));

		if (c->name[strlen(group)] == ' ' && (c == cli_commands || !cli_verb(c - 1, group))) {
			fprintf(to, "\t%s) words='", group);
			put_words(to, group);
			fputs("' ;;\n", to);
		}
		free(group);
	}
}

bool cli_completion(struct cli *c, struct err *e)
{
	const char *separator = "\t\t";
	FILE *to = c->out.to;

	(void)e;
	fputs(head, to);
	/* Skip the arguments of global options, which are not words of the command. */
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
