/*
 * Batch commands: the same actions as on the screen, for scripts, cron and CI. One table of commands (cli.c) gives name,
 * arguments, options, help and function; usage texts and the manual come from it. Output goes to stdout (table, JSON or
 * CSV), failures to stderr as "trunkdeck: message" and "hint: ...", with --json as one JSON object instead:
 * {"code": "NUMBER_EXISTS", "message": "...", "field": "number", "hint": "..."}.
 *
 * Exit codes: 0 done, 1 refused or found wrong, 2 usage or configuration, 3 a server or the store was unreachable
 * (enum err_class). Records are given as options named by the field table (records.h): `--agent support`.
 */
#ifndef CLI_IO_CLI_H
#define CLI_IO_CLI_H

#include <stdbool.h>

#include "trunkdeck/config/config.h"

enum output_format { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

/* A recorded stream to be shown on the screen; valid during the call. */
struct cli_replay_show {
	const char *path;
	int speed;
	const char *trunk_techs;
	const char *trunk_contexts;
};

struct cli_options {
	struct config *config;
	enum output_format format;
	/* Opens the screen, which is not ours to open, and returns when it is left; NULL = there is no terminal. */
	bool (*show_replay)(void *arg, const struct cli_replay_show *r, struct err *e);
	void *arg;			/* for it */
};

bool output_format_parse(const char *name, enum output_format *out);

/* Is this word the name of a command group ("number", "replay", ...)? */
bool cli_is_command(const char *word);
/* Does the command need a configuration? (Not: replay, help, a request for help, what is no command.) */
bool cli_needs_config(int argc, char **argv);
/* Runs the command in argv[0..argc-1]; returns the exit code. options->config may be NULL when none is needed. */
int cli_run(const struct cli_options *options, int argc, char **argv);
/* The format a command's words ask for, `given` when they don't: for failures before it runs. */
enum output_format cli_format(int argc, char **argv, enum output_format given);
/* Tells a failure on stderr; returns its exit code. */
int cli_fail(const struct err *e, enum output_format format);
/* Usage of everything (NULL), of a group ("number"), or of one command ("number add"). False: there is no such command. */
bool cli_print_usage(const char *command);

#endif
