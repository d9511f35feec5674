/*
 * Live calls through the store. A batch of changes is one INSERT of many rows, so that thousands of calls cost the
 * database a few statements a second. Each recorder writes its own rows: two recorders of one server never touch the
 * same row and never wait for each other.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "call_columns.h"
#include "private.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"

enum { ROWS_MAX = 64, ROW_COLUMNS = CALL_COLUMNS + 2 };

/* A recorder that wrote nothing for this long counts as dead, and its rows are deleted. */
#define DEAD_US INT64_C(300000000)

struct row {
	struct db_params params;
	char *texts[CALL_COLUMNS];
};

static char *upsert_sql(size_t rows)
{
	const char *names[ROW_COLUMNS] = { "recorder", "seq" };
	struct buf sql;
	char *insert;

	memcpy(names + 2, call_columns, sizeof(call_columns));
	insert = table_insert_sql("live_call", names, ROW_COLUMNS, rows);
	buf_init(&sql, BUF_UNBOUNDED);
	buf_addf(&sql, "%s ON CONFLICT (recorder, server, linkedid) DO UPDATE SET seq = excluded.seq", insert);
	free(insert);
	for (size_t i = CALL_KEY_COLUMNS; i < CALL_COLUMNS; i++)
		buf_addf(&sql, ", %s = excluded.%s", call_columns[i], call_columns[i]);
	return buf_take(&sql);
}

static bool write_rows(struct store *s, const struct live_beat *b, const struct call *calls, size_t n, struct err *e)
{
	struct row *rows = xcalloc(n, sizeof(*rows));
	const char **values = xcalloc(n * ROW_COLUMNS, sizeof(*values));
	char *sql = upsert_sql(n);
	bool ok;

	for (size_t i = 0; i < n; i++) {
		db_param_text(&rows[i].params, b->recorder);
		db_param_int(&rows[i].params, b->seq);
		call_to_params(&rows[i].params, s->db, &calls[i], rows[i].texts);
		memcpy(values + i * ROW_COLUMNS, rows[i].params.values, ROW_COLUMNS * sizeof(*values));
	}
	ok = db_post(s->db, sql, values, n * ROW_COLUMNS, e);
	for (size_t i = 0; i < n * CALL_COLUMNS; i++)
		free(rows[i / CALL_COLUMNS].texts[i % CALL_COLUMNS]);
	free(sql);
	free(values);
	free(rows);
	return ok;
}

/* --- the recorder --- */

static bool write_beat(struct store *s, const struct live_beat *b, int64_t now_us, struct err *e)
{
	struct db_params p = { 0 };

	db_param_text(&p, b->recorder);
	db_param_int(&p, b->seq);
	db_param_int(&p, b->beat);
	db_param_int(&p, now_us);
	db_param_text(&p, b->servers);
	return db_post(s->db, "INSERT INTO td.live_recorder (recorder, seq, beat, seen_us, servers) VALUES ($1, $2, $3, $4, $5) "
		       "ON CONFLICT (recorder) DO UPDATE SET seq = excluded.seq, beat = excluded.beat, "
		       "seen_us = excluded.seen_us, servers = excluded.servers", p.values, p.n, e);
}

static bool forget_all(struct store *s, const char *recorder, struct err *e)
{
	return db_post(s->db, "DELETE FROM td.live_call WHERE recorder = $1", &recorder, 1, e);
}

/* Deletes this recorder's ended calls up to old_seq, which every screen has read, and the rows of dead recorders. */
static bool tidy(struct store *s, const struct live_beat *b, int64_t now_us, struct err *e)
{
	struct db_params old = { 0 }, dead = { 0 };

	db_param_text(&old, b->recorder);
	db_param_int(&old, b->old_seq);
	db_param_int(&dead, now_us - DEAD_US);
	return db_post(s->db, "DELETE FROM td.live_call WHERE recorder = $1 AND state = 'ended' AND seq <= $2", old.values,
		       old.n, e) &&
	       db_post(s->db, "DELETE FROM td.live_call WHERE recorder IN (SELECT recorder FROM td.live_recorder WHERE seen_us < $1)",
		       dead.values, dead.n, e) &&
	       db_post(s->db, "DELETE FROM td.live_recorder WHERE seen_us < $1", dead.values, dead.n, e);
}

static bool publish(struct store *s, const struct live_beat *b, const struct call *calls, size_t n, struct err *e)
{
	int64_t now = clock_wall_us(s->clock);
	bool ok = !b->anew || forget_all(s, b->recorder, e);

	for (size_t i = 0; ok && i < n; i += ROWS_MAX)
		ok = write_rows(s, b, calls + i, n - i < ROWS_MAX ? n - i : ROWS_MAX, e);
	/* Write the beat before tidying, so that a recorder that was silent for long does not delete itself as dead. */
	return ok && write_beat(s, b, now, e) && (!b->tidy || tidy(s, b, now, e)) &&
	       s->db->driver->announce(s->db, DB_CHANNEL_LIVE, e);
}

bool store_live_publish(struct store *s, const struct live_beat *b, const struct call *calls, size_t n, struct err *e)
{
	return store_begin_write(s, e) && store_end_write(s, publish(s, b, calls, n, e), e);
}

bool store_live_leave(struct store *s, const char *recorder, struct err *e)
{
	return store_begin_write(s, e) &&
	       store_end_write(s, forget_all(s, recorder, e) &&
			       db_post(s->db, "DELETE FROM td.live_recorder WHERE recorder = $1", &recorder, 1, e) &&
			       s->db->driver->announce(s->db, DB_CHANNEL_LIVE, e), e);
}

/* --- reading --- */

struct beat_reading {
	void (*fn)(void *arg, const struct live_beat *b, int64_t seen_us);
	void *arg;
};

static bool read_beat(void *arg, const char *const *values)
{
	const struct beat_reading *r = arg;
	struct live_beat b = { .seq = db_int(values[1]), .beat = db_int(values[2]) };

	str_copy(b.recorder, sizeof(b.recorder), str_of(db_text(values[0])));
	b.servers = db_text(values[4]);
	r->fn(r->arg, &b, db_int(values[3]));
	return true;
}

bool store_live_beats(struct store *s, void (*fn)(void *arg, const struct live_beat *b, int64_t seen_us), void *arg, struct err *e)
{
	struct beat_reading r = { fn, arg };

	return store_connect(s, e) &&
	       db_query(s->db, "SELECT recorder, seq, beat, seen_us, servers FROM td.live_recorder ORDER BY recorder", NULL, 0,
			read_beat, &r, e);
}

struct call_reading {
	void (*fn)(void *arg, const struct call *c);
	void *arg;
};

static bool read_call(void *arg, const char *const *values)
{
	const struct call_reading *r = arg;
	struct call c = { .server = "" };

	call_from_row(&c, values);
	r->fn(r->arg, &c);
	return true;
}

bool store_live_calls(struct store *s, const char *recorder, int64_t since_seq, void (*fn)(void *arg, const struct call *c),
		      void *arg, struct err *e)
{
	struct call_reading r = { fn, arg };
	struct db_params p = { 0 };
	struct buf sql;
	bool ok;

	db_param_text(&p, recorder);
	db_param_int(&p, since_seq);
	buf_init(&sql, BUF_UNBOUNDED);
	for (size_t i = 0; i < CALL_COLUMNS; i++)
		buf_addf(&sql, "%s %s", i ? "," : "SELECT", call_columns[i]);
	buf_adds(&sql, " FROM td.live_call WHERE recorder = $1 AND seq > $2 ORDER BY seq");
	ok = store_connect(s, e) && db_query(s->db, sql.p, p.values, p.n, read_call, &r, e);
	buf_clear(&sql);
	return ok;
}
