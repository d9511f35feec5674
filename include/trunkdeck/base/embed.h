/* Text files of data/ that are built into the program. Names are relative to data/: "sql/sqlite/0001_initial.sql". */
#ifndef TRUNKDECK_BASE_EMBED_H
#define TRUNKDECK_BASE_EMBED_H

#include <stddef.h>

struct embed_file {
	const char *name;
	const char *text;	/* NUL terminated */
	size_t len;
};

/* In the order of the list in data/local.mk. The last row has the name NULL. */
extern const struct embed_file embed_files[];

/* Returns NULL when there is no such file. */
const struct embed_file *embed_find(const char *name);

#endif
