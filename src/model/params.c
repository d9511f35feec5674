/*
 * Rows of additional parameters, to and from their JSON object. A string that would be read back as another value is
 * written in quotes, and characters that a line cannot show are escaped.
 */
#include "config.h"

#include "trunkdeck/model/params.h"

#include <jansson.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/json_text.h"
#include "trunkdeck/model/records.h"

#define READ_FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)

/* --- values to text --- */

/* Does a line show every byte of the text as it is? */
static bool is_plain(const char *text)
{
	char *clean = utf8_clean_dup(str_of(text));
	size_t len = strlen(text);
	bool same = !strcmp(clean, text);

	free(clean);
	return same && text[0] != ' ' && (len == 0 || text[len - 1] != ' ');
}

char *params_json_text(const json_t *value)
{
	char *text = json_text(value, JSON_SORT_KEYS);

	if (is_plain(text))
		return text;
	free(text);
	return json_text(value, JSON_SORT_KEYS | JSON_ENSURE_ASCII);
}

static char *value_text(const json_t *value)
{
	const char *string = json_string_value(value);
	json_t *read;

	if (!string)
		return params_json_text(value);
	read = json_loads(string, READ_FLAGS, NULL);
	json_decref(read);
	return !read && is_plain(string) && strlen(string) == json_string_length(value) ? xstrdup(string)
											: params_json_text(value);
}

static char *key_text(const char *key)
{
	json_t *string;
	char *text;

	if (key[0] && key[0] != '"' && is_plain(key))
		return xstrdup(key);
	string = json_string(key);
	text = string ? params_json_text(string) : xstrdup("?");
	json_decref(string);
	return text;
}

char *params_value(const char *object, const char *key)
{
	json_t *json = strcmp(object, "{}") != 0 ? json_loads(object, READ_FLAGS, NULL) : NULL;
	const json_t *value = json_object_get(json, key);
	char *text = NULL;

	if (value)
		text = json_is_string(value) ? xstrdup(json_string_value(value)) : params_json_text(value);
	json_decref(json);
	return text;
}

struct param *params_rows(const char *object, size_t *count)
{
	json_t *json = json_loads(object, READ_FLAGS, NULL), *value;
	struct param *rows = xcalloc(json_object_size(json) + 1, sizeof(*rows));
	const char *key;

	*count = 0;
	json_object_foreach(json, key, value)
		rows[(*count)++] = (struct param){ key_text(key), value_text(value) };
	json_decref(json);
	return rows;
}

void params_free(struct param *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].key);
		free(rows[i].value);
	}
	free(rows);
}

/* --- text to values --- */

static struct str trimmed(const char *text)
{
	struct str s = str_of(text);

	while (s.len && s.p[0] == ' ')
		s = (struct str){ s.p + 1, s.len - 1 };
	while (s.len && s.p[s.len - 1] == ' ')
		s.len--;
	return s;
}

static bool refuse(struct err *e, const char *hint)
{
	err_set_message(e, ERR_FIELD_INVALID, _("%s: this value is not allowed"), "additionalParams");
	err_about(e, "additionalParams");
	err_hint(e, "%s", hint);
	return false;
}

static json_t *value_of(struct str text)
{
	json_t *value = json_loadb(text.p, text.len, READ_FLAGS | JSON_ALLOW_NUL, NULL);
	char *canonical = json_is_number(value) ? params_json_text(value) : NULL;

	/* A version 1.10 or an id 12E3 is a string. A text is a number only if nothing of it would be lost. */
	if (canonical && !str_eq(text, str_of(canonical))) {
		json_decref(value);
		value = NULL;
	}
	free(canonical);
	return value ? value : json_stringn(text.p, text.len);
}

/* Returns the key that a text stands for; NULL if it is not a string. Caller frees. */
static char *key_of(struct str text)
{
	json_t *quoted = text.p[0] == '"' ? json_loadb(text.p, text.len, READ_FLAGS, NULL) : NULL;
	char *key = json_is_string(quoted) ? xstrdup(json_string_value(quoted)) : str_dup(text);

	json_decref(quoted);
	return key;
}

/* Each row is checked as an object of its own, so that the wrong row is known. */
static bool row_allowed(const char *key, json_t *value, struct err *e)
{
	json_t *one = json_pack("{s:O}", key, value);
	char *text = one ? json_text(one, 0) : NULL;
	char *canonical = text ? params_canonical(text, e) : NULL;
	bool ok = canonical != NULL;

	if (!text)
		refuse(e, _("the text is not valid UTF-8"));
	json_decref(one);
	free(text);
	free(canonical);
	return ok;
}

static bool add_row(json_t *object, const struct param *row, struct err *e)
{
	struct str key_slice = trimmed(row->key);
	char *key;
	json_t *value;
	bool ok;

	if (!key_slice.len)
		return true;
	key = key_of(key_slice);
	value = value_of(trimmed(row->value));
	if (json_object_get(object, key))
		ok = refuse(e, _("this key is there already"));
	else
		ok = row_allowed(key, value, e) && !json_object_set(object, key, value);
	json_decref(value);
	free(key);
	return ok;
}

char *params_object(const struct param *rows, size_t count, size_t *bad, struct err *e)
{
	json_t *object = json_object();
	char *text, *canonical;

	for (size_t i = 0; i < count; i++) {
		if (!add_row(object, &rows[i], e)) {
			*bad = i;
			json_decref(object);
			return NULL;
		}
	}
	*bad = count > 0 ? count - 1 : 0;
	text = json_text(object, 0);
	canonical = params_canonical(text, e);
	json_decref(object);
	free(text);
	return canonical;
}
