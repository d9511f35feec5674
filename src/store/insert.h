/*
 * Rows that are collected for one table and sent as INSERTs of many rows, which saves the server most of the work of a
 * statement. Rows are copied when they are added. The last rows are sent only by insert_flush().
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
	size_t *at;			/* the offset of each value in text; SIZE_MAX = SQL NULL */
	const char **values;
};

void insert_init(struct insert *q, struct db *db, const char *one, const char *many, size_t columns);
void insert_clear(struct insert *q);
bool insert_add(struct insert *q, const struct db_params *row, struct err *e);
bool insert_flush(struct insert *q, struct err *e);

#endif
