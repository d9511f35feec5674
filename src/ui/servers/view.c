/*
 * The servers: a row each, which says what needs a person, and under it the lines that say everything. A few servers are
 * open from the start.
 *
 * Lines are made anew whenever something changed and before each frame, because they hold spans of time; the list keeps the
 * cursor on its line. While a filter is typed, the lines that match are shown whether open or not.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/frame/list.h"
#include "servers.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/filter_words.h"
#include "ui/frame/ui.h"

#define OPEN_FROM_START 3		/* servers, at most */
#define LABEL_WIDTH 9

enum servers_row { SERVERS_HEAD, SERVERS_LINE };	/* data: struct app_server, struct servers_line */

struct servers {
	struct ui *ui;
	struct app *app;
	struct list list;
	struct servers_lines lines;
	bool *open;			/* by server */
	struct filter_words *query;
	size_t shown;			/* servers that match */
};

enum { COL_NAME, COL_REGION, COL_LINK, COL_RTT, COL_STATE };

static const struct list_column columns[] = {
	{ COL_NAME, N_("Server"), 8, 16, 0, false },
	{ COL_REGION, N_("Region"), 2, 2, 3, false },
	{ COL_LINK, N_("Connection"), 16, 16, 1, false },
	{ COL_RTT, N_("Round trip"), 8, 8, 2, true },
	{ COL_STATE, N_("State"), 18, 0, 0, false },
};

/* --- rows --- */

static enum role state_text(const struct servers *v, const struct app_server *s, struct buf *text)
{
	const struct routes_stats *r = &s->status.routes;
	size_t waiting = deletions_waiting(v->app->deletions, s->config->name);

	if (servers_alarm_text(v->app, s, text))
		return ROLE_ALARM;
	if (r->by_state[ROUTE_VERIFIED] > 0)
		buf_addf(text, ngettext("%zu route ok", "%zu routes ok", r->by_state[ROUTE_VERIFIED]), r->by_state[ROUTE_VERIFIED]);
	else
		buf_adds(text, _("no routes"));
	if (r->by_state[ROUTE_PENDING] > 0)
		buf_addf(text, ", %zu %s", r->by_state[ROUTE_PENDING], route_state_text(ROUTE_PENDING));
	if (waiting > 0)
		buf_addf(text, ngettext(", %zu deletion not verified", ", %zu deletions not verified", waiting), waiting);
	return ROLE_NORMAL;
}

/* What a filter looks at: a server, or a line of it. */
struct match {
	const struct servers *view;
	const struct app_server *server;
	const struct servers_line *line;	/* NULL = the server's own row */
	struct buf *text;
};

static const char *const fields[] = { "server", "region", "about", "state", NULL };

static const char *get_field(const void *row, int field)
{
	const struct match *m = row;
	char link[64];

	if (field == 0)
		return m->server->config->name;
	if (field == 1)
		return region_name(m->server->config->region);
	if (field == 2)
		return m->line ? m->line->label : NULL;
	if (m->line)
		return m->line->text;
	servers_link_text(m->view->app, m->server, link, sizeof(link));
	buf_reset(m->text);
	buf_addf(m->text, "%s\n", link);
	state_text(m->view, m->server, m->text);
	return m->text->p;
}

static const struct filter_rows filter_rows = { .fields = fields, .get = get_field };

static bool filtering(const struct servers *v)
{
	return v->query && !filter_words_is_empty(v->query);
}

static uint64_t head_key(const struct app_server *s)
{
	return mail_key(s->config->name, strlen(s->config->name));
}

static size_t index_of(const struct servers *v, const struct app_server *s)
{
	return (size_t)(s - v->app->servers);
}

/* The lines of one server are those from `from` on and before `to`. */
static void add_server(struct servers *v, const struct app_server *s, size_t from, size_t to)
{
	struct buf text;
	struct match m = { .view = v, .server = s, .text = &text };
	bool all = v->open[index_of(v, s)] && !filtering(v), head;

	buf_init(&text, BUF_UNBOUNDED);
	head = !filtering(v) || filter_words_match(v->query, NULL, &m);
	if (head)
		list_add(&v->list, head_key(s), SERVERS_HEAD, s);
	for (size_t i = from; i < to; i++) {
		m.line = &v->lines.items[i];
		if (!all && !(filtering(v) && filter_words_match(v->query, NULL, &m)))
			continue;
		if (!head)
			list_add(&v->list, head_key(s), SERVERS_HEAD, s);
		head = true;
		list_add(&v->list, m.line->key, SERVERS_LINE, m.line);
	}
	v->shown += head;
	buf_clear(&text);
}

static void rebuild(struct servers *v)
{
	size_t *from = xcalloc(v->app->server_count + 1, sizeof(*from));

	servers_lines_clear(&v->lines);
	for (size_t i = 0; i < v->app->server_count; i++) {
		servers_lines_add(&v->lines, v->app, &v->app->servers[i]);
		from[i + 1] = v->lines.count;
	}
	list_begin(&v->list);
	v->shown = 0;
	for (size_t i = 0; i < v->app->server_count; i++)
		add_server(v, &v->app->servers[i], from[i], from[i + 1]);
	list_end(&v->list);
	free(from);
}

static void servers_update(void *state, unsigned dirty)
{
	struct servers *v = state;

	if (dirty & (APP_DIRTY_SERVERS | APP_DIRTY_WORKSPACE)) {
		rebuild(v);
		ui_touch(v->ui);
	}
}

static const struct app_server *selected(const struct servers *v)
{
	const struct list_row *row = list_selected(&v->list);

	if (!row)
		return NULL;
	return row->kind == SERVERS_HEAD ? row->data : ((const struct servers_line *)row->data)->server;
}

/* --- drawing --- */

static void draw_head(const struct servers *v, const struct canvas *c, const struct app_server *s)
{
	struct canvas row = canvas_sub(c, 0, 3, 1, c->area.columns - 4);
	bool open = v->open[index_of(v, s)] || filtering(v);
	struct list_layout lay;
	char text[64] = "";
	struct buf state;
	enum role role;

	draw_text(c, 0, 1, 1, ROLE_ACCENT, mark_text(c, open ? MARK_OPEN : MARK_CLOSED));
	list_layout(&lay, columns, ARRAY_LEN(columns), row.area.columns, 2);
	list_cell(&row, 0, &lay, COL_NAME, ROLE_STRONG, s->config->name);
	if (v->app->replay) {
		list_cell(&row, 0, &lay, COL_STATE, ROLE_DIM, s->config->host);
		return;
	}
	list_cell(&row, 0, &lay, COL_REGION, ROLE_DIM, region_name(s->config->region));
	role = servers_link_text(v->app, s, text, sizeof(text));
	list_cell(&row, 0, &lay, COL_LINK, role, text);
	if (s->status.rtt_us >= 0) {
		snprintf(text, sizeof(text), _("%.1f ms"), (double)s->status.rtt_us / 1000);
		list_cell(&row, 0, &lay, COL_RTT, ROLE_DIM, text);
	}
	buf_init(&state, BUF_UNBOUNDED);
	role = state_text(v, s, &state);
	list_cell(&row, 0, &lay, COL_STATE, role, state.p);
	buf_clear(&state);
}

static void draw_row(void *arg, const struct canvas *c, const struct list_row *row)
{
	const struct servers_line *l = row->data;

	if (row->kind == SERVERS_HEAD) {
		draw_head(arg, c, row->data);
		return;
	}
	draw_text(c, 0, 4, LABEL_WIDTH, ROLE_DIM, l->label);
	draw_foreign(c, 0, 4 + LABEL_WIDTH + 1, c->area.columns - LABEL_WIDTH - 6, l->role, l->text);
}

static void servers_draw(void *state, const struct canvas *c, bool focused)
{
	struct servers *v = state;

	rebuild(v);
	if (v->app->server_count == 0) {
		draw_text(c, 1, 3, 0, ROLE_NORMAL, _("No servers are configured: numbers are kept, but no Asterisk serves them."));
		draw_text(c, 2, 3, 0, ROLE_DIM, _("Add a [server NAME] section to the configuration."));
		return;
	}
	if (v->list.count == 0)
		draw_text(c, 1, 3, 0, ROLE_DIM, _("Nothing matches the filter. / changes it."));
	ui_draw_list(v->ui, &v->list, c, focused, draw_row, v);
}

/* --- actions --- */

static void set_open(struct servers *v, const struct app_server *s, bool open)
{
	v->open[index_of(v, s)] = open;
	if (!open)
		list_select(&v->list, head_key(s));
	rebuild(v);
}

static void open_selected(struct servers *v, const struct app_server *s)
{
	if (v->open[index_of(v, s)] && list_selected(&v->list)->kind == SERVERS_HEAD)
		list_action(&v->list, ACTION_DOWN);
	else
		set_open(v, s, true);
}

/* From a line up to its server; from a server: close it. */
static void close_selected(struct servers *v, const struct app_server *s)
{
	if (list_selected(&v->list)->kind == SERVERS_HEAD)
		set_open(v, s, false);
	else
		list_select(&v->list, head_key(s));
}

static void toggle_all(struct servers *v)
{
	bool all_open = true;

	for (size_t i = 0; i < v->app->server_count; i++)
		all_open = all_open && v->open[i];
	for (size_t i = 0; i < v->app->server_count; i++)
		v->open[i] = !all_open;
	if (all_open && selected(v))
		list_select(&v->list, head_key(selected(v)));
	rebuild(v);
}

static bool servers_action(void *state, enum action_id action)
{
	struct servers *v = state;
	const struct app_server *s = selected(v);

	ui_touch(v->ui);
	if (list_action(&v->list, action))
		return true;
	switch (action) {
	case ACTION_SYNC:
		servers_sync(v->ui, s);
		return true;
	case ACTION_EXPAND:
		if (s)
			set_open(v, s, !v->open[index_of(v, s)]);
		return true;
	case ACTION_OPEN:
		if (s)
			open_selected(v, s);
		return true;
	case ACTION_CLOSE:
		if (s)
			close_selected(v, s);
		return true;
	case ACTION_EXPAND_ALL:
		toggle_all(v);
		return true;
	default:
		return false;
	}
}

static void servers_filter(void *state, const char *text)
{
	struct servers *v = state;

	filter_words_free(&v->query);
	v->query = filter_words_new(text, &filter_rows, NULL, 0);
	rebuild(v);
	ui_touch(v->ui);
}

static void servers_counts(void *state, struct view_counts *out)
{
	list_counts(&((const struct servers *)state)->list, out);
}

static void servers_note(void *state, char *to, size_t size)
{
	const struct servers *v = state;

	to[0] = '\0';
	if (filtering(v))
		snprintf(to, size, _("%zu of %zu servers"), v->shown, v->app->server_count);
}

static void servers_badge(void *state, char *to, size_t size)
{
	struct servers *v = state;
	bool alarm = false;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (size_t i = 0; i < v->app->server_count && !alarm; i++)
		alarm = servers_alarm_text(v->app, &v->app->servers[i], &text);
	snprintf(to, size, "%s", alarm ? "!" : "");
	buf_clear(&text);
}

static char *servers_copy(void *state, bool as_json)
{
	struct servers *v = state;
	const struct list_row *row = list_selected(&v->list);
	const struct app_server *s = selected(v);

	if (!s)
		return NULL;
	if (as_json)
		return servers_json(v->app, s);
	if (row->kind == SERVERS_HEAD)
		return xasprintf("%s:%d", s->config->host, s->config->port);
	return utf8_clean_dup(str_of(((const struct servers_line *)row->data)->text));
}

static void servers_click(void *state, int y, int x, const struct term_mouse *m)
{
	struct servers *v = state;

	(void)x;
	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
		list_scroll(&v->list, m->kind == MOUSE_WHEEL_UP ? -3 : 3);
	else if (list_click(&v->list, y) && list_selected(&v->list)->kind == SERVERS_HEAD)
		servers_action(v, ACTION_EXPAND);
	ui_touch(v->ui);
}

/* "connected 12 s" and the count-down tick. */
static int64_t servers_next_at(void *state)
{
	struct servers *v = state;

	return v->list.count > 0 ? clock_mono_ms(v->app->clock) / 1000 * 1000 + 1000 : -1;
}

static void *servers_new(struct ui *ui)
{
	struct servers *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	v->open = xcalloc(v->app->server_count + 1, sizeof(*v->open));
	for (size_t i = 0; i < v->app->server_count; i++)
		v->open[i] = v->app->server_count <= OPEN_FROM_START;
	list_init(&v->list);
	rebuild(v);
	return v;
}

static void servers_free(void *state)
{
	struct servers *v = state;

	list_clear(&v->list);
	servers_lines_clear(&v->lines);
	filter_words_free(&v->query);
	free(v->open);
	free(v);
}

const struct view_ops view_servers_ops = {
	.title = N_("Servers"),
	.scope = SCOPE_SERVERS | SCOPE_LIST,
	.open = servers_new,
	.close = servers_free,
	.update = servers_update,
	.draw = servers_draw,
	.action = servers_action,
	.filter = servers_filter,
	.rows = &filter_rows,
	.counts = servers_counts,
	.note = servers_note,
	.badge = servers_badge,
	.copy = servers_copy,
	.click = servers_click,
	.next_at_ms = servers_next_at,
};
