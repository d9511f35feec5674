/*
 * Rows on their way into one table: gathered, and sent as INSERTs of many rows, which spares the server most of the work of a
 * statement. What is added is copied. Nothing is sent at the end unless insert_flush() is called.
 */
#ifndef STORE_INSERT_H
#define STORE_INSERT_H

#include <stdbool.h>
#include <stddef.h>

#include "db.h"
#include "trunkdeck/base/buf.h"

struct insert {
	struct db *db;
	const char *one, *many;		/* SQL of one row and of rows_max rows; borrowed */
	size_t columns, rows_max;
	size_t rows;
	struct buf text;		/* the values, each with its NUL */
	size_t *at;			/* where each starts; SIZE_MAX = SQL NULL */
	const char **values;
};

void insert_init(struct insert *q, struct db *db, const char *one, const char *many, size_t columns);
void insert_clear(struct insert *q);
bool insert_add(struct insert *q, const struct db_params *row, struct err *e);
bool insert_flush(struct insert *q, struct err *e);

#endif
