/*
 * Which records refer to a record: found by the fields that refer to its kind, so that a new field needs no line here.
 * Used to refuse the deletion of a record in use, and to let its users refer to another record first.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* A refusal names so many records of each kind. */
enum { USERS_NAMED = 3 };

struct user {
	enum entity entity;
	char *key;
};

struct users {
	struct user *rows;
	size_t n, size;
};

static bool take_user(void *arg, const char *const *values)
{
	struct users *users = arg;
	enum entity entity;

	if (!entity_parse(db_text(values[0]), &entity))
		return true;
	ARRAY_GROW(users->rows, users->n, users->size);
	users->rows[users->n++] = (struct user){ entity, xstrdup(db_text(values[1])) };
	return true;
}

static void users_free(struct users *users)
{
	for (size_t i = 0; i < users->n; i++)
		free(users->rows[i].key);
	free(users->rows);
}

/* Finds the users by kind and key. A split "sales:90,trial:10" has the agent trial if ",trial:" is in ",sales:90,trial:10". */
static bool users_find(struct txn *t, enum entity entity, const char *key, struct users *users, struct err *e)
{
	char *in_split = xasprintf(",%s:", key);
	const char *params[] = { key, in_split };
	bool any = false, ok, splits = false;
	struct buf sql;

	buf_init(&sql, BUF_UNBOUNDED);
	for (enum entity kind = ENTITY_COUNT; kind-- > 0;) {
		const struct field *fields = entity_fields(kind);
		const char *separator = NULL;

		for (const struct field *f = fields; f->key; f++) {
			bool split = f->type == FIELD_SPLIT && entity == ENTITY_AGENT;

			if (!split && field_refers_to(f) != entity)
				continue;
			if (!separator)
				buf_addf(&sql, "%sSELECT '%s', %s FROM td.%s WHERE ", any ? " UNION ALL " : "", entity_name(kind),
					 fields->column, entity_name(kind));
			buf_adds(&sql, separator ? separator : "");
			if (split)
				buf_addf(&sql, "replace(',' || %s, $2, '') <> ',' || %s", f->column, f->column);
			else
				buf_addf(&sql, "%s = $1", f->column);
			separator = " OR ";
			splits |= split;
			any = true;
		}
	}
	buf_adds(&sql, " ORDER BY 1, 2");
	ok = txn_flush(t, e) &&
	     (!any || db_query(t->s->db, sql.p, params, splits ? 2 : 1, take_user, users, e) || txn_broken(t));
	buf_clear(&sql);
	free(in_split);
	return ok;
}

/* "2 numbers (+15551234567, +15551234568), 1 provider (twilio)" */
static char *users_text(const struct users *users)
{
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (size_t from = 0, to; from < users->n; from = to) {
		enum entity entity = users->rows[from].entity;
		struct buf names;

		buf_init(&names, BUF_UNBOUNDED);
		for (to = from; to < users->n && users->rows[to].entity == entity; to++)
			if (to < from + USERS_NAMED)
				buf_addf(&names, "%s%s", to > from ? ", " : "", users->rows[to].key);
		if (to > from + USERS_NAMED)
			buf_addf(&names, _(" and %zu more"), to - from - USERS_NAMED);
		buf_adds(&text, from ? ", " : "");
		if (entity == ENTITY_PROVIDER)
			buf_addf(&text, ngettext("%zu provider (%s)", "%zu providers (%s)", to - from), to - from, names.p);
		else
			buf_addf(&text, ngettext("%zu number (%s)", "%zu numbers (%s)", to - from), to - from, names.p);
		buf_clear(&names);
	}
	return buf_take(&text);
}

bool uses_refuse(struct txn *t, enum entity entity, const char *key, struct err *e)
{
	struct users users = { 0 };
	bool ok = users_find(t, entity, key, &users, e);
	char *text = users_text(&users);

	if (ok && users.n && entity == ENTITY_PROVIDER)
		ok = err_set(e, ERR_PROVIDER_IN_USE, _("used by %s: move or delete them first, or delete all together"), text);
	else if (ok && users.n && entity == ENTITY_AGENT)
		ok = err_set(e, ERR_AGENT_IN_USE, _("used by %s: give them another agent first, or delete it with --replace-with ID"), text);
	else if (ok && users.n)
		ok = err_set(e, ERR_SCHEDULE_IN_USE, _("used by %s: give them another schedule first, or delete it with --replace-with ID"),
			     text);
	free(text);
	users_free(&users);
	return ok;
}

/* --- replacing --- */

/* If both agents are in the split, the new one gets the weights of both. Caller frees. */
static char *split_replaced(const char *split, const char *of, const char *by)
{
	const char *rest = split;
	struct str agent;
	struct buf text;
	int weight, of_weight = 0, by_weight = 0;
	size_t others = 0;

	for (; split_next(&rest, &agent, &weight);) {
		of_weight += str_eq(agent, str_of(of)) ? weight : 0;
		by_weight += str_eq(agent, str_of(by)) ? weight : 0;
	}
	if (!of_weight)
		return xstrdup(split);
	buf_init(&text, BUF_UNBOUNDED);
	buf_addf(&text, "%s:%d", by, of_weight + by_weight < SPLIT_WEIGHT_MAX ? of_weight + by_weight : SPLIT_WEIGHT_MAX);
	for (rest = split; split_next(&rest, &agent, &weight);)
		if (!str_eq(agent, str_of(of)) && !str_eq(agent, str_of(by)) && ++others)
			buf_addf(&text, ",%.*s:%d", (int)agent.len, agent.p, weight);
	if (!others)
		buf_reset(&text);
	return buf_take(&text);
}

static bool replace_fields(struct record *r, const struct record *of, const char *by, struct err *e)
{
	const char *key = record_key(of);

	for (const struct field *f = entity_fields(r->entity); f->key; f++) {
		char *split;
		bool ok = true;

		if (field_refers_to(f) == of->entity && !strcmp(field_value(f, r).text, key)) {
			ok = field_set(f, r, by, e);
		} else if (f->type == FIELD_SPLIT && of->entity == ENTITY_AGENT) {
			split = split_replaced(field_value(f, r).text, key, by);
			ok = field_set(f, r, split, e);
			free(split);
		}
		if (!ok)
			return false;
	}
	return true;
}

/* Checks the record with the other reference, or puts it. */
static bool replace_in(struct txn *t, const struct user *user, const struct record *of, const char *by, bool put, struct err *e)
{
	const struct record *there;
	struct record copy;
	struct err why = { .code = ERR_NONE };
	int64_t change_id;
	bool ok;

	if (!txn_find(t, user->entity, user->key, &there, e))
		return false;
	if (!there)
		return true;
	record_copy(&copy, there);
	ok = replace_fields(&copy, of, by, &why) && (put || mutate_check_record(t, &copy, there, false, &why));
	if (ok && put) {
		mutate_stamp(t, &copy, there);
		ok = txn_put(t, &copy, NULL, &change_id, &why);
	} else if (!ok && !t->broken) {
		/* Which of many records is meant is not in the message of a field. */
		err_set_message(e, why.code, "%s: %s", user->key, why.message);
		err_about(e, "");
		err_hint(e, "%s", why.hint);
	}
	if (!ok && t->broken && e)
		*e = why;
	record_clear(&copy);
	return ok;
}

bool uses_replace(struct txn *t, const struct record *of, const char *by, struct err *e)
{
	struct users users = { 0 };
	const struct record *other;
	bool ok;

	if (of->entity != ENTITY_AGENT && of->entity != ENTITY_SCHEDULE)
		return err_set(e, ERR_FIELD_INVALID, _("only an agent or a schedule can be replaced by another one"));
	if (!txn_find(t, of->entity, by, &other, e))
		return false;
	if (!other || !strcmp(by, record_key(of)))
		return err_set(e, of->entity == ENTITY_AGENT ? ERR_AGENT_NOT_FOUND : ERR_SCHEDULE_NOT_FOUND,
			       _("%s can't replace %s: name another one that exists"), by, record_key(of));
	ok = users_find(t, of->entity, record_key(of), &users, e);
	for (size_t i = 0; ok && i < users.n; i++)
		ok = txn_want(t, users.rows[i].entity, users.rows[i].key, e);
	ok = ok && txn_want_done(t, e);
	/* A batch goes on after a refusal, so nothing is put before all is checked. */
	for (size_t i = 0; ok && i < users.n; i++)
		ok = replace_in(t, &users.rows[i], of, by, false, e);
	for (size_t i = 0; ok && i < users.n; i++)
		ok = replace_in(t, &users.rows[i], of, by, true, e);
	users_free(&users);
	return ok;
}
