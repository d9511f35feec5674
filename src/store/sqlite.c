/*
 * The driver for SQLite: the embedded store, which is one file.
 *
 * WAL lets readers never wait. synchronous=FULL makes acknowledged changes survive a power cut. Foreign keys are on.
 * The busy handler waits BUSY_MS for another process. Statements are prepared once and kept. SQL is written with
 * $1..$n; SQLite numbers its parameters ?1..?n, so '$' is replaced by '?' when a statement is prepared. Parameters are
 * bound as text; the column's affinity converts them.
 *
 * The file is created with mode 0600, with its folders. Before each transaction the driver checks that the path still
 * names the open file. If not, it closes the connection and reports ERR_STORE_UNREACHABLE.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uthash.h>

#include "db.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/user.h"

enum { BUSY_MS = 5000, BUSY_STEP_MS = 10, COLUMNS_MAX = 56 };

/* At most 64 MB. With a smaller cache, a large import writes the same pages again and again. */
#define CACHE "PRAGMA cache_size = -65536"

struct statement {
	char *sql;		/* the key */
	sqlite3_stmt *stmt;
	UT_hash_handle hh;
};

struct sqlite {
	struct db base;
	char *path;
	sqlite3 *handle;	/* NULL = not connected */
	struct statement *statements;
	dev_t device;		/* the file that is open */
	ino_t inode;
	bool folder_closed;	/* the folder is not writable: SQLite cannot write, or make its WAL files */
	bool immutable;		/* opened as a file that nobody writes; `changed` is its time */
	struct timespec changed;
};

static struct sqlite *of(struct db *db)
{
	return (struct sqlite *)db;
}

static bool in_memory(const struct sqlite *s)
{
	return !strcmp(s->path, ":memory:");
}

/* --- failures --- */

static enum err_code code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return ERR_STORE_UNREACHABLE;
	case SQLITE_READONLY:
		return ERR_READ_ONLY;
	default:
		return ERR_STORE_FAILED;
	}
}

static bool failed(struct sqlite *s, int rc, struct err *e)
{
	switch (rc & 0xff) {
	case SQLITE_NOTADB:
		return err_set(e, ERR_STORE_FAILED, _("%s is not a trunkdeck store: it is no SQLite database"), s->path);
	case SQLITE_CORRUPT:
		return err_set(e, ERR_STORE_FAILED, _("%s is damaged: restore it from a backup"), s->path);
	case SQLITE_BUSY:
		return err_set(e, ERR_STORE_FAILED, _("%s has been locked by another program for %d s: try again"),
			       s->path, BUSY_MS / 1000);
	case SQLITE_FULL:
		return err_set(e, ERR_STORE_FAILED, _("%s: the disk is full"), s->path);
	case SQLITE_READONLY:
		if (s->folder_closed)
			return err_set(e, ERR_READ_ONLY, _("%s can't be written: its folder can't be written"), s->path);
		return err_set(e, ERR_READ_ONLY, _("%s can't be written: check its owner and mode"), s->path);
	default:
		return db_failed(e, code_of(rc), &s->base,
				 s->handle ? sqlite3_errmsg(s->handle) : sqlite3_errstr(rc));
	}
}

/* --- connection --- */

static void disconnect(struct sqlite *s)
{
	struct statement *st, *next;

	HASH_ITER(hh, s->statements, st, next) {
		HASH_DEL(s->statements, st);
		sqlite3_finalize(st->stmt);
		free(st->sql);
		free(st);
	}
	sqlite3_close(s->handle);
	s->handle = NULL;
}

static void close_connection(struct db *db)
{
	disconnect(of(db));
}

static void destroy(struct db *db)
{
	struct sqlite *s = of(db);

	disconnect(s);
	free(s->path);
	free(s);
}

static bool no_file(const char *path, struct err *e)
{
	return err_set(e, ERR_STORE_UNREACHABLE, "%s: %s", path, strerror(errno));
}

/* Makes the folders of the path, like mkdir -p. */
static bool make_folders(const char *path, struct err *e)
{
	char *folder = xstrdup(path);
	bool ok = true;

	for (char *c = folder + 1; ok && *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		if (mkdir(folder, 0700) && errno != EEXIST)
			ok = no_file(folder, e);
		*c = '/';
	}
	free(folder);
	return ok;
}

/* Creates the file if it does not exist. A file that cannot be written may still be read. */
static bool make_file(const char *path, struct err *e)
{
	if (!make_folders(path, e))
		return false;
	if (!mknod(path, S_IFREG | 0600, 0) || errno == EEXIST || errno == EACCES || errno == EROFS)
		return true;
	return no_file(path, e);
}

/*
 * The driver creates the file, so that its mode is 0600. SQLite gives -wal and -shm the same mode. The identity of the
 * file is kept in s. No descriptor is opened: its close would release the locks of other handles of this process.
 */
static bool claim_file(struct sqlite *s, struct err *e)
{
	struct stat st;

	if (!s->base.read_only && !make_file(s->path, e))
		return false;
	if (stat(s->path, &st) || (S_ISREG(st.st_mode) && access(s->path, R_OK)))
		return no_file(s->path, e);
	s->device = st.st_dev;
	s->inode = st.st_ino;
	s->changed = st.st_mtim;
	if (S_ISREG(st.st_mode))
		return true;
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_STORE_UNREACHABLE, _("%s is not a file"), s->path);
	errno = EISDIR;
	return no_file(s->path, e);
}

static bool run_script(struct sqlite *s, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(s->handle, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || failed(s, rc, e);
}

/* To switch to WAL, SQLite needs the file alone and does not wait. Another process may be opening it, so retry. */
static bool set_wal(struct sqlite *s, struct err *e)
{
	int rc;

	for (int waited = 0;; waited += BUSY_STEP_MS) {
		rc = sqlite3_exec(s->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((rc & 0xff) != SQLITE_BUSY || waited >= BUSY_MS)
			return rc == SQLITE_OK || failed(s, rc, e);
		poll(NULL, 0, BUSY_STEP_MS);
	}
}

static bool folder_is_closed(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	bool closed = access(folder, W_OK) && errno != ENOENT;

	free(folder);
	return closed;
}

/* Are there changes in a WAL file? If not, the file alone is complete. */
static bool has_wal(const struct sqlite *s)
{
	char *wal = xasprintf("%s-wal", s->path);
	struct stat st;
	bool there = !stat(wal, &st) && st.st_size > 0;

	free(wal);
	return there;
}

/* Returns "file:PATH?immutable=1" with the path percent-encoded. */
static char *immutable_uri(const char *path)
{
	struct buf uri;

	buf_init(&uri, BUF_UNBOUNDED);
	buf_adds(&uri, "file:");
	for (const unsigned char *c = (const unsigned char *)path; *c; c++)
		buf_addf(&uri, strchr("%?#", *c) ? "%%%02x" : "%c", *c);
	buf_adds(&uri, "?immutable=1");
	return buf_take(&uri);
}

static bool configure(struct sqlite *s, struct err *e)
{
	sqlite3_extended_result_codes(s->handle, 1);
	sqlite3_busy_timeout(s->handle, BUSY_MS);
	if (s->base.read_only || s->folder_closed)
		return run_script(s, "PRAGMA query_only = ON; SELECT count(*) FROM sqlite_master", e);
	return set_wal(s, e) && run_script(s, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; " CACHE, e);
}

static bool sqlite_connect(struct db *db, struct err *e)
{
	struct sqlite *s = of(db);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	char *uri;
	int rc;

	if (in_memory(s))
		flags |= SQLITE_OPEN_CREATE;
	else if (!claim_file(s, e))
		return false;
	s->folder_closed = !in_memory(s) && folder_is_closed(s->path);
	s->immutable = s->folder_closed && !has_wal(s);
	if (s->folder_closed)
		flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_URI;
	uri = s->immutable ? immutable_uri(s->path) : xstrdup(s->path);
	rc = sqlite3_open_v2(uri, &s->handle, flags, NULL);
	free(uri);
	if (rc == SQLITE_OK && configure(s, e))
		return true;
	if (rc != SQLITE_OK)
		failed(s, rc, e);
	disconnect(s);
	return false;
}

/* A file that was opened as immutable is opened again when another process has written it. */
static bool is_connected(struct db *db)
{
	struct sqlite *s = of(db);
	struct stat st;

	if (s->handle && s->immutable && (stat(s->path, &st) || has_wal(s) || st.st_mtim.tv_sec != s->changed.tv_sec ||
					  st.st_mtim.tv_nsec != s->changed.tv_nsec))
		disconnect(s);
	return s->handle;
}

/* Does the path still name the open file? */
static bool still_there(struct sqlite *s, struct err *e)
{
	struct stat st;

	if (in_memory(s))
		return true;
	if (!stat(s->path, &st) && st.st_dev == s->device && st.st_ino == s->inode)
		return true;
	disconnect(s);
	return err_set(e, ERR_STORE_UNREACHABLE, _("%s was moved away or replaced"), s->path);
}

/* --- statements --- */

static char *numbered(const char *sql)
{
	char *text = db_qualified(sql, "main");

	for (char *c = text; *c; c++)
		if (c[0] == '$' && c[1] >= '1' && c[1] <= '9')
			*c = '?';
	return text;
}

static sqlite3_stmt *prepare(struct sqlite *s, const char *sql, struct err *e)
{
	size_t len = strlen(sql);
	struct statement *st;
	char *text;
	int rc;

	HASH_FIND(hh, s->statements, sql, len, st);
	if (st)
		return st->stmt;
	st = xcalloc(1, sizeof(*st));
	text = numbered(sql);
	rc = sqlite3_prepare_v3(s->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &st->stmt, NULL);
	free(text);
	if (rc != SQLITE_OK) {
		free(st);
		failed(s, rc, e);
		return NULL;
	}
	st->sql = xstrdup(sql);
	HASH_ADD_KEYPTR(hh, s->statements, st->sql, len, st);
	return st->stmt;
}

static int bind_all(sqlite3_stmt *stmt, const char *const *params, size_t n)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; rc == SQLITE_OK && i < n; i++)
		rc = params[i] ? sqlite3_bind_text(stmt, (int)i + 1, params[i], -1, SQLITE_STATIC) :
				 sqlite3_bind_null(stmt, (int)i + 1);
	return rc;
}

/* Returns SQLITE_DONE, also when fn wanted no more rows; else the error code. */
static int step_all(sqlite3_stmt *stmt, db_row_fn *fn, void *arg)
{
	const char *values[COLUMNS_MAX];
	int columns = sqlite3_column_count(stmt);
	int rc;

	if (columns > COLUMNS_MAX)
		die("more than %d columns", COLUMNS_MAX);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (!fn)
			continue;
		for (int i = 0; i < columns; i++)
			values[i] = (const char *)sqlite3_column_text(stmt, i);
		if (!fn(arg, values))
			return SQLITE_DONE;
	}
	return rc;
}

static bool query(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
		  struct err *e)
{
	struct sqlite *s = of(db);
	sqlite3_stmt *stmt = prepare(s, sql, e);
	bool ok;
	int rc;

	if (!stmt)
		return false;
	rc = bind_all(stmt, params, n);
	if (rc == SQLITE_OK)
		rc = step_all(stmt, fn, arg);
	/* sqlite3_reset() clears the error message, so read it first. */
	ok = rc == SQLITE_DONE || failed(s, rc, e);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return ok;
}

static bool script(struct db *db, const char *sql, struct err *e)
{
	char *text = db_qualified(sql, "main");
	bool ok = run_script(of(db), text, e);

	free(text);
	return ok;
}

static bool post(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e)
{
	return query(db, sql, params, n, NULL, NULL, e);
}

static bool settle(struct db *db, struct err *e)
{
	(void)db;
	(void)e;
	return true;
}

/* --- transactions --- */

static bool begin(struct db *db, enum db_access access, struct err *e)
{
	return still_there(of(db), e) &&
	       query(db, access == DB_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", NULL, 0, NULL, NULL, e);
}

static bool commit(struct db *db, struct err *e)
{
	return query(db, "COMMIT", NULL, 0, NULL, NULL, e);
}

static void rollback(struct db *db)
{
	struct sqlite *s = of(db);

	/* SQLite may already have rolled back after some failures. */
	if (s->handle && !sqlite3_get_autocommit(s->handle))
		query(db, "ROLLBACK", NULL, 0, NULL, NULL, NULL);
}

static bool announce(struct db *db, enum db_channel channel, struct err *e)
{
	(void)channel;
	return settle(db, e);
}

static int notice_fd(struct db *db)
{
	(void)db;
	return -1;
}

static bool take_notices(struct db *db, bool *any, struct err *e)
{
	*any = false;
	return settle(db, e);
}

static const struct db_driver sqlite_driver = {
	.migrations = "sql/sqlite/",
	.for_update = "",
	.has_schema = "SELECT count(*) FROM main.sqlite_master WHERE type = 'table' AND name = 'schema_version'",
	.insert_rows = 1,
	.embedded = true,
	.destroy = destroy,
	.connect = sqlite_connect,
	.disconnect = close_connection,
	.is_connected = is_connected,
	.script = script,
	.query = query,
	.post = post,
	.settle = settle,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.announce = announce,
	.notice_fd = notice_fd,
	.take_notices = take_notices,
};

struct db *sqlite_new(const char *url, struct err *e)
{
	char *path = user_expand_path(url + strlen("sqlite:"));
	struct sqlite *s;

	if (!path || !*path) {
		err_set(e, ERR_CONFIG, path ? _("the store's URL names no file: write sqlite:/path/to/store.db") :
			_("the beginning of the store's path is not known: ~/, $HOME/, $XDG_DATA_HOME/ and its like are allowed"));
		free(path);
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->base.driver = &sqlite_driver;
	s->base.name = xasprintf("sqlite:%s", path);
	s->path = path;
	return &s->base;
}
