/*
 * Batch commands: the same actions as on the screen, for scripts, cron and CI. One table of commands (cli.c) has their names,
 * arguments, options, help and functions; usage texts, the manual and completion are made from it. Output goes to standard
 * output (table, JSON or CSV). Failures go to standard error as "trunkdeck: message" and "hint: ...", or with --json as one
 * JSON object: {"code": "NUMBER_EXISTS", "message": "...", "field": "number", "hint": "..."}.
 *
 * Exit codes: 0 done, 1 refused or found wrong, 2 usage or configuration, 3 a server or the store was unreachable
 * (enum err_class). Records are given as options named by the field table (records.h): `--agent support`.
 */
#ifndef CLI_IO_CLI_H
#define CLI_IO_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "trunkdeck/config/config.h"

enum output_format { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

/* A recorded stream to show on the screen; valid during the call. */
struct cli_replay_show {
	const char *path;
	int speed;
	const char *trunk_techs;
	const char *trunk_contexts;
};

struct cli_options {
	struct config *config;		/* NULL when the command needs none; secrets are read on demand */
	/* Shows the stream on the screen (a higher room does) and returns when it is closed; NULL = no terminal. */
	bool (*show_replay)(void *arg, const struct cli_replay_show *r, struct err *e);
	void *arg;			/* for show_replay() */
};

bool output_format_parse(const char *name, enum output_format *out);

/* Is this word the name of a command group ("number", "replay", ...)? */
bool cli_is_command(const char *word);

/* One run of a batch command. */
struct cli;

/* Finds the command and parses its words. cli_run() reports a usage error. `given` is the format of the global options.
 * The words must outlive the run. */
struct cli *cli_new(int argc, char **argv, enum output_format given);
void cli_free(struct cli **c);
/* Does the run need a configuration? (Not for replay, help, a request for help, or a usage error.) */
bool cli_needs_config(const struct cli *c);
/* Returns the output format that the words choose. */
enum output_format cli_format(const struct cli *c);
/* Runs the command once; returns the exit code. */
int cli_run(struct cli *c, const struct cli_options *options);
/* Reports a failure on standard error; returns its exit code. */
int cli_fail(const struct err *e, enum output_format format);
/* Prints the usage of all commands (NULL), a group ("number"), or a command ("number add"). False: no such command. */
bool cli_usage(FILE *to, const char *command);

#endif
