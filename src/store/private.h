/* What the files of the store share: the handle, and the way to a connection. */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "db.h"
#include "tables.h"
#include "trunkdeck/store/store.h"

struct store {
	struct db *db;
	struct tables tables;
	char *actor;
	bool read_only;
	bool creates, migrates;		/* see struct store_options */
	const struct td_clock *clock;
	int64_t seen;		/* the last change the caller was told of */
};

/* Connects when there is no connection, and looks at the schema then. Before every use of s->db. */
bool store_connect(struct store *s, struct err *e);
/* ERR_READ_ONLY for a handle opened so. */
bool store_check_writable(const struct store *s, struct err *e);
/* A transaction that writes, around statements of the caller: begins it, and ends it by a commit where ok says that all went well, else
 * by taking everything back. store_end_write() returns false then. */
bool store_begin_write(struct store *s, struct err *e);
bool store_end_write(struct store *s, bool ok, struct err *e);

/* --- migrate.c --- */

/* Looks whether the schema is this program's. Where the caller asked for it, and in an empty embedded store, it is brought up to date
 * and the workspace is made, under a lock; else ERR_STORE_OLDER. */
bool store_migrate(struct store *s, struct err *e);

#endif
