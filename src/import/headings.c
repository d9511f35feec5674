/*
 * Which column is which field: the operator's choice, then the names of our own fields, then data/import_headings.tsv.
 *
 * For the key of a number, the name counts more than the order: a name with e164 in it, then the only known name. Two
 * known names are an error, because the wrong one would be another number.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/import/import.h"

enum { NAME_SIZE = 80, UNKNOWN = -1 };

struct heading {
	char target[24], name[NAME_SIZE], with[2][NAME_SIZE];
};

static struct {
	pthread_once_t once;
	struct heading *rows;
	size_t count;
} table = { .once = PTHREAD_ONCE_INIT };

static const struct {
	const char *target;
	enum import_use use;
} uses[] = {
	{ "@country", IMPORT_COUNTRY }, { "@type", IMPORT_TYPE }, { "@caller", IMPORT_CALLER }, { "@ready", IMPORT_READY },
	{ "@unready", IMPORT_UNREADY }, { "@trunk", IMPORT_TRUNK },
};

/* Without case, blanks and punctuation. */
static void normal(char out[NAME_SIZE], const char *name)
{
	size_t n = 0;

	for (; *name && n < NAME_SIZE - 1; name++) {
		if (strchr(" \t_-/.[]", *name))
			continue;
		out[n++] = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
	}
	out[n] = '\0';
}

static void build(void)
{
	const struct embed_file *file = embed_find("import_headings.tsv");
	size_t size = 0;

	if (!file)
		die("import_headings.tsv is not built in");
	for (const char *p = file->text; *p;) {
		struct str line = { p, strcspn(p, "\n") }, with;
		struct heading *h;

		p += line.len + (p[line.len] == '\n');
		if (line.len == 0 || line.p[0] == '#')
			continue;
		ARRAY_GROW(table.rows, table.count, size);
		h = &table.rows[table.count++];
		*h = (struct heading){ .target = "" };
		with = str_field(line, '\t', 2);
		str_copy(h->target, sizeof(h->target), str_field(line, '\t', 0));
		str_copy(h->name, sizeof(h->name), str_field(line, '\t', 1));
		for (size_t i = 0; i < ARRAY_LEN(h->with); i++)
			str_copy(h->with[i], NAME_SIZE, str_field(with, ',', i));
	}
}

static const struct heading *headings(size_t *count)
{
	pthread_once(&table.once, build);
	*count = table.count;
	return table.rows;
}

static bool is_name_of(const struct field *f, const char *name)
{
	char own[3][NAME_SIZE];

	normal(own[0], f->key);
	normal(own[1], f->option ? f->option : f->key);
	normal(own[2], f->label);
	return !strcmp(name, own[0]) || !strcmp(name, own[1]) || !strcmp(name, own[2]);
}

size_t import_list_rank(enum entity entity, const char *name)
{
	size_t count;
	const struct heading *rows = headings(&count);
	char wanted[NAME_SIZE], own[NAME_SIZE];

	normal(wanted, name);
	snprintf(own, sizeof(own), "%ss", entity_name(entity));
	if (!strcmp(wanted, own))
		return 0;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rows[i].target, "@list") && !strcmp(rows[i].name, wanted))
			return i;
	return SIZE_MAX;
}

/* Does the name have e164 in it, and is it about this number? */
static bool is_e164_name(const char *name)
{
	static const char *const others[] = { "caller", "callback", "forward", "fallback", "failover", "allowed", "contact", "enabled" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strstr(name, others[i]))
			return false;
	return strstr(name, "e164");
}

bool import_is_key(enum entity entity, const char *name)
{
	const struct field *f = entity_fields(entity);
	char wanted[NAME_SIZE];
	const struct heading *rows;
	size_t count;

	normal(wanted, name);
	if (is_name_of(f, wanted) || (entity == ENTITY_PROVIDER && is_name_of(f + 1, wanted)))
		return true;
	if (entity != ENTITY_NUMBER)
		return false;
	if (is_e164_name(wanted))
		return true;
	rows = headings(&count);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rows[i].target, f->key) && !rows[i].with[0][0] && !strcmp(rows[i].name, wanted))
			return true;
	return false;
}

/* --- the operator's choice --- */

static const struct field *field_named(enum entity entity, const char *name)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if ((!(f->flags & FIELD_READONLY) || f->flags & FIELD_KEY) && (!strcmp(f->key, name) || !strcmp(field_word(f), name)))
			return f;
	return NULL;
}

bool import_choice_check(enum entity entity, const struct import_choice *choice, struct err *e)
{
	struct buf allowed;

	for (size_t i = 0; i < choice->count; i++) {
		const char *field = strrchr(choice->asked[i], '=');
		bool param = field && entity == ENTITY_NUMBER && !strncmp(field + 1, "params.", 7) && field[8];

		if (field && field > choice->asked[i] && (param || field_named(entity, field + 1)))
			continue;
		err_set_message(e, ERR_USAGE, _("--map %s: COLUMN=FIELD is expected"), choice->asked[i]);
		buf_init(&allowed, BUF_UNBOUNDED);
		for (const struct field *f = entity_fields(entity); f->key; f++)
			if (field_named(entity, field_word(f)) == f)
				buf_addf(&allowed, "%s%s", allowed.len ? ", " : "", field_word(f));
		buf_adds(&allowed, entity == ENTITY_NUMBER ? ", params.NAME" : "");
		err_hint(e, _("fields: %s"), allowed.p);
		buf_clear(&allowed);
		return false;
	}
	return true;
}

/* --- mapping --- */

struct mapping {
	enum entity entity;
	char (*names)[NAME_SIZE];
	const char *const *given;
	size_t n;
	struct import_column *columns;
	bool *taken;
};

static long find_column(const struct mapping *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->names[i], name))
			return (long)i;
	return UNKNOWN;
}

static bool applies(const struct mapping *m, const struct heading *h)
{
	for (size_t i = 0; i < ARRAY_LEN(h->with); i++)
		if (h->with[i][0] && find_column(m, h->with[i]) == UNKNOWN)
			return false;
	return true;
}

static void use(struct mapping *m, long at, enum import_use what, const struct field *f)
{
	/* In JSON several values may have one name: "agents.id" of each agent. */
	for (size_t i = (size_t)at; i < m->n; i++) {
		if (strcmp(m->names[i], m->names[at]) != 0 || m->taken[i])
			continue;
		m->columns[i] = (struct import_column){ .use = what, .field = f };
		m->taken[i] = true;
	}
}

static bool use_choice(struct mapping *m, const struct import_choice *choice, bool *keyed)
{
	for (size_t i = 0; i < choice->count; i++) {
		const char *field = strrchr(choice->asked[i], '=') + 1;
		char *column = xstrndup(choice->asked[i], (size_t)(field - 1 - choice->asked[i])), name[NAME_SIZE];
		const struct field *f = field_named(m->entity, field);
		long at;

		normal(name, column);
		free(column);
		at = find_column(m, name);
		if (at == UNKNOWN)
			continue;
		choice->found[i] = true;
		use(m, at, f ? IMPORT_FIELD : IMPORT_PARAM, f);
		if (!f)
			m->columns[at].param = field + strlen("params.");
		*keyed |= f == entity_fields(m->entity);
	}
	return true;
}

/* The column that is the key of a number, by the rule above. False with *e if two may be it. */
static bool use_number(struct mapping *m, struct err *e)
{
	const struct field *f = entity_fields(ENTITY_NUMBER);
	size_t count, candidates = 0;
	const struct heading *rows = headings(&count);
	long best = UNKNOWN;
	struct buf names;

	for (size_t i = 0; i < m->n && best == UNKNOWN; i++)
		if (!m->taken[i] && is_e164_name(m->names[i]))
			best = (long)i;
	if (best != UNKNOWN) {
		use(m, best, IMPORT_FIELD, f);
		return true;
	}
	buf_init(&names, BUF_UNBOUNDED);
	for (size_t i = 0; i < m->n; i++) {
		bool known = !m->taken[i] && is_name_of(f, m->names[i]);

		for (size_t k = 0; k < count && !known && !m->taken[i]; k++)
			known = !strcmp(rows[k].target, f->key) && !strcmp(rows[k].name, m->names[i]) && applies(m, &rows[k]);
		if (!known || (best != UNKNOWN && !strcmp(m->names[best], m->names[i])))
			continue;
		buf_addf(&names, "%s%s", candidates++ ? ", " : "", m->given[i]);
		best = (long)i;
	}
	if (candidates > 1) {
		err_set_message(e, ERR_USAGE, _("several columns may be the number: %s"), names.p);
		err_hint(e, _("choose one: --map %s=number"), m->given[best]);
	} else if (best != UNKNOWN) {
		use(m, best, IMPORT_FIELD, f);
	}
	buf_clear(&names);
	return candidates <= 1;
}

static void use_field(struct mapping *m, const struct field *f)
{
	size_t count;
	const struct heading *rows = headings(&count);
	enum import_use what = f->flags & FIELD_READONLY && !(f->flags & FIELD_KEY) ? IMPORT_KNOWN : IMPORT_FIELD;
	bool given = false;

	for (size_t i = 0; i < m->n; i++)
		given |= m->columns[i].field == f;
	for (size_t i = 0; i < m->n && !given; i++) {
		if (!m->taken[i] && is_name_of(f, m->names[i])) {
			use(m, (long)i, what, f);
			given = true;
		}
	}
	for (size_t i = 0; i < count && !given && m->entity == ENTITY_NUMBER; i++) {
		long at = strcmp(rows[i].target, f->key) == 0 && applies(m, &rows[i]) ? find_column(m, rows[i].name) : UNKNOWN;

		if (at != UNKNOWN && !m->taken[at]) {
			use(m, at, what, f);
			given = true;
		}
	}
}

/* Columns that are no fields. Those of other people's numbers are left unused. */
static void use_others(struct mapping *m)
{
	size_t count;
	const struct heading *rows = headings(&count);

	for (size_t i = 0; i < count; i++) {
		long at = rows[i].target[0] == '@' && applies(m, &rows[i]) ? find_column(m, rows[i].name) : UNKNOWN;

		if (at == UNKNOWN || m->taken[at])
			continue;
		if (!strcmp(rows[i].target, "@none"))
			use(m, at, IMPORT_IGNORED, NULL);
		for (size_t k = 0; k < ARRAY_LEN(uses); k++)
			if (!strcmp(rows[i].target, uses[k].target))
				use(m, at, uses[k].use, NULL);
	}
}

bool import_map(enum entity entity, const struct import_choice *choice, const char *const *names, size_t n,
		struct import_column *columns, struct err *e)
{
	struct mapping m = { entity, xcalloc(n + 1, NAME_SIZE), names, n, columns, xcalloc(n + 1, sizeof(bool)) };
	bool keyed = false, ok;

	for (size_t i = 0; i < n; i++) {
		normal(m.names[i], names[i]);
		columns[i] = (struct import_column){ .use = IMPORT_IGNORED };
	}
	use_choice(&m, choice, &keyed);
	if (entity == ENTITY_NUMBER)
		use_others(&m);
	ok = keyed || entity != ENTITY_NUMBER || use_number(&m, e);
	for (const struct field *f = entity_fields(entity); ok && f->key; f++)
		if (!(f->flags & FIELD_KEY) || entity != ENTITY_NUMBER)
			use_field(&m, f);
	free(m.names);
	free(m.taken);
	return ok;
}
