/* A call as a row: the columns that the table of finished calls and the table of live calls share. */
#ifndef STORE_CALL_COLUMNS_H
#define STORE_CALL_COLUMNS_H

#include "db.h"
#include "trunkdeck/calls/call_fields.h"

/* The columns of the key come first. */
extern const char *const call_columns[CALL_COLUMNS];

/* Adds all columns in order. Texts are copied as valid UTF-8, or as ASCII where the database cannot hold Unicode. The
 * copies are put into `texts`, which must hold NULLs. The caller frees them after the parameters have been used. */
void call_to_params(struct db_params *p, const struct db *db, const struct call *c, char *texts[CALL_COLUMNS]);
void call_from_row(struct call *c, const char *const *values);
/* The number of fields of the call that are set. */
int call_facts(const struct call *c);

#endif
