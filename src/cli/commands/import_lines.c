#include "config.h"

#include "import_lines.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/io/lookup.h"
#include "cli/io/params.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/tell.h"

void import_line_clear(struct import_line *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->settings[i].text);
		json_decref(l->settings[i].json);
	}
	free(l->settings);
	free(l->key);
	free(l->shown);
	buf_clear(&l->warnings);
}

static void forget_columns(struct import_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->names[i]);
	FREE(&p->names);
	FREE(&p->columns);
	p->count = 0;
}

void import_plan_clear(struct import_plan *p)
{
	forget_columns(p);
	free(p->choice.asked);
	free(p->choice.found);
	snapshot_free(&p->directory);
}

/* --- columns --- */

/* FNV-1a, 64 bits. */
uint64_t import_hash(const char *text)
{
	uint64_t hash = 14695981039346656037u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash;
}

/* Counts the names of columns that are not used. Their values go nowhere. */
static void count_ignored(struct import_plan *p, const char *name)
{
	uint64_t hash = import_hash(name);

	for (size_t i = 0; i < p->ignored_count; i++)
		if (p->ignored[i] == hash)
			return;
	if (p->ignored_count < ARRAY_LEN(p->ignored))
		p->ignored[p->ignored_count++] = hash;
}

bool import_plan_columns(struct import_plan *p, const char *const *names, size_t n, struct err *e)
{
	bool same = n == p->count;

	for (size_t i = 0; same && i < n; i++)
		same = strcmp(names[i], p->names[i]) == 0;
	if (!same) {
		forget_columns(p);
		p->names = xcalloc(n + 1, sizeof(*p->names));
		p->columns = xcalloc(n + 1, sizeof(*p->columns));
		for (p->count = 0; p->count < n; p->count++)
			p->names[p->count] = xstrdup(names[p->count]);
		err_clear(&p->mapping);
		import_map(p->entity, &p->choice, names, n, p->columns, &p->mapping);
		for (size_t i = 0; i < n; i++)
			if (p->columns[i].use == IMPORT_IGNORED && names[i][0])
				count_ignored(p, names[i]);
	}
	if (p->mapping.code == ERR_NONE)
		return true;
	*e = p->mapping;
	return false;
}

/* --- cells --- */

/* The value of a cell as text; NULL = it has none (an array). Caller frees. */
static char *cell_text(const struct import_cell *cell)
{
	if (!cell->json)
		return xstrdup(cell->text);
	switch (json_typeof(cell->json)) {
	case JSON_STRING:
		return strlen(json_string_value(cell->json)) == json_string_length(cell->json) ? xstrdup(json_string_value(cell->json)) : NULL;
	case JSON_NULL:
		return xstrdup("");
	case JSON_TRUE:
		return xstrdup("yes");
	case JSON_FALSE:
		return xstrdup("no");
	case JSON_INTEGER:
	case JSON_REAL:
		return json_dumps(cell->json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	default:
		return NULL;
	}
}

/* Takes off the apostrophe that guards a text against spreadsheets. */
static void unguard(char *text)
{
	if (text[0] == '\'' && text[1] && strchr("=+-@'\t\r", text[1]))
		memmove(text, text + 1, strlen(text));
}

static void trim(char *text)
{
	size_t from = strspn(text, " \t\n"), len = strlen(text + from);

	while (len > 0 && strchr(" \t\n", text[from + len - 1]))
		len--;
	memmove(text, text + from, len);
	text[len] = '\0';
}

/* JSON of other programs may have CRLF in texts. */
static void join_line_ends(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (text[0] != '\r' || text[1] != '\n')
			*to++ = *text;
	*to = '\0';
}

static bool is_whole(const struct field *f)
{
	return f->type == FIELD_PARAMS || f->type == FIELD_SPLIT || f->type == FIELD_OPEN || f->type == FIELD_EXCEPTIONS;
}

static void add_setting(struct import_line *l, const struct import_column *column, const struct import_cell *cell)
{
	struct import_setting *s;

	l->settings = xreallocarray(l->settings, l->count + 1, sizeof(*l->settings));
	s = &l->settings[l->count++];
	*s = (struct import_setting){ .column = *column };
	if (cell->json && (column->use == IMPORT_PARAM || (is_whole(column->field) && !json_is_string(cell->json)))) {
		s->json = json_incref(cell->json);
		return;
	}
	s->text = cell_text(cell);
	if (!s->text) {
		s->json = json_incref(cell->json);
		return;
	}
	join_line_ends(s->text);
	if (!cell->json)
		unguard(s->text);
	if (column->use == IMPORT_FIELD && column->field->type != FIELD_TEXT && column->field->type != FIELD_PARAMS)
		trim(s->text);
}

/* --- rows --- */

static const char *first_text(const struct import_plan *p, const struct import_row *row, enum import_use use, char **text)
{
	const char *found;

	for (size_t i = 0; i < row->count; i++) {
		if (p->columns[i].use != use)
			continue;
		free(*text);
		found = *text = cell_text(&row->cells[i]);
		if (found && found[0])
			return found;
	}
	return "";
}

static void warn(struct import_line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void warn(struct import_line *l, const char *format, ...)
{
	va_list ap;

	buf_adds(&l->warnings, l->warnings.len ? "; " : "");
	va_start(ap, format);
	buf_addv(&l->warnings, format, ap);
	va_end(ap);
}

/* Warns of a number that does not work at its carrier yet. */
static void warn_status(const struct import_plan *p, const struct import_row *row, struct import_line *l)
{
	static const char *const ready[] = { "active", "in-use", "in_use", "inuse", "enabled", "assigned", "success", "ok", "on", "normal",
					     "yes", "true", "1", "available", "owned", "purchased", "ready", "registered" };

	for (size_t i = 0; i < row->count; i++) {
		bool known = false, truth = false;
		char *text;

		if (p->columns[i].use != IMPORT_READY && p->columns[i].use != IMPORT_UNREADY)
			continue;
		text = cell_text(&row->cells[i]);
		for (size_t k = 0; text && k < ARRAY_LEN(ready); k++)
			known |= strcasecmp(text, ready[k]) == 0;
		if (text && text[0] && (p->columns[i].use == IMPORT_READY ? !known : str_to_bool(str_of(text), &truth) && truth))
			warn(l, "%s: %s", row->cells[i].name, json_is_false(row->cells[i].json) ? "false" : json_is_true(row->cells[i].json) ? "true" : text);
		free(text);
	}
}

static struct import_line *new_line(const struct import_row *row, struct import_line **lines, size_t *n, size_t *size)
{
	struct import_line *l;

	ARRAY_GROW(*lines, *n, *size);
	l = &(*lines)[(*n)++];
	*l = (struct import_line){ .place = row->place, .key = xstrdup(""), .shown = xstrdup("") };
	buf_init(&l->warnings, 2048);
	return l;
}

static void add_settings(const struct import_plan *p, const struct import_row *row, struct import_line *l)
{
	for (size_t i = 0; i < row->count; i++) {
		const struct import_column *column = &p->columns[i];
		bool again = false;

		if ((column->use != IMPORT_FIELD && column->use != IMPORT_PARAM) ||
		    (p->entity == ENTITY_NUMBER && column->field == entity_fields(ENTITY_NUMBER)))
			continue;
		/* Of several values with one name, the first counts. */
		for (size_t k = 0; k < i; k++)
			again |= p->columns[k].use == IMPORT_FIELD && p->columns[k].field == column->field && !strcmp(p->names[k], p->names[i]);
		if (!again)
			add_setting(l, column, &row->cells[i]);
	}
}

/* The lines of one text with numbers. */
static void add_numbers(struct import_plan *p, const struct import_row *row, const char *text, const char *country, const char *caller,
			struct import_line **lines, size_t *n, size_t *size)
{
	char number[E164_SIZE], *one;

	while ((one = import_next_number(&text))) {
		struct import_line *l = new_line(row, lines, n, size);
		char warning[256];

		free(l->shown);
		l->shown = one;
		trim(l->shown);
		if (import_number(one, country, &p->countries, number, &l->err)) {
			free(l->key);
			l->key = xstrdup(number);
		} else {
			l->state = LINE_REFUSED;
		}
		if (caller[0]) {
			l->state = LINE_REFUSED;
			err_set_message(&l->err, ERR_FIELD_INVALID, _("a route for the caller %s alone"), caller);
			err_hint(&l->err, "%s", "");
		}
		if (l->state == LINE_REFUSED)
			continue;
		if (e164_warning(number, warning, sizeof(warning)))
			warn(l, "%s", warning);
		warn_status(p, row, l);
		add_settings(p, row, l);
	}
}

/* A row without a number. */
static void add_empty(const struct import_plan *p, const struct import_row *row, struct import_line **lines, size_t *n, size_t *size)
{
	struct import_line *l = new_line(row, lines, n, size);

	for (size_t i = 0; i < row->count; i++) {
		const struct field *f = p->columns[i].field;

		if (p->columns[i].use == IMPORT_TRUNK)
			l->state = LINE_SKIPPED;
		/* A trunk is known by its provider's name, another row by its label. */
		if (f && (!strcmp(f->key, "label") || (f->type == FIELD_PROVIDER && !l->shown[0]))) {
			free(l->shown);
			l->shown = cell_text(&row->cells[i]);
			l->shown = l->shown ? l->shown : xstrdup("");
		}
	}
	if (l->state == LINE_SKIPPED) {
		err_set_message(&l->err, ERR_NUMBER_REQUIRED, "%s", _("it names no numbers"));
		return;
	}
	l->state = LINE_REFUSED;
	err_set_message(&l->err, ERR_NUMBER_REQUIRED, "%s", _("there is no number"));
	err_hint(&l->err, "%s", _("a catch-all route or a SIP address is no number; --partial leaves it out"));
}

static bool is_outbound(const struct import_plan *p, const struct import_row *row, char **text)
{
	const char *type = first_text(p, row, IMPORT_TYPE, text);

	return !strcasecmp(type, "outbound") || !strcasecmp(type, "out") || !strcasecmp(type, "local");
}

static void add_number_row(struct import_plan *p, const struct import_row *row, struct import_line **lines, size_t *n, size_t *size)
{
	char *country = NULL, *caller = NULL, *type = NULL, *text;
	const char *of_row = first_text(p, row, IMPORT_COUNTRY, &country), *of_caller = first_text(p, row, IMPORT_CALLER, &caller);
	size_t before = *n;

	if (is_outbound(p, row, &type)) {
		struct import_line *l = new_line(row, lines, n, size);

		for (size_t i = 0; i < row->count; i++) {
			if (p->columns[i].use == IMPORT_FIELD && p->columns[i].field == entity_fields(ENTITY_NUMBER) && row->cells[i].text) {
				free(l->shown);
				l->shown = xstrdup(row->cells[i].text);
			}
		}
		l->state = LINE_SKIPPED;
		err_set_message(&l->err, ERR_FIELD_INVALID, _("%s, no number that is called"), type);
	}
	for (size_t i = 0; i < row->count && (before == *n || (*lines)[before].state != LINE_SKIPPED); i++) {
		json_t *one;
		size_t at;

		if (p->columns[i].use != IMPORT_FIELD || p->columns[i].field != entity_fields(ENTITY_NUMBER))
			continue;
		json_array_foreach(row->cells[i].json, at, one) {
			text = cell_text(&(struct import_cell){ .json = one });
			add_numbers(p, row, text ? text : "?", of_row, of_caller, lines, n, size);
			free(text);
		}
		text = cell_text(&row->cells[i]);
		add_numbers(p, row, text ? text : "", of_row, of_caller, lines, n, size);
		free(text);
	}
	if (*n == before)
		add_empty(p, row, lines, n, size);
	free(country);
	free(caller);
	free(type);
}

static void add_record_row(struct import_plan *p, const struct import_row *row, struct import_line **lines, size_t *n, size_t *size)
{
	struct import_line *l = new_line(row, lines, n, size);
	const struct field *key = entity_fields(p->entity);
	const struct provider *provider = NULL;

	add_settings(p, row, l);
	for (size_t i = 0; i < l->count; i++) {
		const struct import_setting *s = &l->settings[i];
		bool is_key = s->column.field == key && s->text && s->text[0];

		if (!is_key && (s->column.field != key + 1 || !s->text))
			continue;
		if (!l->shown[0] || is_key) {
			free(l->shown);
			l->shown = xstrdup(s->text);
		}
		if (p->entity == ENTITY_PROVIDER && !is_key)
			provider = snapshot_provider_by_name(p->directory, s->text);
		if (is_key) {
			free(l->key);
			l->key = xstrdup(s->text);
		}
	}
	if (!l->key[0] && provider) {
		free(l->key);
		l->key = xstrdup(provider->id);
	}
	if (l->key[0] || (p->entity == ENTITY_PROVIDER && l->shown[0]))
		return;
	l->state = LINE_REFUSED;
	err_set_message(&l->err, ERR_FIELD_REQUIRED, _("%s: a value is required"), p->entity == ENTITY_PROVIDER ? "name" : key->key);
}

void import_add_lines(struct import_plan *p, const struct import_row *row, struct import_line **lines, size_t *n, size_t *size)
{
	const char **names = xcalloc(row->count + 1, sizeof(*names));
	struct err e = row->err;

	for (size_t i = 0; i < row->count; i++)
		names[i] = row->cells[i].name;
	if (e.code == ERR_NONE)
		import_plan_columns(p, names, row->count, &e);
	free(names);
	if (e.code != ERR_NONE) {
		struct import_line *l = new_line(row, lines, n, size);

		l->state = LINE_REFUSED;
		l->err = e;
	} else if (p->entity == ENTITY_NUMBER) {
		add_number_row(p, row, lines, n, size);
	} else {
		add_record_row(p, row, lines, n, size);
	}
}

/* --- applying --- */

static bool set_param(struct record *r, const struct import_setting *s, struct err *e)
{
	json_t *params = json_loads(r->number.params, 0, NULL), *value = s->json ? json_incref(s->json) : json_string(s->text);
	bool empty = s->json ? json_is_null(s->json) : !s->text[0], ok;
	char *text;

	if (!params)
		params = json_object();
	if (empty)
		json_object_del(params, s->column.param);
	else
		json_object_set(params, s->column.param, value);
	json_decref(value);
	text = json_dumps(params, JSON_COMPACT | JSON_REAL_PRECISION(17));
	ok = field_set(field_by_key(ENTITY_NUMBER, "additionalParams"), r, text ? text : "{}", e);
	free(text);
	json_decref(params);
	return ok;
}

static bool set_whole(struct record *r, const struct import_setting *s, struct err *e)
{
	json_t *object;
	bool ok;

	if (!is_whole(s->column.field))
		return err_set_message(e, ERR_FIELD_INVALID, _("%s: a text is expected"), s->column.field->key);
	object = json_object();
	json_object_set_new(object, s->column.field->key, json_is_null(s->json) && s->column.field->type == FIELD_PARAMS ? json_object() : json_incref(s->json));
	ok = record_from_json(r, object, e);
	json_decref(object);
	return ok;
}

static bool set_text(const struct import_plan *p, struct import_line *l, const struct field *f, const char *text, struct record *r, struct err *e)
{
	struct record fresh;
	char *value = NULL, *word;
	bool ok;

	if (!text[0] && (f->type == FIELD_BOOL || f->type == FIELD_REGION)) {
		record_init(&fresh, p->entity);
		value = field_get(f, &fresh);
		record_clear(&fresh);
		text = value;
	}
	if (f->type == FIELD_REGION) {
		enum region region;

		for (word = value = value ? value : xstrdup(text); *word; word++)
			*word = *word >= 'A' && *word <= 'Z' ? (char)(*word - 'A' + 'a') : *word;
		/* Other programs have states and cities in it. */
		if (!region_parse(value, &region)) {
			warn(l, _("region %s is neither na nor eu, and is not used"), text);
			free(value);
			return true;
		}
		text = value;
	}
	ok = (f->type != FIELD_PROVIDER || !text[0] || cli_provider_id(p->directory, &text, e)) &&
	     (f->type != FIELD_AGENT || !text[0] || cli_agent_known(p->directory, text, e)) && field_set(f, r, text, e);
	free(value);
	return ok;
}

/* Warns of parameters that agents are not told. */
static void warn_params(struct import_line *l, const struct record *r)
{
	size_t count;
	struct tell_param *list = tell_params(r->number.params, &count);

	for (size_t i = 0; i < count; i++)
		if (list[i].fit == TELL_CONTROL)
			warn(l, _("agents are not told the parameter %.40s: %s"), list[i].key, tell_fit_text(list[i].fit));
	tell_params_free(list, count);
}

/* Names the option in the message about a provider or agent that is missing. */
static void name_option(struct err *e)
{
	if (e->code == ERR_TRUNK_REQUIRED || e->code == ERR_TRUNK_NOT_FOUND)
		err_hint(e, "%s", _("--provider PROVIDER sets it for the whole file; see 'trunkdeck provider list'"));
	if (e->code == ERR_AGENT_REQUIRED || e->code == ERR_AGENT_NOT_FOUND)
		err_hint(e, "%s", _("--agent ID sets it for the whole file; see 'trunkdeck agent list'"));
}

bool import_apply(const struct import_plan *p, struct import_line *l, struct record *r, bool adding, bool options, struct err *e)
{
	const struct provider *provider;
	bool has_region = false, ok = true;

	for (size_t i = 0; ok && i < l->count; i++) {
		const struct import_setting *s = &l->settings[i];
		const struct field *f = s->column.field;
		bool empty = s->text && !s->text[0];

		if (f && ((f->type == FIELD_PROVIDER && p->provider) || (f->type == FIELD_AGENT && !strcmp(f->key, "agentId") && p->agent)))
			continue;
		if ((adding && empty) || (f && f->flags & FIELD_KEY && !adding))
			continue;
		has_region |= f && f->type == FIELD_REGION && !empty;
		ok = s->column.use == IMPORT_PARAM ? set_param(r, s, e) : s->json ? set_whole(r, s, e) : set_text(p, l, f, s->text, r, e);
	}
	if (ok && options && p->provider)
		ok = field_set(field_by_key(ENTITY_NUMBER, "trunkId"), r, p->provider, e);
	if (ok && options && p->agent)
		ok = field_set(field_by_key(ENTITY_NUMBER, "agentId"), r, p->agent, e);
	provider = ok && adding && !has_region && p->entity == ENTITY_NUMBER ? snapshot_provider(p->directory, r->number.provider) : NULL;
	if (provider)
		r->number.region = provider->region;
	if (ok && p->entity == ENTITY_NUMBER && !r->number.provider[0])
		ok = err_set(e, ERR_TRUNK_REQUIRED, NULL);
	if (ok && p->entity == ENTITY_NUMBER && !r->number.agent[0])
		ok = err_set(e, ERR_AGENT_REQUIRED, NULL);
	if (ok && p->entity == ENTITY_NUMBER)
		warn_params(l, r);
	if (!ok && p->entity == ENTITY_NUMBER)
		name_option(e);
	return ok;
}
