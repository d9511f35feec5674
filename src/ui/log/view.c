/*
 * The audit trail and this program's messages, newest first. The trail has changes of all screens and batch commands:
 * who changed which record, and how. Changes are read from the store a page at a time as the cursor comes near the end,
 * at most CHANGES_MAX. The first page is read again when the workspace has changed.
 */
#include "config.h"

#include "view.h"

#include <stdlib.h>

#include "trunkdeck/base/mem.h"

#define CHANGE_KEY (UINT64_C(1) << 63)	/* keeps them apart from the keys of messages */
#define END_KEY 0
#define CHANGES_MAX 20000

/* A change or a message. The texts of a message belong to the app. */
struct entry {
	int64_t at_us, id;
	enum role role;
	char *actor, *record, *text;	/* actor and record are NULL for a message */
};

struct log_view {
	struct view view;
	struct entry *changes;		/* newest first */
	size_t change_count;
	struct entry *messages;
	uint64_t newest_message;	/* id of the newest message at the last refill; older ones may be freed since */
	char *copied;
	bool outdated;			/* there may be newer changes in the store */
	bool complete;			/* the changes go back to the first one ever */
	uint64_t token;			/* of the page that was asked for; 0 = none */
	struct err err;			/* of the last page */
};

enum { LOG_ENTRY, LOG_END };		/* data: struct entry; a note */
enum { COL_TEXT, COL_ACTOR, COL_RECORD, COL_COPIED };

static const struct list_kind kinds[LIST_KINDS_MAX] = { [LOG_ENTRY] = { .copy = COL_COPIED } };

static const char *get(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	struct log_view *v = arg;
	const struct entry *e = row->data;

	(void)to;
	*role = e->role;
	switch (column) {
	case COL_ACTOR:
		return e->actor ? e->actor : "";
	case COL_RECORD:
		return e->record ? e->record : "";
	case COL_COPIED:
		if (!e->actor)
			return e->text;
		free(v->copied);
		v->copied = xasprintf("%s %s %s", e->actor, e->record, e->text);
		return v->copied;
	default:
		return e->text;
	}
}

static void span(const void *row, int64_t *from_us, int64_t *to_us)
{
	*from_us = *to_us = ((const struct entry *)list_field_row(row)->data)->at_us;
}

static const char *const fields[] = { "text", "actor", "record", NULL };
static const struct filter_rows filter_rows = {
	.fields = fields, .get = list_field, .span = span, .phones = FILTER_FIELD(COL_RECORD),
};

static const char *end_text(const struct log_view *v)
{
	if (v->err.code != ERR_NONE)
		return _("Earlier changes can't be read: the store is away.");
	if (v->change_count >= CHANGES_MAX)
		return _("For earlier changes use 'trunkdeck changes'.");
	return !v->complete && list_filtering(&v->view.list) ? _("Looking further back ...") : NULL;
}

/* Merges changes and messages, which both come newest first. */
static void fill(void *arg)
{
	static const enum role roles[] = { [MESSAGE_ERROR] = ROLE_ALARM, [MESSAGE_WARN] = ROLE_WARN };
	struct log_view *v = arg;
	struct list *l = &v->view.list;
	size_t count = messages_count(v->view.app->messages), i = 0, at = 0;

	v->messages = xreallocarray(v->messages, count + 1, sizeof(*v->messages));
	for (size_t j = 0; j < count; j++) {
		const struct message *m = messages_get(v->view.app->messages, j);

		v->messages[j] = (struct entry){ m->wall_us, (int64_t)m->id, roles[m->level], NULL, NULL, (char *)m->text };
	}
	while (i < count || at < v->change_count) {
		bool change = i == count || (at < v->change_count && v->changes[at].at_us > v->messages[i].at_us);
		const struct entry *e = change ? &v->changes[at++] : &v->messages[i++];

		if (list_matches(l, LOG_ENTRY, e, NULL))
			list_add(l, (uint64_t)e->id | (change ? CHANGE_KEY : 0), LOG_ENTRY, e);
	}
	if (end_text(v))
		list_add_note(l, END_KEY, LOG_END);
}

static void forget(struct entry *changes, size_t from, size_t count)
{
	for (size_t i = from; i < count; i++) {
		free(changes[i].actor);
		free(changes[i].record);
		free(changes[i].text);
	}
}

/*
 * A later part is appended. The newest part replaces the changes down to its last one. If it does not reach the changes
 * that were read before, those are dropped, so that the list has no gap.
 */
static void take_found(struct log_view *v, const struct found_changes *found)
{
	int64_t before = found->question.before_id, last = found->count > 0 ? found->changes[found->count - 1].id : 0;
	bool joins = !before && found->more && v->change_count > 0 && v->changes[0].id >= last;
	size_t kept = before ? v->change_count : 0, from = 0;
	struct entry *all = xcalloc(v->change_count + found->count + 1, sizeof(*all));
	size_t n = kept;

	for (size_t i = 0; i < kept; i++)
		all[i] = v->changes[i];
	for (size_t i = 0; i < found->count; i++) {
		const struct change *c = &found->changes[i];
		char *what = change_difference(c, false);

		all[n++] = (struct entry){
			.at_us = c->at, .id = c->id, .role = ROLE_NORMAL, .actor = xstrdup(c->actor),
			.record = xasprintf("%s %s", entity_name(c->entity), c->key),
			.text = xasprintf("%s%s%s", c->action, *what ? ": " : "", what),
		};
		free(what);
	}
	for (from = kept; from < v->change_count && (!joins || v->changes[from].id >= last); from++)
		forget(v->changes, from, from + 1);
	for (; from < v->change_count; from++)
		all[n++] = v->changes[from];
	free(v->changes);
	v->changes = all;
	v->change_count = n;
	if (!joins)
		v->complete = !found->more;
}

static void log_refresh(void *state)
{
	struct log_view *v = state;
	struct list *l = &v->view.list;
	const struct found_changes *found = &v->view.app->changes;
	const struct message *m = messages_count(v->view.app->messages) > 0 ? messages_get(v->view.app->messages, 0) : NULL;
	bool newest = l->cursor == 0 && !l->to_end;

	if (v->token && found->token == v->token && !found->waiting) {
		v->token = 0;
		v->err = found->err;
		if (found->err.code == ERR_NONE)
			take_found(v, found);
		l->stale = true;
	}
	if (m && m->id != v->newest_message) {
		v->newest_message = m->id;
		l->stale = true;
	}
	if (!l->stale)
		return;
	l->more = !v->complete;
	list_refill(l);
	l->to_end = l->to_end && l->more;
	if (newest)		/* the cursor stays on the newest entry until it is moved */
		list_action(l, ACTION_FIRST);
}

static void log_update(void *state, unsigned dirty)
{
	struct log_view *v = state;

	if (dirty & (APP_DIRTY_WORKSPACE | APP_DIRTY_STORE)) {
		v->outdated = true;
		err_clear(&v->err);
	}
	v->view.list.stale = true;
	ui_touch(v->view.ui);
}

static void draw_entry(void *arg, const struct canvas *c, const struct list_row *r)
{
	const struct log_view *v = arg;
	const struct entry *e = r->data;
	char when[WHEN_SIZE];
	int x = 1;

	if (r->note) {
		draw_text(c, 0, x, 0, ROLE_DIM, end_text(v));
		return;
	}
	format_when(when, app_zone(v->view.app), e->at_us, clock_wall_us(v->view.app->clock), true);
	x += draw_text(c, 0, x, 0, ROLE_DIM, when) + 2;
	if (e->actor) {
		x += draw_foreign(c, 0, x, 16, ROLE_ACCENT, e->actor) + 2;
		x += draw_foreign(c, 0, x, 40, ROLE_STRONG, e->record) + 1;
	}
	draw_foreign(c, 0, x, 0, e->role, e->text);
}

static void log_draw(void *state, const struct canvas *c, bool focused)
{
	struct log_view *v = state;
	struct list *l = &v->view.list;
	struct change_question q = { .max = FOUND_CHANGES_MAX };
	bool further = !v->complete && v->err.code == ERR_NONE && v->change_count < CHANGES_MAX;

	list_draw(l, ui_term(v->view.ui), c, focused);
	if (l->count == 0 && !list_filtering(l))
		draw_text(c, 1, 3, 0, ROLE_DIM, _("Nothing has happened yet."));
	if (!v->outdated && further && v->change_count > 0)
		q.before_id = v->changes[v->change_count - 1].id;
	if (!v->token && (v->outdated || (q.before_id && list_near_end(l)))) {
		v->token = app_ask_changes(v->view.app, &q);
		v->outdated = v->outdated && v->token == 0;
	}
	l->to_end = l->to_end && v->token;
}

static void log_filtered(void *state)
{
	struct log_view *v = state;

	log_refresh(v);
	list_action(&v->view.list, ACTION_FIRST);
}

static void log_open(void *state)
{
	((struct log_view *)state)->outdated = true;
}

static void log_close(void *state)
{
	struct log_view *v = state;

	forget(v->changes, 0, v->change_count);
	free(v->changes);
	free(v->messages);
	free(v->copied);
}

static const struct list_ops log_list = {
	.fill = fill, .get = get, .rows = &filter_rows, .kinds = kinds, .draw = draw_entry,
};

const struct view_ops view_log_ops = {
	.title = N_("Log"),
	.scope = SCOPE_LOG | SCOPE_LIST,
	.size = sizeof(struct log_view),
	.list = &log_list,
	.open = log_open,
	.close = log_close,
	.update = log_update,
	.refresh = log_refresh,
	.draw = log_draw,
	.filtered = log_filtered,
};
