/*
 * The form of a number. It checks the number while it is typed, with a quiet error until the field is left. It shows
 * the country, and offers the number that was probably meant. The region follows the country and the provider until the
 * operator sets it. A warning tells when agent and number are far apart.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/validate.h"

/* With at least so many digits, a text may be a whole number. */
#define WHOLE_DIGITS 7

static bool is_key(const struct form_item *it, const char *key)
{
	return it->field && !strcmp(it->field->key, key);
}

static void put_text(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

/* Makes a number from the texts of the form, wrong ones too, for the rules of the model. */
static void fill(struct form *f, struct number *n)
{
	number_init(n);
	for (size_t i = 0; i < f->count && f->items[i].editor <= FORM_PICK; i++)
		if (field_is_text(f->items[i].field))
			put_text((char **)((char *)n + f->items[i].field->offset), item_value(&f->items[i]));
	region_parse(form_value(f, "region"), &n->region);
}

/* --- checks --- */

static bool suggestion(struct form *f, const char *text, char *to)
{
	return e164_suggest(text, provider_country(snapshot_provider(ui_app(f->ui)->snapshot, form_value(f, "trunkId"))), to);
}

static bool number_check(struct form *f, const struct form_item *it, struct err *e)
{
	struct number_context ctx;
	char meant[E164_SIZE];
	struct number n;
	bool ok;

	if (!is_key(it, "number") && it->editor != FORM_PICK && it->field->type != FIELD_SPLIT)
		return true;
	fill(f, &n);
	snapshot_number_context(ui_app(f->ui)->snapshot, &n, f->adding, &ctx);
	ok = number_validate(&n, &ctx, it->field->key, e);
	number_clear(&n);
	return ok || (e->code == ERR_NUMBER_FORMAT && suggestion(f, item_value(it), meant) &&
		      err_set(e, ERR_NUMBER_FORMAT, _("did you mean %s? ^F uses it"), meant));
}

/* --- suggestions --- */

/* The region follows the country of the number, else the provider, until the operator sets it. */
static void number_changed(struct form *f, const struct form_item *it)
{
	const struct country *country = e164_country(str_of(form_value(f, "number")));
	const struct provider *p = snapshot_provider(ui_app(f->ui)->snapshot, form_value(f, "trunkId"));

	(void)it;
	if (f->adding && !f->region_is_set)
		form_suggest(form_find(f, "region"), region_name(country ? country->region : p ? p->region : REGION_NA));
}

/* --- pasting --- */

static size_t digits_in(const char *text, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++)
		digits += text[i] >= '0' && text[i] <= '9';
	return digits;
}

/* Returns a pasted list as canonical numbers with blanks between; NULL = fewer than two numbers. Caller frees. */
static char *pasted_list(struct form *f, const char *text)
{
	const char *ends = ",;+ ";		/* the '+' begins the next number */
	struct buf list;
	size_t count = 0;

	for (const char *word = text + strspn(text, " ,;"); *word; word += strspn(word, " ,;")) {
		size_t len = strcspn(word, " ,;");

		if (digits_in(word, len) < WHOLE_DIGITS)
			ends = ",;+";		/* numbers contain blanks */
		word += len;
	}

	buf_init(&list, BUF_UNBOUNDED);
	for (text += strspn(text, " ,;"); *text; text += strspn(text, " ,;")) {
		size_t len = 1 + strcspn(text + 1, ends);
		char *word = xstrndup(text, len), meant[E164_SIZE];

		text += len;
		while (len > 0 && word[len - 1] == ' ')
			word[--len] = '\0';
		if (!suggestion(f, word, meant))
			str_copy(meant, sizeof(meant), str_of(word));
		free(word);
		if (!e164_check(meant, NULL, NULL))
			break;
		buf_addf(&list, "%s%s", count++ > 0 ? " " : "", meant);
	}
	if (*text == '\0' && count > 1)
		return buf_take(&list);
	buf_clear(&list);
	return NULL;
}

static void number_pasted(struct form *f, struct form_item *it)
{
	if (!is_key(it, "number") || !f->adding)
		return;
	free(f->more);
	f->more = pasted_list(f, item_value(it));
	f->ask_more = f->more != NULL;
}

/* Moves the first waiting number into the form. */
static void take_next(struct form *f)
{
	struct form_item *it = form_find(f, "number");
	size_t len = strcspn(f->more, " ");
	char *number = xstrndup(f->more, len), *rest = f->more[len] ? xstrdup(f->more + len + 1) : NULL;

	free(f->more);
	f->more = rest;
	f->ask_more = false;
	it->checked = false;
	form_put(f, it, number);
	free(number);
}

static bool number_saved(struct form *f)
{
	if (!f->more || f->ask_more)
		return false;
	take_next(f);
	form_focus_first(f);
	return true;
}

/* If only the punctuation of a pasted number is wrong, it means one number: leaving the field corrects it. */
static void number_left(struct form *f, struct form_item *it)
{
	char meant[E164_SIZE];

	if (is_key(it, "number") && it->pasted && item_value(it)[strspn(item_value(it), " ")] == '+' &&
	    suggestion(f, item_value(it), meant))
		form_put(f, it, meant);
}

static bool number_key(struct form *f, key_code key)
{
	struct form_item *it = form_find(f, "number");
	char meant[E164_SIZE];

	if (key != KEYS_CTRL('F') || it->fixed)
		return false;
	if (f->more && f->ask_more)
		take_next(f);
	else if (suggestion(f, item_value(it), meant))
		form_put(f, it, meant);
	else
		return false;
	return true;
}

/* --- texts --- */

static void number_beside(struct form *f, const struct form_item *it, int columns, char *to, size_t size)
{
	const struct country *country;

	if (is_key(it, "number")) {
		country = e164_country(str_of(item_value(it)));
		if (country)
			snprintf(to, size, "%s", utf8_width(country->name) > columns ? country->iso : country->name);
	} else if (is_key(it, "region") && f->adding && !f->region_is_set) {
		snprintf(to, size, "%s", _("suggested"));
	}
}

/* "Sales 90 %, Trial 10 %" */
static enum role split_remark(struct form *f, const char *text, char *to, size_t size)
{
	const char *at = text, *why = NULL;
	int weight, sum = 0;
	struct str id;
	struct buf b;

	while (split_next(&at, &id, &weight))
		sum += weight;
	if (*at || !sum)
		return ROLE_DIM;
	buf_init(&b, size);
	for (at = text; !why && split_next(&at, &id, &weight);) {
		char *name = str_dup(id);
		const struct agent *a = snapshot_agent(ui_app(f->ui)->snapshot, name);

		if (!a || !agent_usable(a, &why)) {
			buf_reset(&b);
			buf_addf(&b, "%s: %s", a ? a->title : name, a ? why : _("there is no such agent"));
			why = b.p;
		} else {
			buf_addf(&b, "%s%s %d %%", b.len ? ", " : "", a->title, (weight * 200 + sum) / (2 * sum));
		}
		free(name);
	}
	str_copy(to, size, str_of(b.p));
	buf_clear(&b);
	return why ? ROLE_WARN : ROLE_DIM;
}

static bool has_default_agent(struct form *f)
{
	const struct provider *p = snapshot_provider(ui_app(f->ui)->snapshot, form_value(f, "trunkId"));

	return p && p->default_agent[0];
}

static enum role number_remark(struct form *f, const struct form_item *it, char *to, size_t size)
{
	const char *value = item_value(it), *why;

	if (is_key(it, "number") && !it->fixed && digits_in(value, strlen(value)) >= WHOLE_DIGITS) {
		struct err e = { 0 };

		if (number_check(f, it, &e))
			return e164_warning(value, to, size) ? ROLE_WARN : ROLE_DIM;
		form_err_text(&e, it->field, to, size);
		return e.code == ERR_NUMBER_FORMAT ? ROLE_DIM : ROLE_WARN;
	}
	if (is_key(it, "split"))
		return split_remark(f, value, to, size);
	if (is_key(it, "closedAgentId") && value[0] && !form_value(f, "scheduleId")[0])
		str_copy(to, size, str_of(_("Without a schedule the number is never closed")));
	if (is_key(it, "enabled") && !strcmp(value, "no") && has_default_agent(f))
		str_copy(to, size, str_of(_("Callers get \"not found\", not the default agent")));
	if (is_key(it, "region")) {
		struct number_context ctx;
		struct number n;

		fill(f, &n);
		snapshot_number_context(ui_app(f->ui)->snapshot, &n, f->adding, &ctx);
		why = number_warning(&n, &ctx);
		str_copy(to, size, str_of(why ? why : ""));
		number_clear(&n);
	}
	return ROLE_WARN;
}

static enum role number_status(struct form *f, char *to, size_t size)
{
	const struct snapshot *s = ui_app(f->ui)->snapshot;
	int64_t used = snapshot_used(s), limit = workspace_limit(snapshot_workspace(s));
	enum limit_state state = limit_state_of(used, limit);

	if (f->more && f->ask_more) {
		size_t count = 1;

		for (const char *p = f->more; *p; p++)
			count += *p == ' ';
		snprintf(to, size, ngettext("%zu number was pasted: ^F adds each in turn", "%zu numbers were pasted: ^F adds each in turn",
					    count), count);
		return ROLE_WARN;
	}
	if (f->adding && state != LIMIT_OK)
		snprintf(to, size, _("%" PRId64 " of %" PRId64 " used"), used, limit);
	return state == LIMIT_REACHED ? ROLE_ALARM : ROLE_WARN;
}

static const struct form_ops number_ops = {
	.entity = ENTITY_NUMBER,
	.title_add = N_("Add number"),
	.title_edit = N_("Edit number"),
	.word_add = N_("Add number"),
	.first_edited = "agentId",
	.overlay = FORM_OVERLAY(N_("^S save  Tab next  Esc close")),
	.check = number_check,
	.changed = number_changed,
	.beside = number_beside,
	.remark = number_remark,
	.status = number_status,
	.key = number_key,
	.pasted = number_pasted,
	.left = number_left,
	.saved = number_saved,
};

void form_number_edit(struct ui *ui, const struct number *n, const char *field)
{
	struct record base = { .entity = ENTITY_NUMBER };

	number_copy(&base.number, n);
	form_open(ui, &number_ops, &base, false, field);
}

void form_number_add(struct ui *ui, const char *provider_id, const char *e164)
{
	struct record base = { .entity = ENTITY_NUMBER };

	number_init(&base.number);
	if (snapshot_provider(ui_app(ui)->snapshot, provider_id))
		put_text(&base.number.provider, provider_id);
	put_text(&base.number.e164, e164);
	form_open(ui, &number_ops, &base, true, NULL);
}
