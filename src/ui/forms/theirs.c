/*
 * Another operator changes the record while its form is open: the change feed brings the new version, or the store
 * refuses to save. The form is then rebuilt on that version. Fields that this operator has not changed show the new
 * values. A field that both changed keeps this operator's value and shows the other one below it. Saving such a
 * conflict needs a second ^S; taking the other operator's values needs a second ^R.
 */
#include "config.h"

#include "form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

static bool is_params(const struct form_item *it)
{
	return it->editor == FORM_PARAM_KEY || it->editor == FORM_PARAM_VALUE;
}

void form_notice_theirs(struct form *f)
{
	const struct snapshot *s = ui_app(f->ui)->snapshot;
	const char *key = record_key(&f->base);
	const struct number *n = f->ops->entity == ENTITY_NUMBER ? snapshot_number(s, key) : NULL;
	const struct provider *p = f->ops->entity == ENTITY_PROVIDER ? snapshot_provider(s, key) : NULL;
	struct record now = { .entity = f->ops->entity };

	if (f->adding || f->saving || (!n && !p))
		return;
	if (n)
		number_copy(&now.number, n);
	else
		provider_copy(&now.provider, p);
	if (record_version(&now) > record_version(&f->base))
		form_merge_theirs(f, &now);
	record_clear(&now);
}

/* Compares one field of the two versions; true when the other operator changed it. Caller frees *theirs. */
static bool they_changed(const struct form *f, const struct field *field, const struct record *now, char **theirs)
{
	char *before = field_get(field, &f->base);
	bool changed;

	*theirs = field_get(field, now);
	changed = strcmp(before, *theirs) != 0;
	free(before);
	return changed;
}

static void load_params(struct form *f, const struct field *field, const char *object)
{
	form_params_load(f, field, object);
	free(f->params_original);
	f->params_original = form_params_text(f);
}

void form_merge_theirs(struct form *f, const struct record *now)
{
	const struct form_item *params = form_find(f, "additionalParams");
	char *theirs;

	f->told_theirs = f->ask_theirs = false;
	f->their_name[0] = '\0';
	if (now->entity == ENTITY_NUMBER)
		str_copy(f->their_name, sizeof(f->their_name), str_of(now->number.updated_by));
	for (size_t i = 0; i < f->count && f->items[i].editor <= FORM_PICK; i++) {
		struct form_item *it = &f->items[i];

		if (they_changed(f, it->field, now, &theirs)) {
			it->theirs = true;
			it->hidden = false;
			if (!item_is_changed(it))
				item_set(it, theirs);
			free(it->original);
			it->original = xstrdup(theirs);
		}
		free(theirs);
	}
	if (params) {
		if (they_changed(f, params->field, now, &theirs)) {
			f->their_params = true;
			if (!form_params_changed(f))
				load_params(f, params->field, theirs);
		}
		free(theirs);
	}
	record_clear(&f->base);
	record_copy(&f->base, now);
}

bool form_conflicts(const struct form *f, const struct form_item *it)
{
	if (is_params(it))
		return f->their_params && form_params_changed(f);
	return it->editor <= FORM_PICK && it->theirs && item_is_changed(it);
}

bool form_in_conflict(const struct form *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (form_conflicts(f, &f->items[i]))
			return true;
	return false;
}

void form_theirs_text(const struct form *f, char *to, size_t size)
{
	const char *who = f->their_name[0] ? f->their_name : _("somebody else");
	bool conflict = form_in_conflict(f), params = false;
	struct buf fields;

	/* "Label, Agent": the fields in conflict or, without conflicts, all that the other operator changed. */
	buf_init(&fields, 400);
	for (size_t i = 0; i < f->count; i++) {
		const struct form_item *it = &f->items[i];
		bool listed = conflict ? form_conflicts(f, it) : is_params(it) ? f->their_params : it->theirs;

		if (!listed || (params && is_params(it)))
			continue;
		params |= is_params(it);
		buf_addf(&fields, "%s%s", fields.len > 0 ? ", " : "", _(it->field->label));
	}
	if (fields.len == 0)
		to[0] = '\0';
	else if (f->ask_theirs)
		snprintf(to, size, _("^R again replaces your %s by what %s saved"), fields.p, who);
	else if (conflict && f->told_theirs)
		snprintf(to, size, _("%s changed %s meanwhile: ^S again keeps yours, ^R takes theirs"), who, fields.p);
	else if (conflict)
		snprintf(to, size, _("%s changed %s meanwhile: ^S keeps yours, ^R takes theirs"), who, fields.p);
	else
		snprintf(to, size, _("%s changed %s meanwhile"), who, fields.p);
	buf_clear(&fields);
}

void form_take_theirs(struct form *f)
{
	const struct form_item *params = form_find(f, "additionalParams");

	if (!form_in_conflict(f))
		return;
	f->ask_theirs = !f->ask_theirs;
	if (f->ask_theirs)
		return;
	for (size_t i = 0; i < f->count && f->items[i].editor <= FORM_PICK; i++)
		if (form_conflicts(f, &f->items[i]))
			item_set(&f->items[i], f->items[i].original);
	if (params && form_conflicts(f, params)) {
		char *object = field_get(params->field, &f->base);

		load_params(f, params->field, object);
		free(object);
	}
	err_clear(&f->err);
	form_focus_first(f);
	form_update(f, APP_DIRTY_WORKSPACE);
}
