/*
 * The inside of the store: one connection to one database, behind a driver.
 *
 * All SQL is written once, with parameters $1..$n and tables named td.TABLE, and sent through this interface. A driver puts its
 * schema in place of "td", so that no search path decides which workspace is read. Parameters and values are text (NULL =
 * SQL NULL), which both databases convert to the type of the column. A driver knows only how to talk to its database: what is
 * said is in read.c, mutate.c, txn.c, calls.c and migrate.c. The few words that differ are members of the driver.
 *
 * Every function that can fail returns false with *e. ERR_STORE_UNREACHABLE means that the connection is closed now. Rows
 * live during the callback only, and a callback must not use the same connection.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/err.h"

struct db;

/* values: as many as the statement has columns; NULL = SQL NULL. False stops the query, which then still succeeds. */
typedef bool db_row_fn(void *arg, const char *const *values);

/* What a notice is about: the change feed, or live calls. */
enum db_channel { DB_CHANNEL_CHANGE, DB_CHANNEL_LIVE };

enum db_access { DB_READ, DB_WRITE };

struct db_driver {
	const char *migrations;		/* their folder below data/ */
	const char *for_update;		/* ends a SELECT that locks its rows */
	const char *has_schema;		/* SQL: 1 when there is a table schema_version */
	bool embedded;			/* nobody else administers the database */
	size_t insert_rows;		/* rows of one INSERT at most: more are slower, or not allowed */

	void (*destroy)(struct db *db);
	bool (*connect)(struct db *db, struct err *e);
	void (*disconnect)(struct db *db);
	/* Is the connection open as far as can be seen without asking the server? */
	bool (*is_connected)(struct db *db);
	/* Several statements, without parameters. */
	bool (*script)(struct db *db, const char *sql, struct err *e);
	bool (*query)(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
		      struct err *e);
	/* A statement without rows, perhaps sent later: its failure may be told by a later call, settle() at the latest. */
	bool (*post)(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e);
	bool (*settle)(struct db *db, struct err *e);
	bool (*begin)(struct db *db, enum db_access access, struct err *e);
	bool (*commit)(struct db *db, struct err *e);
	void (*rollback)(struct db *db);
	/* Inside a transaction: wakes those who wait for a change once it is committed. */
	bool (*announce)(struct db *db, enum db_channel channel, struct err *e);
	/* Readable when the server has something to tell; -1 = it never does, look again now and then. */
	int (*notice_fd)(struct db *db);
	bool (*take_notices)(struct db *db, bool *any, struct err *e);
};

/* Embedded first in the driver's own struct. */
struct db {
	const struct db_driver *driver;
	char *name;			/* the URL without its password */
	bool read_only;
	bool follow_live;		/* notices about live calls are wanted */
	bool live_noticed;		/* one came; whoever looks at it clears it */
	const char *encoding;		/* of a database that can't hold all of Unicode: its name; else NULL */
};

/* Understand the URL, don't connect yet. NULL with *e: ERR_CONFIG. */
struct db *sqlite_new(const char *url, struct err *e);
struct db *postgres_new(const char *url, struct err *e);

/* The name is freed by db_free(), all else by the driver. */
void db_free(struct db **db);

bool db_script(struct db *db, const char *sql, struct err *e);
bool db_query(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
	      struct err *e);
/* SQL names its tables td.TABLE: the schema in place of "td"; caller frees. */
char *db_qualified(const char *sql, const char *schema);
/* The first column of the first row as a number; none when there is no row or it is NULL. */
bool db_query_int(struct db *db, const char *sql, const char *const *params, size_t n, int64_t none, int64_t *value,
		  struct err *e);
bool db_post(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e);
bool db_begin(struct db *db, enum db_access access, struct err *e);
bool db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);

/* Numbers as the databases give them, "" and NULL are 0; booleans are "1"/"0" and "t"/"f". */
int64_t db_int(const char *value);
bool db_bool(const char *value);
/* NULL becomes "". */
const char *db_text(const char *value);
/* A copy that the database can hold: every byte that is not UTF-8 becomes U+FFFD, and where the encoding is not Unicode every character
 * beyond ASCII "?". Caller frees. */
char *db_valid_text(const struct db *db, const char *text);

/* Parameters of one statement. Texts are borrowed. */
enum { DB_PARAMS_MAX = 32, DB_INT_SIZE = 24 };

struct db_params {
	size_t n;
	const char *values[DB_PARAMS_MAX];
	char ints[DB_PARAMS_MAX][DB_INT_SIZE];
};

void db_param_text(struct db_params *p, const char *text);
void db_param_int(struct db_params *p, int64_t value);
void db_param_bool(struct db_params *p, bool value);

/* Adds a condition to a statement: " WHERE condition $n", or " AND ..." where there is one before it, and its parameter. No value
 * (NULL, 0) = no condition. */
void db_where_text(struct buf *sql, struct db_params *p, const char *condition, const char *value);
void db_where_int(struct buf *sql, struct db_params *p, const char *condition, int64_t value);

/* Sets what the database said as the hint: its first line, clean. Returns false. */
bool db_failed(struct err *e, enum err_code code, const struct db *db, const char *said);

#endif
