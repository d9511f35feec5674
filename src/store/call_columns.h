/* A call as a row: the columns that the tables of finished and of live calls have in common. */
#ifndef STORE_CALL_COLUMNS_H
#define STORE_CALL_COLUMNS_H

#include "db.h"
#include "trunkdeck/calls/call_fields.h"

/* The key first. */
extern const char *const call_columns[CALL_COLUMNS];

/* All columns in order. Texts become what the database can hold, valid UTF-8 or ASCII: they are put into texts, which the caller frees
 * after use of the parameters; it begins as NULLs. */
void call_to_params(struct db_params *p, const struct db *db, const struct call *c, char *texts[CALL_COLUMNS]);
void call_from_row(struct call *c, const char *const *values);
/* How many of them say something. */
int call_facts(const struct call *c);

#endif
