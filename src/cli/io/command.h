/*
 * A command, and the state of its run. A command is a row in the table of cli.c and a function. The function prints
 * through cli->out and returns false with *e when it fails. cli.c sets the exit code and cleans up.
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
	const char *group;		/* the first word, if it is the name of a group */
	const struct command *command;	/* NULL = there is no such command */
	enum output_format format;
	struct err usage;		/* the error in the words, if any */
	const struct cli_options *options;	/* as given to cli_run() */
	const struct config *config;	/* NULL when the command needs none */
	struct store *store;		/* open for NEEDS_STORE */
	struct cli_args args;
	struct cli_output out;
};

struct command {
	const char *name;		/* "sync", or a group and a verb: "number add" */
	const char *words;		/* N_(): its arguments in the usage: "NUMBER"; NULL = none */
	size_t min, max;		/* how many arguments */
	enum cli_needs needs;
	enum entity entity;		/* for commands over records */
	bool fields;			/* the record's fields are options */
	bool (*run)(struct cli *c, struct err *e);
	const char *help;		/* N_() */
};

/* Ends with a row without name. */
extern const struct command cli_commands[];

/* Initialises *a, and allows the options of a command: its record's fields, its own and, with `common`, the common
 * ones. */
void cli_allow_options(struct cli_args *a, const struct command *command, bool common);
/* Returns the command's name within a group: "add" of "number add", "" when the group is the command; NULL = it is not
 * in the group. Without a group, returns the whole name. */
const char *cli_verb(const struct command *c, const char *group);
/* Prints a note for people on standard error, unless the output is JSON or CSV. */
void cli_note(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* cli/commands/records.c: any kind of record */
bool cli_record_add(struct cli *c, struct err *e);
bool cli_record_list(struct cli *c, struct err *e);
bool cli_record_show(struct cli *c, struct err *e);
bool cli_record_edit(struct cli *c, struct err *e);
bool cli_record_delete(struct cli *c, struct err *e);
/* cli/commands/bulk.c: of one number, or of many */
bool cli_number_edit(struct cli *c, struct err *e);
bool cli_number_delete(struct cli *c, struct err *e);
/* cli/commands/import.c, cli/commands/export.c */
bool cli_import(struct cli *c, struct err *e);
bool cli_export(struct cli *c, struct err *e);
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
bool cli_undo(struct cli *c, struct err *e);
/* cli/commands/calls.c, cli/commands/metrics.c, cli/commands/record.c */
bool cli_calls(struct cli *c, struct err *e);
bool cli_metrics(struct cli *c, struct err *e);
bool cli_record(struct cli *c, struct err *e);
/* cli/manual.c, cli/completion.c */
bool cli_manual(struct cli *c, struct err *e);
bool cli_completion(struct cli *c, struct err *e);

#endif
