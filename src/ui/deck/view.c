/*
 * The Deck: providers as cards that open to show their numbers. Rows are made from the snapshot when the workspace or
 * the filter changes; the list keeps the cursor on its record. With a filter, cards with matches are open.
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

static void add_matching(struct deck *d, const struct deck_entry *e)
{
	struct list *l = &d->view.list;
	const struct list_row *last = l->count > 0 ? &l->rows[l->count - 1] : NULL;

	if (!last || d->matching != e->provider)
		list_add_head(l, provider_key(e->provider->id), DECK_PROVIDER, e->provider);
	if (e->number)
		list_add(l, e->key, DECK_NUMBER, e->number);
	d->matching = e->provider;
}

/* Adds the cards, and the rows of open cards; with a filter, only what matches. */
static void fill(void *arg)
{
	struct deck *d = arg;
	struct snapshot *s = d->view.app->snapshot;
	struct list *l = &d->view.list;
	size_t count, numbers;
	const struct provider *const *providers = snapshot_providers(s, &count);

	if (list_filtering(l)) {
		deck_each_match(d, add_matching);
		return;
	}
	if (!d->opened_first && count > 0) {
		list_open(l, provider_key(providers[0]->id), true);
		d->opened_first = true;
	}
	for (size_t i = 0; i < count; i++) {
		const struct provider *p = providers[i];
		const struct number *const *n;

		if (!list_add_head(l, provider_key(p->id), DECK_PROVIDER, p))
			continue;
		n = snapshot_numbers_of(s, p->id, &numbers);
		for (size_t j = 0; j < numbers; j++)
			list_add(l, deck_number_key(n[j]), DECK_NUMBER, n[j]);
		if (numbers == 0 && snapshot_is_complete(s))
			list_add(l, provider_key(p->id) ^ 1, DECK_EMPTY, p);
	}
}

static void deck_update(void *state, unsigned dirty)
{
	struct deck *d = state;

	if (dirty & (APP_DIRTY_WORKSPACE | APP_DIRTY_STORE)) {
		d->view.list.stale = true;
		FREE(&d->index.matched);	/* the filter may depend on states */
	}
	ui_touch(d->view.ui);
}

static void deck_refresh(void *state)
{
	struct deck *d = state;

	if (deck_match_is_old(d)) {
		d->view.list.stale = true;
		FREE(&d->index.matched);
	}
	if (d->view.list.stale)
		list_refill(&d->view.list);
}

/* --- the record under the cursor --- */

const struct number *deck_number(const struct deck *d)
{
	const struct list_row *row = list_selected(&d->view.list);

	return row && row->kind == DECK_NUMBER ? row->data : NULL;
}

const struct provider *deck_provider(const struct deck *d)
{
	const struct list_row *row = list_selected(&d->view.list);
	const struct number *n = deck_number(d);

	return n ? snapshot_provider(d->view.app->snapshot, n->provider) : row ? row->data : NULL;
}

static void deck_select_number(void *state, const struct number *n)
{
	struct deck *d = state;

	list_open(&d->view.list, provider_key(n->provider), true);
	list_refill(&d->view.list);
	list_select(&d->view.list, deck_number_key(n));
}

void deck_step(struct deck *d, bool down)
{
	struct list *l = &d->view.list;

	do {
		size_t head = l->cursor, before = l->cursor;

		/* The card that the cursor enters: this one when it moves down from its head, otherwise the one
		 * above. */
		if (!down && head > 0 && l->rows[head].head)
			head--;
		if (l->count > 0 && l->rows[head].head && (down || head < before) && !list_is_open(l, l->rows[head].key)) {
			list_open(l, l->rows[head].key, true);
			list_refill(l);
			before = l->cursor;
		}
		list_action(l, down ? ACTION_DOWN : ACTION_UP);
		if (l->cursor == before)
			break;
	} while (l->rows[l->cursor].kind == DECK_EMPTY);
}

void deck_position(const struct deck *d, bool of_number, size_t *at, size_t *count)
{
	struct snapshot *s = d->view.app->snapshot;
	const struct list *l = &d->view.list;
	const struct number *here = deck_number(d);
	const struct provider *of = deck_provider(d);
	size_t providers, numbers;
	const struct provider *const *p = snapshot_providers(s, &providers);

	*at = *count = 0;
	for (size_t i = 0; list_filtering(l) && i < l->count; i++) {
		*count += l->rows[i].kind == (of_number ? DECK_NUMBER : DECK_PROVIDER);
		if (i == l->cursor)
			*at = *count;
	}
	for (size_t i = 0; !list_filtering(l) && i < providers; i++) {
		const struct number *const *n = snapshot_numbers_of(s, p[i]->id, &numbers);

		for (size_t j = 0; of_number && p[i] == of && j < numbers; j++)
			if (n[j] == here)
				*at = *count + j + 1;
		*count += of_number ? numbers : 1;
		if (!of_number && p[i] == of)
			*at = *count;
	}
}

/* --- actions --- */

/* Shows the calls of the record under the cursor. Each word of its name becomes a condition. */
static void show_calls(struct deck *d)
{
	const struct number *n = deck_number(d);
	struct buf filter;

	buf_init(&filter, BUF_UNBOUNDED);
	if (n)
		buf_addf(&filter, "number:%s", n->e164);
	for (const char *word = n ? "" : deck_provider(d)->name; *word; word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");

		buf_addf(&filter, "%sprovider:%.*s", filter.len ? " " : "", (int)len, word);
		word += len;
	}
	ui_show_calls(d->view.ui, filter.len ? filter.p : "");
	buf_clear(&filter);
}

static bool deck_action(void *state, enum action_id action)
{
	struct deck *d = state;
	struct ui *ui = d->view.ui;
	const struct number *n = deck_number(d);
	const struct provider *p = deck_provider(d);

	switch (action) {
	case ACTION_NUMBER_ADD:
		list_open(&d->view.list, provider_key(p->id), true);
		d->view.list.stale = true;
		form_number_add(ui, p->id, "");
		return true;
	case ACTION_NUMBER_EDIT:
		if (n)
			form_number_edit(ui, n, NULL);
		else
			form_provider_open(ui, p, NULL);
		return true;
	case ACTION_NUMBER_DELETE:
		if (n)
			deck_delete_number(d, n);
		else
			deck_delete_provider(d, p);
		return true;
	case ACTION_TEST:
		test_open(ui, n->e164);
		return true;
	case ACTION_DOCTOR:
		doctor_open(ui, n ? n->e164 : NULL, n ? NULL : p);
		return true;
	case ACTION_DOCTOR_ALL:
		doctor_open(ui, NULL, NULL);
		return true;
	case ACTION_PROVIDER_ADD:
		form_provider_open(ui, NULL, NULL);
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
	out->provider = deck_provider(state);
	out->number = deck_number(state);
}

static void deck_filtered(void *state)
{
	deck_match_prepare(state);
}

static json_t *deck_json(void *arg, const struct list_row *row)
{
	struct record r = { .entity = row->kind == DECK_NUMBER ? ENTITY_NUMBER : ENTITY_PROVIDER };

	(void)arg;
	if (r.entity == ENTITY_NUMBER)
		r.number = *(const struct number *)row->data;
	else
		r.provider = *(const struct provider *)row->data;
	return record_to_json(&r);
}

static void deck_open(void *state)
{
	buf_init(&((struct deck *)state)->index.texts, BUF_UNBOUNDED);
}

static void deck_close(void *state)
{
	deck_match_free(state);
}

static const struct list_ops deck_list = {
	.fill = fill, .get = deck_get, .rows = &deck_filter_rows, .kinds = deck_kinds, .json = deck_json,
};

const struct view_ops view_deck_ops = {
	.title = N_("Deck"),
	.scope = SCOPE_DECK | SCOPE_LIST,
	.size = sizeof(struct deck),
	.list = &deck_list,
	.open = deck_open,
	.close = deck_close,
	.update = deck_update,
	.refresh = deck_refresh,
	.draw = deck_draw,
	.action = deck_action,
	.cursor = deck_cursor,
	.filtered = deck_filtered,
	.select_number = deck_select_number,
};
