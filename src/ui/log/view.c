/*
 * The audit trail and the messages of this program, newest first: who changed which record and what of it, also on other screens and
 * in batch. The changes are read of the store when the view is drawn and the workspace has changed since.
 */
#include "config.h"

#include "view.h"

#include <stdlib.h>

#include "ui/frame/list.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/filter_words.h"

#define CHANGE_KEY (UINT64_C(1) << 63)	/* apart from the keys of messages */

/* A change, or a message, whose texts belong to the app. */
struct entry {
	int64_t at_us;
	uint64_t key;
	enum role role;
	char *actor, *record, *text;	/* actor and record NULL: a message */
};

struct log_view {
	struct ui *ui;
	struct app *app;
	struct list list;		/* data: struct entry */
	struct filter_words *query;
	struct entry *changes;		/* newest first */
	size_t change_count;
	struct entry *messages;
	bool stale;			/* the changes are to be read again */
	uint64_t token;			/* of the page that is awaited; 0 = none */
};

enum { WORD_TEXT, WORD_ACTOR, WORD_RECORD };

static const char *const log_fields[] = { "text", "actor", "record", NULL };

static const char *log_field(const void *row, int field)
{
	const struct entry *e = row;

	return field == WORD_TEXT ? e->text : field == WORD_ACTOR ? e->actor : e->record;
}

static void log_span(const void *row, int64_t *from_us, int64_t *to_us)
{
	*from_us = *to_us = ((const struct entry *)row)->at_us;
}

static const struct filter_rows log_rows = {
	.fields = log_fields, .get = log_field, .span = log_span, .phones = FILTER_FIELD(WORD_RECORD),
};

static void add_row(struct log_view *v, const struct entry *e)
{
	if (!v->query || filter_words_match(v->query, NULL, e))
		list_add(&v->list, e->key, 0, e);
}

static enum role level_role(enum message_level level)
{
	return level == MESSAGE_ERROR ? ROLE_ALARM : level == MESSAGE_WARN ? ROLE_WARN : ROLE_NORMAL;
}

static void rebuild(struct log_view *v)
{
	bool newest = v->list.cursor == 0;
	size_t count = messages_count(v->app->messages), at = 0;

	v->messages = xreallocarray(v->messages, count + 1, sizeof(*v->messages));
	list_begin(&v->list);
	for (size_t i = 0; i < count; i++) {
		const struct message *m = messages_get(v->app->messages, i);

		v->messages[i] = (struct entry){ m->wall_us, m->id, level_role(m->level), NULL, NULL, (char *)m->text };
		for (; at < v->change_count && v->changes[at].at_us > m->wall_us; at++)
			add_row(v, &v->changes[at]);
		add_row(v, &v->messages[i]);
	}
	for (; at < v->change_count; at++)
		add_row(v, &v->changes[at]);
	list_end(&v->list);
	if (newest)		/* it stays on the newest until it is moved */
		list_action(&v->list, ACTION_FIRST);
}

static void forget_changes(struct log_view *v)
{
	for (size_t i = 0; i < v->change_count; i++) {
		free(v->changes[i].actor);
		free(v->changes[i].record);
		free(v->changes[i].text);
	}
	FREE(&v->changes);
	v->change_count = 0;
}

static void take_changes(struct log_view *v)
{
	const struct change_page *page = &v->app->changes;

	if (!v->token || page->token != v->token || page->waiting)
		return;
	v->token = 0;
	if (page->err.code != ERR_NONE)
		return;
	forget_changes(v);
	v->changes = xcalloc(page->count + 1, sizeof(*v->changes));
	for (size_t i = 0; i < page->count; i++) {
		const struct change *c = &page->changes[i];
		char *what = change_difference(c);

		v->changes[v->change_count++] = (struct entry){
			.at_us = c->at, .key = CHANGE_KEY | (uint64_t)c->id, .role = ROLE_NORMAL,
			.actor = xstrdup(c->actor), .record = xasprintf("%s %s", entity_name(c->entity), c->key),
			.text = xasprintf("%s%s%s", c->action, *what ? ": " : "", what),
		};
		free(what);
	}
}

static void log_update(void *state, unsigned dirty)
{
	struct log_view *v = state;

	if (dirty & (APP_DIRTY_WORKSPACE | APP_DIRTY_STORE))
		v->stale = true;
	take_changes(v);
	rebuild(v);
	ui_touch(v->ui);
}

static void draw_entry(void *arg, const struct canvas *c, const struct list_row *r)
{
	const struct log_view *v = arg;
	const struct entry *e = r->data;
	char when[WHEN_SIZE];
	int x = 1;

	format_when(when, app_zone(v->app), e->at_us, clock_wall_us(v->app->clock), true);
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
	const struct change_question q = { .max = CHANGE_PAGE_MAX };

	if (v->stale && !v->token) {
		v->token = app_ask_changes(v->app, &q);
		v->stale = v->token == 0;
	}
	if (v->list.count == 0)
		draw_text(c, 1, 3, 0, ROLE_DIM, _("Nothing has happened yet."));
	ui_draw_list(v->ui, &v->list, c, focused, draw_entry, v);
}

static bool log_action(void *state, enum action_id action)
{
	struct log_view *v = state;

	if (!list_action(&v->list, action))
		return false;
	ui_touch(v->ui);
	return true;
}

static void log_filter(void *state, const char *text)
{
	struct log_view *v = state;

	filter_words_free(&v->query);
	v->query = filter_words_new(text, &log_rows, app_zone(v->app), clock_wall_us(v->app->clock));
	rebuild(v);
	list_action(&v->list, ACTION_FIRST);
	ui_touch(v->ui);
}

static void log_counts(void *state, struct view_counts *out)
{
	list_counts(&((const struct log_view *)state)->list, out);
}

static char *log_copy(void *state, bool json)
{
	struct log_view *v = state;
	const struct list_row *row = list_selected(&v->list);

	const struct entry *e = row ? row->data : NULL;

	if (!e || json)
		return NULL;
	return e->actor ? xasprintf("%s %s %s", e->actor, e->record, e->text) : xstrdup(e->text);
}

static void *log_new(struct ui *ui)
{
	struct log_view *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	v->stale = true;
	list_init(&v->list);
	return v;
}

static void log_free(void *state)
{
	struct log_view *v = state;

	filter_words_free(&v->query);
	list_clear(&v->list);
	forget_changes(v);
	free(v->messages);
	free(v);
}

const struct view_ops view_log_ops = {
	.title = N_("Log"),
	.scope = SCOPE_LOG | SCOPE_LIST,
	.open = log_new,
	.close = log_free,
	.update = log_update,
	.draw = log_draw,
	.action = log_action,
	.filter = log_filter,
	.rows = &log_rows,
	.counts = log_counts,
	.copy = log_copy,
};
