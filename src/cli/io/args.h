/*
 * The words after a command: the options that it allows, and those that were given. An option is the command's own, a
 * field of the record it works on (records.h), or one that every command has. Pure: no output, no changes.
 */
#ifndef CLI_IO_ARGS_H
#define CLI_IO_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/records.h"

struct cli_option {
	const char *name;		/* without dashes */
	const char *argument;		/* N_(): the word for its value; NULL = a switch */
	const char *help;		/* N_() */
	const struct field *field;	/* the field that it sets; NULL = the command handles it */
};

#define CLI_OPTIONS_MAX 32
#define CLI_POSITIONALS_MAX 2

struct cli_given {
	const struct cli_option *option;	/* points into struct cli_args, which therefore must not move */
	const char *value;			/* NULL for a switch */
};

struct cli_args {
	struct cli_option options[CLI_OPTIONS_MAX];	/* those that are allowed, in the order of the help */
	size_t option_count;
	const char *positionals[CLI_POSITIONALS_MAX];
	size_t positional_count;
	struct cli_given *given;			/* in the order given */
	size_t given_count;
	bool help;					/* -h or --help */
};

void cli_args_init(struct cli_args *a);
void cli_args_clear(struct cli_args *a);
void cli_args_allow(struct cli_args *a, const struct cli_option *option);
/* Allows the fields that an operator may set as options: "--agent ID". */
void cli_args_allow_fields(struct cli_args *a, enum entity entity);

/* Accepts "--option value", "--option=value", "--switch"; "--" ends the options, "-" alone is a word. There must be
 * `min` to `max` other words. *a keeps pointers into argv. On failure *e is ERR_USAGE and says what is allowed. */
bool cli_args_parse(struct cli_args *a, int argc, char **argv, size_t min, size_t max, struct err *e);
/* Returns the last value given; for a switch "". NULL = not given. */
const char *cli_args_value(const struct cli_args *a, const char *name);
bool cli_args_has(const struct cli_args *a, const char *name);
/* Refuses the value of an option; `allowed` describes the allowed values. Returns false. */
bool cli_args_refuse(const struct cli_args *a, const char *name, const char *allowed, struct err *e);
/* Reads a count of at least `min`; `fallback` when the option was not given. */
bool cli_args_count(const struct cli_args *a, const char *name, int64_t min, int64_t fallback, int64_t *out,
		    struct err *e);

#endif
