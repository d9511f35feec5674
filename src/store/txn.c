#include "config.h"

#include "txn.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "derived.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

struct txn_entry {
	char *key;
	bool present;		/* the record exists and is in `record` */
	struct record record;
	UT_hash_handle hh;
};

bool txn_broken(struct txn *t)
{
	t->broken = true;
	return false;
}

static struct db *db_of(const struct txn *t)
{
	return t->s->db;
}

/* --- records that were read --- */

static struct txn_entry *entry_find(struct txn *t, enum entity entity, const char *key)
{
	struct txn_entry *entry;

	HASH_FIND_STR(t->entries[entity], key, entry);
	return entry;
}

static struct txn_entry *entry_add(struct txn *t, enum entity entity, const char *key)
{
	struct txn_entry *entry = xcalloc(1, sizeof(*entry));

	entry->key = xstrdup(key);
	HASH_ADD_KEYPTR(hh, t->entries[entity], entry->key, strlen(entry->key), entry);
	return entry;
}

static void entry_set_absent(struct txn_entry *entry)
{
	if (entry->present)
		record_clear(&entry->record);
	entry->present = false;
}

static void entries_free(struct txn *t, enum entity entity)
{
	struct txn_entry *entry, *next;

	HASH_ITER(hh, t->entries[entity], entry, next) {
		HASH_DEL(t->entries[entity], entry);
		entry_set_absent(entry);
		free(entry->key);
		free(entry);
	}
}

struct loading {
	struct txn *t;
	enum entity entity;
};

static bool load_row(void *arg, const char *const *values)
{
	struct loading *l = arg;
	struct txn_entry *entry = entry_find(l->t, l->entity, db_text(values[0]));
	struct record row;

	if (!entry || entry->present)
		return true;
	row_to_record(&row, l->entity, values);
	record_copy(&entry->record, &row);
	entry->present = true;
	return true;
}

/* Returns the entry, and reads it if it is not loaded yet; NULL when the database failed. */
static struct txn_entry *entry_get(struct txn *t, enum entity entity, const char *key, struct err *e)
{
	struct txn_entry *entry = entry_find(t, entity, key);
	struct loading l = { t, entity };

	if (entry)
		return entry;
	/* No row that is still to be sent can be this record: all records that were put have an entry. */
	entry = entry_add(t, entity, key);
	if (db_query(db_of(t), t->s->tables.of[entity].find, &key, 1, load_row, &l, e))
		return entry;
	txn_broken(t);
	return NULL;
}

bool txn_find(struct txn *t, enum entity entity, const char *key, const struct record **r, struct err *e)
{
	struct txn_entry *entry = entry_get(t, entity, key, e);

	*r = entry && entry->present ? &entry->record : NULL;
	return entry;
}

bool txn_want_done(struct txn *t, struct err *e)
{
	const struct table *table = &t->s->tables.of[t->wanted_of];
	struct loading l = { t, t->wanted_of };
	const char *keys[TABLE_KEYS];
	size_t n = t->wanted_n;

	if (!n)
		return true;
	/* The number of parameters is constant, so that only one statement is prepared. */
	for (size_t i = 0; i < TABLE_KEYS; i++)
		keys[i] = t->wanted[i < n ? i : n - 1]->key;
	t->wanted_n = 0;
	return db_query(db_of(t), table->find_many, keys, TABLE_KEYS, load_row, &l, e) || txn_broken(t);
}

bool txn_want(struct txn *t, enum entity entity, const char *key, struct err *e)
{
	if (!*key || entry_find(t, entity, key))
		return true;
	if ((t->wanted_of != entity || t->wanted_n == TABLE_KEYS) && !txn_want_done(t, e))
		return false;
	t->wanted_of = entity;
	t->wanted[t->wanted_n++] = entry_add(t, entity, key);
	return true;
}

bool txn_used(struct txn *t, int64_t *used, struct err *e)
{
	if (t->used < 0 && (!txn_flush(t, e) ||
			    !db_query_int(db_of(t), "SELECT count(*) FROM td.number", NULL, 0, 0, &t->used, e)))
		return txn_broken(t);
	*used = t->used;
	return true;
}

/* --- rows to be sent --- */

static bool flush_records(struct txn *t, struct err *e)
{
	bool ok;

	if (t->records_of == ENTITY_COUNT)
		return true;
	ok = insert_flush(&t->records, e);
	insert_clear(&t->records);
	t->records_of = ENTITY_COUNT;
	return ok || txn_broken(t);
}

bool txn_flush(struct txn *t, struct err *e)
{
	return flush_records(t, e) && ((insert_flush(&t->changes, e) && insert_flush(&t->seen, e)) || txn_broken(t));
}

/* Records refer to each other. So the collected rows are sent before rows of another table. */
static bool post_insert(struct txn *t, enum entity entity, const struct db_params *p, struct err *e)
{
	const struct table *table = &t->s->tables.of[entity];

	if (t->records_of != entity) {
		if (!flush_records(t, e))
			return false;
		insert_init(&t->records, db_of(t), table->insert, table->insert_many, table->params);
		t->records_of = entity;
	}
	return insert_add(&t->records, p, e) || txn_broken(t);
}

static bool post_row(struct txn *t, const struct record *r, bool is_new, struct err *e)
{
	struct derived d = { 0 };
	struct db_params p;
	bool ok;

	record_to_params(&p, r);
	if (db_of(t)->driver->derives)
		derived_add(&d, &p, r);
	if (is_new)
		ok = post_insert(t, r->entity, &p, e);
	else
		ok = flush_records(t, e) &&
		     (db_post(db_of(t), t->s->tables.of[r->entity].update, p.values, p.n, e) || txn_broken(t));
	derived_clear(&d);
	return ok;
}

/* Keeps the whole URL that a change replaces, because the audit trail has only its masked form. */
static bool keep_url(struct txn *t, const struct record *before, const struct record *after, int64_t change_id, struct err *e)
{
	struct db_params p = { 0 };

	if (!before || before->entity != ENTITY_AGENT || !before->agent.url[0] ||
	    (after && !strcmp(before->agent.url, after->agent.url)))
		return true;
	db_param_int(&p, change_id);
	db_param_text(&p, before->agent.url);
	return db_post(db_of(t), "INSERT INTO td.replaced_url (change, url) VALUES ($1, $2)", p.values, p.n, e) || txn_broken(t);
}

static bool post_change(struct txn *t, const struct record *before, const struct record *after, int64_t *id,
			struct err *e)
{
	const struct record *r = after ? after : before;
	const char *action = !before ? "add" : !after ? "delete" : "edit";
	struct change c = { .id = ++t->last_change, .at = t->now_us, .actor = t->s->actor, .action = (char *)action,
			    .entity = r->entity, .key = (char *)record_key(r), .undoes = t->undoes };
	struct db_params p;

	buf_reset(&t->before);
	buf_reset(&t->after);
	if (before)
		record_add_json(&t->before, before);
	if (after)
		record_add_json(&t->after, after);
	c.before = t->before.p;
	c.after = t->after.p;
	change_to_params(&p, &c);
	*id = c.id;
	return keep_url(t, before, after, c.id, e) && (insert_add(&t->changes, &p, e) || txn_broken(t));
}

/* Keeps what agents were told of a number that is changed, or deleted (now = NULL), so that its calls can show it. */
static bool keep_told(struct txn *t, const struct number *was, const struct number *now, struct err *e)
{
	if (now && !strcmp(was->params, now->params) && !strcmp(was->label, now->label) && !strcmp(was->provider, now->provider) &&
	    was->region == now->region)
		return true;
	return told_add(&t->seen, was, e) || txn_broken(t);
}

/* --- changing --- */

static void count_number(struct txn *t, enum entity entity, int64_t by)
{
	if (entity == ENTITY_NUMBER && t->used >= 0)
		t->used += by;
}

bool txn_put(struct txn *t, struct record *r, const struct record **now, int64_t *change_id, struct err *e)
{
	struct txn_entry *entry = entry_get(t, r->entity, record_key(r), e);
	const struct record *before = entry && entry->present ? &entry->record : NULL;

	if (!entry || !post_row(t, r, !before, e) || !post_change(t, before, r, change_id, e) ||
	    (before && r->entity == ENTITY_NUMBER && !keep_told(t, &before->number, &r->number, e)))
		return false;
	if (!before)
		count_number(t, r->entity, 1);
	entry_set_absent(entry);
	entry->record = *r;
	entry->present = true;
	*r = (struct record){ .entity = r->entity };
	if (now)
		*now = &entry->record;
	return true;
}

bool txn_remove(struct txn *t, enum entity entity, const char *key, struct record *r, int64_t *change_id,
		struct err *e)
{
	struct txn_entry *entry = entry_get(t, entity, key, e);

	if (!entry || !flush_records(t, e))
		return false;
	if (!entry->present) {
		/* The caller has just read this record. */
		err_set(e, ERR_STORE_FAILED, _("%s is damaged: %s %s can't be read again"), store_name(t->s), entity_name(entity), key);
		return txn_broken(t);
	}
	if (!db_post(db_of(t), t->s->tables.of[entity].remove, &key, 1, e))
		return txn_broken(t);
	if (!post_change(t, &entry->record, NULL, change_id, e) ||
	    (entity == ENTITY_NUMBER && !keep_told(t, &entry->record.number, NULL, e)))
		return false;
	count_number(t, entity, -1);
	*r = entry->record;
	entry->present = false;
	return true;
}

/* --- begin and end --- */

static bool take_workspace(void *arg, const char *const *values)
{
	struct txn *t = arg;
	struct txn_entry *entry;
	struct record row;

	row_to_record(&row, ENTITY_WORKSPACE, values);
	t->last_change = t->first_change = db_int(values[t->s->tables.of[ENTITY_WORKSPACE].columns]);
	entry = entry_add(t, ENTITY_WORKSPACE, row.workspace.id);
	record_copy(&entry->record, &row);
	entry->present = true;
	return true;
}

bool txn_begin(struct txn *t, struct store *s, struct err *e)
{
	const struct tables *tables = &s->tables;

	*t = (struct txn){ .s = s, .used = -1, .now_us = clock_wall_us(s->clock), .records_of = ENTITY_COUNT };
	buf_init(&t->before, BUF_UNBOUNDED);
	buf_init(&t->after, BUF_UNBOUNDED);
	insert_init(&t->changes, s->db, tables->insert_change, tables->insert_changes, tables->change_columns);
	told_begin(&t->seen, s);
	if (!db_begin(s->db, DB_WRITE, e) || !db_query(s->db, tables->lock, NULL, 0, take_workspace, t, e))
		return txn_broken(t);
	/* The ids of new changes are counted from it. */
	if (t->entries[ENTITY_WORKSPACE] && t->last_change >= 0 && t->last_change < INT64_MAX / 2)
		return true;
	err_set(e, ERR_STORE_FAILED, t->entries[ENTITY_WORKSPACE] ? _("%s is damaged: the number of its last change is impossible") :
		_("%s holds no workspace"), store_name(s));
	return txn_broken(t);
}

const struct workspace *txn_workspace(const struct txn *t)
{
	return &t->entries[ENTITY_WORKSPACE]->record.workspace;
}

bool txn_forget(struct txn *t, enum entity entity, struct err *e)
{
	if (!txn_flush(t, e))
		return false;
	entries_free(t, entity);
	return true;
}

bool txn_commit(struct txn *t, struct err *e)
{
	struct db_params p = { 0 };

	if (t->last_change == t->first_change) {
		db_rollback(db_of(t));
		return true;
	}
	db_param_int(&p, t->last_change);
	if (!txn_flush(t, e))
		return false;
	if (db_post(db_of(t), "UPDATE td.workspace SET last_change = $1", p.values, p.n, e) &&
	    db_of(t)->driver->announce(db_of(t), DB_CHANNEL_CHANGE, e) && db_commit(db_of(t), e))
		return true;
	return txn_broken(t);
}

void txn_end(struct txn *t)
{
	db_rollback(db_of(t));
	for (size_t i = 0; i < ENTITY_COUNT; i++)
		entries_free(t, (enum entity)i);
	if (t->records_of != ENTITY_COUNT)
		insert_clear(&t->records);
	insert_clear(&t->changes);
	insert_clear(&t->seen);
	buf_clear(&t->before);
	buf_clear(&t->after);
}
