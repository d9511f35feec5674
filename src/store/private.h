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
	const struct td_clock *clock;
	int64_t seen;		/* the last change the caller was told of */
};

/* Connects when there is no connection, and looks at the schema then. Before every use of s->db. */
bool store_connect(struct store *s, struct err *e);
/* ERR_READ_ONLY for a handle opened so. */
bool store_check_writable(const struct store *s, struct err *e);

/* --- migrate.c --- */

/* Brings the schema up to this program's and makes the workspace, under a lock; cheap when there is nothing to do. */
bool store_migrate(struct store *s, struct err *e);

#endif
