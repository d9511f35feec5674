/*
 * Records as JSON, and the canonical form of additional parameters.
 *
 * A JSON value is converted to text and passed to field_set(), so JSON accepts no value that a form refuses. Types are
 * strict: a boolean is not the word "yes", and a count is not a string. null means "unlimited" for a limit and "never"
 * for a time, and is refused elsewhere. Unknown keys are refused, because a misspelt key would be lost silently.
 *
 * Canonical parameters have sorted keys, no blanks, no duplicates, at most PARAMS_SIZE_MAX bytes and PARAMS_DEPTH_MAX
 * levels. Numbers keep their type. A real has the fewest digits (15 to 17) that read back as the same value: 0.1 stays
 * 0.1, and the canonical form is stable. Integers beyond 64 bits are refused and not rounded.
 */
#include "config.h"

#include <jansson.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/schedule.h"

/* --- parameters --- */

static bool params_refuse(struct err *e, const char *hint)
{
	return field_refuse(field_by_key(ENTITY_NUMBER, "additionalParams"), e, hint);
}

/* The number of digits that the reals in the value need. */
static int real_digits(const json_t *json)
{
	char text[64];
	int digits = 15;

	if (!json_is_real(json))
		return digits;
	for (; digits < 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, json_real_value(json));
		if (strtod(text, NULL) == json_real_value(json))
			break;
	}
	return digits;
}

struct shape {
	int depth;
	int digits;
};

/* jansson's parser bounds the recursion (2048 levels). */
static void shape_measure(json_t *json, int depth, struct shape *shape)
{
	const char *key;
	json_t *value;
	size_t at;
	int digits = real_digits(json);

	if (depth > shape->depth)
		shape->depth = depth;
	if (digits > shape->digits)
		shape->digits = digits;
	json_object_foreach(json, key, value)
		shape_measure(value, depth + 1, shape);
	json_array_foreach(json, at, value)
		shape_measure(value, depth + 1, shape);
}

static char *object_text(json_t *json, struct err *e)
{
	struct shape shape = { 0 };
	char *text;

	if (!json_is_object(json)) {
		params_refuse(e, _("a JSON object is expected, e.g. {\"department\":\"sales\"}"));
		return NULL;
	}
	shape_measure(json, 1, &shape);
	if (shape.depth > PARAMS_DEPTH_MAX) {
		params_refuse(e, "");
		err_hint(e, _("nested too deeply: at most %d levels"), PARAMS_DEPTH_MAX);
		return NULL;
	}
	text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(shape.digits));
	if (!text)
		die("JSON could not be written");
	if (strlen(text) > PARAMS_SIZE_MAX) {
		params_refuse(e, "");
		err_hint(e, _("%zu bytes are too long: at most %d"), strlen(text), PARAMS_SIZE_MAX);
		FREE(&text);
	}
	return text;
}

char *params_canonical(const char *text, struct err *e)
{
	size_t len = strlen(text);
	json_error_t error;
	json_t *json;
	char *canonical;

	/* Blanks between values do not count in the end, but the text that is parsed must be bounded too. */
	if (len > 4 * PARAMS_SIZE_MAX) {
		params_refuse(e, "");
		err_hint(e, _("%zu bytes are too long: at most %d"), len, PARAMS_SIZE_MAX);
		return NULL;
	}
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!json) {
		params_refuse(e, "");
		err_hint(e, _("not JSON (line %d, column %d): write e.g. {\"department\":\"sales\"}"), error.line,
			 error.column);
		return NULL;
	}
	canonical = object_text(json, e);
	json_decref(json);
	return canonical;
}

/* --- writing --- */

static void add_string(struct buf *to, const char *text)
{
	struct str rest = str_of(text);
	const char *plain = rest.p;

	/* All inputs are checked for UTF-8. A row that was damaged by hand must not end the program. */
	if (!utf8_valid(rest)) {
		buf_adds(to, "\"?\"");
		return;
	}
	buf_addc(to, '"');
	for (; *rest.p; rest.p++) {
		if (*rest.p != '"' && *rest.p != '\\' && (unsigned char)*rest.p >= 0x20)
			continue;
		buf_add(to, plain, (size_t)(rest.p - plain));
		if ((unsigned char)*rest.p < 0x20)
			buf_addf(to, "\\u%04x", *rest.p);
		else
			buf_addf(to, "\\%c", *rest.p);
		plain = rest.p + 1;
	}
	buf_add(to, plain, (size_t)(rest.p - plain));
	buf_addc(to, '"');
}

static void add_split(struct buf *to, const char *text)
{
	char separator = '[';
	struct str agent;
	int weight;

	while (split_next(&text, &agent, &weight)) {
		buf_addf(to, "%c{\"agentId\":\"%.*s\",\"weight\":%d}", separator, (int)agent.len, agent.p, weight);
		separator = ',';
	}
	buf_adds(to, separator == '[' ? "[]" : "]");
}

static void add_json(struct buf *to, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	buf_adds(to, text ? text : "null");
	free(text);
	json_decref(json);
}

static void add_value(struct buf *to, const struct field *f, const struct value *v)
{
	char iso[CLOCK_ISO_SIZE], *masked;
	json_t *json;

	if (f->type == FIELD_SPLIT) {
		add_split(to, v->text);
	} else if (f->type == FIELD_OPEN) {
		add_json(to, schedule_open_to_json(v->text));
	} else if (f->type == FIELD_EXCEPTIONS) {
		add_json(to, schedule_exceptions_to_json(v->text));
	} else if (f->type == FIELD_URL) {
		masked = url_mask(v->text);
		add_string(to, masked);
		free(masked);
	} else if (v->kind == VALUE_TEXT) {
		add_string(to, v->text);
	} else if (v->kind == VALUE_JSON) {
		/* "{}" is the most frequent value and needs no parser. A damaged value is written as {}. */
		json = strcmp(v->text, "{}") ? json_loads(v->text, 0, NULL) : NULL;
		buf_adds(to, json_is_object(json) ? v->text : "{}");
		json_decref(json);
	} else if (v->kind == VALUE_BOOL) {
		buf_adds(to, v->number ? "true" : "false");
	} else if (v->kind == VALUE_INT || (v->number && (v->kind == VALUE_CAP || v->kind == VALUE_DURATION))) {
		buf_addf(to, "%" PRId64, v->number);
	} else if (v->kind == VALUE_TIME && v->number) {
		clock_format_iso(iso, v->number);
		buf_addf(to, "\"%s\"", iso);
	} else {
		buf_adds(to, "null");
	}
}

void record_add_json(struct buf *to, const struct record *r)
{
	char separator = '{';

	for (const struct field *f = entity_fields(r->entity); f->key; f++) {
		struct value v = field_value(f, r);

		if (v.kind == VALUE_NONE)
			continue;
		buf_addc(to, separator);
		buf_addc(to, '"');
		buf_adds(to, f->key);
		buf_adds(to, "\":");
		add_value(to, f, &v);
		separator = ',';
	}
	buf_addc(to, '}');
}

json_t *record_to_json(const struct record *r)
{
	struct buf text;
	json_t *json;

	buf_init(&text, BUF_UNBOUNDED);
	record_add_json(&text, r);
	json = json_loads(text.p, 0, NULL);
	buf_clear(&text);
	return json ? json : json_object();
}

/* --- reading --- */

#define TYPE(type) (1u << (type))

/* The JSON types that a field accepts, and the hint that names them. */
static const struct {
	unsigned types;
	const char *hint;
} json_types[] = {
	[FIELD_BOOL] = { TYPE(JSON_TRUE) | TYPE(JSON_FALSE), N_("true or false is expected") },
	[FIELD_LIMIT] = { TYPE(JSON_INTEGER) | TYPE(JSON_NULL), N_("a number, or null for unlimited, is expected") },
	[FIELD_INT] = { TYPE(JSON_INTEGER), N_("a number is expected") },
	[FIELD_TIME] = { TYPE(JSON_STRING) | TYPE(JSON_NULL), N_("a time such as \"2026-11-22T10:29:39Z\", or null, is expected") },
	[FIELD_CAP] = { TYPE(JSON_INTEGER) | TYPE(JSON_NULL), N_("a number, or null for none, is expected") },
	[FIELD_DURATION] = { TYPE(JSON_INTEGER) | TYPE(JSON_NULL), N_("a number of seconds, or null for none, is expected") },
	[FIELD_SPLIT] = { TYPE(JSON_ARRAY) | TYPE(JSON_NULL), N_("an array such as [{\"agentId\":\"sales\",\"weight\":90}] is expected") },
	[FIELD_OPEN] = { TYPE(JSON_ARRAY) | TYPE(JSON_NULL),
			 N_("an array such as [{\"days\":\"mon-fri\",\"from\":\"09:00\",\"to\":\"18:00\"}] is expected") },
	[FIELD_EXCEPTIONS] = { TYPE(JSON_ARRAY) | TYPE(JSON_NULL),
			       N_("an array such as [{\"date\":\"2026-12-24\",\"open\":[]}] is expected") },
	[FIELD_PARAMS] = { TYPE(JSON_OBJECT), N_("a JSON object is expected, e.g. {\"department\":\"sales\"}") },
};

/* NULL if the array has not the form of a split. */
static char *split_text(json_t *array)
{
	struct buf text;
	json_t *row;
	size_t at;

	buf_init(&text, BUF_UNBOUNDED);
	json_array_foreach(array, at, row) {
		const char *agent;
		json_int_t weight;

		if (json_unpack_ex(row, NULL, JSON_STRICT, "{s:s, s:I}", "agentId", &agent, "weight", &weight) != 0) {
			buf_clear(&text);
			return NULL;
		}
		buf_addf(&text, "%s%s:%" JSON_INTEGER_FORMAT, at ? "," : "", agent, weight);
	}
	return buf_take(&text);
}

/* Returns the text for field_set(). NULL for a string with a NUL inside, which would be cut silently. */
static char *value_text(const struct field *f, json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_TRUE:
		return xstrdup("yes");
	case JSON_FALSE:
		return xstrdup("no");
	case JSON_INTEGER:
		return xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	case JSON_NULL:
		return xstrdup(f->type == FIELD_LIMIT ? "unlimited" : "");
	case JSON_ARRAY:
		return f->type == FIELD_OPEN ? schedule_open_from_json(value, NULL) :
		       f->type == FIELD_EXCEPTIONS ? schedule_exceptions_from_json(value, NULL) : split_text(value);
	case JSON_STRING:
		return strlen(json_string_value(value)) == json_string_length(value) ? xstrdup(json_string_value(value)) : NULL;
	default:
		return json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));
	}
}

/* JSON has URLs in their masked form. One that belongs to the record's URL changes nothing. Another one is taken as it
 * is, for records that are only shown; the store refuses it. */
static bool take_masked(const struct field *f, struct record *r, const char *text)
{
	char **at = field_text_of(f, record_base(r)), *masked;

	if (f->type != FIELD_URL || !url_is_masked(text) || utf8_has_control(str_of(text)))
		return false;
	masked = url_mask(*at);
	if (strcmp(masked, text) != 0) {
		free(*at);
		*at = url_mask(text);
	}
	free(masked);
	return true;
}

static bool set_from_json(const struct field *f, struct record *r, json_t *value, struct err *e)
{
	bool special = f->type < ARRAY_LEN(json_types) && json_types[f->type].hint;
	unsigned types = special ? json_types[f->type].types : TYPE(JSON_STRING);
	char *text = types & TYPE(json_typeof(value)) ? value_text(f, value) : NULL;
	bool ok = text ? take_masked(f, r, text) || field_set(f, r, text, e)
		       : field_refuse(f, e, special ? _(json_types[f->type].hint) : _("a string is expected"));

	free(text);
	return ok;
}

static bool refuse_unknown(const struct record *r, const char *key, struct err *e)
{
	err_set_message(e, ERR_FIELD_INVALID, _("%s: unknown key"), key);
	err_hint(e, _("a %s has no such field"), entity_name(r->entity));
	return false;
}

bool record_from_json(struct record *r, json_t *json, struct err *e)
{
	const char *key;
	json_t *value;

	if (!json_is_object(json))
		return err_set(e, ERR_FIELD_INVALID, "%s", _("a JSON object is expected"));
	json_object_foreach(json, key, value) {
		const struct field *f = field_by_key(r->entity, key);

		if (!f)
			return refuse_unknown(r, key, e);
		if (!set_from_json(f, r, value, e))
			return false;
	}
	return true;
}

bool change_record(const struct change *c, bool before, struct record *out)
{
	json_t *json = json_loads(before ? c->before : c->after, 0, NULL);
	struct err e;
	bool ok;

	record_init(out, c->entity);
	ok = json && record_from_json(out, json, &e);
	json_decref(json);
	if (ok && c->entity == ENTITY_AGENT && c->url) {
		free(out->agent.url);
		out->agent.url = xstrdup(c->url);
	}
	if (!ok)
		record_clear(out);
	return ok;
}
