/*
 * Derived columns: values that the program encodes from a record at every write, so that the database can give them to
 * Asterisk as they are (routes = odbc). Only drivers with `derives` have them. They follow the fields of the record in
 * INSERT and UPDATE and are never read back.
 */
#ifndef STORE_DERIVED_H
#define STORE_DERIVED_H

#include "private.h"

enum { DERIVED_MAX = 3 };

/* The values of one record. Owns the texts. */
struct derived {
	size_t n;
	char *values[DERIVED_MAX];
};

/* Adds the names of the columns to the list; returns how many. */
size_t derived_columns(enum entity entity, const char **columns);
/* Makes the values and adds them as parameters. They must stay until the statement was posted: derived_clear(). */
void derived_add(struct derived *d, struct db_params *p, const struct record *r);
void derived_clear(struct derived *d);
/* Fills the rows that have no values yet: those that were written before the columns existed. In a transaction. */
bool derived_fill(struct store *s, struct err *e);

#endif
