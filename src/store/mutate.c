/*
 * Mutations: what may be changed, and the message of a refusal.
 *
 * The rules of validate.c are applied to records that are read in the transaction that holds the workspace. This file
 * adds the checks that only the store can make: whether the record exists, who changed it meanwhile, which records
 * refer to it, and how many numbers there are. A batch continues after a refusal, so that every mutation is checked;
 * whether the accepted ones are kept is decided at the end. A failure of the database ends the batch at once.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/validate.h"

/* From this many mutations on, the records that they refer to are read together and not one by one. */
enum { PREFETCH_FROM = 8, WHEN_SIZE = 24 };

/* --- stored records --- */

struct last_change {
	bool found;
	char who[WHO_SIZE];
	char when[WHEN_SIZE];	/* "2026-11-22 10:29:39 UTC" */
};

static bool take_last_change(void *arg, const char *const *values)
{
	struct last_change *last = arg;
	char iso[CLOCK_ISO_SIZE];

	last->found = true;
	str_copy(last->who, sizeof(last->who), str_of(db_text(values[0])));
	clock_format_iso(iso, db_int(values[1]));
	snprintf(last->when, sizeof(last->when), "%.10s %.8s UTC", iso, iso + 11);
	return false;
}

static bool find_last_change(struct txn *t, enum entity entity, const char *key, struct last_change *last,
			     struct err *e)
{
	const char *const params[] = { entity_name(entity), key };

	*last = (struct last_change){ .found = false };
	return txn_flush(t, e) &&
	       (db_query(t->s->db, "SELECT actor, at FROM td.change WHERE entity = $1 AND key = $2 "
			 "ORDER BY id DESC LIMIT 1", params, 2, take_last_change, last, e) ||
		txn_broken(t));
}

/* --- refusals --- */

static const struct {
	enum err_code not_found, exists;
} codes[ENTITY_COUNT] = {
	[ENTITY_WORKSPACE] = { ERR_FIELD_INVALID, ERR_FIELD_INVALID },
	[ENTITY_PROVIDER] = { ERR_TRUNK_NOT_FOUND, ERR_PROVIDER_EXISTS },
	[ENTITY_AGENT] = { ERR_AGENT_NOT_FOUND, ERR_AGENT_EXISTS },
	[ENTITY_SCHEDULE] = { ERR_SCHEDULE_NOT_FOUND, ERR_SCHEDULE_EXISTS },
	[ENTITY_BLOCK] = { ERR_BLOCK_NOT_FOUND, ERR_BLOCK_EXISTS },
	[ENTITY_NUMBER] = { ERR_NUMBER_NOT_FOUND, ERR_NUMBER_EXISTS },
};

static bool refuse_missing(struct txn *t, enum entity entity, const char *key, struct err *e)
{
	struct last_change last;

	if (!find_last_change(t, entity, key, &last, e))
		return false;
	if (last.found)
		return err_set(e, codes[entity].not_found, _("%s was deleted by %s at %s"), key, last.who, last.when);
	return err_set(e, codes[entity].not_found, _("there is no %s %s"), entity_name(entity), key);
}

static bool refuse_changed(struct txn *t, const struct record *there, struct mutation_result *result, struct err *e)
{
	struct last_change last;

	if (!find_last_change(t, there->entity, record_key(there), &last, e))
		return false;
	record_clear(&result->now);
	record_copy(&result->now, there);
	return err_set(e, ERR_CHANGED_MEANWHILE, _("by %s at %s, now version %" PRId64 ": look at it and try again"),
		       last.who, last.when, record_version(there));
}

/* Finds the record that a mutation is about. False: the mutation is refused, or the database failed. */
static bool find_current(struct txn *t, const struct mutation *m, const struct record **there,
			 struct mutation_result *result, struct err *e)
{
	enum entity entity = m->record.entity;
	const char *key = entity == ENTITY_WORKSPACE ? txn_workspace(t)->id : record_key(&m->record);

	if (!txn_find(t, entity, key, there, e))
		return false;
	if (!*there)
		return refuse_missing(t, entity, key, e);
	if (entity != ENTITY_WORKSPACE && m->version && m->version != record_version(*there))
		return refuse_changed(t, *there, result, e);
	return true;
}

/* --- rules --- */

/* What a record refers to is looked up in the transaction. */
struct looking {
	struct txn *t;
	struct err failure;		/* the database failed */
};

static const struct record *look(void *arg, enum entity entity, const char *key)
{
	struct looking *l = arg;
	const struct record *r = NULL;

	if (!l->t->broken)
		txn_find(l->t, entity, key, &r, &l->failure);
	return r;
}

static bool check_number(struct txn *t, const struct number *n, const struct record *holder, bool adding,
			 struct err *e)
{
	const struct workspace *w = txn_workspace(t);
	struct looking l = { .t = t };
	struct number_context ctx = { .look = { look, &l }, .limit = workspace_limit(w), .adding = adding, .restoring = t->undoes, .imports = t->imports,
				      .plan = w->has_max ? NULL : plan_name(w->plan) };
	const struct record *provider, *agent, *held_by = NULL;

	if (!txn_find(t, ENTITY_PROVIDER, n->provider, &provider, e) ||
	    !txn_find(t, ENTITY_AGENT, n->agent, &agent, e))
		return false;
	if (adding && holder && !txn_find(t, ENTITY_PROVIDER, holder->number.provider, &held_by, e))
		return false;
	if (adding && ctx.limit != LIMIT_NONE && !txn_used(t, &ctx.used, e))
		return false;
	ctx.provider = provider ? &provider->provider : NULL;
	ctx.agent = agent ? &agent->agent : NULL;
	ctx.holder = holder ? &holder->number : NULL;
	ctx.holder_provider_name = held_by ? held_by->provider.name : NULL;
	if (number_validate(n, &ctx, NULL, e))
		return true;
	if (t->broken && e)
		*e = l.failure;
	return false;
}

struct found_id {
	char id[WHO_SIZE];
};

static bool take_id(void *arg, const char *const *values)
{
	struct found_id *found = arg;

	str_copy(found->id, sizeof(found->id), str_of(db_text(values[0])));
	return false;
}

static bool check_provider(struct txn *t, const struct provider *p, const struct record *there, struct err *e)
{
	const char *const params[] = { p->name, p->id };
	struct looking l = { .t = t };
	struct found_id other = { "" };

	if (!provider_validate(p, there ? &there->provider : NULL, t->undoes, &(struct record_lookup){ look, &l }, e)) {
		if (t->broken && e)
			*e = l.failure;
		return false;
	}
	if (!txn_flush(t, e))
		return false;
	if (!db_query(t->s->db, "SELECT id FROM td.provider WHERE name = $1 AND id <> $2", params, 2, take_id, &other, e))
		return txn_broken(t);
	if (!other.id[0])
		return true;
	return err_set(e, ERR_PROVIDER_EXISTS, _("%s is the name of provider %s: choose another"), p->name, other.id);
}

bool mutate_check_record(struct txn *t, const struct record *r, const struct record *there, bool adding,
			 struct err *e)
{
	switch (r->entity) {
	case ENTITY_NUMBER:
		return check_number(t, &r->number, there, adding, e);
	case ENTITY_PROVIDER:
		return check_provider(t, &r->provider, there, e);
	case ENTITY_AGENT:
		return agent_validate(&r->agent, e);
	case ENTITY_WORKSPACE:
		return workspace_validate(&r->workspace, e);
	default:
		return fields_validate(r, e);
	}
}

/* --- adding and editing --- */

/* Sets the id to the slug of the name, with -2, -3, ... appended when that id is taken. */
static bool give_provider_id(struct txn *t, struct provider *p, struct err *e)
{
	char *slug = slug_of(p->name);
	const struct record *there;
	bool ok;

	FREE(&p->id);
	p->id = xstrdup(slug);
	for (int n = 2; (ok = txn_find(t, ENTITY_PROVIDER, p->id, &there, e)) && there; n++) {
		free(p->id);
		p->id = xasprintf("%s-%d", slug, n);
	}
	free(slug);
	return ok;
}

void mutate_stamp(struct txn *t, struct record *r, const struct record *there)
{
	struct number *n = &r->number;

	record_set_version(r, there && record_version(there) < INT64_MAX ? record_version(there) + 1 : 1);
	if (r->entity != ENTITY_NUMBER)
		return;
	n->created_at = there ? there->number.created_at : t->now_us;
	n->updated_at = t->now_us;
	/* `there` may be the same record as `r`. */
	if (!there || there->number.created_by != n->created_by) {
		free(n->created_by);
		n->created_by = xstrdup(there ? there->number.created_by : t->s->actor);
	}
	free(n->updated_by);
	n->updated_by = xstrdup(t->s->actor);
}

static bool put(struct txn *t, struct record *r, struct mutation_result *result, struct err *e)
{
	const struct record *now;

	if (!txn_put(t, r, &now, &result->change_id, e))
		return false;
	if (t->terse)
		return true;
	record_clear(&result->now);
	record_copy(&result->now, now);
	return true;
}

static bool refuse_existing(const struct record *there, struct err *e)
{
	/* The name is the field after the key. */
	char *name = field_get(entity_fields(there->entity) + 1, there);

	err_set(e, codes[there->entity].exists, there->entity == ENTITY_BLOCK ? NULL : _("%s is the id of %s %s: choose another"),
		record_key(there), entity_name(there->entity), name);
	free(name);
	return false;
}

static bool add_copy(struct txn *t, struct record *r, struct mutation_result *result, struct err *e)
{
	const struct record *there;

	if (r->entity == ENTITY_WORKSPACE)
		return err_set(e, ERR_FIELD_INVALID, _("a store holds one workspace, and has it already: edit it"));
	if (r->entity == ENTITY_PROVIDER && !r->provider.id[0] && !give_provider_id(t, &r->provider, e))
		return false;
	if (!txn_find(t, r->entity, record_key(r), &there, e) || !mutate_check_record(t, r, there, true, e))
		return false;
	if (there)
		return refuse_existing(there, e);
	mutate_stamp(t, r, NULL);
	return put(t, r, result, e);
}

static bool edit_copy(struct txn *t, const struct mutation *m, struct record *r, struct mutation_result *result,
		      struct err *e)
{
	const struct record *there;

	if (!find_current(t, m, &there, result, e))
		return false;
	if (r->entity == ENTITY_WORKSPACE) {
		free(r->workspace.id);
		r->workspace.id = xstrdup(there->workspace.id);
	}
	if (!mutate_check_record(t, r, there, false, e))
		return false;
	if (!t->terse)
		record_copy(&result->before, there);
	mutate_stamp(t, r, there);
	return put(t, r, result, e);
}

/* --- deleting --- */

struct key_list {
	char **keys;
	size_t n, size;
};

static bool take_key(void *arg, const char *const *values)
{
	struct key_list *list = arg;

	ARRAY_GROW(list->keys, list->n, list->size);
	list->keys[list->n++] = xstrdup(db_text(values[0]));
	return true;
}

static bool remove_numbers(struct txn *t, const struct key_list *list, struct err *e)
{
	struct record was;
	int64_t change_id;

	for (size_t i = 0; i < list->n; i++)
		if (!txn_want(t, ENTITY_NUMBER, list->keys[i], e))
			return false;
	if (!txn_want_done(t, e))
		return false;
	for (size_t i = 0; i < list->n; i++) {
		if (!txn_remove(t, ENTITY_NUMBER, list->keys[i], &was, &change_id, e))
			return false;
		record_clear(&was);
	}
	return true;
}

static bool remove_numbers_of(struct txn *t, const char *provider, struct err *e)
{
	struct key_list list = { 0 };
	bool ok = db_query(t->s->db, "SELECT e164 FROM td.number WHERE provider = $1 ORDER BY e164", &provider, 1,
			   take_key, &list, e) || txn_broken(t);

	ok = ok && remove_numbers(t, &list, e);
	for (size_t i = 0; i < list.n; i++)
		free(list.keys[i]);
	free(list.keys);
	return ok;
}

bool mutate_remove_record(struct txn *t, enum entity entity, const char *key, bool cascade, struct record *was,
			  int64_t *change_id, struct err *e)
{
	if (entity == ENTITY_PROVIDER && cascade ? !txn_flush(t, e) || !remove_numbers_of(t, key, e) : !uses_refuse(t, entity, key, e))
		return false;
	return txn_remove(t, entity, key, was, change_id, e);
}

static bool delete_record(struct txn *t, const struct mutation *m, struct mutation_result *result, struct err *e)
{
	const struct record *there;
	struct record was;

	if (m->record.entity == ENTITY_WORKSPACE)
		return err_set(e, ERR_FIELD_INVALID, _("the workspace can't be deleted: delete its store"));
	if (!find_current(t, m, &there, result, e) ||
	    (m->replace_with[0] && !uses_replace(t, there, m->replace_with, e)) ||
	    !mutate_remove_record(t, m->record.entity, record_key(&m->record), m->cascade, &was, &result->change_id, e))
		return false;
	record_clear(&result->now);
	result->now = was;
	return true;
}

/* --- batches --- */

static bool mutate_one(struct txn *t, const struct mutation *m, struct mutation_result *result)
{
	struct record copy;

	result->first_change = t->last_change + 1;
	if (m->kind == MUTATION_REVERT)
		return mutate_revert(t, m, result, &result->err);
	if (m->kind == MUTATION_DELETE)
		return delete_record(t, m, result, &result->err);
	record_copy(&copy, &m->record);
	if (m->kind == MUTATION_ADD)
		result->done = add_copy(t, &copy, result, &result->err);
	else
		result->done = edit_copy(t, m, &copy, result, &result->err);
	record_clear(&copy);
	return result->done;
}

static bool prefetch(struct txn *t, const struct mutation *m, size_t n, struct err *e)
{
	for (enum entity kind = 0; n >= PREFETCH_FROM && kind < ENTITY_COUNT; kind++) {
		for (size_t i = 0; i < n; i++) {
			const struct record *r = &m[i].record;

			if (r->entity == kind && kind != ENTITY_WORKSPACE && !txn_want(t, kind, record_key(r), e))
				return false;
			for (const struct field *f = entity_fields(r->entity); f->key && m[i].kind < MUTATION_DELETE; f++)
				if (field_refers_to(f) == kind && !txn_want(t, kind, field_value(f, r).text, e))
					return false;
		}
		if (!txn_want_done(t, e))
			return false;
	}
	return true;
}

static void result_init(struct mutation_result *r, enum entity entity)
{
	*r = (struct mutation_result){ .before = { .entity = entity } };
	record_init(&r->now, entity);
}

void mutation_result_clear(struct mutation_result *r)
{
	record_clear(&r->now);
	record_clear(&r->before);
	*r = (struct mutation_result){ .now = r->now, .before = r->before };
}

/* Resets the result of a mutation that was rolled back. A refused one keeps its error. */
static void result_undo(struct mutation_result *r)
{
	enum entity entity = r->now.entity;

	if (!r->done)
		return;
	record_clear(&r->now);
	record_clear(&r->before);
	record_init(&r->now, entity);
	r->done = false;
	r->first_change = r->change_id = 0;
}

/* False with *e: the database failed. *refused: a mutation was refused, and *e is the error of the first one. */
static bool mutate_all(struct txn *t, const struct mutation *m, size_t n, struct mutation_result *results,
		       bool *refused, struct err *e)
{
	struct mutation_result own;

	for (size_t i = 0; i < n; i++) {
		struct mutation_result *r = results ? &results[i] : &own;

		if (!results)
			own = (struct mutation_result){ .before.entity = m[i].record.entity, .now.entity = m[i].record.entity };
		r->done = mutate_one(t, &m[i], r);
		if (!r->done && (t->broken || !*refused)) {
			*refused = true;
			if (e)
				*e = r->err;
		}
		if (!results)
			mutation_result_clear(r);
		if (t->broken)
			return false;
	}
	return true;
}

static bool mutate_in(struct txn *t, const struct mutation *m, size_t n, enum mutate_mode mode,
		      struct mutation_result *results, struct err *e)
{
	struct err first = { .code = ERR_NONE };
	bool refused = false;

	if (!prefetch(t, m, n, e))
		return false;
	if (!mutate_all(t, m, n, results, &refused, &first) || (refused && mode == MUTATE_ALL_OR_NOTHING)) {
		if (e)
			*e = first;
		return false;
	}
	return txn_commit(t, e);
}

bool store_mutate(struct store *s, const struct mutation *m, size_t n, enum mutate_mode mode,
		  struct mutation_result *results, struct err *e)
{
	struct txn t;
	bool ok;

	for (size_t i = 0; results && i < n; i++)
		result_init(&results[i], m[i].record.entity);
	if (!store_check_writable(s, e) || !store_connect(s, e))
		return false;
	if (!n)
		return true;
	ok = txn_begin(&t, s, e);
	t.terse = !results;
	ok = ok && mutate_in(&t, m, n, mode, results, e);
	txn_end(&t);
	for (size_t i = 0; !ok && results && i < n; i++)
		result_undo(&results[i]);
	return ok;
}

/* --- part by part --- */

struct store_batch {
	struct txn t;
};

bool store_batch_begin(struct store *s, bool imports, struct store_batch **out, struct err *e)
{
	*out = NULL;
	if (!store_check_writable(s, e) || !store_connect(s, e))
		return false;
	*out = xcalloc(1, sizeof(**out));
	if (!txn_begin(&(*out)->t, s, e)) {
		store_batch_end(out);
		return false;
	}
	(*out)->t.terse = true;
	(*out)->t.imports = imports;
	return true;
}

bool store_batch_expect(struct store_batch *b, enum entity entity, const char *const *keys, size_t n, struct err *e)
{
	if (!txn_forget(&b->t, ENTITY_NUMBER, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!txn_want(&b->t, entity, keys[i], e))
			return false;
	return txn_want_done(&b->t, e);
}

bool store_batch_find(struct store_batch *b, enum entity entity, const char *key, const struct record **r, struct err *e)
{
	return txn_find(&b->t, entity, key, r, e);
}

bool store_batch_mutate(struct store_batch *b, const struct mutation *m, struct err *e)
{
	struct mutation_result own = { .before.entity = m->record.entity, .now.entity = m->record.entity };
	bool done = mutate_one(&b->t, m, &own);

	if (!done && e)
		*e = own.err;
	mutation_result_clear(&own);
	return done;
}

bool store_batch_commit(struct store_batch *b, struct err *e)
{
	return txn_commit(&b->t, e);
}

void store_batch_end(struct store_batch **b)
{
	if (!*b)
		return;
	txn_end(&(*b)->t);
	FREE(b);
}
