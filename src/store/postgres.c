/*
 * The driver for PostgreSQL and what speaks its protocol.
 *
 * libpq is used without blocking: everything is sent, and then awaited with a deadline (SILENCE_MS without a byte), so that
 * a server that is dead, stopped or cut off can't hang the caller; the connection is closed then. The server is asked
 * for time-outs of its own, a little shorter, so that it normally says itself what took too long. Statements are prepared
 * once per connection. Posted statements go through libpq's pipeline in groups of POSTS_MAX, of which two are out at most: the
 * server works on one while the next is made, and neither side can block on a full buffer.
 *
 * LISTEN is tried at connect; a server without it is looked at now and then instead. No extension, no superuser.
 */
#include "config.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "db.h"
#include "postgres_url.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

enum { SILENCE_MS = 10000, POSTS_MAX = 256, POST_PARAMS = 64, COLUMNS_MAX = 32, NAME_SIZE = 16 };

#define CHANNEL "trunkdeck_change"
#define CHANNEL_LIVE "trunkdeck_live"

/* Refusing one is the server's right: the deadline here holds anyway. */
static const char *const session_settings[] = {
	"SET statement_timeout = 9000",
	"SET lock_timeout = 8000",
	"SET idle_in_transaction_session_timeout = 60000",
};

struct statement {
	char *sql;		/* the key */
	char name[NAME_SIZE];
	UT_hash_handle hh;
};

struct postgres {
	struct db base;
	char *url;
	PGconn *conn;		/* NULL = not connected */
	struct statement *statements;
	unsigned prepared;	/* statements so far: makes their names */
	bool listening;
	size_t posts;		/* in the pipeline since its last sync */
	size_t groups;		/* ended by a sync that has not been answered yet */
};

static struct postgres *of(struct db *db)
{
	return (struct postgres *)db;
}

/* --- failures --- */

static void disconnect(struct postgres *pg)
{
	struct statement *st, *next;

	HASH_ITER(hh, pg->statements, st, next) {
		HASH_DEL(pg->statements, st);
		free(st->sql);
		free(st);
	}
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->posts = pg->groups = 0;
}

/* The connection is gone: says why and closes it. */
static bool lost(struct postgres *pg, const char *why, struct err *e)
{
	const char *said = why ? why : PQerrorMessage(pg->conn);

	db_failed(e, ERR_STORE_UNREACHABLE, &pg->base, *said ? said : _("the connection was closed"));
	disconnect(pg);
	return false;
}

/* Classes of SQLSTATE that mean "not now, not here": connection, operator intervention, too many connections. */
static bool is_gone(const char *state)
{
	return !strncmp(state, "08", 2) || !strcmp(state, "57P01") || !strcmp(state, "57P02") ||
	       !strcmp(state, "57P03") || !strcmp(state, "57P05") || !strcmp(state, "53300");
}

static bool is_busy(const char *state)
{
	return !strcmp(state, "55P03") || !strcmp(state, "57014") || !strcmp(state, "40001") ||
	       !strcmp(state, "40P01");
}

/* What a failed result says; the connection is kept unless the server ended it. */
static bool failed(struct postgres *pg, const PGresult *result, struct err *e)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (!state || !said || PQstatus(pg->conn) == CONNECTION_BAD)
		return lost(pg, said, e);
	if (is_gone(state))
		return lost(pg, said, e);
	if (is_busy(state))
		return err_set(e, ERR_STORE_FAILED, _("%s is busy with another operator's change: try again"),
			       pg->base.name);
	if (!strcmp(state, "25006"))
		return err_set(e, ERR_READ_ONLY, _("%s accepts no changes: it is a replica, or set read-only"),
			       pg->base.name);
	return db_failed(e, ERR_STORE_FAILED, &pg->base, said);
}

/* --- waiting for the server --- */

/* Until a result can be taken without blocking. False: the connection is gone, and closed. */
static bool await(struct postgres *pg, struct err *e)
{
	struct pollfd p = { .fd = PQsocket(pg->conn) };
	int unsent, ready;

	for (;;) {
		unsent = PQflush(pg->conn);
		if (unsent < 0)
			return lost(pg, NULL, e);
		if (!PQisBusy(pg->conn))
			return true;
		p.events = unsent ? POLLIN | POLLOUT : POLLIN;
		ready = poll(&p, 1, SILENCE_MS);
		if (!ready)
			return lost(pg, _("no answer for 10 s"), e);
		if (ready > 0 && p.revents & ~POLLOUT && !PQconsumeInput(pg->conn))
			return lost(pg, NULL, e);
	}
}

/* The rows of one result to fn; false when fn has had enough. */
static bool give_rows(const PGresult *result, db_row_fn *fn, void *arg)
{
	const char *values[COLUMNS_MAX];
	int columns = PQnfields(result);

	if (columns > COLUMNS_MAX)
		die("more than %d columns", COLUMNS_MAX);
	for (int row = 0; row < PQntuples(result); row++) {
		for (int i = 0; i < columns; i++)
			values[i] = PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
		if (!fn(arg, values))
			return false;
	}
	return true;
}

/* Takes all results of what was sent. The first failure counts; *e is set then. */
static bool collect(struct postgres *pg, db_row_fn *fn, void *arg, struct err *e)
{
	bool ok = true;
	PGresult *result;

	for (;;) {
		if (!await(pg, e))
			return false;
		result = PQgetResult(pg->conn);
		if (!result)
			return ok;
		switch (PQresultStatus(result)) {
		case PGRES_COMMAND_OK:
			break;
		case PGRES_SINGLE_TUPLE:
		case PGRES_TUPLES_OK:
			/* What follows after "enough" is read and dropped. */
			if (fn && !give_rows(result, fn, arg))
				fn = NULL;
			break;
		default:
			if (ok)
				ok = failed(pg, result, e);
		}
		PQclear(result);
		if (!pg->conn)
			return false;
	}
}

static bool simple(struct postgres *pg, const char *sql, struct err *e)
{
	return PQsendQuery(pg->conn, sql) ? collect(pg, NULL, NULL, e) : lost(pg, NULL, e);
}

/* --- pipeline --- */

/* One result of the pipeline; ends a group when it is its sync. */
static bool take_posted(struct postgres *pg, bool ok, struct err *e)
{
	PGresult *result = PQgetResult(pg->conn);

	/* Ends the results of one statement. */
	if (!result)
		return ok;
	switch (PQresultStatus(result)) {
	case PGRES_PIPELINE_SYNC:
		pg->groups--;
		break;
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_PIPELINE_ABORTED:
		break;
	default:
		if (ok)
			ok = failed(pg, result, e);
	}
	PQclear(result);
	return ok;
}

/* Reads results until no more than this many groups are out. The first failure counts. */
static bool await_groups(struct postgres *pg, size_t groups, struct err *e)
{
	bool ok = true;

	while (pg->groups > groups) {
		if (!await(pg, ok ? e : NULL))
			return false;
		ok = take_posted(pg, ok, e);
		if (!pg->conn)
			return false;
	}
	return ok;
}

static bool end_group(struct postgres *pg, struct err *e)
{
	if (!pg->posts)
		return true;
	if (!PQpipelineSync(pg->conn))
		return lost(pg, NULL, e);
	pg->posts = 0;
	pg->groups++;
	return true;
}

static bool settle(struct db *db, struct err *e)
{
	struct postgres *pg = of(db);

	if (!pg->conn)
		return err_set(e, ERR_STORE_UNREACHABLE, "%s", db->name);
	if (PQpipelineStatus(pg->conn) == PQ_PIPELINE_OFF)
		return true;
	if (!end_group(pg, e) || !await_groups(pg, 0, e))
		return false;
	return PQexitPipelineMode(pg->conn) || lost(pg, NULL, e);
}

/* --- statements --- */

/* The name of the prepared statement; NULL with *e. */
static const char *prepare(struct postgres *pg, const char *sql, struct err *e)
{
	size_t len = strlen(sql);
	struct statement *st;

	HASH_FIND(hh, pg->statements, sql, len, st);
	if (st)
		return st->name;
	if (!settle(&pg->base, e))
		return NULL;
	st = xcalloc(1, sizeof(*st));
	snprintf(st->name, sizeof(st->name), "td%u", ++pg->prepared);
	if (!PQsendPrepare(pg->conn, st->name, sql, 0, NULL)) {
		free(st);
		lost(pg, NULL, e);
		return NULL;
	}
	if (!collect(pg, NULL, NULL, e)) {
		free(st);
		return NULL;
	}
	st->sql = xstrdup(sql);
	HASH_ADD_KEYPTR(hh, pg->statements, st->sql, len, st);
	return st->name;
}

static bool send(struct postgres *pg, const char *name, const char *const *params, size_t n, struct err *e)
{
	return PQsendQueryPrepared(pg->conn, name, (int)n, params, NULL, NULL, 0) || lost(pg, NULL, e);
}

static bool query(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
		  struct err *e)
{
	struct postgres *pg = of(db);
	const char *name;

	if (!settle(db, e))
		return false;
	name = prepare(pg, sql, e);
	if (!name || !send(pg, name, params, n, e))
		return false;
	if (fn)
		PQsetSingleRowMode(pg->conn);
	return collect(pg, fn, arg, e);
}

static bool post(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e)
{
	struct postgres *pg = of(db);
	const char *name = prepare(pg, sql, e);

	if (!name)
		return false;
	if (PQpipelineStatus(pg->conn) == PQ_PIPELINE_OFF && !PQenterPipelineMode(pg->conn))
		return lost(pg, NULL, e);
	if (!send(pg, name, params, n, e))
		return false;
	/* Wide statements count more, so that what is not sent yet stays small too. */
	pg->posts += 1 + n / POST_PARAMS;
	/* While the server works on one group, the next is made. */
	return pg->posts < POSTS_MAX || (end_group(pg, e) && await_groups(pg, 1, e));
}

static bool script(struct db *db, const char *sql, struct err *e)
{
	return settle(db, e) && simple(of(db), sql, e);
}

/* --- transactions --- */

static bool begin(struct db *db, enum db_access access, struct err *e)
{
	return script(db, access == DB_WRITE ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" :
		      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", e);
}

static bool commit(struct db *db, struct err *e)
{
	struct postgres *pg = of(db);

	if (simple(pg, "COMMIT", e))
		return true;
	if (!pg->conn)
		err_hint(e, _("%s: the connection broke while committing; look whether the change was made"), db->name);
	return false;
}

static void rollback(struct db *db)
{
	struct postgres *pg = of(db);

	if (!pg->conn)
		return;
	/* Failures of what was posted are of no interest any more. */
	settle(db, NULL);
	if (pg->conn && PQpipelineStatus(pg->conn) != PQ_PIPELINE_OFF)
		PQexitPipelineMode(pg->conn);
	if (pg->conn && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
		simple(pg, "ROLLBACK", NULL);
}

/* --- notices --- */

static bool announce(struct db *db, enum db_channel channel, struct err *e)
{
	const char *sql = channel == DB_CHANNEL_LIVE ? "SELECT pg_notify('" CHANNEL_LIVE "', '')" :
						       "SELECT pg_notify('" CHANNEL "', '')";

	return !of(db)->listening || post(db, sql, NULL, 0, e);
}

static int notice_fd(struct db *db)
{
	struct postgres *pg = of(db);

	return pg->conn && pg->listening ? PQsocket(pg->conn) : -1;
}

static bool take_notices(struct db *db, bool *any, struct err *e)
{
	struct postgres *pg = of(db);
	PGnotify *notice;

	*any = false;
	if (!PQconsumeInput(pg->conn))
		return lost(pg, NULL, e);
	while ((notice = PQnotifies(pg->conn))) {
		*any = true;
		db->live_noticed = db->live_noticed || strcmp(notice->relname, CHANNEL_LIVE) == 0;
		PQfreemem(notice);
	}
	return true;
}

/* --- connection --- */

static void drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static bool try_setting(struct postgres *pg, const char *sql)
{
	return pg->conn && simple(pg, sql, NULL);
}

static bool start_session(struct postgres *pg, struct err *e)
{
	PQsetNoticeReceiver(pg->conn, drop_notice, NULL);
	if (PQsetnonblocking(pg->conn, 1))
		return lost(pg, NULL, e);
	for (size_t i = 0; i < ARRAY_LEN(session_settings); i++)
		try_setting(pg, session_settings[i]);
	if (pg->base.read_only)
		try_setting(pg, "SET default_transaction_read_only = on");
	pg->listening = try_setting(pg, "LISTEN " CHANNEL) && (!pg->base.follow_live || try_setting(pg, "LISTEN " CHANNEL_LIVE));
	return pg->conn || err_set(e, ERR_STORE_UNREACHABLE, "%s", pg->base.name);
}

static bool postgres_connect(struct db *db, struct err *e)
{
	/* Before the URL these are defaults, after it they hold whatever it says. */
	static const char *const keys[] = { "connect_timeout", "keepalives_idle", "keepalives_interval",
					    "keepalives_count", "tcp_user_timeout", "fallback_application_name",
					    "dbname", "client_encoding", NULL };
	struct postgres *pg = of(db);
	const char *values[] = { "5", "5", "2", "2", "10000", "trunkdeck", pg->url, "UTF8", NULL };

	disconnect(pg);
	pg->conn = PQconnectdbParams(keys, values, 1);
	if (!pg->conn)
		die("out of memory");
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return lost(pg, NULL, e);
	return start_session(pg, e);
}

/* A server that went away while nobody asked has closed the socket: seen here, before a statement is lost with it. */
static bool is_connected(struct db *db)
{
	struct postgres *pg = of(db);
	struct pollfd p;

	if (!pg->conn || PQstatus(pg->conn) != CONNECTION_OK)
		return false;
	p = (struct pollfd){ .fd = PQsocket(pg->conn), .events = POLLIN };
	if (poll(&p, 1, 0) <= 0)
		return true;
	/* The second read finds the end of the stream behind a last message ("terminating connection ..."). */
	return PQconsumeInput(pg->conn) && PQconsumeInput(pg->conn) && PQstatus(pg->conn) == CONNECTION_OK;
}

static void close_connection(struct db *db)
{
	disconnect(of(db));
}

static void destroy(struct db *db)
{
	struct postgres *pg = of(db);

	disconnect(pg);
	free(pg->url);
	free(pg);
}

static const struct db_driver postgres_driver = {
	.migrations = "sql/postgres/",
	.for_update = " FOR UPDATE",
	.has_table = "SELECT 1 FROM information_schema.tables "
		     "WHERE table_schema = current_schema() AND table_name = $1",
	.insert_rows = 500,
	.destroy = destroy,
	.connect = postgres_connect,
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

struct db *postgres_new(const char *url, struct err *e)
{
	char *name = postgres_url_name(url, e);
	struct postgres *pg;

	if (!name)
		return NULL;
	pg = xcalloc(1, sizeof(*pg));
	pg->base.driver = &postgres_driver;
	pg->base.name = name;
	pg->url = xstrdup(url);
	return &pg->base;
}
