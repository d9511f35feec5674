/*
 * Records as JSON, and the canonical form of additional parameters.
 *
 * A JSON value becomes text and goes through field_set(), so that JSON can carry nothing a form could not. Types are
 * strict: a boolean is not the word "yes", a count is no string; null means "unlimited" for a limit, "never" for a time, and
 * is refused elsewhere. Unknown keys are refused: a misspelt key would otherwise be lost in silence.
 *
 * Canonical parameters: keys sorted, no blanks, duplicates refused, at most PARAMS_SIZE_MAX bytes and PARAMS_DEPTH_MAX
 * levels. Numbers keep their type; a real is written with the fewest digits (15 to 17) that read back as the same value,
 * so 0.1 stays 0.1 and the form of the form is the form itself. Integers past 64 bits are refused rather than rounded.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* --- parameters --- */

static bool params_refuse(struct err *e, const char *hint)
{
	return field_refuse(field_by_key(ENTITY_NUMBER, "additionalParams"), e, hint);
}

/* The digits every real in the value needs. */
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

/* jansson's own parser bounds the recursion (2048 levels). */
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

	/* Blanks and line ends between the values don't count in the end, but what is parsed is bounded too. */
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

/* --- out --- */

static json_t *text_json(const char *text)
{
	json_t *json = json_string(text);

	/* Only text that is not UTF-8 fails, and every door refuses that; a row damaged by hand must not end the program. */
	return json ? json : json_string("?");
}

static json_t *time_json(int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	if (!at)
		return json_null();
	clock_format_iso(iso, at);
	return json_string(iso);
}

static json_t *params_json(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	if (json_is_object(json))
		return json;
	json_decref(json);
	return json_object();
}

/* NULL = the key is left out. */
static json_t *field_json(const struct field *f, const struct record *r)
{
	const void *base = record_base_const(r);
	const void *at = (const char *)base + f->offset;

	switch (f->type) {
	case FIELD_REGION:
		return json_string(region_name(*(const enum region *)at));
	case FIELD_PLAN:
		return json_string(plan_name(*(const enum plan *)at));
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_LIMIT:
		if (!r->workspace.has_max)
			return NULL;
		if (r->workspace.max_phone_numbers == LIMIT_NONE)
			return json_null();
		return json_integer(r->workspace.max_phone_numbers);
	case FIELD_INT:
		return json_integer(*(const int64_t *)at);
	case FIELD_TIME:
		return time_json(*(const int64_t *)at);
	case FIELD_PARAMS:
		return params_json(field_text_in(f, base));
	default:
		return text_json(field_text_in(f, base));
	}
}

json_t *record_to_json(const struct record *r)
{
	json_t *object = json_object();

	for (const struct field *f = entity_fields(r->entity); f->key; f++) {
		json_t *value = field_json(f, r);

		if (value && json_object_set_new(object, f->key, value))
			die("JSON object could not be filled");
	}
	return object;
}

/* --- in --- */

/* A hint that names the expected JSON type. */
static const char *type_hint(const struct field *f)
{
	switch (f->type) {
	case FIELD_BOOL:
		return _("true or false is expected");
	case FIELD_LIMIT:
		return _("a number, or null for unlimited, is expected");
	case FIELD_INT:
		return _("a number is expected");
	case FIELD_TIME:
		return _("a time such as \"2026-11-22T10:29:39Z\", or null, is expected");
	case FIELD_PARAMS:
		return _("a JSON object is expected, e.g. {\"department\":\"sales\"}");
	default:
		return _("a string is expected");
	}
}

static char *number_text(const json_t *value)
{
	return json_is_integer(value) ? xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value)) : NULL;
}

static char *string_text(const json_t *value)
{
	/* A string with a NUL inside would be cut in silence. */
	if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
		return NULL;
	return xstrdup(json_string_value(value));
}

/* The text field_set() takes; NULL when the JSON type is not the field's. */
static char *value_text(const struct field *f, json_t *value)
{
	switch (f->type) {
	case FIELD_BOOL:
		return json_is_boolean(value) ? xstrdup(json_is_true(value) ? "yes" : "no") : NULL;
	case FIELD_LIMIT:
		return json_is_null(value) ? xstrdup("unlimited") : number_text(value);
	case FIELD_INT:
		return number_text(value);
	case FIELD_TIME:
		return json_is_null(value) ? xstrdup("") : string_text(value);
	case FIELD_PARAMS:
		return json_is_object(value) ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
	default:
		return string_text(value);
	}
}

static bool set_from_json(const struct field *f, struct record *r, json_t *value, struct err *e)
{
	char *text = value_text(f, value);
	bool ok = text ? field_set(f, r, text, e) : field_refuse(f, e, type_hint(f));

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
	if (!ok)
		record_clear(out);
	return ok;
}
