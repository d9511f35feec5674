/*
 * The values of a form: their texts, their changes, and their errors. The rules are those of the model (field_set())
 * and of the form's own check. This file words their errors so that they fit below a field.
 */
#include "config.h"

#include "form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

void item_init(struct form_item *it, enum form_editor editor, const struct field *field, const char *text)
{
	memset(it, 0, sizeof(*it));
	it->editor = editor;
	it->field = field;
	it->value = xstrdup("");
	it->pick.at = PICK_NONE;
	/* More can be typed than a field may hold, so that the form reports it. A list of numbers can be pasted. */
	line_init(&it->line, "", !field ? 1 : field->type == FIELD_E164 ? 8192 : 2 * field->max + 64);
	item_set(it, text);
	it->original = xstrdup(item_value(it));
}

void item_clear(struct form_item *it)
{
	line_clear(&it->line);
	free(it->value);
	free(it->original);
	free(it->pick.match);
	memset(it, 0, sizeof(*it));
}

static bool has_line_value(const struct form_item *it)
{
	return it->editor == FORM_LINE || it->editor == FORM_PARAM_KEY || it->editor == FORM_PARAM_VALUE;
}

void item_set(struct form_item *it, const char *value)
{
	char *copy;

	if (has_line_value(it)) {
		line_set(&it->line, value);
		return;
	}
	copy = xstrdup(value);
	free(it->value);
	it->value = copy;
	line_set(&it->line, "");
}

const char *item_value(const struct form_item *it)
{
	return has_line_value(it) ? line_text(&it->line) : it->value;
}

bool item_is_changed(const struct form_item *it)
{
	return strcmp(item_value(it), it->original) != 0;
}

/* --- toggles --- */

size_t item_words(const struct field *f, const char *const **words)
{
	static const char *const bools[] = { N_("yes"), N_("no") };
	static const char *const regions[] = { "na", "eu" };

	*words = f->type == FIELD_REGION ? regions : bools;
	return 2;
}

bool item_toggle_key(struct form_item *it, key_code key)
{
	const char *const *words;
	size_t n = item_words(it->field, &words), at = 0, to;

	while (at + 1 < n && strcmp(words[at], it->value) != 0)
		at++;
	to = at;
	if (key == ' ' || key == KEYS_RIGHT)
		to = (at + 1) % n;
	else if (key == KEYS_LEFT)
		to = (at + n - 1) % n;
	if (to == at)
		return false;
	item_set(it, words[to]);
	return true;
}

/* --- errors --- */

void item_check(struct form *f, struct form_item *it)
{
	struct form_item *wrong = NULL;
	struct record scratch;
	struct err e = { 0 };

	it->refused = false;
	if (it->editor == FORM_PARAM_KEY) {
		free(form_params_object(f, &wrong, &e));
	} else if (it->editor <= FORM_PICK && !it->fixed) {
		/* The rules of this form come first, because their messages are more precise. */
		record_init(&scratch, f->ops->entity);
		if ((it->editor == FORM_PICK && !pick_check(f, it, &e)) || (f->ops->check && !f->ops->check(f, it, &e)) ||
		    !field_set(it->field, &scratch, item_value(it), &e))
			wrong = it;
		record_clear(&scratch);
	}
	if (wrong == it)
		it->err = e;
	else
		err_clear(&it->err);
}

void form_err_text(const struct err *e, const struct field *field, char *to, size_t size)
{
	if (e->code == ERR_FIELD_REQUIRED && field)
		snprintf(to, size, _("%s is required"), _(field->label));
	else if (e->code == ERR_FIELD_INVALID && field && e->hint[0])
		str_copy(to, size, str_of(e->hint));
	else if (e->code == ERR_AGENT_REQUIRED)
		snprintf(to, size, _("%s: type to search the list"), e->message);
	else if (e->code == ERR_TRUNK_REQUIRED)		/* the documented message says "Trunk" */
		str_copy(to, size, str_of(_("Provider is required: type to search the list")));
	else if (e->code == ERR_TRUNK_NOT_FOUND)
		snprintf(to, size, _("Provider not found: %s"), e->hint);
	else if (e->hint[0])
		snprintf(to, size, "%s: %s", e->message, e->hint);
	else
		snprintf(to, size, "%s", e->message);
}

/* --- the record --- */

size_t form_changes(const struct form *f)
{
	size_t n = form_params_changed(f);

	for (size_t i = 0; i < f->count; i++) {
		const struct form_item *it = &f->items[i];

		if (it->editor <= FORM_PICK && item_is_changed(it))
			n++;
	}
	return n;
}

/* Only changed values are set, so that a value which a line can't show exactly is kept. */
bool form_record(struct form *f, struct record *out, struct form_item **wrong)
{
	const struct field *params = field_by_key(f->ops->entity, "additionalParams");
	struct err e = { 0 };

	record_copy(out, &f->base);
	*wrong = NULL;
	for (size_t i = 0; i < f->count && !*wrong; i++) {
		struct form_item *it = &f->items[i];

		if (it->editor <= FORM_PICK && !it->fixed && (f->adding || item_is_changed(it)) &&
		    !field_set(it->field, out, item_value(it), &e))
			*wrong = it;
	}
	if (!*wrong && params && form_params_changed(f)) {
		char *object = form_params_object(f, wrong, &e);
		bool ok = object && field_set(params, out, object, &e);

		free(object);
		if (!*wrong)
			return ok;
	}
	if (*wrong) {
		(*wrong)->checked = true;
		(*wrong)->err = e;
	}
	return !*wrong;
}
