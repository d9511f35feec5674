/*
 * Records as rows. The SQL of the four tables of records is made from the tables of fields (records.h), so that a field is
 * named once: SELECT, INSERT and UPDATE can't disagree. The key is always the first column.
 */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include <stddef.h>

#include "db.h"
#include "trunkdeck/model/records.h"

/* Keys looked up with one statement. */
enum { TABLE_KEYS = 500 };

struct table {
	size_t columns;
	char *read;		/* all, in the order of store_read(); one column more: of the workspace its last change, of a
				 * provider its numbers */
	char *find;		/* by key $1 */
	char *find_many;	/* by keys $1..$TABLE_KEYS */
	char *insert;		/* one row */
	char *insert_many;	/* as many rows as the driver likes */
	char *update;		/* the row of key $1 */
	char *remove;		/* key $1 */
};

struct tables {
	struct table of[ENTITY_COUNT];
	char *lock;		/* the workspace's row, locked where the database locks rows; with its last change */
	char *insert_change, *insert_changes;
	size_t change_columns;
};

void tables_init(struct tables *t, const struct db_driver *driver);
void tables_clear(struct tables *t);

/* "INSERT INTO table (a, b) VALUES ($1, $2), ..."; caller frees. */
char *table_insert_sql(const char *table, const char *const *columns, size_t n, size_t rows);

/* A record whose texts are those of the row: valid as long as they are, and never cleared. */
void row_to_record(struct record *r, enum entity entity, const char *const *values);
/* All columns in order; the texts stay the record's. */
void record_to_params(struct db_params *p, const struct record *r);

/* Columns of a change, in order. */
#define CHANGE_COLUMNS "id, at, actor, action, entity, key, before, after, undoes, db_user"
void row_to_change(struct change *c, const char *const *values);
void change_to_params(struct db_params *p, const struct change *c);

#endif
