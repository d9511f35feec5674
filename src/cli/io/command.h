/*
 * A command, and what it runs with. The table of commands is in cli.c; a command is a row there and a function. It
 * prints through cli->out, returns false with *e when it failed, and leaves exit codes and cleaning up to cli.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli_args.h"
#include "cli_output.h"
#include "trunkdeck/cli.h"
#include "trunkdeck/config.h"
#include "trunkdeck/err.h"
#include "trunkdeck/records.h"

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

/* cli_records.c: any kind of record */
bool cli_record_add(struct cli *c, struct err *e);
bool cli_record_list(struct cli *c, struct err *e);
bool cli_record_show(struct cli *c, struct err *e);
bool cli_record_edit(struct cli *c, struct err *e);
bool cli_record_delete(struct cli *c, struct err *e);
/* cli_server.c, cli_doctor.c, cli_test.c */
bool cli_server_list(struct cli *c, struct err *e);
bool cli_server_setup(struct cli *c, struct err *e);
bool cli_doctor(struct cli *c, struct err *e);
bool cli_test(struct cli *c, struct err *e);
/* cli_agents.c */
bool cli_agent_sync(struct cli *c, struct err *e);
/* cli_sync.c */
bool cli_sync(struct cli *c, struct err *e);
/* cli_init.c, cli_config.c, cli_replay.c, cli_changes.c */
bool cli_init_workspace(struct cli *c, struct err *e);
bool cli_show_config(struct cli *c, struct err *e);
bool cli_replay(struct cli *c, struct err *e);
bool cli_changes(struct cli *c, struct err *e);
/* cli_calls.c, cli_metrics.c, cli_record.c */
bool cli_calls(struct cli *c, struct err *e);
bool cli_metrics(struct cli *c, struct err *e);
bool cli_record(struct cli *c, struct err *e);
/* cli_manual.c, cli_completion.c */
bool cli_manual(struct cli *c, struct err *e);
bool cli_completion(struct cli *c, struct err *e);

#endif
