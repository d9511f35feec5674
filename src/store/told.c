/*
 * What agents were told of numbers, by generation (model/tell.h). A transaction keeps what it replaces or deletes. What
 * agents are told now follows from the numbers, so that adding many numbers costs nothing here.
 */
#include "config.h"

#include <stdlib.h>

#include "insert.h"
#include "private.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/tell.h"

void told_begin(struct insert *rows, struct store *s)
{
	insert_init(rows, s->db, s->tables.insert_seen, s->tables.insert_many_seen, SEEN_COLUMNS);
}

bool told_add(struct insert *rows, const struct number *n, struct err *e)
{
	struct db_params p = { 0 };
	struct tell told;
	bool ok;

	tell_init(&told, n);
	db_param_text(&p, told.gen);
	db_param_text(&p, n->label);
	db_param_text(&p, n->params);
	ok = insert_add(rows, &p, e);
	tell_clear(&told);
	return ok;
}

struct each_told {
	void (*fn)(void *arg, const char *gen, const char *label, const char *params);
	void *arg;
};

static bool give_told(void *arg, const char *const *values)
{
	const struct each_told *each = arg;

	each->fn(each->arg, db_text(values[0]), db_text(values[1]), db_text(values[2]));
	return true;
}

static bool give_present(void *arg, const char *const *values)
{
	const struct each_told *each = arg;
	struct record row;
	struct tell told;

	row_to_record(&row, ENTITY_NUMBER, values);
	tell_init(&told, &row.number);
	each->fn(each->arg, told.gen, row.number.label, row.number.params);
	tell_clear(&told);
	return true;
}

bool store_each_told(struct store *s, const char *const *gens, size_t n,
		     void (*fn)(void *arg, const char *gen, const char *label, const char *params), void *arg, struct err *e)
{
	struct each_told each = { fn, arg };
	struct buf sql;
	bool ok;

	buf_init(&sql, BUF_UNBOUNDED);
	buf_adds(&sql, "SELECT gen, label, params FROM td.params_seen");
	for (size_t i = 0; i < n; i++)
		buf_addf(&sql, "%s$%zu", i ? ", " : " WHERE gen IN (", i + 1);
	buf_adds(&sql, n ? ")" : "");
	ok = store_connect(s, e) && db_query(s->db, sql.p, gens, n, give_told, &each, e) &&
	     (n || db_query(s->db, s->tables.of[ENTITY_NUMBER].read, NULL, 0, give_present, &each, e));
	buf_clear(&sql);
	return ok;
}
