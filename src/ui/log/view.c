/* What was said, newest first. */
#include "config.h"

#include "view.h"

#include <stdlib.h>

#include "ui/frame/list.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/filter_words.h"

struct log_view {
	struct ui *ui;
	struct app *app;
	struct list list;		/* data: struct message */
	struct filter_words *query;
};

static const char *const log_fields[] = { "text", NULL };

static const char *log_field(const void *row, int field)
{
	return field == 0 ? ((const struct message *)row)->text : NULL;
}

static void log_span(const void *row, int64_t *from_us, int64_t *to_us)
{
	*from_us = *to_us = ((const struct message *)row)->wall_us;
}

static const struct filter_rows log_rows = { .fields = log_fields, .get = log_field, .span = log_span };

static void rebuild(struct log_view *v)
{
	bool newest = v->list.cursor == 0;

	list_begin(&v->list);
	for (size_t i = 0; i < messages_count(v->app->messages); i++) {
		const struct message *m = messages_get(v->app->messages, i);

		if (!v->query || filter_words_match(v->query, NULL, m))
			list_add(&v->list, m->id, 0, m);
	}
	list_end(&v->list);
	if (newest)		/* it stays on the newest until it is moved */
		list_action(&v->list, ACTION_FIRST);
}

static void log_update(void *state, unsigned dirty)
{
	struct log_view *v = state;

	if (dirty & APP_DIRTY_MESSAGES) {
		rebuild(v);
		ui_touch(v->ui);
	}
}

static enum role level_role(enum message_level level)
{
	switch (level) {
	case MESSAGE_ERROR:
		return ROLE_ALARM;
	case MESSAGE_WARN:
		return ROLE_WARN;
	default:
		return ROLE_NORMAL;
	}
}

static void draw_message(void *arg, const struct canvas *c, const struct list_row *r)
{
	const struct log_view *v = arg;
	const struct message *m = r->data;
	char when[WHEN_SIZE];
	int width;

	format_when(when, app_zone(v->app), m->wall_us, clock_wall_us(v->app->clock), true);
	width = draw_text(c, 0, 1, 0, ROLE_DIM, when);
	draw_foreign(c, 0, width + 3, 0, level_role(m->level), m->text);
}

static void log_draw(void *state, const struct canvas *c, bool focused)
{
	struct log_view *v = state;

	if (v->list.count == 0)
		draw_text(c, 1, 3, 0, ROLE_DIM, _("Nothing has happened yet."));
	ui_draw_list(v->ui, &v->list, c, focused, draw_message, v);
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

	return row && !json ? xstrdup(((const struct message *)row->data)->text) : NULL;
}

static void *log_new(struct ui *ui)
{
	struct log_view *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	list_init(&v->list);
	return v;
}

static void log_free(void *state)
{
	struct log_view *v = state;

	filter_words_free(&v->query);
	list_clear(&v->list);
	free(v);
}

const struct view_ops view_log_ops = {
	.id = VIEW_LOG,
	.title = N_("Log"),
	.digit = '5',
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
