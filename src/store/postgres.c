/*
 * The driver for PostgreSQL and for databases that speak its protocol.
 *
 * libpq is used without blocking: a request is sent, and its answer is awaited with a deadline (SILENCE_MS without a
 * byte). So a server that is dead, stopped or cut off cannot hang the caller; the connection is then closed. The
 * server's own time-outs are set a little shorter, so that it normally reports what took too long. Each statement is
 * prepared once per connection. Posted statements use libpq's pipeline in groups of POSTS_MAX. At most two groups are
 * under way: the server executes one while the next is made, and neither side can block on a full buffer.
 *
 * LISTEN is tried at connect. Without it, the store polls. No extension and no superuser is needed.
 *
 * A connection pooler may give each transaction another connection to the server. So settings are SET LOCAL in each
 * transaction, tables are named with their schema, and behind a pooler no statement is prepared by name. A pooler is
 * detected by the server's process id: it differs from the one that the connection reported at its start.
 */
#include "config.h"

#include <libpq-fe.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <uthash.h>

#include "db.h"
#include "postgres_url.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/user.h"
#include "trunkdeck/store/store.h"

enum { SILENCE_MS = 10000, POSTS_MAX = 256, POST_PARAMS = 64, COLUMNS_MAX = 56, NAME_SIZE = 32 };

#define CHANNEL "trunkdeck_change"
#define CHANNEL_LIVE "trunkdeck_live"

/* A server may refuse one of these. The driver's own deadline holds anyway. */
static const char *const settings[] = {
	"; SET LOCAL statement_timeout = 9000",
	"; SET LOCAL lock_timeout = 8000",
	"; SET LOCAL idle_in_transaction_session_timeout = 60000",
};

struct statement {
	char *sql;		/* the key */
	char *text;		/* with the schema's name */
	char name[NAME_SIZE];	/* "" behind a pooler: the statement is sent each time */
	UT_hash_handle hh;
};

struct postgres {
	struct db base;
	char *url;
	PGconn *conn;		/* NULL = not connected */
	struct statement *statements;
	uint32_t mark;		/* random; with `prepared` it makes statement names unique */
	unsigned prepared;	/* the number of statements prepared so far */
	char *schema;		/* quoted */
	char *begin_settings;	/* those of `settings` that the server accepts, and the search path */
	bool pooled;
	bool beginning;		/* a transaction is being begun */
	bool coverage;
	size_t posts;		/* in the pipeline since its last sync */
	size_t groups;		/* groups whose sync has not been answered yet */
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
		free(st->text);
		free(st);
	}
	FREE(&pg->schema);
	FREE(&pg->begin_settings);
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->posts = pg->groups = 0;
}

/* Closes a connection that was lost. Sets *e with the reason. */
static bool lost(struct postgres *pg, const char *why, struct err *e)
{
	const char *said = why ? why : PQerrorMessage(pg->conn);

	db_failed(e, ERR_STORE_UNREACHABLE, &pg->base, *said ? said : _("the connection was closed"));
	disconnect(pg);
	return false;
}

/* SQLSTATE classes that mean "not available now": connection, operator intervention, too many connections. */
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

static bool refuse_rights(const struct postgres *pg, const char *said, struct err *e)
{
	err_set_message(e, ERR_STORE_FAILED, "%s", _("The account lacks rights in the store"));
	return err_hint(e, _("%s: %s; the owner of the database can grant them"), pg->base.name, said);
}

/* Sets *e from a failed result. The connection is kept unless the server ended it. */
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
	/* A standby refuses a transaction that may write with 0A000. */
	if (!strcmp(state, "25006") || (pg->beginning && !strcmp(state, "0A000")))
		return err_set(e, ERR_READ_ONLY, _("%s accepts no changes: it is a standby (a replica), or set read-only"),
			       pg->base.name);
	if (!strcmp(state, "42501"))
		return refuse_rights(pg, said, e);
	/* 26000: a prepared statement is unknown, because a pooler was not detected. Reconnect and look again. */
	if (!strcmp(state, "26000"))
		return lost(pg, said, e);
	return db_failed(e, ERR_STORE_FAILED, &pg->base, said);
}

/* --- waiting for the server --- */

/* Waits until a result can be taken without blocking. False: the connection was lost, and is closed. */
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

/* Passes the rows of one result to fn. Returns false when fn wants no more rows. */
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

/* Takes all results of a request. *e is set from the first failure. */
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
			/* When fn wants no more rows, the remaining rows are read and dropped. */
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

/* Takes one result of the pipeline. The result of a sync ends a group. */
static bool take_posted(struct postgres *pg, bool ok, struct err *e)
{
	PGresult *result = PQgetResult(pg->conn);

	/* NULL ends the results of one statement. */
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

/* Reads results until at most `groups` groups are under way. *e is set from the first failure. */
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

/* Returns the statement, prepared unless behind a pooler; NULL with *e. */
static const struct statement *prepare(struct postgres *pg, const char *sql, struct err *e)
{
	size_t len = strlen(sql);
	struct statement *st;

	HASH_FIND(hh, pg->statements, sql, len, st);
	if (st)
		return st;
	if (!settle(&pg->base, e))
		return NULL;
	st = xcalloc(1, sizeof(*st));
	st->sql = xstrdup(sql);
	st->text = db_qualified(sql, pg->schema ? pg->schema : "public");
	if (!pg->pooled) {
		bool sent;

		snprintf(st->name, sizeof(st->name), "td_%08" PRIx32 "_%u", pg->mark, ++pg->prepared);
		sent = PQsendPrepare(pg->conn, st->name, st->text, 0, NULL);
		if (!sent)
			lost(pg, NULL, e);
		if (!sent || !collect(pg, NULL, NULL, e)) {
			free(st->sql);
			free(st->text);
			free(st);
			return NULL;
		}
	}
	HASH_ADD_KEYPTR(hh, pg->statements, st->sql, len, st);
	return st;
}

static bool send(struct postgres *pg, const struct statement *st, const char *const *params, size_t n, struct err *e)
{
	int sent = st->name[0] ? PQsendQueryPrepared(pg->conn, st->name, (int)n, params, NULL, NULL, 0) :
				 PQsendQueryParams(pg->conn, st->text, (int)n, NULL, params, NULL, NULL, 0);

	return sent || lost(pg, NULL, e);
}

static bool query(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
		  struct err *e)
{
	struct postgres *pg = of(db);
	const struct statement *st;

	if (!settle(db, e))
		return false;
	st = prepare(pg, sql, e);
	if (!st || !send(pg, st, params, n, e))
		return false;
	if (fn)
		PQsetSingleRowMode(pg->conn);
	return collect(pg, fn, arg, e);
}

static bool post(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e)
{
	struct postgres *pg = of(db);
	const struct statement *st = prepare(pg, sql, e);

	if (!st)
		return false;
	if (PQpipelineStatus(pg->conn) == PQ_PIPELINE_OFF && !PQenterPipelineMode(pg->conn))
		return lost(pg, NULL, e);
	if (!send(pg, st, params, n, e))
		return false;
	/* Statements with many parameters count more, so that the data not sent yet stays small. */
	pg->posts += 1 + n / POST_PARAMS;
	/* The server executes one group while the next is made. */
	return pg->posts < POSTS_MAX || (end_group(pg, e) && await_groups(pg, 1, e));
}

static bool script(struct db *db, const char *sql, struct err *e)
{
	struct postgres *pg = of(db);
	char *text = pg->schema ? db_qualified(sql, pg->schema) : xstrdup(sql);
	bool ok = settle(db, e) && simple(pg, text, e);

	free(text);
	return ok;
}

/* --- transactions --- */

static bool begin(struct db *db, enum db_access access, struct err *e)
{
	struct postgres *pg = of(db);
	char *sql = xasprintf("BEGIN ISOLATION LEVEL %s%s", access == DB_WRITE ? "READ COMMITTED READ WRITE" :
			      "REPEATABLE READ READ ONLY", pg->begin_settings ? pg->begin_settings : "");
	bool ok = settle(db, e);

	pg->beginning = true;
	ok = ok && simple(pg, sql, e);
	pg->beginning = false;
	free(sql);
	/* The transaction is open even if a setting was refused. */
	if (!ok && pg->conn && PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
		simple(pg, "ROLLBACK", NULL);
	return ok;
}

static bool commit(struct db *db, struct err *e)
{
	struct postgres *pg = of(db);

	if (simple(pg, "COMMIT", e))
		return true;
	if (!pg->conn)
		err_hint(e, _("%s: the connection broke in the commit; check whether the change was made"), db->name);
	return false;
}

static void rollback(struct db *db)
{
	struct postgres *pg = of(db);

	if (!pg->conn)
		return;
	/* Failures of posted statements no longer matter. */
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

	return !of(db)->coverage || post(db, sql, NULL, 0, e);
}

static int notice_fd(struct db *db)
{
	struct postgres *pg = of(db);

	return pg->conn && pg->coverage ? PQsocket(pg->conn) : -1;
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

struct first_row {
	char *name;
	bool usable;
};

static bool take_first_row(void *arg, const char *const *values)
{
	struct first_row *row = arg;

	row->name = xstrdup(db_text(values[0]));
	row->usable = db_bool(values[1]);
	return false;
}

/* The schemas of the search path, including those on which the account has no rights: current_schemas() omits them. */
#define SEARCH_PATH "string_to_array(replace(replace(replace(current_setting('search_path'), '$user', session_user), '\"', ''), " \
	"' ', ''), ',')"

/* Finds the workspace in a schema of the search path. A schema with the account's name comes last if the path has it
 * only by default, because a workspace may have been made there by mistake. */
static const char find_schema[] =
	"SELECT n.nspname, has_schema_privilege(n.oid, 'USAGE') FROM pg_catalog.pg_class c "
	"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
	"WHERE c.relname = 'schema_version' AND n.nspname = ANY (" SEARCH_PATH ") "
	"ORDER BY CASE WHEN n.nspname = session_user AND current_setting('search_path') LIKE '%$user%' THEN 1 ELSE 0 END, "
	"array_position(" SEARCH_PATH ", n.nspname::text) LIMIT 1";

/* Chooses the schema of a new workspace: not the one named after the account, if the path has it only by default. */
static const char choose_schema[] =
	"SELECT CASE WHEN current_setting('search_path') LIKE '%$user%' THEN 'public' "
	"ELSE coalesce(current_schema(), 'public') END, true";

static bool settle_schema(struct postgres *pg, struct err *e)
{
	struct first_row row = { .name = NULL };
	char *quoted;

	if (!query(&pg->base, find_schema, NULL, 0, take_first_row, &row, e) ||
	    (!row.name && !query(&pg->base, choose_schema, NULL, 0, take_first_row, &row, e)))
		return false;
	if (!row.usable) {
		char *said = xasprintf(_("no rights on schema %s"), row.name);

		refuse_rights(pg, said, e);
		free(said);
		free(row.name);
		return false;
	}
	quoted = PQescapeIdentifier(pg->conn, row.name, strlen(row.name));
	free(row.name);
	if (!quoted)
		return lost(pg, NULL, e);
	pg->schema = xstrdup(quoted);
	PQfreemem(quoted);
	return true;
}

/* Does the server take these settings inside a transaction? */
static bool accepts(struct postgres *pg, const char *list)
{
	char *sql = xasprintf("BEGIN%s; ROLLBACK", list);
	bool ok = simple(pg, sql, NULL);

	free(sql);
	if (!ok && pg->conn)
		simple(pg, "ROLLBACK", NULL);
	return ok;
}

/* Leaves out the settings that the server refuses. */
static void settle_settings(struct postgres *pg)
{
	struct buf list;
	char *all;

	buf_init(&list, BUF_UNBOUNDED);
	buf_addf(&list, "; SET LOCAL search_path = %s", pg->schema);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		buf_adds(&list, settings[i]);
	all = buf_take(&list);
	if (!accepts(pg, all)) {
		FREE(&all);
		buf_init(&list, BUF_UNBOUNDED);
		buf_addf(&list, "; SET LOCAL search_path = %s", pg->schema);
		for (size_t i = 0; pg->conn && i < ARRAY_LEN(settings); i++)
			if (accepts(pg, settings[i]))
				buf_adds(&list, settings[i]);
		all = buf_take(&list);
	}
	pg->begin_settings = all;
}

static bool start_session(struct postgres *pg, struct err *e)
{
	const char *encoding = PQparameterStatus(pg->conn, "server_encoding");
	int64_t pid;

	PQsetNoticeReceiver(pg->conn, drop_notice, NULL);
	if (PQsetnonblocking(pg->conn, 1))
		return lost(pg, NULL, e);
	pg->base.encoding = encoding && strcmp(encoding, "UTF8") && strcmp(encoding, "utf8") ? encoding : NULL;
	pg->pooled = true;
	if (!db_query_int(&pg->base, "SELECT pg_backend_pid()", NULL, 0, 0, &pid, e) || !settle_schema(pg, e))
		return false;
	pg->pooled = pid != PQbackendPID(pg->conn);
	settle_settings(pg);
	/* Behind a pooler, LISTEN succeeds but no notice ever arrives. */
	pg->coverage = !pg->pooled && pg->conn && simple(pg, "LISTEN " CHANNEL, NULL) &&
			(!pg->base.follow_live || (pg->conn && simple(pg, "LISTEN " CHANNEL_LIVE, NULL)));
	return pg->conn || err_set(e, ERR_STORE_UNREACHABLE, "%s", pg->base.name);
}

/* The system's file of root certificates, if libpq has none of its own to verify a server. "" = libpq's own. */
static const char *root_certificates(const char *mode)
{
	static const char *const bundles[] = { "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt" };
	char *home = user_home(), *own = xasprintf("%s/.postgresql/root.crt", home);
	bool needed = *mode && !getenv("PGSSLROOTCERT") && access(own, R_OK);
	const char *path = "";

	for (size_t i = 0; needed && !*path && i < ARRAY_LEN(bundles); i++)
		if (!access(bundles[i], R_OK))
			path = bundles[i];
	free(own);
	free(home);
	return path;
}

/* The value of PGPASSWORD, see store_hide_password(). It is set before threads start. */
static char *environment_password;

void store_hide_password(void)
{
	char *value = getenv("PGPASSWORD");

	if (!value)
		return;
	environment_password = xstrdup(value);
	explicit_bzero(value, strlen(value));
	unsetenv("PGPASSWORD");
}

static bool postgres_connect(struct db *db, struct err *e)
{
	/* Values before the URL ("dbname") are defaults. Values after it override the URL. */
	static const char *const keys[] = { "connect_timeout", "keepalives_idle", "keepalives_interval",
					    "keepalives_count", "tcp_user_timeout", "fallback_application_name",
					    "sslmode", "sslrootcert", "password", "dbname", "client_encoding", NULL };
	struct postgres *pg = of(db);
	const char *mode = postgres_url_sslmode(pg->url);
	const char *values[] = { "5", "5", "2", "2", "10000", "trunkdeck", mode, root_certificates(mode),
				 environment_password, pg->url, "UTF8", NULL };

	disconnect(pg);
	pg->conn = PQconnectdbParams(keys, values, 1);
	if (!pg->conn)
		die("out of memory");
	if (PQstatus(pg->conn) != CONNECTION_OK) {
		lost(pg, NULL, e);
		if (e && *mode && strstr(e->hint, "SSL")) {
			struct err said = *e;

			err_hint(e, _("%s; without sslmode, verify-full applies: see sslmode in libpq's manual"), said.hint);
		}
		return false;
	}
	if (start_session(pg, e))
		return true;
	disconnect(pg);
	return false;
}

/* A server that closed the connection has closed the socket. Detect it before a statement is lost. */
static bool is_connected(struct db *db)
{
	struct postgres *pg = of(db);
	struct pollfd p;

	if (!pg->conn || PQstatus(pg->conn) != CONNECTION_OK)
		return false;
	p = (struct pollfd){ .fd = PQsocket(pg->conn), .events = POLLIN };
	if (poll(&p, 1, 0) <= 0)
		return true;
	/* The second read finds the end of the stream after a last message ("terminating connection ..."). */
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
	.has_schema = "SELECT CASE WHEN to_regclass('td.schema_version') IS NULL THEN 0 ELSE 1 END",
	.derives = true, .insert_rows = 500,
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
	if (getrandom(&pg->mark, sizeof(pg->mark), 0) != sizeof(pg->mark))
		pg->mark = (uint32_t)clock_wall_us(&clock_system);
	pg->url = xstrdup(url);
	return &pg->base;
}
