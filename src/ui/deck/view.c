/*
 * The Deck: providers as cards that open to their numbers. Rows are filled from the snapshot whenever the workspace or
 * the filter changes; the list keeps the cursor on its record. While a filter is in force, cards with matches are open.
 */
#include "config.h"

#include "deck.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

/* --- rows --- */

static uint64_t provider_key(const char *id)
{
	return mail_key(id, strlen(id) + 1);	/* with the NUL: no number has such a key */
}

static uint64_t number_key(const struct number *n)
{
	return mail_key(n->e164, strlen(n->e164));
}

static void add_matching(struct deck *d, const struct provider *p, const struct number *n)
{
	const struct list_row *last = d->list.count > 0 ? &d->list.rows[d->list.count - 1] : NULL;
	const struct number *before = last && last->kind == DECK_NUMBER ? last->data : NULL;

	if (!n || !before || strcmp(before->provider, p->id) != 0)
		list_add_head(&d->list, provider_key(p->id), DECK_PROVIDER, p);
	if (n)
		list_add(&d->list, number_key(n), DECK_NUMBER, n);
}

/* Adds the cards with the rows of those that are open; with a filter, what matches. */
static void fill(void *arg)
{
	struct deck *d = arg;
	size_t count, numbers;
	const struct provider *const *providers = snapshot_providers(d->app->snapshot, &count);

	if (list_filtering(&d->list)) {
		deck_each_match(d, add_matching);
		return;
	}
	if (!d->opened_first && count > 0) {
		list_open(&d->list, provider_key(providers[0]->id), true);
		d->opened_first = true;
	}
	for (size_t i = 0; i < count; i++) {
		const struct provider *p = providers[i];
		const struct number *const *n;

		if (!list_add_head(&d->list, provider_key(p->id), DECK_PROVIDER, p))
			continue;
		n = snapshot_numbers_of(d->app->snapshot, p->id, &numbers);
		for (size_t j = 0; j < numbers; j++)
			list_add(&d->list, number_key(n[j]), DECK_NUMBER, n[j]);
		if (numbers == 0 && snapshot_is_complete(d->app->snapshot))
			list_add(&d->list, provider_key(p->id) ^ 1, DECK_EMPTY, p);
	}
}

static void deck_update(void *state, unsigned dirty)
{
	struct deck *d = state;

	if (dirty & (APP_DIRTY_WORKSPACE | APP_DIRTY_STORE))
		list_refill(&d->list);
	ui_touch(d->ui);
}

/* --- what is under the cursor --- */

static const struct provider *selected_provider(const struct deck *d)
{
	const struct list_row *row = list_selected(&d->list);
	const struct number *n;

	if (!row)
		return NULL;
	if (row->kind != DECK_NUMBER)
		return row->data;
	n = row->data;
	return snapshot_provider(d->app->snapshot, n->provider);
}

static const struct number *selected_number(const struct deck *d)
{
	const struct list_row *row = list_selected(&d->list);

	return row && row->kind == DECK_NUMBER ? row->data : NULL;
}

/* --- actions --- */

static void edit_selected(struct deck *d)
{
	const struct number *n = selected_number(d);
	const struct provider *p = selected_provider(d);

	if (n)
		form_number_open(d->ui, n->provider, n);
	else if (p)
		form_provider_open(d->ui, p);
}

static void delete_selected(struct deck *d)
{
	const struct number *n = selected_number(d);
	const struct provider *p = selected_provider(d);

	if (n)
		deck_delete_number(d, n);
	else if (p)
		deck_delete_provider(d, p);
}

static void add_number(struct deck *d)
{
	const struct provider *p = selected_provider(d);

	if (!p)
		return;
	list_open(&d->list, provider_key(p->id), true);
	form_number_open(d->ui, p->id, NULL);
}

static void examine_selected(struct deck *d)
{
	const struct number *n = selected_number(d);

	doctor_open(d->ui, n ? n->e164 : NULL, n ? NULL : selected_provider(d));
}

static void deck_select_number(void *state, const struct number *n)
{
	struct deck *d = state;

	list_open(&d->list, provider_key(n->provider), true);
	list_refill(&d->list);
	list_select(&d->list, number_key(n));
}

/* The filter of the Calls view for what is under the cursor, caller frees; NULL = nothing is. A name of several words is several
 * conditions. */
static char *calls_filter(const struct deck *d)
{
	const struct number *n = selected_number(d);
	const struct provider *p = selected_provider(d);
	struct buf filter;
	const char *word;

	if (!p)
		return NULL;
	buf_init(&filter, BUF_UNBOUNDED);
	if (n)
		buf_addf(&filter, "number:%s", n->e164);
	for (word = n ? "" : p->name; *word; word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");

		buf_addf(&filter, "%sprovider:%.*s", filter.len ? " " : "", (int)len, word);
		word += len;
	}
	return buf_take(&filter);
}

static void show_calls(struct deck *d)
{
	char *filter = calls_filter(d);

	if (filter)
		ui_show_calls(d->ui, filter);
	free(filter);
}

static bool deck_action(void *state, enum action_id action)
{
	struct deck *d = state;

	if (list_action(&d->list, action)) {
		ui_touch(d->ui);
		return true;
	}
	switch (action) {
	case ACTION_NUMBER_ADD:
		add_number(d);
		return true;
	case ACTION_NUMBER_EDIT:
		edit_selected(d);
		return true;
	case ACTION_NUMBER_DELETE:
		delete_selected(d);
		return true;
	case ACTION_TEST:
		test_open(d->ui, selected_number(d)->e164);
		return true;
	case ACTION_DOCTOR:
		examine_selected(d);
		return true;
	case ACTION_DOCTOR_ALL:
		doctor_open(d->ui, NULL, NULL);
		return true;
	case ACTION_PROVIDER_ADD:
		form_provider_open(d->ui, NULL);
		return true;
	case ACTION_JUMP:
		show_calls(d);
		return true;
	default:
		return false;
	}
}

static void deck_cursor(void *state, struct view_cursor *out)
{
	out->provider = selected_provider(state);
	out->number = selected_number(state);
}

static void deck_filter(void *state, const char *text)
{
	struct deck *d = state;

	deck_match_prepare(d);
	list_filter(&d->list, text, NULL, 0);
	ui_touch(d->ui);
}

static void deck_counts(void *state, struct view_counts *out)
{
	list_counts(&((const struct deck *)state)->list, out);
}

static char *copy_record(enum entity entity, const void *data)
{
	struct record r = { .entity = entity };
	json_t *json;
	char *text;

	if (entity == ENTITY_NUMBER)
		r.number = *(const struct number *)data;
	else
		r.provider = *(const struct provider *)data;
	json = record_to_json(&r);
	text = json_dumps(json, JSON_INDENT(2));
	json_decref(json);
	return text;
}

static char *deck_copy(void *state, bool json)
{
	struct deck *d = state;
	const struct number *n = selected_number(d);
	const struct provider *p = selected_provider(d);

	if (n)
		return json ? copy_record(ENTITY_NUMBER, n) : xstrdup(n->e164);
	if (p)
		return json ? copy_record(ENTITY_PROVIDER, p) : xstrdup(p->sip_domain);
	return NULL;
}

static void deck_click(void *state, int y, int x, const struct term_mouse *m)
{
	struct deck *d = state;

	(void)x;
	list_mouse(&d->list, y, m);
	ui_touch(d->ui);
}

static const struct list_ops deck_list = { .fill = fill, .get = deck_get, .rows = &deck_filter_rows };

static void *deck_new(struct ui *ui)
{
	struct deck *d = xcalloc(1, sizeof(*d));

	d->ui = ui;
	d->app = ui_app(ui);
	list_start(&d->list, &deck_list, d);
	buf_init(&d->texts.bytes, BUF_UNBOUNDED);
	return d;
}

static void deck_free(void *state)
{
	struct deck *d = state;

	buf_clear(&d->texts.bytes);
	list_clear(&d->list);
	free(d);
}

const struct view_ops view_deck_ops = {
	.title = N_("Deck"),
	.select_number = deck_select_number,
	.scope = SCOPE_DECK | SCOPE_LIST,
	.open = deck_new,
	.close = deck_free,
	.update = deck_update,
	.draw = deck_draw,
	.action = deck_action,
	.cursor = deck_cursor,
	.filter = deck_filter,
	.rows = &deck_filter_rows,
	.counts = deck_counts,
	.copy = deck_copy,
	.click = deck_click,
};
