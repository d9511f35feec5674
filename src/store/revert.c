/*
 * Undoing changes (MUTATION_REVERT). The rows of the audit trail hold the records as they were before, and tell which
 * changes were already undone.
 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

/* A row of the audit trail, of a record that a REVERT changes. */
struct later {
	int64_t id, undoes, at;
	bool undone;
	char who[WHO_SIZE];
};

struct later_list {
	struct later *rows;		/* the newest first */
	size_t n, size;
};

static bool take_later(void *arg, const char *const *values)
{
	struct later_list *list = arg;
	int64_t id = db_int(values[0]);
	struct later *row;

	if (list->n && list->rows[list->n - 1].id == id)
		return true;
	ARRAY_GROW(list->rows, list->n, list->size);
	row = &list->rows[list->n++];
	*row = (struct later){ .id = id, .undoes = db_int(values[1]), .at = db_int(values[2]) };
	str_copy(row->who, sizeof(row->who), str_of(db_text(values[3])));
	return true;
}

static int compare_later(const void *id, const void *row)
{
	int64_t a = *(const int64_t *)id, b = ((const struct later *)row)->id;

	return (a < b) - (a > b);
}

/* Finds the newest change that prevents the undo: one that was not undone and undoes nothing, or one that undoes a
 * wanted change. A change that undoes another leaves the record as it was before both. */
static const struct later *find_obstacle(struct later_list *list, int64_t first, int64_t last)
{
	for (struct later *row = list->rows; row < list->rows + list->n; row++) {
		struct later *undone;

		if (row->undone)
			continue;
		if (!row->undoes || (row->undoes >= first && row->undoes <= last))
			return row;
		undone = bsearch(&row->undoes, list->rows, list->n, sizeof(*list->rows), compare_later);
		/* It undoes a change from before the wanted ones. So it was made after they were undone, and stays in
		 * the way. */
		if (!undone)
			return row;
		undone->undone = true;
	}
	return NULL;
}

/* Refuses to undo changes if a later change to the same record would be lost. */
static bool check_revertible(struct txn *t, int64_t first, int64_t last, struct err *e)
{
	static const char sql[] = "SELECT l.id, l.undoes, l.at, l.actor FROM td.change c JOIN td.change l "
				  "ON l.key = c.key AND l.entity = c.entity AND l.id > $2 "
				  "WHERE c.id >= $1 AND c.id <= $2 ORDER BY l.id DESC";
	struct later_list list = { 0 };
	struct db_params p = { 0 };
	const struct later *by;
	char iso[CLOCK_ISO_SIZE];
	bool ok;

	db_param_int(&p, first);
	db_param_int(&p, last);
	ok = txn_flush(t, e) && (db_query(t->s->db, sql, p.values, p.n, take_later, &list, e) || txn_broken(t));
	by = ok ? find_obstacle(&list, first, last) : NULL;
	if (by) {
		clock_format_iso(iso, by->at);
		ok = err_set(e, ERR_CHANGED_MEANWHILE, by->undoes ? _("%s undid this already at %.10s %.8s UTC") :
			     _("%s changed it at %.10s %.8s UTC, after the change that is to be undone"), by->who, iso, iso + 11);
	}
	free(list.rows);
	return ok;
}

static bool take_url(void *arg, const char *const *values)
{
	char **url = arg;

	free(*url);
	*url = xstrdup(db_text(values[0]));
	return false;
}

/* Sets the whole URL, of which the audit trail has the masked form: the URL that the change replaced, else the present
 * one. */
static bool restore_url(struct txn *t, const struct change *c, struct agent *r, const struct agent *there, struct err *e)
{
	struct db_params p = { 0 };

	if (r->url[0] && there) {
		free(r->url);
		r->url = xstrdup(there->url);
	}
	db_param_int(&p, c->id);
	return db_query(t->s->db, "SELECT url FROM td.replaced_url WHERE change = $1", p.values, p.n, take_url, &r->url, e) ||
	       txn_broken(t);
}

/* Reads the record as it was before a change. False with *e: the audit trail is damaged. */
static bool record_before(const struct change *c, struct record *r, struct err *e)
{
	json_t *json = json_loads(c->before, 0, NULL);
	bool ok;

	record_init(r, c->entity);
	ok = json && record_from_json(r, json, NULL) && (c->entity == ENTITY_WORKSPACE || !strcmp(record_key(r), c->key));
	json_decref(json);
	if (ok)
		return true;
	record_clear(r);
	return err_set(e, ERR_FIELD_INVALID, _("change %" PRId64 " can't be undone: what it replaced can't be read"), c->id);
}

/* `result` may be NULL. */
static bool revert_change(struct txn *t, const struct change *c, struct mutation_result *result, struct err *e)
{
	const struct record *there, *now;
	struct record r, was = { .entity = c->entity };
	int64_t id;
	bool ok;

	t->undoes = c->id;
	if (!txn_find(t, c->entity, c->key, &there, e))
		return false;
	if (c->after[0] ? !there : there != NULL)
		return err_set(e, ERR_CHANGED_MEANWHILE, "%s", c->key);
	if (!c->before[0]) {
		if (c->entity == ENTITY_WORKSPACE)
			return err_set(e, ERR_FIELD_INVALID, _("the workspace can't be deleted: delete its store"));
		ok = mutate_remove_record(t, c->entity, c->key, false, &was, &id, e);
		if (ok && result) {
			record_clear(&result->now);
			record_copy(&result->now, &was);
			result->before = was;
		} else if (ok) {
			record_clear(&was);
		}
		return ok;
	}
	if (!record_before(c, &r, e))
		return false;
	if (there)
		record_copy(&was, there);
	ok = c->entity != ENTITY_AGENT || restore_url(t, c, &r.agent, there ? &there->agent : NULL, e);
	ok = ok && mutate_check_record(t, &r, there, !there, e);
	if (ok) {
		mutate_stamp(t, &r, there ? there : &r);
		ok = txn_put(t, &r, &now, &id, e);
	}
	if (ok && result) {
		record_clear(&result->now);
		record_copy(&result->now, now);
		result->before = was;
	} else {
		record_clear(&was);
	}
	record_clear(&r);
	return ok;
}

/* The number of changes that are read at a time. */
enum { REVERT_ROWS = 256 };

struct revert_list {
	struct change rows[REVERT_ROWS];
	size_t n;
};

static bool take_change(void *arg, const char *const *values)
{
	struct revert_list *list = arg;
	struct change c;

	row_to_change(&c, values, false);
	list->rows[list->n++] = (struct change){
		.id = c.id, .entity = c.entity, .key = xstrdup(c.key), .before = xstrdup(c.before), .after = xstrdup(c.after),
	};
	return true;
}

bool mutate_revert(struct txn *t, const struct mutation *m, struct mutation_result *result, struct err *e)
{
	static const char sql[] = "SELECT " CHANGE_COLUMNS " FROM td.change WHERE id >= $1 AND id <= $2 ORDER BY id DESC LIMIT $3";
	struct revert_list *list;
	int64_t last = m->last_change;
	bool ok = check_revertible(t, m->first_change, last, e);

	if (!ok)
		return false;
	list = xcalloc(1, sizeof(*list));
	do {
		struct db_params p = { 0 };

		db_param_int(&p, m->first_change);
		db_param_int(&p, last);
		db_param_int(&p, REVERT_ROWS);
		list->n = 0;
		ok = db_query(t->s->db, sql, p.values, p.n, take_change, list, e) || txn_broken(t);
		if (ok && !list->n && last == m->last_change)
			ok = err_set(e, ERR_FIELD_INVALID, _("there is no change %" PRId64), last);
		for (size_t i = 0; ok && i < list->n; i++)
			ok = txn_want(t, list->rows[i].entity, list->rows[i].key, e);
		ok = ok && txn_want_done(t, e);
		for (size_t i = 0; ok && i < list->n; i++) {
			last = list->rows[i].id;
			ok = revert_change(t, &list->rows[i], last == m->last_change ? result : NULL, e);
		}
		for (size_t i = 0; i < list->n; i++)
			change_clear(&list->rows[i]);
		last--;
	} while (ok && list->n == REVERT_ROWS);
	free(list);
	t->undoes = 0;
	result->change_id = t->last_change;
	/* If some changes are already undone, only the whole transaction can be rolled back. */
	return ok || (t->last_change >= result->first_change && txn_broken(t));
}
