/*
 * What somebody else makes of the record while its form is open: noticed when the change feed brings it, or when the store
 * refuses to save. Shown beside what the operator has; taken over only on ^R, and then only where they changed something,
 * so that the rest can be saved on top of it.
 */
#include "config.h"

#include "form.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

void form_drop_theirs(struct form *f)
{
	if (f->has_theirs)
		record_clear(&f->theirs);
	f->has_theirs = false;
}

void form_set_theirs(struct form *f, const struct record *now)
{
	form_drop_theirs(f);
	record_copy(&f->theirs, now);
	f->has_theirs = true;
}

/* The record as it is now; false when there is none. */
static bool current_record(const struct form *f, struct record *out)
{
	const struct snapshot *s = ui_app(f->ui)->snapshot;
	const char *key = record_key(&f->base);
	const struct number *n = f->ops->entity == ENTITY_NUMBER ? snapshot_number(s, key) : NULL;
	const struct provider *p = f->ops->entity == ENTITY_PROVIDER ? snapshot_provider(s, key) : NULL;

	out->entity = f->ops->entity;
	if (n)
		number_copy(&out->number, n);
	else if (p)
		provider_copy(&out->provider, p);
	return n || p;
}

void form_notice_theirs(struct form *f)
{
	struct record now;

	if (f->adding || f->saving || !current_record(f, &now))
		return;
	if (record_version(&now) > record_version(f->has_theirs ? &f->theirs : &f->base))
		form_set_theirs(f, &now);
	record_clear(&now);
}

/* True when they changed the field: *value is theirs, caller frees. */
static bool take_theirs(const struct form *f, const struct field *field, char **value)
{
	char *before = field_get(field, &f->base);
	bool changed;

	*value = field_get(field, &f->theirs);
	changed = strcmp(before, *value) != 0;
	free(before);
	return changed;
}

static void load_params(struct form *f)
{
	struct form_item *it = form_find(f, "additionalParams");
	char *value;

	if (!it)
		return;
	if (take_theirs(f, it->field, &value)) {
		form_params_load(f, it->field, value);
		free(f->params_original);
		f->params_original = form_params_text(f);
	}
	free(value);
}

/* What they changed is taken over; what only the operator changed stays, to be saved on top of it. */
void form_load_theirs(struct form *f)
{
	char *value;

	for (size_t i = 0; i < f->count && f->items[i].editor <= FORM_PICK; i++) {
		struct form_item *it = &f->items[i];

		if (take_theirs(f, it->field, &value)) {
			item_set(it, value);
			free(it->original);
			it->original = xstrdup(item_value(it));
		}
		free(value);
	}
	load_params(f);
	record_clear(&f->base);
	record_copy(&f->base, &f->theirs);
	form_drop_theirs(f);
	err_clear(&f->err);
	form_focus_first(f);
	form_update(f, APP_DIRTY_WORKSPACE);
}
