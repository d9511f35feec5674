#include "config.h"

#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"

static const char *const change_columns[] = { "id", "at", "actor", "action", "entity", "key", "before", "after", "undoes" };

static const char *const seen_columns[SEEN_COLUMNS] = { "gen", "label", "params" };

/* --- SQL --- */

static void add_values(struct buf *sql, size_t columns, size_t rows)
{
	size_t at = 1;

	for (size_t row = 0; row < rows; row++) {
		buf_adds(sql, row ? ", (" : "(");
		for (size_t i = 0; i < columns; i++)
			buf_addf(sql, i ? ", $%zu" : "$%zu", at++);
		buf_addc(sql, ')');
	}
}

char *table_insert_sql(const char *table, const char *const *columns, size_t n, size_t rows)
{
	struct buf sql;

	buf_init(&sql, BUF_UNBOUNDED);
	buf_addf(&sql, "INSERT INTO td.%s (", table);
	for (size_t i = 0; i < n; i++)
		buf_addf(&sql, i ? ", %s" : "%s", columns[i]);
	buf_adds(&sql, ") VALUES ");
	add_values(&sql, n, rows);
	return buf_take(&sql);
}

static char *list_sql(const char *const *columns, size_t n)
{
	struct buf list;

	buf_init(&list, BUF_UNBOUNDED);
	for (size_t i = 0; i < n; i++)
		buf_addf(&list, i ? ", %s" : "%s", columns[i]);
	return buf_take(&list);
}

static char *read_sql(enum entity entity, const char *list)
{
	switch (entity) {
	case ENTITY_WORKSPACE:
		return xasprintf("SELECT %s, last_change FROM td.workspace", list);
	case ENTITY_PROVIDER:
		return xasprintf("SELECT %s, coalesce(numbers, 0) FROM td.provider LEFT JOIN "
				 "(SELECT provider, count(*) AS numbers FROM td.number GROUP BY provider) badge "
				 "ON badge.provider = id ORDER BY name", list);
	case ENTITY_AGENT:
	case ENTITY_SCHEDULE:
		return xasprintf("SELECT %s FROM td.%s ORDER BY title, id", list, entity_name(entity));
	case ENTITY_BLOCK:
		return xasprintf("SELECT %s FROM td.block ORDER BY caller", list);
	default:
		return xasprintf("SELECT %s FROM td.number ORDER BY e164", list);
	}
}

static char *find_many_sql(const char *list, const char *table, const char *key)
{
	struct buf sql;

	buf_init(&sql, BUF_UNBOUNDED);
	buf_addf(&sql, "SELECT %s FROM td.%s WHERE %s IN ", list, table, key);
	add_values(&sql, TABLE_KEYS, 1);
	return buf_take(&sql);
}

char *table_update_sql(const char *table, const char *const *columns, size_t n)
{
	struct buf sql;

	buf_init(&sql, BUF_UNBOUNDED);
	buf_addf(&sql, "UPDATE td.%s SET ", table);
	for (size_t i = 1; i < n; i++)
		buf_addf(&sql, i > 1 ? ", %s = $%zu" : "%s = $%zu", columns[i], i + 1);
	buf_addf(&sql, " WHERE %s = $1", columns[0]);
	return buf_take(&sql);
}

/* Sets the names of the columns of all fields; returns how many. */
static size_t field_columns(enum entity entity, const char **columns)
{
	size_t n = 0;

	for (const struct field *f = entity_fields(entity); f->key; f++)
		columns[n++] = f->column;
	return n;
}

char *table_unfilled_sql(enum entity entity, const char *column, size_t rows)
{
	const char *columns[DB_PARAMS_MAX];
	char *list = list_sql(columns, field_columns(entity, columns));
	char *sql = xasprintf("SELECT %s FROM td.%s WHERE %s = '' ORDER BY %s LIMIT %zu", list, entity_name(entity), column,
			      columns[0], rows);

	free(list);
	return sql;
}

static void table_init(struct table *t, enum entity entity, const struct db_driver *driver)
{
	const char *columns[DB_PARAMS_MAX], *name = entity_name(entity);
	char *list;

	t->columns = t->params = field_columns(entity, columns);
	list = list_sql(columns, t->columns);
	t->read = read_sql(entity, list);
	t->find = xasprintf("SELECT %s FROM td.%s WHERE %s = $1", list, name, columns[0]);
	t->find_many = find_many_sql(list, name, columns[0]);
	if (driver->derives)
		t->params += derived_columns(entity, columns + t->columns);
	t->insert = table_insert_sql(name, columns, t->params, 1);
	t->insert_many = table_insert_sql(name, columns, t->params, driver->insert_rows);
	t->update = table_update_sql(name, columns, t->params);
	t->remove = xasprintf("DELETE FROM td.%s WHERE %s = $1", name, columns[0]);
	free(list);
}

static char *seen_sql(size_t rows)
{
	char *insert = table_insert_sql("params_seen", seen_columns, SEEN_COLUMNS, rows);
	char *sql = xasprintf("%s ON CONFLICT (gen) DO NOTHING", insert);

	free(insert);
	return sql;
}

void tables_init(struct tables *t, const struct db_driver *driver)
{
	*t = (struct tables){ .change_columns = ARRAY_LEN(change_columns) };
	for (size_t i = 0; i < ENTITY_COUNT; i++)
		table_init(&t->of[i], (enum entity)i, driver);
	t->lock = xasprintf("%s%s", t->of[ENTITY_WORKSPACE].read, driver->for_update);
	t->insert_change = table_insert_sql("change", change_columns, t->change_columns, 1);
	t->insert_changes = table_insert_sql("change", change_columns, t->change_columns, driver->insert_rows);
	t->insert_seen = seen_sql(1);
	t->insert_many_seen = seen_sql(driver->insert_rows);
}

void tables_clear(struct tables *t)
{
	for (size_t i = 0; i < ENTITY_COUNT; i++) {
		struct table *of = &t->of[i];

		FREE(&of->read);
		FREE(&of->find);
		FREE(&of->find_many);
		FREE(&of->insert);
		FREE(&of->insert_many);
		FREE(&of->update);
		FREE(&of->remove);
	}
	FREE(&t->lock);
	FREE(&t->insert_change);
	FREE(&t->insert_changes);
	FREE(&t->insert_seen);
	FREE(&t->insert_many_seen);
}

/* --- rows --- */

/* A word that this program does not know leaves the member at its first value. */
static void set_member(const struct field *f, struct record *r, const char *value)
{
	/* Members of the union share their address. */
	char *at = (char *)&r->number + f->offset;

	if (field_is_text(f)) {
		*(const char **)at = db_text(value);
	} else if (f->type == FIELD_REGION) {
		region_parse(value, (enum region *)at);
	} else if (f->type == FIELD_PLAN) {
		plan_parse(value, (enum plan *)at);
	} else if (f->type == FIELD_BOOL) {
		*(bool *)at = db_bool(value);
	} else {
		*(int64_t *)at = db_int(value);
		if (f->type == FIELD_LIMIT)
			r->workspace.has_max = value;
	}
}

void row_to_record(struct record *r, enum entity entity, const char *const *values)
{
	memset(r, 0, sizeof(*r));
	r->entity = entity;
	for (const struct field *f = entity_fields(entity); f->key; f++)
		set_member(f, r, *values++);
}

void record_to_params(struct db_params *p, const struct record *r)
{
	p->n = 0;
	for (const struct field *f = entity_fields(r->entity); f->key; f++) {
		struct value v = field_value(f, r);

		if (v.text || v.kind == VALUE_NONE)
			db_param_text(p, v.text);
		else
			db_param_int(p, v.number);
	}
}

void row_to_change(struct change *c, const char *const *values, bool with_url)
{
	*c = (struct change){
		.id = db_int(values[0]),
		.at = db_int(values[1]),
		.actor = (char *)db_text(values[2]),
		.action = (char *)db_text(values[3]),
		.key = (char *)db_text(values[5]),
		.before = (char *)db_text(values[6]),
		.after = (char *)db_text(values[7]),
		.undoes = db_int(values[8]),
		.db_user = (char *)db_text(values[9]),
		.url_replaced = db_int(values[10]) > 0,
		.url = with_url ? (char *)db_text(values[11]) : NULL,
	};
	entity_parse(db_text(values[4]), &c->entity);
}

void change_to_params(struct db_params *p, const struct change *c)
{
	p->n = 0;
	db_param_int(p, c->id);
	db_param_int(p, c->at);
	db_param_text(p, c->actor);
	db_param_text(p, c->action);
	db_param_text(p, entity_name(c->entity));
	db_param_text(p, c->key);
	db_param_text(p, c->before);
	db_param_text(p, c->after);
	db_param_int(p, c->undoes);
}
