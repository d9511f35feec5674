/*
 * Calls: each call is recorded once, and read back.
 *
 * The key of a call is (server, linkedid). Several programs may record the same call, so each row has a rank, `knows`.
 * It says how much of the call was seen: an end counts most, then how the call ended, then a certain record, then a
 * record from the start, then each field that is set. A row is replaced only by a higher rank, or by the same rank
 * while the call has not ended. Calls are sent in the order of their keys, so that two recorders cannot deadlock. Text
 * from the network is converted to valid UTF-8. Old calls are deleted in small batches.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "call_columns.h"
#include "private.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

/* --- recording --- */

enum { KNOWS_ENDED = 1000, KNOWS_HOW = 500, KNOWS_SURELY = 200, KNOWS_FROM_START = 100 };

static int64_t knows(const struct call *c)
{
	int64_t rank = 0;

	if (c->state == CALL_ENDED)
		rank += c->outcome == OUTCOME_LOST ? KNOWS_ENDED : KNOWS_ENDED + KNOWS_HOW;
	if (!c->uncertain)
		rank += KNOWS_SURELY;
	if (!c->joined_late)
		rank += KNOWS_FROM_START;
	return rank + call_facts(c);
}

static char *record_sql(void)
{
	const char *names[CALL_COLUMNS + 2];
	struct buf sql;
	char *insert;

	for (size_t i = 0; i < CALL_COLUMNS; i++)
		names[i] = call_columns[i];
	names[CALL_COLUMNS] = "knows";
	names[CALL_COLUMNS + 1] = "recorded_us";
	insert = table_insert_sql("call", names, CALL_COLUMNS + 2, 1);
	buf_init(&sql, BUF_UNBOUNDED);
	buf_addf(&sql, "%s ON CONFLICT (server, linkedid) DO UPDATE SET knows = excluded.knows, "
		 "recorded_us = excluded.recorded_us", insert);
	free(insert);
	for (size_t i = CALL_KEY_COLUMNS; i < CALL_COLUMNS; i++)
		buf_addf(&sql, ", %s = excluded.%s", names[i], names[i]);
	buf_adds(&sql, " WHERE excluded.knows > call.knows OR "
		       "(excluded.knows = call.knows AND call.state <> 'ended')");
	return buf_take(&sql);
}

static bool record_one(struct store *s, const char *sql, const struct call *c, struct err *e)
{
	char *texts[CALL_COLUMNS] = { 0 };
	struct db_params p = { 0 };
	bool ok;

	call_to_params(&p, s->db, c, texts);
	db_param_int(&p, knows(c));
	db_param_int(&p, clock_wall_us(s->clock));
	ok = db_post(s->db, sql, p.values, p.n, e);
	for (size_t i = 0; i < CALL_COLUMNS; i++)
		free(texts[i]);
	return ok;
}

static int by_key(const void *a, const void *b)
{
	const struct call *x = *(const struct call *const *)a, *y = *(const struct call *const *)b;
	int order = strcmp(x->server, y->server);

	return order ? order : strcmp(x->linkedid, y->linkedid);
}

bool store_record_calls(struct store *s, const struct call *calls, size_t n, struct err *e)
{
	const struct call **sorted;
	char *sql;
	bool ok;

	if (!store_begin_write(s, e))
		return false;
	sorted = xcalloc(n + 1, sizeof(*sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &calls[i];
	qsort(sorted, n, sizeof(*sorted), by_key);
	sql = record_sql();
	ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = record_one(s, sql, sorted[i], e);
	free(sql);
	free(sorted);
	return store_end_write(s, ok, e);
}

bool store_record_stories(struct store *s, const struct stored_story *stories, size_t n, struct err *e)
{
	bool ok = true;

	if (!store_begin_write(s, e))
		return false;
	for (size_t i = 0; ok && i < n; i++) {
		char *server = db_valid_text(s->db, stories[i].server), *linkedid = db_valid_text(s->db, stories[i].linkedid);
		struct db_params p = { 0 };

		db_param_text(&p, server);
		db_param_text(&p, linkedid);
		db_param_int(&p, stories[i].started_us);
		db_param_text(&p, stories[i].text);
		ok = db_post(s->db, "INSERT INTO td.call_story (server, linkedid, started_us, story) VALUES ($1, $2, $3, $4) "
			     "ON CONFLICT (server, linkedid) DO UPDATE SET story = excluded.story "
			     "WHERE length(excluded.story) > length(call_story.story)", p.values, p.n, e);
		free(server);
		free(linkedid);
	}
	return store_end_write(s, ok, e);
}

struct story_reading {
	void (*fn)(void *arg, const char *story);
	void *arg;
};

static bool read_story(void *arg, const char *const *values)
{
	const struct story_reading *r = arg;

	r->fn(r->arg, db_text(values[0]));
	return false;
}

bool store_find_story(struct store *s, const char *server, const char *linkedid, void (*fn)(void *arg, const char *story), void *arg,
		      struct err *e)
{
	const char *const key[] = { server, linkedid };
	struct story_reading r = { fn, arg };

	return store_connect(s, e) &&
	       db_query(s->db, "SELECT story FROM td.call_story WHERE server = $1 AND linkedid = $2", key, 2, read_story, &r, e);
}

/* --- reading --- */

#define PAGE 10000

struct call_reading {
	void (*fn)(void *arg, const struct call *c);
	void (*story)(void *arg, const char *story);
	void *arg;
	bool by_end;
	struct call_mark last;
	size_t read;
};

static bool read_call(void *arg, const char *const *values)
{
	struct call_reading *r = arg;
	struct call c = { .server = "" };

	call_from_row(&c, values);
	if (r->story)
		r->story(r->arg, db_text(values[CALL_COLUMNS]));
	r->last = call_mark_of(&c, r->by_end);
	r->read++;
	r->fn(r->arg, &c);
	return true;
}

struct call_mark call_mark_of(const struct call *c, bool by_end)
{
	struct call_mark m = { .at_us = by_end ? c->ended_us : c->started_us };

	str_copy(m.server, sizeof(m.server), str_of(c->server));
	str_copy(m.linkedid, sizeof(m.linkedid), str_of(c->linkedid));
	return m;
}

static const char *order_column(const struct call_query *q)
{
	return q->by_end ? "ended_us" : "started_us";
}

/* An index can serve the first condition. It is implied by the second one. */
static void add_after(struct buf *sql, struct db_params *p, const struct call_query *q)
{
	const char *column = order_column(q), *behind = q->oldest_first ? ">" : "<";
	size_t at = p->n + 1, server = at + 1, id = at + 2;

	if (!q->after)
		return;
	buf_addf(sql, "%s %s %s= $%zu", p->n ? " AND" : " WHERE", column, behind, at);
	buf_addf(sql, " AND (%s %s $%zu OR server > $%zu OR (server = $%zu AND linkedid > $%zu))", column, behind, at, server,
		 server, id);
	db_param_int(p, q->after->at_us);
	db_param_text(p, q->after->server);
	db_param_text(p, q->after->linkedid);
}

/* The mark already bounds the rows on this side. With two bounds SQLite uses the first one for its index, and would
 * read all rows up to the mark again. */
static bool mark_bounds(const struct call_query *q, bool oldest_first)
{
	return q->after && !q->by_end && q->oldest_first == oldest_first;
}

static char *query_sql(const struct call_query *q, struct db_params *p)
{
	struct buf sql;

	buf_init(&sql, BUF_UNBOUNDED);
	for (size_t i = 0; i < CALL_COLUMNS; i++)
		buf_addf(&sql, "%s %s", i ? "," : "SELECT", call_columns[i]);
	if (q->story)
		buf_adds(&sql, ", (SELECT story FROM td.call_story s WHERE s.server = call.server AND s.linkedid = call.linkedid)");
	buf_adds(&sql, " FROM td.call");
	db_where_text(&sql, p, "number =", q->number);
	db_where_text(&sql, p, "agent =", q->agent);
	db_where_text(&sql, p, "provider =", q->provider);
	db_where_text(&sql, p, "region =", q->region);
	db_where_text(&sql, p, "server =", q->server);
	db_where_text(&sql, p, "outcome =", q->outcome);
	db_where_int(&sql, p, "started_us >=", mark_bounds(q, true) ? 0 : q->since_us);
	db_where_int(&sql, p, "started_us <", mark_bounds(q, false) ? 0 : q->until_us);
	db_where_int(&sql, p, "recorded_us >=", q->recorded_since_us);
	db_where_text(&sql, p, "state =", q->ended ? call_state_name(CALL_ENDED) : NULL);
	add_after(&sql, p, q);
	buf_addf(&sql, " ORDER BY %s%s, server, linkedid", order_column(q), q->oldest_first ? "" : " DESC");
	if (q->max) {
		buf_addf(&sql, " LIMIT $%zu", p->n + 1);
		db_param_int(p, (int64_t)q->max);
	}
	return buf_take(&sql);
}

static bool read_page(struct store *s, const struct call_query *q, struct call_reading *r, struct err *e)
{
	struct db_params p = { 0 };
	char *sql = query_sql(q, &p);
	bool ok = db_query(s->db, sql, p.values, p.n, read_call, r, e);

	free(sql);
	return ok;
}

/* Reads in pages, because a server ends a statement that takes too long. */
bool store_calls(struct store *s, const struct call_query *q, void (*fn)(void *arg, const struct call *c), void *arg,
		 struct err *e)
{
	struct call_reading r = { .fn = fn, .story = q->story, .arg = arg, .by_end = q->by_end };
	struct call_query page = *q;
	struct call_mark after;		/* a copy: the driver reads it while rows change r.last */
	size_t read = 0;

	if (q->after) {
		after = *q->after;
		page.after = &after;
	}
	if (!store_connect(s, e))
		return false;
	do {
		size_t left = q->max ? q->max - read : PAGE;

		page.max = left < PAGE ? left : PAGE;
		r.read = 0;
		if (!read_page(s, &page, &r, e))
			return false;
		read += r.read;
		after = r.last;
		page.after = &after;
	} while (r.read == PAGE && read != q->max);
	return true;
}

/* --- deleting old calls --- */

static bool count_row(void *arg, const char *const *values)
{
	(void)values;
	(*(size_t *)arg)++;
	return true;
}

bool store_expire_calls(struct store *s, int64_t before_us, size_t max, size_t *deleted, struct err *e)
{
	struct db_params p = { 0 };
	bool ok;

	*deleted = 0;
	if (!store_begin_write(s, e))
		return false;
	db_param_int(&p, before_us);
	db_param_int(&p, (int64_t)max);
	ok = db_query(s->db, "DELETE FROM td.call WHERE (server, linkedid) IN (SELECT server, linkedid FROM td.call "
		      "WHERE started_us < $1 ORDER BY started_us LIMIT $2) RETURNING server", p.values, p.n, count_row, deleted, e);
	if (ok && *deleted < max)
		ok = db_post(s->db, "DELETE FROM td.listened WHERE until_us < $1", p.values, 1, e) &&
		     db_post(s->db, "DELETE FROM td.call_story WHERE started_us < $1", p.values, 1, e);
	return store_end_write(s, ok, e);
}
