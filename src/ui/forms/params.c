/*
 * Rows of additional parameters: a key and a value each, and an empty last row for typing. A row without a key is
 * removed when the cursor leaves it. The rows are the last items of a form, before its button.
 */
#include "config.h"

#include "form.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/params.h"

/* A value may be a whole object, escaped for the line. */
#define TEXT_MAX 131072

/* Returns the index of the first row; of the button when this form has no parameters. */
static size_t first_row(const struct form *f)
{
	size_t i = 0;

	while (i + 1 < f->count && f->items[i].editor != FORM_PARAM_KEY)
		i++;
	return i;
}

bool form_row_is_empty(const struct form_item *key)
{
	return !line_text(&key->line)[0] && !line_text(&key[1].line)[0];
}

/* Inserts a row before the button, which is always the last item. */
static void append_row(struct form *f, const struct field *field, const char *key, const char *value)
{
	size_t at = f->count - 1;

	f->items = xreallocarray(f->items, f->count + 2, sizeof(*f->items));
	memmove(&f->items[at + 2], &f->items[at], sizeof(*f->items));
	for (size_t i = at; i < at + 2; i++) {
		struct form_item *it = &f->items[i];

		item_init(it, i == at ? FORM_PARAM_KEY : FORM_PARAM_VALUE, field, "");
		it->line.max = it->line.text.max = TEXT_MAX;
		line_set(&it->line, i == at ? key : value);
	}
	f->count += 2;
	if (f->focus >= at)
		f->focus += 2;
}

static void remove_row(struct form *f, size_t at)
{
	item_clear(&f->items[at]);
	item_clear(&f->items[at + 1]);
	memmove(&f->items[at], &f->items[at + 2], (f->count - at - 2) * sizeof(*f->items));
	f->count -= 2;
	if (f->focus > at + 1)
		f->focus -= 2;
	else if (f->focus == at + 1)
		f->focus--;
}

void form_params_load(struct form *f, const struct field *field, const char *object)
{
	size_t count;
	struct param *rows = params_rows(object, &count);

	while (first_row(f) + 1 < f->count)
		remove_row(f, first_row(f));
	for (size_t i = 0; i < count; i++)
		append_row(f, field, rows[i].key, rows[i].value);
	append_row(f, field, "", "");
	params_free(rows, count);
}

void form_params_tidy(struct form *f, bool remove)
{
	size_t first = first_row(f), rows = (f->count - 1 - first) / 2;

	if (!rows)
		return;
	for (size_t i = remove ? rows - 1 : 0; i > 0; i--)
		if (!line_text(&f->items[first + 2 * (i - 1)].line)[0])
			remove_row(f, first + 2 * (i - 1));
	if (line_text(&f->items[f->count - 3].line)[0])
		append_row(f, f->items[first].field, "", "");
}

char *form_params_text(const struct form *f)
{
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (size_t i = first_row(f); i + 1 < f->count; i += 2)
		if (line_text(&f->items[i].line)[0])
			buf_addf(&text, "%s\n%s\n", line_text(&f->items[i].line), line_text(&f->items[i + 1].line));
	return buf_take(&text);
}

bool form_params_changed(const struct form *f)
{
	char *now = form_params_text(f);
	bool changed = strcmp(now, f->params_original) != 0;

	free(now);
	return changed;
}

char *form_params_object(struct form *f, struct form_item **wrong, struct err *e)
{
	size_t first = first_row(f), count = (f->count - 1 - first) / 2, bad = 0;
	struct param *rows = xcalloc(count + 1, sizeof(*rows));
	char *object;

	for (size_t i = 0; i < count; i++) {
		rows[i].key = xstrdup(line_text(&f->items[first + 2 * i].line));
		rows[i].value = xstrdup(line_text(&f->items[first + 2 * i + 1].line));
	}
	object = params_object(rows, count, &bad, e);
	params_free(rows, count);
	if (!object)
		*wrong = &f->items[first + 2 * bad];
	return object;
}

static bool is_quoted(const struct form_item *key)
{
	return line_text(&key->line)[0] == '"';
}

/* '=' ends the key, as in "key = value". Inside quotes it is part of the key. */
bool form_params_key(struct form *f, struct form_item *it, key_code key)
{
	if (it->editor != FORM_PARAM_KEY || key != '=' || is_quoted(it))
		return false;
	if (line_text(&it->line)[0])
		f->focus++;
	return true;
}

/* Handles "language = en" pasted as a whole into the key. */
void form_params_pasted(struct form *f, struct form_item *it)
{
	const char *text = line_text(&it->line), *equals = strchr(text, '=');
	char *key, *value;
	size_t len;

	if (it->editor != FORM_PARAM_KEY || is_quoted(it) || !equals || line_text(&it[1].line)[0])
		return;
	len = (size_t)(equals - text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	key = xstrndup(text, len);
	value = xstrdup(equals + 1 + strspn(equals + 1, " "));
	line_set(&it->line, key);
	line_set(&it[1].line, value);
	if (key[0])
		f->focus++;
	free(key);
	free(value);
}
