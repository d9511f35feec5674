/*
 * Records as rows. The SQL for the tables of records is generated from the tables of fields (records.h). Each
 * field is named once, so SELECT, INSERT and UPDATE always agree. The key is always the first column.
 */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include <stddef.h>

#include "db.h"
#include "trunkdeck/model/records.h"

/* The number of keys in one look-up. */
enum { TABLE_KEYS = 500 };

struct table {
	size_t columns;		/* the fields of a record */
	size_t params;		/* of INSERT and UPDATE: the fields and the derived columns (derived.h) */
	char *read;		/* all rows in the order of store_read(), with one more column: the workspace's last
				 * change, or a provider's number count */
	char *find;		/* by key $1 */
	char *find_many;	/* by keys $1..$TABLE_KEYS */
	char *insert;		/* one row */
	char *insert_many;	/* the driver's insert_rows rows */
	char *update;		/* the row of key $1 */
	char *remove;		/* key $1 */
};

struct tables {
	struct table of[ENTITY_COUNT];
	char *lock;		/* the workspace's row with its last change; locks it where rows can be locked */
	char *insert_change, *insert_changes;
	size_t change_columns;
	char *insert_seen, *insert_many_seen;	/* what agents were told of a number; a generation that is known is skipped */
};

enum { SEEN_COLUMNS = 3 };

void tables_init(struct tables *t, const struct db_driver *driver);
void tables_clear(struct tables *t);

/* "UPDATE table SET b = $2, ... WHERE a = $1"; caller frees. */
char *table_update_sql(const char *table, const char *const *columns, size_t n);
/* All fields of up to `rows` records whose column is empty; caller frees. */
char *table_unfilled_sql(enum entity entity, const char *column, size_t rows);
/* "INSERT INTO table (a, b) VALUES ($1, $2), ..."; caller frees. */
char *table_insert_sql(const char *table, const char *const *columns, size_t n, size_t rows);

/* Makes a record that borrows the texts of the row. It is valid as long as they are, and must not be cleared. */
void row_to_record(struct record *r, enum entity entity, const char *const *values);
/* Adds all columns in order. The texts still belong to the record. */
void record_to_params(struct db_params *p, const struct record *r);

/* The columns of a change, in order. */
#define CHANGE_COLUMNS "id, at, actor, action, entity, key, before, after, undoes, db_user, " \
	"(SELECT count(*) FROM td.replaced_url WHERE replaced_url.change = change.id)"
/* One more column that the feed reads: the URL of the changed agent as it is now. */
#define CHANGE_URL_COLUMN ", (SELECT url FROM td.agent WHERE entity = 'agent' AND agent.id = change.key)"
void row_to_change(struct change *c, const char *const *values, bool with_url);
void change_to_params(struct db_params *p, const struct change *c);

#endif
