/*
 * JSON, item by item. Only one item is in memory: this file finds its end, and jansson reads it. A first pass over the
 * first value finds out where the list is: the value is the list, or one item of several, or it wraps the list
 * ({"data": [...], "meta": ...}), which may have the numbers as keys.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

static bool wrong(const struct import_text *t, struct err *e)
{
	if (t->err.code != ERR_NONE)
		*e = t->err;
	else
		err_set_message(e, ERR_FILE, _("line %zu: this is no JSON"), t->line);
	return false;
}

static int skip_blanks(struct import_text *t)
{
	int c;

	while ((c = text_peek(t)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		text_get(t);
	return c;
}

static bool take(struct import_text *t, int expected, struct err *e)
{
	return (skip_blanks(t) == expected && text_get(t) == expected) || wrong(t, e);
}

static void keep(struct buf *to, int c)
{
	if (to)
		buf_addc(to, (char)c);
}

/* A string with its quotes; `to` may be NULL. */
static bool take_string(struct import_text *t, struct buf *to, struct err *e)
{
	bool escaped = false;
	int c;

	if (!take(t, '"', e))
		return false;
	keep(to, '"');
	while ((c = text_get(t)) >= 0) {
		keep(to, c);
		if (c == '"' && !escaped)
			return true;
		escaped = c == '\\' && !escaped;
	}
	return wrong(t, e);
}

/* Takes up to the end of `depth` open values, or one whole value if it is 0. */
static bool take_rest(struct import_text *t, size_t depth, struct buf *to, struct err *e)
{
	bool whole = depth == 0;

	do {
		int c = skip_blanks(t);

		if (c == '"') {
			if (!take_string(t, to, e))
				return false;
			continue;
		}
		if (c < 0 || (whole && depth == 0 && strchr(",]}", c)))
			return wrong(t, e);
		if (whole && depth == 0 && c != '{' && c != '[') {
			for (; c >= 0 && !strchr(" \t\r\n,]}", c); c = text_peek(t))
				keep(to, text_get(t));
			return true;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		keep(to, text_get(t));
		/* Words and numbers must not run together. */
		if (to && text_peek(t) > 0 && strchr(" \t\r\n", text_peek(t)))
			keep(to, ' ');
	} while (depth > 0);
	return true;
}

/* Takes a key and its colon. *key: decoded; caller frees. */
static bool take_key(struct import_text *t, char **key, struct err *e)
{
	struct buf text;
	json_t *json;

	*key = NULL;
	buf_init(&text, 4096);
	if (!take_string(t, &text, e)) {
		buf_clear(&text);
		return false;
	}
	json = text.overflow ? NULL : json_loadb(text.p, text.len, JSON_DECODE_ANY, NULL);
	*key = xstrdup(json ? json_string_value(json) : "?");
	json_decref(json);
	buf_clear(&text);
	return take(t, ':', e);
}

/* --- finding the list --- */

struct found_list {
	char *path[JSON_PATH_MAX];
	size_t depth, rank;
	bool map;
};

struct finding {
	enum entity entity;
	struct found_list lists[JSON_LISTS_MAX];
	size_t count;
	char *path[JSON_PATH_MAX];
	bool keyed;			/* the value itself has the key of a record */
};

static bool is_number_like(const char *text)
{
	char typed[E164_TYPED_SIZE];

	return e164_typed(text, typed) && strlen(typed) >= 8;
}

static void add_list(struct finding *f, size_t depth, bool map)
{
	struct found_list *l = &f->lists[f->count];

	if (f->count == JSON_LISTS_MAX)
		return;
	l->rank = depth ? import_list_rank(f->entity, f->path[depth - 1]) : 0;
	for (l->depth = 0; l->depth < depth; l->depth++)
		l->path[l->depth] = xstrdup(f->path[l->depth]);
	l->map = map;
	f->count++;
}

/* Looks through an object whose '{' was taken. */
static bool look_through(struct finding *f, struct import_text *t, size_t depth, struct err *e)
{
	bool ok = true, first = true;

	if (skip_blanks(t) == '}')
		return take(t, '}', e);
	do {
		char *key;
		int c;

		if (!take_key(t, &key, e)) {
			free(key);
			return false;
		}
		c = skip_blanks(t);
		if (first && c == '{' && f->entity == ENTITY_NUMBER && is_number_like(key)) {
			add_list(f, depth, true);
			free(key);
			return take_rest(t, 0, NULL, e) && take_rest(t, 1, NULL, e);
		}
		first = false;
		f->keyed |= depth == 0 && c != '{' && import_is_key(f->entity, key);
		if (depth < JSON_PATH_MAX)
			f->path[depth] = key;
		if (c == '[' && depth < JSON_PATH_MAX && !field_by_key(f->entity, key)) {
			text_get(t);
			if (skip_blanks(t) == '{' ||
			    (text_peek(t) == ']' && !import_is_key(f->entity, key) && import_list_rank(f->entity, key) != SIZE_MAX))
				add_list(f, depth + 1, false);
			ok = take_rest(t, 1, NULL, e);
		} else if (c == '{' && depth + 1 < JSON_PATH_MAX) {
			text_get(t);
			ok = look_through(f, t, depth + 1, e);
		} else {
			ok = take_rest(t, 0, NULL, e);
		}
		free(key);
	} while (ok && skip_blanks(t) == ',' && text_get(t));
	return ok && take(t, '}', e);
}

/* Chooses the list among those that were found. */
static bool choose(struct json_list *l, struct finding *f, struct err *e)
{
	struct found_list *best = NULL;
	bool twice = false;
	struct buf names;

	for (size_t i = 0; i < f->count; i++) {
		struct found_list *one = &f->lists[i];

		if (f->keyed && one->rank == SIZE_MAX)
			continue;
		twice = best && one->rank == best->rank;
		if (!best || one->rank < best->rank)
			best = one;
		else if (twice && one->depth != best->depth)
			best = one->depth < best->depth ? one : best, twice = false;
		if (twice)
			break;
	}
	if (twice) {
		buf_init(&names, BUF_UNBOUNDED);
		for (size_t i = 0; i < f->count; i++)
			buf_addf(&names, "%s%s", i ? ", " : "", f->lists[i].depth ? f->lists[i].path[f->lists[i].depth - 1] : "");
		err_set_message(e, ERR_FILE, "%s", _("the file has several lists"));
		err_hint(e, _("give one of them alone: %s"), names.p);
		buf_clear(&names);
		return false;
	}
	l->form = !best ? LIST_ROOTS : best->map ? LIST_MAP : LIST_ARRAY;
	for (l->depth = 0; best && l->depth < best->depth; l->depth++)
		l->path[l->depth] = xstrdup(best->path[l->depth]);
	return true;
}

bool json_begin(struct json_list *l, struct import_text *t, enum entity entity, struct err *e)
{
	struct finding f = { .entity = entity };
	bool ok = true;

	if (skip_blanks(t) == '[') {
		l->form = LIST_ARRAY;
		return text_rewind(t, e);
	}
	ok = take(t, '{', e) && look_through(&f, t, 0, e) && choose(l, &f, e);
	for (size_t i = 0; i < f.count; i++)
		for (size_t k = 0; k < f.lists[i].depth; k++)
			free(f.lists[i].path[k]);
	return ok && text_rewind(t, e);
}

void json_end(struct json_list *l)
{
	for (size_t i = 0; i < l->depth; i++)
		free(l->path[i]);
	buf_clear(&l->value);
	buf_clear(&l->key);
}

/* --- items --- */

/* Goes to the list of the next value of the file. *there: it has one; otherwise the value was passed. */
static bool enter(struct json_list *l, struct import_text *t, bool *there, struct err *e)
{
	size_t level = 0;

	*there = true;
	while (level < l->depth) {
		bool found = false;

		if (!take(t, '{', e))
			return false;
		if (skip_blanks(t) == '}') {
			*there = false;
			return take_rest(t, level + 1, NULL, e);
		}
		while (!found) {
			char *key;
			bool ok = take_key(t, &key, e);

			found = ok && strcmp(key, l->path[level]) == 0;
			free(key);
			if (!ok || (!found && !take_rest(t, 0, NULL, e)))
				return false;
			if (!found && (skip_blanks(t) != ',' || !text_get(t))) {
				*there = false;
				return take_rest(t, level + 1, NULL, e);
			}
		}
		level++;
	}
	return take(t, l->form == LIST_MAP ? '{' : '[', e);
}

/* Goes to the next item; false at the end of the file, and on failure. */
static bool next_item(struct json_list *l, struct import_text *t, struct err *e)
{
	int end = l->form == LIST_MAP ? '}' : ']';

	for (;;) {
		int c = skip_blanks(t);

		if (!l->inside) {
			if (c < 0)
				*e = t->err;
			if (c < 0 || l->form == LIST_ROOTS)
				return c >= 0;
			if (!enter(l, t, &l->inside, e))
				return false;
			l->first = true;
		} else if (c == end) {
			text_get(t);
			l->inside = false;
			if (l->depth > 0 && !take_rest(t, l->depth, NULL, e))
				return false;
		} else if (c < 0 || (!l->first && c != ',')) {
			return wrong(t, e);
		} else {
			if (!l->first)
				text_get(t);
			l->first = false;
			return skip_blanks(t) != end || wrong(t, e);
		}
	}
}

bool json_next(struct json_list *l, struct import_text *t, size_t *line, struct err *e)
{
	if (!next_item(l, t, e))
		return false;
	buf_reset(&l->value);
	buf_reset(&l->key);
	skip_blanks(t);
	*line = t->line;
	if (l->form == LIST_MAP && (!take_string(t, &l->key, e) || !take(t, ':', e)))
		return false;
	l->items++;
	return take_rest(t, 0, &l->value, e);
}
