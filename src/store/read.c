/*
 * Reading: the snapshot, the change feed, the history of a record, one record.
 *
 * Each row is passed on when it arrives, as a record that borrows the texts of the row. Nothing is copied or collected,
 * so reading a large workspace costs no time or memory beyond the rows themselves.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "trunkdeck/base/mem.h"

/* go_on is called once for this many numbers. */
enum { GO_ON_EVERY = 256 };

/* --- the snapshot --- */

struct reading {
	struct store *s;
	const struct store_reader *r;
	enum entity entity;		/* the entity that is read now */
	int64_t change_id;
	size_t numbers;
};

static bool read_row(void *arg, const char *const *values)
{
	struct reading *reading = arg;
	const struct store_reader *r = reading->r;
	enum entity entity = reading->entity;
	size_t columns = reading->s->tables.of[entity].columns;
	struct record row;

	row_to_record(&row, entity, values);
	if (entity == ENTITY_WORKSPACE)
		reading->change_id = db_int(values[columns]);
	if (r->entities & ENTITY_BIT(entity))
		r->record(r->arg, &row, entity == ENTITY_PROVIDER ? db_int(values[columns]) : 0);
	return entity != ENTITY_NUMBER || ++reading->numbers % GO_ON_EVERY || !r->go_on || r->go_on(r->arg);
}

static bool read_all(struct reading *reading, struct err *e)
{
	const struct store_reader *r = reading->r;

	for (reading->entity = 0; reading->entity < ENTITY_COUNT; reading->entity++) {
		enum entity entity = reading->entity;

		if (entity == ENTITY_NUMBER && r->badges_done)
			r->badges_done(r->arg, reading->change_id);
		/* The row of the workspace has the id of the last change, so it is always read. */
		if (entity != ENTITY_WORKSPACE && !(r->entities & ENTITY_BIT(entity)))
			continue;
		if (entity == ENTITY_NUMBER && r->go_on && !r->go_on(r->arg))
			continue;
		if (!db_query(reading->s->db, reading->s->tables.of[entity].read, NULL, 0, read_row, reading, e))
			return false;
	}
	return true;
}

bool store_read(struct store *s, const struct store_reader *r, int64_t *change_id, struct err *e)
{
	struct reading reading = { .s = s, .r = r };

	if (!store_connect(s, e) || !db_begin(s->db, DB_READ, e))
		return false;
	if (!read_all(&reading, e) || !db_commit(s->db, e)) {
		db_rollback(s->db);
		return false;
	}
	if (s->seen < reading.change_id)
		s->seen = reading.change_id;
	if (change_id)
		*change_id = reading.change_id;
	return true;
}

/* --- changes --- */

struct feeding {
	void (*fn)(void *arg, const struct change *c);
	void *arg;
	int64_t last;
	bool with_urls;
};

static bool feed(void *arg, const char *const *values)
{
	struct feeding *f = arg;
	struct change c;

	row_to_change(&c, values, f->with_urls);
	f->last = c.id;
	f->fn(f->arg, &c);
	return true;
}

bool store_find_changes(struct store *s, const struct change_query *q, void (*fn)(void *arg, const struct change *c), void *arg,
			struct err *e)
{
	struct feeding f = { fn, arg, 0, q->with_urls };
	struct db_params p = { 0 };
	struct buf sql;
	bool all, ok;

	buf_init(&sql, BUF_UNBOUNDED);
	buf_addf(&sql, "SELECT " CHANGE_COLUMNS "%s FROM td.change", q->with_urls ? CHANGE_URL_COLUMN : "");
	db_where_text(&sql, &p, "entity =", q->entity);
	db_where_text(&sql, &p, "key =", q->key);
	db_where_int(&sql, &p, "at >=", q->since_us);
	db_where_int(&sql, &p, "at <", q->until_us);
	db_where_text(&sql, &p, "lower(actor) = lower(", q->actor);
	if (q->actor)
		buf_addc(&sql, ')');
	all = p.n == 0;
	db_where_int(&sql, &p, "id <", q->before_id);
	db_where_int(&sql, &p, "id >", q->after_id);
	buf_addf(&sql, " ORDER BY id%s LIMIT $%zu", q->oldest_first ? "" : " DESC", p.n + 1);
	db_param_int(&p, q->max && q->max < INT64_MAX ? (int64_t)q->max : INT64_MAX);
	ok = store_connect(s, e) && db_query(s->db, sql.p, p.values, p.n, feed, &f, e);
	buf_clear(&sql);
	/* This read had no gap, so store_wait() need only report later changes. */
	if (ok && all && q->oldest_first && s->seen < f.last)
		s->seen = f.last;
	return ok;
}

/* --- one record --- */

struct getting {
	struct record *r;
	bool found;
};

static bool take_record(void *arg, const char *const *values)
{
	struct getting *g = arg;
	struct record row;

	row_to_record(&row, g->r->entity, values);
	record_clear(g->r);
	record_copy(g->r, &row);
	g->found = true;
	return false;
}

bool store_get(struct store *s, enum entity entity, const char *key, struct record *r, bool *found, struct err *e)
{
	const struct table *table = &s->tables.of[entity];
	struct getting g = { r, false };
	bool is_workspace = entity == ENTITY_WORKSPACE, ok;

	record_init(r, entity);
	*found = false;
	if (!store_connect(s, e))
		return false;
	ok = db_query(s->db, is_workspace ? table->read : table->find, &key, is_workspace ? 0 : 1, take_record, &g, e);
	*found = ok && g.found;
	return ok;
}
