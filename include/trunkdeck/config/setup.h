/*
 * The Asterisk files of data/asterisk, filled in for one server: what `trunkdeck server setup` prints. The files travel
 * inside the program. Pure, apart from reading the configuration.
 */
#ifndef TRUNKDECK_CONFIG_SETUP_H
#define TRUNKDECK_CONFIG_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/config/config.h"

struct setup_file {
	const char *name;		/* "asterisk/extensions_trunkdeck.conf": among the embedded files */
	const char *path;		/* target path on the server */
	const char *reload;		/* Asterisk's command that loads it */
	bool odbc;			/* only for routes read over ODBC */
};

/* In the order of installation; ends with a row without a name. */
extern const struct setup_file setup_files[];

/* A placeholder, in the text between two @, and its value. */
struct setup_value {
	const char *name;		/* "SECRET" */
	char *value;
};

/* The text with every @NAME@ replaced; NULL if the values lack a name. They end with a NULL name. Caller frees. */
char *setup_fill(const char *text, const struct setup_value *values);

struct setup_options {
	const struct config *config;
	const struct server_config *server;
	enum routes_mode mode;
	bool show_secret;		/* otherwise a placeholder */
	const char *permit;		/* addresses that may log in; NULL = derived from the server's address */
};

/* The values for a server. An unknown value is a placeholder in <angle brackets>. Free with setup_values_free(). */
struct setup_value *setup_values(const struct setup_options *options);
void setup_values_free(struct setup_value **values);

#endif
