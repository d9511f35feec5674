/*
 * The driver interface of the store: one connection to one database.
 *
 * All SQL is written once for all drivers. Parameters are written $1..$n, tables td.TABLE. The driver replaces "td" by
 * its schema, so that no search path decides which workspace is read. Parameters and values are text (NULL = SQL NULL);
 * the databases convert it to the type of the column. The statements are in read.c, mutate.c, txn.c, calls.c and
 * migrate.c; the few words that differ are members of the driver.
 *
 * Every function that can fail returns false with *e. ERR_STORE_UNREACHABLE means that the connection is now closed.
 * Rows are valid during the callback only, and a callback must not use the same connection.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/err.h"

struct db;

/* values: one for each column of the statement; NULL = SQL NULL. False ends the query, which still succeeds. */
typedef bool db_row_fn(void *arg, const char *const *values);

/* The subject of a notice: the change feed, or live calls. */
enum db_channel { DB_CHANNEL_CHANGE, DB_CHANNEL_LIVE };

enum db_access { DB_READ, DB_WRITE };

struct db_driver {
	const char *migrations;		/* their folder below data/ */
	const char *for_update;		/* added to a SELECT that locks its rows */
	const char *has_schema;		/* SQL: 1 when the table schema_version exists */
	bool embedded;			/* the program alone administers the database */
	bool derives;			/* Asterisk reads it: it has the columns of derived.h */
	size_t insert_rows;		/* the most rows of one INSERT: more are slower, or not allowed */

	void (*destroy)(struct db *db);
	bool (*connect)(struct db *db, struct err *e);
	void (*disconnect)(struct db *db);
	/* Is the connection open, as far as can be seen without asking the server? */
	bool (*is_connected)(struct db *db);
	/* Runs several statements without parameters. */
	bool (*script)(struct db *db, const char *sql, struct err *e);
	bool (*query)(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
		      struct err *e);
	/* Runs a statement without rows, perhaps later. Then a later call reports its failure, settle() at last. */
	bool (*post)(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e);
	bool (*settle)(struct db *db, struct err *e);
	bool (*begin)(struct db *db, enum db_access access, struct err *e);
	bool (*commit)(struct db *db, struct err *e);
	void (*rollback)(struct db *db);
	/* Called inside a transaction. The commit then wakes everyone who waits for this channel. */
	bool (*announce)(struct db *db, enum db_channel channel, struct err *e);
	/* Readable when the server has sent a notice. -1 = it sends none, and the caller has to look regularly. */
	int (*notice_fd)(struct db *db);
	bool (*take_notices)(struct db *db, bool *any, struct err *e);
};

/* The first member of each driver's own struct. */
struct db {
	const struct db_driver *driver;
	char *name;			/* the URL without its password */
	bool read_only;
	bool follow_live;		/* receive notices about live calls */
	bool live_noticed;		/* such a notice came; its reader clears the flag */
	const char *encoding;		/* NULL; or the name of the database's encoding, if that is not Unicode */
};

/* Parses the URL and does not connect yet. Returns NULL with *e: ERR_CONFIG. */
struct db *sqlite_new(const char *url, struct err *e);
struct db *postgres_new(const char *url, struct err *e);

/* db_free() frees the name, the driver everything else. */
void db_free(struct db **db);

bool db_script(struct db *db, const char *sql, struct err *e);
bool db_query(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
	      struct err *e);
/* Replaces "td" in the table names td.TABLE by the schema; caller frees. */
char *db_qualified(const char *sql, const char *schema);
/* Reads the first column of the first row as a number. *value is `none` when there is no row or the column is NULL. */
bool db_query_int(struct db *db, const char *sql, const char *const *params, size_t n, int64_t none, int64_t *value,
		  struct err *e);
bool db_post(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e);
bool db_begin(struct db *db, enum db_access access, struct err *e);
bool db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);

/* Numbers as the databases return them; "" and NULL are 0. Booleans are "1"/"0" or "t"/"f". */
int64_t db_int(const char *value);
bool db_bool(const char *value);
/* NULL becomes "". */
const char *db_text(const char *value);
/* Returns a copy that the database can hold. Each invalid byte becomes U+FFFD. If the encoding is not Unicode, each
 * character outside ASCII becomes "?". Caller frees. */
char *db_valid_text(const struct db *db, const char *text);

/* The parameters of one statement. It does not own the texts. */
enum { DB_PARAMS_MAX = 56, DB_INT_SIZE = 24 };

struct db_params {
	size_t n;
	const char *values[DB_PARAMS_MAX];
	char ints[DB_PARAMS_MAX][DB_INT_SIZE];
};

void db_param_text(struct db_params *p, const char *text);
void db_param_int(struct db_params *p, int64_t value);
void db_param_bool(struct db_params *p, bool value);

/* Adds a condition and its parameter to a statement: " WHERE condition $n" for the first, " AND ..." for the next ones.
 * An empty value (NULL, 0) adds no condition. */
void db_where_text(struct buf *sql, struct db_params *p, const char *condition, const char *value);
void db_where_int(struct buf *sql, struct db_params *p, const char *condition, int64_t value);

/* Sets the hint to the first line of the database's message, cleaned. Returns false. */
bool db_failed(struct err *e, enum err_code code, const struct db *db, const char *said);

#endif
