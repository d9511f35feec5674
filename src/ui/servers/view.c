/*
 * The servers: one row for each, with its alarms, and under it a line for each fact. A few are open from the start.
 *
 * The lines hold spans of time, so they are made anew before each frame and whenever something changed; the list keeps
 * the cursor on its line. With a filter, the lines that match are shown even if their server is closed.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "servers.h"
#include "trunkdeck/base/mem.h"

#define OPEN_FROM_START 3		/* servers, at most */

struct servers {
	struct view view;
	struct servers_lines lines;
	size_t shown;			/* servers that match */
};

enum { SERVERS_HEAD, SERVERS_LINE };	/* data: struct servers_line */

/* The fields of the filter come first, in their order. */
enum { COL_NAME, COL_REGION, COL_LABEL, COL_WORDS, COL_LINK, COL_RTT, COL_TEXT, COL_COPIED };

static const char *const fields[] = { "server", "region", "about", "state", NULL };
static const struct filter_rows filter_rows = { .fields = fields, .get = list_field };

static const struct list_column head_columns[] = {
	{ COL_NAME, N_("Server"), 8, 16, 0, LIST_LEFT },
	{ COL_REGION, N_("Region"), 2, 2, 3, LIST_LEFT },
	{ COL_LINK, N_("Connection"), 16, 16, 1, LIST_LEFT },
	{ COL_RTT, N_("Round trip"), 8, 8, 2, LIST_RIGHT },
	{ COL_TEXT, N_("State"), 18, 0, 0, LIST_LEFT },
};

static const struct list_column line_columns[] = {
	{ COL_LABEL, "", 9, 9, 0, LIST_LEFT },
	{ COL_TEXT, "", 1, 0, 0, LIST_LEFT },
};

static const struct list_kind kinds[LIST_KINDS_MAX] = {
	[SERVERS_HEAD] = { head_columns, ARRAY_LEN(head_columns), 3, 2, COL_COPIED },
	[SERVERS_LINE] = { line_columns, ARRAY_LEN(line_columns), 4, 1, COL_COPIED },
};

/* --- rows --- */

static void fill(void *arg)
{
	struct servers *v = arg;
	struct app *a = v->view.app;
	struct list *l = &v->view.list;
	bool with_lines = false;
	size_t before = 0;

	servers_lines_clear(&v->lines);
	for (size_t i = 0; i < a->server_count; i++)
		servers_lines_add(&v->lines, a, &a->servers[i]);
	v->shown = 0;
	for (size_t i = 0; i < v->lines.count; i++) {
		const struct servers_line *line = &v->lines.items[i];

		if (line->head) {
			before = l->count;
			with_lines = list_add_head(l, line->key, SERVERS_HEAD, line);
			v->shown++;
		} else if (with_lines && list_matches(l, SERVERS_LINE, line, NULL)) {
			list_add(l, line->key, SERVERS_LINE, line);
		}
		/* Neither the server's row nor a line of it matches: remove the row. */
		if ((i + 1 == v->lines.count || v->lines.items[i + 1].head) && l->count == before + 1 &&
		    !list_matches(l, SERVERS_HEAD, l->rows[before].data, NULL)) {
			l->count--;
			v->shown--;
		}
	}
}

static const char *get(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	const struct servers *v = arg;
	const struct servers_line *line = row->data;
	const struct app_server *s = line->server;
	bool replay = v->view.app->replay;

	switch (column) {
	case COL_NAME:
		*role = ROLE_STRONG;
		return s->config->name;
	case COL_REGION:
		*role = ROLE_DIM;
		return replay ? "" : region_name(s->config->region);
	case COL_LABEL:
		*role = ROLE_DIM;
		return line->label;
	case COL_LINK:
		if (replay)
			return "";
		*role = servers_link_text(v->view.app, s, to, LIST_TEXT_SIZE);
		return to;
	case COL_RTT:
		*role = ROLE_DIM;
		if (replay || s->status.rtt_us < 0)
			return "";
		snprintf(to, LIST_TEXT_SIZE, _("%.1f ms"), (double)s->status.rtt_us / 1000);
		return to;
	case COL_WORDS:
		return line->head ? line->words : line->text;
	case COL_COPIED:
		if (!line->head)
			return line->text;
		snprintf(to, LIST_TEXT_SIZE, "%s:%d", s->config->host, s->config->port);
		return to;
	default:
		*role = line->role;
		return line->text;
	}
}

static void servers_update(void *state, unsigned dirty)
{
	struct servers *v = state;

	if (dirty & (APP_DIRTY_SERVERS | APP_DIRTY_WORKSPACE)) {
		v->view.list.stale = true;
		ui_touch(v->view.ui);
	}
}

static void servers_draw(void *state, const struct canvas *c, bool focused)
{
	struct servers *v = state;

	list_refill(&v->view.list);
	list_draw(&v->view.list, ui_term(v->view.ui), c, focused);
	if (v->view.app->server_count == 0) {
		draw_text(c, 1, 3, 0, ROLE_NORMAL, _("No servers are configured: numbers are kept, but no Asterisk serves them."));
		draw_text(c, 2, 3, 0, ROLE_DIM, _("Add a [server NAME] section to the configuration."));
	}
}

/* --- actions --- */

static bool servers_action(void *state, enum action_id action)
{
	struct servers *v = state;
	const struct list_row *row = list_selected(&v->view.list);

	if (action != ACTION_SYNC)
		return false;
	servers_sync(v->view.ui, row ? ((const struct servers_line *)row->data)->server : NULL);
	return true;
}

static void servers_note(void *state, char *to, size_t size)
{
	const struct servers *v = state;

	to[0] = '\0';
	if (list_filtering(&v->view.list))
		snprintf(to, size, _("%zu of %zu servers"), v->shown, v->view.app->server_count);
}

static void servers_badge(void *state, char *to, size_t size)
{
	struct app *a = ((struct servers *)state)->view.app;
	bool alarm = false;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	for (size_t i = 0; i < a->server_count && !alarm; i++)
		alarm = servers_alarm_text(a, &a->servers[i], &text);
	snprintf(to, size, "%s", alarm ? "!" : "");
	buf_clear(&text);
}

static json_t *json(void *arg, const struct list_row *row)
{
	return servers_json(((const struct servers *)arg)->view.app, ((const struct servers_line *)row->data)->server);
}

/* "connected 12 s" and the count-down change every second. */
static int64_t servers_next_at(void *state)
{
	const struct servers *v = state;

	return v->view.app->server_count > 0 ? clock_mono_ms(v->view.app->clock) / 1000 * 1000 + 1000 : -1;
}

static void servers_open(void *state)
{
	struct servers *v = state;

	list_refill(&v->view.list);
	for (size_t i = 0; i < v->lines.count && v->view.app->server_count <= OPEN_FROM_START; i++)
		if (v->lines.items[i].head)
			list_open(&v->view.list, v->lines.items[i].key, true);
}

static void servers_close(void *state)
{
	servers_lines_clear(&((struct servers *)state)->lines);
}

static const struct list_ops servers_list = {
	.fill = fill, .get = get, .rows = &filter_rows, .kinds = kinds, .json = json, .json_flags = JSON_REAL_PRECISION(6),
};

const struct view_ops view_servers_ops = {
	.title = N_("Servers"),
	.scope = SCOPE_SERVERS | SCOPE_LIST,
	.size = sizeof(struct servers),
	.list = &servers_list,
	.open = servers_open,
	.close = servers_close,
	.update = servers_update,
	.draw = servers_draw,
	.action = servers_action,
	.note = servers_note,
	.badge = servers_badge,
	.next_at_ms = servers_next_at,
};
