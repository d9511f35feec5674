/* Options that stand before the command. One table serves parsing, help, manual and completion. */
#ifndef CLI_IO_GLOBAL_OPTIONS_H
#define CLI_IO_GLOBAL_OPTIONS_H

enum global_id {
	GLOBAL_CONFIG = 'c', GLOBAL_HELP = 'h', GLOBAL_VERSION = 'V',
	GLOBAL_STORE = 256, GLOBAL_READ_ONLY, GLOBAL_DEMO, GLOBAL_SCRIPT, GLOBAL_SIZE, GLOBAL_COLOR, GLOBAL_ASCII, GLOBAL_MOUSE,
	GLOBAL_FORMAT, GLOBAL_JSON,
};

struct global_option {
	const char *name;		/* with its dashes */
	enum global_id id;		/* below 256: also its letter */
	const char *option;		/* the configuration option it sets, "store.url"; NULL = main.c acts on it */
	const char *value;		/* the value that a switch sets; NULL = the argument */
	const char *argument;		/* N_(): the word for its value; NULL = a switch */
	const char *help;		/* N_() */
};

/* Ends with a row without a name. */
extern const struct global_option cli_global_options[];
#define GLOBAL_OPTIONS_MAX 24		/* rows, including the last one */

#endif
