#include "config.h"

#include "derived.h"

#include <stdlib.h>

#include "tables.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/schedule.h"
#include "trunkdeck/model/tell.h"

enum { FILL_ROWS = 500 };

/* --- the values --- */

static void of_number(const struct record *r, char **values)
{
	struct tell tell;

	tell_init(&tell, &r->number);
	values[0] = xstrdup(tell.gen);
	values[1] = xstrdup(tell.text);
	tell_clear(&tell);
}

/* An agent whose object cannot be made has none, and takes no calls. */
static void of_agent(const struct record *r, char **values)
{
	const struct agent *a = &r->agent;
	char *object = a->url[0] ? agent_object(a->url, NULL, NULL) : NULL;

	values[0] = xstrdup(agent_kind_name(agent_kind_of(a->url, a->dial)));
	values[1] = agent_dial_made(a->id, a->url, a->dial);
	values[2] = object ? object : xstrdup("");
}

static void add_week(struct buf *to, const struct schedule_times *times)
{
	struct schedule_day day;

	for (int i = 0; i < 7; i++) {
		if (i > 0)
			buf_addc(to, ',');
		schedule_weekday(times, i, &day);
		schedule_add_ranges(to, &day);
	}
}

static void add_days(struct buf *to, const struct schedule_times *times)
{
	int64_t dates[SCHEDULE_DATES_MAX];
	size_t count = schedule_dates(times, dates);
	struct schedule_day day;

	for (size_t i = 0; i < count; i++) {
		buf_addc(to, ';');
		schedule_add_date(to, dates[i]);
		buf_addc(to, '=');
		schedule_date(times, dates[i], &day);
		schedule_add_ranges(to, &day);
	}
	if (count > 0)
		buf_addc(to, ';');
}

static void of_schedule(const struct record *r, char **values)
{
	struct schedule_times *times = xcalloc(1, sizeof(*times));
	struct buf week, days;

	buf_init(&week, BUF_UNBOUNDED);
	buf_init(&days, BUF_UNBOUNDED);
	schedule_read(times, r->schedule.open, r->schedule.exceptions);
	add_week(&week, times);
	add_days(&days, times);
	values[0] = buf_take(&week);
	values[1] = buf_take(&days);
	free(times);
}

/* The first column is never empty once it is filled: derived_fill() finds rows by it. */
static const struct derivation {
	enum entity entity;
	const char *columns[DERIVED_MAX];	/* NULL = no more */
	void (*make)(const struct record *r, char **values);	/* on the heap */
} derivations[] = {
	{ ENTITY_NUMBER, { "gen", "tell" }, of_number },
	{ ENTITY_AGENT, { "kind", "dial_made", "object" }, of_agent },
	{ ENTITY_SCHEDULE, { "week", "days" }, of_schedule },
};

static const struct derivation *derivation_of(enum entity entity)
{
	for (size_t i = 0; i < ARRAY_LEN(derivations); i++)
		if (derivations[i].entity == entity)
			return &derivations[i];
	return NULL;
}

size_t derived_columns(enum entity entity, const char **columns)
{
	const struct derivation *of = derivation_of(entity);
	size_t n = 0;

	for (; of && n < DERIVED_MAX && of->columns[n]; n++)
		columns[n] = of->columns[n];
	return n;
}

void derived_add(struct derived *d, struct db_params *p, const struct record *r)
{
	const struct derivation *of = derivation_of(r->entity);

	d->n = 0;
	if (!of)
		return;
	of->make(r, d->values);
	for (; d->n < DERIVED_MAX && of->columns[d->n]; d->n++)
		db_param_text(p, d->values[d->n]);
}

void derived_clear(struct derived *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->values[i]);
	d->n = 0;
}

/* --- rows from before --- */

struct filling {
	enum entity entity;
	struct record rows[FILL_ROWS];
	size_t n;
};

static bool take_row(void *arg, const char *const *values)
{
	struct filling *f = arg;
	struct record row;

	row_to_record(&row, f->entity, values);
	record_copy(&f->rows[f->n++], &row);
	return f->n < FILL_ROWS;
}

static bool fill_rows(struct store *s, const struct filling *f, const char *update, struct err *e)
{
	struct derived d;
	bool ok = true;

	for (size_t i = 0; ok && i < f->n; i++) {
		struct db_params p = { 0 };

		db_param_text(&p, record_key(&f->rows[i]));
		derived_add(&d, &p, &f->rows[i]);
		ok = db_post(s->db, update, p.values, p.n, e);
		derived_clear(&d);
	}
	return ok;
}

static bool fill_entity(struct store *s, enum entity entity, struct err *e)
{
	const char *columns[DERIVED_MAX + 1] = { entity_fields(entity)->column };
	size_t n = derived_columns(entity, columns + 1);
	struct filling *f;
	char *select, *update;
	bool ok, more;

	if (n == 0)
		return true;
	f = xcalloc(1, sizeof(*f));
	f->entity = entity;
	select = table_unfilled_sql(entity, columns[1], FILL_ROWS);
	update = table_update_sql(entity_name(entity), columns, n + 1);
	do {
		f->n = 0;
		ok = db_query(s->db, select, NULL, 0, take_row, f, e) && fill_rows(s, f, update, e);
		more = f->n == FILL_ROWS;
		for (size_t i = 0; i < f->n; i++)
			record_clear(&f->rows[i]);
	} while (ok && more);
	free(select);
	free(update);
	free(f);
	return ok;
}

bool derived_fill(struct store *s, struct err *e)
{
	for (size_t i = 0; s->db->driver->derives && i < ENTITY_COUNT; i++)
		if (!fill_entity(s, (enum entity)i, e))
			return false;
	return true;
}
