/* The table of options and the step that applies one; shared by config.c and config_file.c. */
#ifndef CONFIG_CONFIG_OPTIONS_H
#define CONFIG_CONFIG_OPTIONS_H

#include "trunkdeck/config/config.h"

enum option_type { OPTION_TEXT, OPTION_SECRET, OPTION_URL, OPTION_HTTP, OPTION_INT, OPTION_BOOL, OPTION_CHOICE };

struct option {
	const char *section;		/* "store", "agents", "screen"; "server" = each [server NAME] */
	const char *key;
	enum option_type type;
	const char *initial;		/* in the user's own syntax */
	const char *allowed;		/* choices, separated by '|'; else N_() words for messages */
	long min, max;			/* OPTION_INT */
	size_t offset;			/* in struct config, or struct server_config; NO_MEMBER = kept as text only */
	const char *help;		/* N_() */
};

#define NO_MEMBER ((size_t)-1)

/* Ends with a row whose key is NULL. */
extern const struct option config_options[];

/* One assignment, from wherever. `section` as written: "store", "server na-1". On failure *e is ERR_CONFIG and starts with
 * `where`. */
bool config_assign(struct config *c, const char *section, const char *key, const char *value,
		   enum config_origin origin, const char *where, struct err *e);

/* Does a store's URL hold a password? */
bool config_url_has_password(const char *url);

/* What a line of the file says; all NULL = nothing. The texts are in the line. */
struct config_line {
	const char *section;
	const char *key, *value;
};

/* `text` is one line, changed by reading it. Returns N_() words for what is wrong with it, or NULL. Pure. (config_file.c) */
const char *config_read_line(char *text, struct config_line *out);

/* Reads the file into c (config_file.c). must_exist: it was named by the operator. */
bool config_read_file(struct config *c, const char *path, bool must_exist, struct err *e);

#endif
