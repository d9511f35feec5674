/* Text files of data/ carried inside the program; the names are relative to data/, e.g. "sql/sqlite/0001_initial.sql". */
#ifndef TRUNKDECK_BASE_EMBED_H
#define TRUNKDECK_BASE_EMBED_H

#include <stddef.h>

struct embed_file {
	const char *name;
	const char *text;	/* NUL terminated */
	size_t len;
};

/* Ends with a row whose name is NULL; in the order of the list in data/local.mk. */
extern const struct embed_file embed_files[];

/* NULL when there is none. */
const struct embed_file *embed_find(const char *name);

#endif
