/* The form of a provider: its field table, and a check that names are unique, before the store does it. */
#include "config.h"

#include <string.h>

#include "form.h"
#include "trunkdeck/base/gettext.h"

static bool provider_check(struct form *f, const struct form_item *it, struct err *e)
{
	const struct provider *p;

	if (strcmp(it->field->key, "name") != 0)
		return true;
	p = snapshot_provider_by_name(ui_app(f->ui)->snapshot, item_value(it));
	if (!p || strcmp(p->name, item_value(it)) != 0 || (!f->adding && !strcmp(p->id, f->base.provider.id)))
		return true;
	return err_set(e, ERR_PROVIDER_EXISTS, "%s", _("choose another name"));
}

static const struct form_ops provider_ops = {
	.entity = ENTITY_PROVIDER,
	.title_add = N_("Add provider"),
	.title_edit = N_("Edit provider"),
	.word_add = N_("Add provider"),
	.overlay = FORM_OVERLAY(N_("^S save  Tab next  Esc close")),
	.check = provider_check,
};

void form_provider_open(struct ui *ui, const struct provider *original, const char *field)
{
	struct record base = { .entity = ENTITY_PROVIDER };

	if (original)
		provider_copy(&base.provider, original);
	else
		provider_init(&base.provider);
	form_open(ui, &provider_ops, &base, !original, field);
}
