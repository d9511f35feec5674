/* A reader: rows of CSV or JSON with the names of their cells. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

enum { NESTED_MAX = 4 };

struct import_reader {
	struct import_text text;
	enum entity entity;
	bool is_json, untitled, held;	/* held: the first record of a file without headings is still to be handed out */
	struct csv csv;
	struct json_list list;
	char *headings[IMPORT_COLUMNS_MAX];
	size_t heading_count;
	struct import_cell cells[IMPORT_COLUMNS_MAX];
	size_t count;
	json_t *item, *key;
	char *names[IMPORT_COLUMNS_MAX];	/* of nested values */
	size_t name_count;
};

/* --- CSV --- */

static bool is_phone_number(const char *text)
{
	struct import_countries any = { .international = true };
	char number[E164_SIZE];

	return import_number(text, "", &any, number, NULL);
}

static bool read_headings(struct import_reader *r, struct err *e)
{
	if (!csv_begin(&r->csv, &r->text, e))
		return false;
	if (!csv_next(&r->csv, &r->text, e)) {
		if (e->code == ERR_NONE)
			err_set_message(e, ERR_FILE, "%s", _("the file is empty"));
		return false;
	}
	for (size_t i = 0; i < r->csv.count && r->entity == ENTITY_NUMBER; i++)
		r->untitled |= is_phone_number(r->csv.bytes.p + r->csv.at[i]);
	r->held = r->untitled;
	for (; r->heading_count < r->csv.count; r->heading_count++) {
		const char *text = r->csv.bytes.p + r->csv.at[r->heading_count];

		r->headings[r->heading_count] = r->untitled ? xasprintf("%zu", r->heading_count + 1) : utf8_clean_dup(str_of(text));
	}
	return true;
}

static bool next_record(struct import_reader *r, struct import_row *row, struct err *e)
{
	if (!r->held && !csv_next(&r->csv, &r->text, e))
		return false;
	r->held = false;
	row->place = r->csv.line;
	for (size_t i = 0; i < r->csv.count; i++) {
		const char *text = r->csv.bytes.p + r->csv.at[i];

		if (i >= r->heading_count) {
			if (text[0])
				err_set_message(&row->err, ERR_FIELD_INVALID, _("%zu cells, but only %zu headings"), r->csv.count,
						r->heading_count);
			continue;
		}
		r->cells[r->count++] = (struct import_cell){ .name = r->headings[i], .text = text };
	}
	return true;
}

/* --- JSON --- */

static void add_cell(struct import_reader *r, const char *name, json_t *value)
{
	if (r->count < IMPORT_COLUMNS_MAX)
		r->cells[r->count++] = (struct import_cell){ .name = name, .json = value };
}

/* Is the value of this key an object, or an array of objects, as a whole? */
static bool is_whole(enum entity entity, const char *name)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if (!strcmp(f->key, name) || (f->option && !strcmp(f->option, name)))
			return f->type == FIELD_PARAMS || f->type == FIELD_SPLIT || f->type == FIELD_OPEN || f->type == FIELD_EXCEPTIONS;
	return false;
}

static void add_object(struct import_reader *r, json_t *object, const char *path, int depth);

static void add_value(struct import_reader *r, const char *name, json_t *value, int depth)
{
	json_t *one;
	size_t at;

	if (depth < NESTED_MAX && json_is_object(value)) {
		add_object(r, value, name, depth + 1);
	} else if (depth < NESTED_MAX && json_is_object(json_array_get(value, 0))) {
		json_array_foreach(value, at, one)
			add_value(r, name, one, depth);
	} else {
		add_cell(r, name, value);
	}
}

static void add_object(struct import_reader *r, json_t *object, const char *path, int depth)
{
	const char *key, *name;
	json_t *value;

	json_object_foreach(object, key, value) {
		if (depth > NESTED_MAX)
			return;
		name = key;
		if (path && r->name_count == IMPORT_COLUMNS_MAX)
			return;
		if (path)
			name = r->names[r->name_count++] = xasprintf("%s.%s", path, key);
		/* JSON:API has the fields of an item in its "attributes". */
		if (!path && !strcmp(key, "attributes") && json_is_object(value))
			add_object(r, value, NULL, depth + 1);
		else if (!path && is_whole(r->entity, key))
			add_cell(r, name, value);
		else
			add_value(r, name, value, depth);
	}
}

static bool has_key(const struct import_reader *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (import_is_key(r->entity, r->cells[i].name))
			return true;
	return false;
}

static bool next_item(struct import_reader *r, struct import_row *row, struct err *e)
{
	json_error_t error;
	size_t line;

	if (!json_next(&r->list, &r->text, &line, e))
		return false;
	row->place = import_counts_items(r) ? r->list.items : line;
	if (r->list.value.overflow || r->list.key.overflow) {
		err_set_message(&row->err, ERR_FIELD_INVALID, _("longer than %d bytes"), IMPORT_ROW_MAX);
		return true;
	}
	r->item = json_loadb(r->list.value.p, r->list.value.len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (!r->item)
		err_set_message(&row->err, ERR_FIELD_INVALID, _("this is no JSON: %s"), error.text);
	else if (json_is_object(r->item))
		add_object(r, r->item, NULL, 0);
	else if (json_is_string(r->item) && r->list.form != LIST_MAP)
		add_cell(r, entity_fields(r->entity)->key, r->item);
	else if (r->list.form != LIST_MAP)
		err_set_message(&row->err, ERR_FIELD_INVALID, "%s", _("a JSON object is expected"));
	if (r->item && r->list.form == LIST_MAP && !has_key(r)) {
		r->key = json_loadb(r->list.key.p, r->list.key.len, JSON_DECODE_ANY, NULL);
		add_cell(r, entity_fields(r->entity)->key, r->key);
	}
	return true;
}

/* --- both --- */

struct import_reader *import_open(FILE *file, enum entity entity, struct err *e)
{
	struct import_reader *r = xcalloc(1, sizeof(*r));
	bool ok;

	r->entity = entity;
	buf_init(&r->csv.bytes, IMPORT_ROW_MAX);
	buf_init(&r->list.value, IMPORT_ROW_MAX);
	buf_init(&r->list.key, IMPORT_ROW_MAX);
	ok = text_init(&r->text, file, e);
	while (ok && text_peek(&r->text) > 0 && strchr(" \t\r\n", text_peek(&r->text)))
		text_get(&r->text);
	r->is_json = ok && (text_peek(&r->text) == '{' || text_peek(&r->text) == '[');
	ok = ok && text_rewind(&r->text, e) && (r->is_json ? json_begin(&r->list, &r->text, entity, e) : read_headings(r, e));
	if (!ok)
		import_close(&r);
	return r;
}

static void clear_row(struct import_reader *r)
{
	while (r->name_count > 0)
		free(r->names[--r->name_count]);
	json_decref(r->item);
	json_decref(r->key);
	r->item = r->key = NULL;
	r->count = 0;
}

void import_close(struct import_reader **r)
{
	if (!*r)
		return;
	clear_row(*r);
	for (size_t i = 0; i < (*r)->heading_count; i++)
		free((*r)->headings[i]);
	buf_clear(&(*r)->csv.bytes);
	json_end(&(*r)->list);
	FREE(r);
}

bool import_next(struct import_reader *r, struct import_row *row, struct err *e)
{
	clear_row(r);
	err_clear(e);
	*row = (struct import_row){ .cells = r->cells };
	if (!(r->is_json ? next_item(r, row, e) : next_record(r, row, e)))
		return false;
	row->count = r->count;
	return true;
}

bool import_counts_items(const struct import_reader *r)
{
	return r->is_json && r->list.form != LIST_ROOTS;
}

const char *const *import_headings(const struct import_reader *r, size_t *count, bool *untitled)
{
	*count = r->heading_count;
	*untitled = r->untitled;
	return (const char *const *)r->headings;
}

bool import_is_windows(const struct import_reader *r)
{
	return r->text.coding == CODING_WINDOWS;
}

int64_t import_bytes_read(const struct import_reader *r)
{
	return r->text.read;
}
