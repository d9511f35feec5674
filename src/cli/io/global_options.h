/*
 * Options that come before a command, or with none: one table for the command line, its help, the manual and completion.
 * main.c acts on them.
 */
#ifndef CLI_IO_GLOBAL_OPTIONS_H
#define CLI_IO_GLOBAL_OPTIONS_H

enum global_id {
	GLOBAL_CONFIG = 'c', GLOBAL_HELP = 'h', GLOBAL_VERSION = 'V',
	GLOBAL_STORE = 256, GLOBAL_READ_ONLY, GLOBAL_DEMO, GLOBAL_SCRIPT, GLOBAL_SIZE, GLOBAL_COLOR, GLOBAL_ASCII, GLOBAL_MOUSE,
	GLOBAL_FORMAT, GLOBAL_JSON,
};

struct global_option {
	const char *name;		/* with its dashes */
	enum global_id id;		/* below 256: its letter, too */
	const char *option;		/* the configuration option it sets, "store.url"; NULL = main.c acts on it */
	const char *value;		/* what a switch sets it to; NULL = the argument */
	const char *argument;		/* N_(): the word for its value; NULL = a switch */
	const char *help;		/* N_() */
};

/* Ends with a row without name. */
extern const struct global_option cli_global_options[];
#define GLOBAL_OPTIONS_MAX 24		/* its rows, the last one included */

#endif
