/* The handle, and the functions that the files of the store share. */
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
	int64_t seen;		/* the last change that was reported to the caller */
};

/* Connects if there is no connection, and then checks the schema. Must be called before every use of s->db. */
bool store_connect(struct store *s, struct err *e);
/* Fails with ERR_READ_ONLY if the handle was opened read-only. */
bool store_check_writable(const struct store *s, struct err *e);
/* Begin and end a transaction that writes. store_end_write() commits if ok is true; else it rolls back and returns
 * false. */
bool store_begin_write(struct store *s, struct err *e);
bool store_end_write(struct store *s, bool ok, struct err *e);

/* --- told.c --- */

struct insert;
/* Collects what agents were told of numbers. insert_flush() sends the rows, insert_clear() frees them. */
void told_begin(struct insert *rows, struct store *s);
bool told_add(struct insert *rows, const struct number *n, struct err *e);

/* --- migrate.c --- */

/* Checks that the schema is the one this program needs. An older schema is migrated, and a workspace is made, under a
 * lock, if the caller asked for it or the store is embedded and empty; else the error is ERR_STORE_OLDER. */
bool store_migrate(struct store *s, struct err *e);

#endif
