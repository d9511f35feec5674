/* Completion for shells, made from the tables of options and commands. Names of records would need the store. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cli/io/command.h"
#include "cli/io/global_options.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/*
 * A script is: head, the global options that take an argument, skipped, choices by the word before, by_command, choices by
 * the words of the command, tail. A choice is: choice, pattern, exactly or begins, words,
 * end; the word FILE stands for the names of files.
 */
static const struct shell {
	const char *name;
	const char *head, *between, *skipped, *by_command, *tail;
	const char *choice, *exactly, *begins, *end;
} shells[] = {
	{
		.name = "bash",
		.head = "# bash completion for trunkdeck; made by 'trunkdeck completion bash'\n"
			"_trunkdeck()\n"
			"{\n"
			"\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} i=1 command= choices=\n"
			"\n"
			"\twhile [ \"$i\" -lt \"$COMP_CWORD\" ]; do\n"
			"\t\tcase ${COMP_WORDS[i]} in\n"
			"\t\t",
		.between = "|",
		.skipped = ") i=$((i + 1)) ;;\n"
			   "\t\t-*) ;;\n"
			   "\t\t*) command=\"${command:+$command }${COMP_WORDS[i]}\" ;;\n"
			   "\t\tesac\n"
			   "\t\ti=$((i + 1))\n"
			   "\tdone\n"
			   "\tcase $previous in\n",
		.by_command = "\tesac\n"
			      "\t[ -n \"$choices\" ] || case $command in\n",
		.tail = "\tesac\n"
			"\tif [ \"$choices\" = FILE ]; then\n"
			"\t\tCOMPREPLY=($(compgen -f -- \"$current\"))\n"
			"\telse\n"
			"\t\tCOMPREPLY=($(compgen -W \"$choices\" -- \"$current\"))\n"
			"\tfi\n"
			"}\n"
			"complete -F _trunkdeck trunkdeck\n",
		.choice = "\t'", .exactly = "') choices='", .begins = "'*) choices='", .end = "' ;;\n",
	}, {
		.name = "zsh",
		.head = "#compdef trunkdeck\n"
			"# zsh completion for trunkdeck; made by 'trunkdeck completion zsh'\n"
			"_trunkdeck()\n"
			"{\n"
			"\temulate -L zsh\n"
			"\tlocal previous=$words[CURRENT-1] i=2 command= choices=\n"
			"\n"
			"\twhile (( i < CURRENT )); do\n"
			"\t\tcase $words[i] in\n"
			"\t\t",
		.between = "|",
		.skipped = ") (( i += 1 )) ;;\n"
			   "\t\t-*) ;;\n"
			   "\t\t*) command=\"${command:+$command }$words[i]\" ;;\n"
			   "\t\tesac\n"
			   "\t\t(( i += 1 ))\n"
			   "\tdone\n"
			   "\tcase $previous in\n",
		.by_command = "\tesac\n"
			      "\t[[ -n $choices ]] || case $command in\n",
		.tail = "\tesac\n"
			"\tif [[ $choices = FILE ]]; then\n"
			"\t\t_files\n"
			"\telse\n"
			"\t\tcompadd -- ${=choices}\n"
			"\tfi\n"
			"}\n"
			"# Loaded by compinit as the function itself, or read by 'source'.\n"
			"if [[ $funcstack[1] = _trunkdeck ]]; then\n"
			"\t_trunkdeck\n"
			"else\n"
			"\tcompdef _trunkdeck trunkdeck\n"
			"fi\n",
		.choice = "\t'", .exactly = "') choices='", .begins = "'*) choices='", .end = "' ;;\n",
	}, {
		.name = "fish",
		.head = "# fish completion for trunkdeck; made by 'trunkdeck completion fish'\n"
			"function __trunkdeck_choices\n"
			"\tset -l before (commandline -opc)\n"
			"\tset -l previous $before[-1]\n"
			"\tset -l command\n"
			"\tset -l choices\n"
			"\tset -l skip 1\n"
			"\tfor word in $before\n"
			"\t\tif test $skip = 1\n"
			"\t\t\tset skip 0\n"
			"\t\t\tcontinue\n"
			"\t\tend\n"
			"\t\tswitch $word\n"
			"\t\tcase ",
		.between = " ",
		.skipped = "\n"
			   "\t\t\tset skip 1\n"
			   "\t\tcase '-*'\n"
			   "\t\tcase '*'\n"
			   "\t\t\tset -a command $word\n"
			   "\t\tend\n"
			   "\tend\n"
			   "\tswitch $previous\n",
		.by_command = "\tend\n"
			      "\ttest -n \"$choices\"; or switch \"$command\"\n",
		.tail = "\tend\n"
			"\tif test \"$choices\" = FILE\n"
			"\t\t__fish_complete_path (commandline -ct)\n"
			"\telse if test -n \"$choices\"\n"
			"\t\tprintf '%s\\n' $choices\n"
			"\tend\n"
			"end\n"
			"complete -c trunkdeck -f -a '(__trunkdeck_choices)'\n",
		.choice = "\tcase '", .exactly = "'\n\t\tset choices ", .begins = "*'\n\t\tset choices ", .end = "\n",
	},
};

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

static void put_choice(FILE *to, const struct shell *shell, const char *pattern, bool begins)
{
	fprintf(to, "%s%s%s", shell->choice, pattern, begins ? shell->begins : shell->exactly);
}

static void put_global_options(FILE *to, const struct shell *shell)
{
	const char *separator = "";

	/* Their arguments are not words of the command. */
	for (const struct global_option *o = cli_global_options; o->name; o++) {
		if (!o->argument)
			continue;
		fprintf(to, "%s%s", separator, o->name);
		separator = shell->between;
	}
	fputs(shell->skipped, to);
	for (const struct global_option *o = cli_global_options; o->name; o++) {
		if (!o->argument || (!strchr(o->argument, '|') && strcmp(o->argument, "FILE") != 0))
			continue;
		put_choice(to, shell, o->name, false);
		for (const char *a = o->argument; *a != '\0'; a++)
			putc(*a == '|' ? ' ' : *a, to);
		fputs(shell->end, to);
	}
}

static void put_commands(FILE *to, const struct shell *shell)
{
	for (const struct command *c = cli_commands; c->name; c++) {
		struct cli_args args;

		cli_allow_options(&args, c, true);
		put_choice(to, shell, c->name, true);
		for (size_t i = 0; i < args.option_count; i++)
			fprintf(to, "--%s ", args.options[i].name);
		fputs(shell->end, to);
	}
	for (const struct command *c = cli_commands; c->name; c++) {
		char *group = xstrndup(c->name, strcspn(c->name, " "));

		if (c->name[strlen(group)] == ' ' && (c == cli_commands || !cli_verb(c - 1, group))) {
			put_choice(to, shell, group, false);
			put_words(to, group);
			fputs(shell->end, to);
		}
		free(group);
	}
	put_choice(to, shell, "", false);
	put_words(to, NULL);
	for (const struct global_option *o = cli_global_options; o->name; o++)
		fprintf(to, "%s ", o->name);
	fputs(shell->end, to);
}

bool cli_completion(struct cli *c, struct err *e)
{
	const char *name = c->args.positional_count > 0 ? c->args.positionals[0] : shells[0].name;

	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (strcmp(shells[i].name, name) != 0)
			continue;
		fputs(shells[i].head, c->out.to);
		put_global_options(c->out.to, &shells[i]);
		fputs(shells[i].by_command, c->out.to);
		put_commands(c->out.to, &shells[i]);
		fputs(shells[i].tail, c->out.to);
		return true;
	}
	err_set_message(e, ERR_USAGE, _("no completion for \"%s\""), name);
	err_hint(e, _("shells are %s, %s and %s"), shells[0].name, shells[1].name, shells[2].name);
	return false;
}
