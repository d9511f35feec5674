/*
 * The configuration: defaults, then the file (INI), then TRUNKDECK_* in the environment, then flags. The later source wins. One
 * table of options (config_options.c) serves parsing, bounds, `trunkdeck config` and the manual page trunkdeck.conf(5). It is
 * read once, before the screen opens. Afterwards only config_read_*() change it; any thread may read it.
 */
#ifndef TRUNKDECK_CONFIG_CONFIG_H
#define TRUNKDECK_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/ami/server.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

enum live_from { LIVE_FROM_AMI, LIVE_FROM_STORE };

enum agents_source { AGENTS_FROM_STORE, AGENTS_FROM_API };

/* [agents]: where agents come from. A text that is not given is "". With AGENTS_FROM_API there is at least one address,
 * and the template is valid. */
struct agents_config {
	enum agents_source source;
	char *na_url, *eu_url;		/* of the directory, see agents.h */
	char *secret;
	char *workspace;
	char *dial;			/* template with {agent_id} */
	char *ca_file;
	int interval_s;			/* between reads in the background; 0 = no background reads */
	int timeout_s;			/* of one request */
	int tries;
};

enum config_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_FLAG };

struct config {
	char *path;			/* of the file that was read; "" = there was none */
	char *store_url;		/* "" = config_read_store_url() has to read it */
	bool read_only;
	struct server_config *servers;
	size_t server_count;
	struct agents_config agents;
	int keep_days;			/* of finished calls; 0 = forever */

	enum when screen_color;
	bool screen_ascii;		/* ASCII lines and marks even in a UTF-8 locale */
	bool screen_mouse;
	enum live_from screen_live;	/* where live calls come from */
	int screen_fps;			/* most frames per second for live data; keys are answered at once */

	char *actor;			/* the name of the user who runs the program */
	struct config_value *values;	/* for `trunkdeck config` */
	size_t value_count;
};

/* A value that is in use, and its source. */
struct config_value {
	char *section;			/* "store", "server na-1" */
	const char *key;
	char *value;			/* without secrets */
	enum config_origin origin;
	char *where;			/* "default", "FILE:12", "TRUNKDECK_STORE_URL", "--store" */
};

/* A flag of the command line that sets an option: "store.url=..." pairs in order. */
struct config_flag {
	const char *name;		/* "store.url" */
	const char *flag;		/* "--store", for messages */
	const char *value;
};

/* path NULL: $TRUNKDECK_CONFIG, else $XDG_CONFIG_HOME/trunkdeck/config (may be absent). On failure *e is ERR_CONFIG
 * with "file:line: what is wrong", and the hint says what is allowed. Refused: a file that others can write (secret.h);
 * one with a secret that others can read; and a server elsewhere without TLS, unless its section says `tls = no`. */
bool config_load(struct config **out, const char *path, const struct config_flag *flags, size_t flag_count, struct err *e);
void config_free(struct config **c);

/*
 * Secrets that are in a file or printed by a command are read only when something connects: until then `secret`, or
 * `store_url`, is "". The commands run one after the other. Idempotent; call them before other threads have the configuration.
 * On failure *e is ERR_CONFIG, and starts with the line that names the file or command.
 */
bool config_read_store_url(struct config *c, struct err *e);
bool config_read_server_secrets(struct config *c, struct err *e);
bool config_read_agents_secret(struct config *c, struct err *e);

/* A row of the table of options, for the manual. `allowed`: choices separated by '|', or N_() words; `help`: N_() sentences. */
struct config_option_text {
	const char *section, *key, *initial, *allowed, *help;
};

/* The i-th; false past the last. */
bool config_option_text(size_t i, struct config_option_text *out);

/* $XDG_DATA_HOME/trunkdeck and friends with their defaults; caller frees. */
char *config_data_dir(void);
char *config_state_dir(void);

#endif
