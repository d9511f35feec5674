/*
 * What agents were told of numbers, by generation (model/tell.h). A transaction keeps it for each number that it puts; a
 * migration does so for the numbers of a former version.
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

struct numbers {
	struct number *rows;
	size_t n, size;
};

static bool take_number(void *arg, const char *const *values)
{
	struct numbers *all = arg;
	struct record row;

	row_to_record(&row, ENTITY_NUMBER, values);
	ARRAY_GROW(all->rows, all->n, all->size);
	number_copy(&all->rows[all->n++], &row.number);
	return true;
}

bool told_add_all(struct store *s, struct err *e)
{
	struct numbers all = { 0 };
	struct insert rows;
	bool ok = db_query(s->db, s->tables.of[ENTITY_NUMBER].read, NULL, 0, take_number, &all, e);

	told_begin(&rows, s);
	for (size_t i = 0; i < all.n; i++) {
		ok = ok && told_add(&rows, &all.rows[i], e);
		number_clear(&all.rows[i]);
	}
	ok = ok && insert_flush(&rows, e);
	insert_clear(&rows);
	free(all.rows);
	return ok;
}

struct told {
	char **label, **params;
};

static bool take_told(void *arg, const char *const *values)
{
	struct told *told = arg;

	free(*told->label);
	free(*told->params);
	*told->label = xstrdup(db_text(values[0]));
	*told->params = xstrdup(db_text(values[1]));
	return false;
}

bool store_find_told(struct store *s, const char *gen, char **label, char **params, struct err *e)
{
	struct told told = { label, params };

	*label = xstrdup("");
	*params = xstrdup("");
	if (store_connect(s, e) &&
	    db_query(s->db, "SELECT label, params FROM td.params_seen WHERE gen = $1", &gen, 1, take_told, &told, e))
		return true;
	FREE(label);
	FREE(params);
	return false;
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
	ok = store_connect(s, e) && db_query(s->db, sql.p, gens, n, give_told, &each, e);
	buf_clear(&sql);
	return ok;
}
