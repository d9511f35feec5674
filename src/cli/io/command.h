/*
 * A command, and what it runs with. The table of commands is in cli.c; a command is a row there and a function. It
 * prints through cli->out, returns false with *e when it failed, and leaves exit codes and cleaning up to cli.c.
 */
#ifndef CLI_IO_COMMAND_H
#define CLI_IO_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "args.h"
#include "output.h"
#include "trunkdeck/base/err.h"
#include "cli.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/model/records.h"

struct store;

enum cli_needs { NEEDS_NOTHING, NEEDS_CONFIG, NEEDS_STORE };

struct cli {
	const struct command *command;
	const struct cli_options *options;	/* as given to cli_run() */
	const struct config *config;	/* NULL when the command needs none */
	struct store *store;		/* open for NEEDS_STORE */
	struct cli_args args;
	struct cli_output out;
};

struct command {
	const char *group;		/* "number" */
	const char *verb;		/* "add"; NULL when the group is the command */
	const char *words;		/* its other words, for people: "NUMBER" */
	size_t min, max;		/* how many of them */
	enum cli_needs needs;
	enum entity entity;		/* for commands over records */
	bool fields;			/* the record's fields are options */
	const struct cli_option *options;	/* its own; end with a row without name; NULL = none */
	bool (*run)(struct cli *c, struct err *e);
	const char *help;		/* N_() */
};

/* Ends with a row without group. */
extern const struct command cli_commands[];

/* The options of a command: its own and its record's fields. */
void cli_allow_own_options(struct cli_args *a, const struct command *command);
/* The same, and those of every command. */
void cli_allow_options(struct cli_args *a, const struct command *command);
/* A note beside the result, on stderr, for people: nothing with --json or CSV. */
void cli_note(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* cli_print_usage() to wherever. */
bool cli_usage(FILE *to, const char *command);

/* cli/commands/records.c: any kind of record */
bool cli_record_add(struct cli *c, struct err *e);
bool cli_record_list(struct cli *c, struct err *e);
bool cli_record_show(struct cli *c, struct err *e);
bool cli_record_edit(struct cli *c, struct err *e);
bool cli_record_delete(struct cli *c, struct err *e);
/* cli/commands/server.c, cli/commands/doctor.c, cli/commands/test.c */
bool cli_server_list(struct cli *c, struct err *e);
bool cli_server_setup(struct cli *c, struct err *e);
bool cli_doctor(struct cli *c, struct err *e);
bool cli_test(struct cli *c, struct err *e);
/* cli/commands/agents.c */
bool cli_agent_sync(struct cli *c, struct err *e);
/* cli/commands/sync.c */
bool cli_sync(struct cli *c, struct err *e);
/* cli/commands/init.c, cli/commands/config.c, cli/commands/replay.c, cli/commands/changes.c */
bool cli_init_workspace(struct cli *c, struct err *e);
bool cli_show_config(struct cli *c, struct err *e);
bool cli_replay(struct cli *c, struct err *e);
bool cli_changes(struct cli *c, struct err *e);
/* cli/commands/calls.c, cli/commands/metrics.c, cli/commands/record.c */
bool cli_calls(struct cli *c, struct err *e);
bool cli_metrics(struct cli *c, struct err *e);
bool cli_record(struct cli *c, struct err *e);
/* cli/manual.c, cli/completion.c */
bool cli_manual(struct cli *c, struct err *e);
bool cli_completion(struct cli *c, struct err *e);

#endif
