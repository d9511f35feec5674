/* The table of options, and the steps from one line or variable to a member of struct config. Private to the room. */
#ifndef CONFIG_CONFIG_OPTIONS_H
#define CONFIG_CONFIG_OPTIONS_H

#include "trunkdeck/config/config.h"

struct option;

/* A kind of value. `set` returns false for a value that is not allowed; `show` returns a copy without secrets. */
struct option_type {
	bool (*set)(const struct option *o, void *member, const char *value);
	char *(*show)(const char *value);
	bool is_text;			/* the member is an owned char * */
};

struct option {
	const char *section;		/* "store", "agents", "screen"; "server" = each [server NAME] */
	const char *key;
	const struct option_type *type;
	const char *initial;		/* as the operator would write it */
	const char *allowed;		/* choices, separated by '|'; else N_() words for messages */
	long min, max;			/* of a number */
	size_t offset;			/* in struct config, or struct server_config; NO_MEMBER = kept in config.values only */
	const char *help;		/* N_(), complete sentences */
};

#define NO_MEMBER ((size_t)-1)

/* Ends with a row whose key is NULL. */
extern const struct option config_options[];

/* Sets one option. `section`: "store", "server na-1". On failure *e is ERR_CONFIG and starts with `where`. */
bool config_assign(struct config *c, const char *section, const char *key, const char *value,
		   enum config_origin origin, const char *where, struct err *e);
/* NULL when the section is not there, or has no such option. */
const struct config_value *config_find_value(const struct config *c, const char *section, const char *key);
/* Wipes and frees the texts of a struct config or struct server_config; `section` "server" for the latter. */
void config_clear_texts(const char *section, void *base);

/* The position of the password in a URL, or in a text meant as one; NULL = there is none. In a malformed URL the result
 * may cover more than the password, never less. Pure. */
const char *config_url_password(const char *url, size_t *len);

/* The content of a line of the file; all NULL = nothing. The members point into the line. */
struct config_line {
	const char *section;
	const char *key, *value;
};

/* `text` is one line and is changed. Returns N_() words for an error in it, or NULL. Pure. (config_file.c) */
const char *config_read_line(char *text, struct config_line *out);

/* Reads the file into c (config_file.c). must_exist: it was named by the operator. */
bool config_read_file(struct config *c, const char *path, bool must_exist, struct err *e);

#endif
