/*
 * The servers: one block of lines each, so that what is wrong stands beside the server it is about. What a server does not
 * tell is shown as such, never as zero.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "servers.h"
#include "trunkdeck/mem.h"
#include "ui.h"

struct servers {
	struct ui *ui;
	struct app *app;
	struct list list;		/* a row per server; data: struct app_server */
};

#define LINES_PER_SERVER 5
#define LABEL_WIDTH 14

static void rebuild(struct servers *v)
{
	list_begin(&v->list);
	for (size_t i = 0; i < v->app->server_count; i++) {
		const struct app_server *s = &v->app->servers[i];

		list_add(&v->list, mail_key(s->config->name, strlen(s->config->name)), 0, s);
	}
	list_end(&v->list);
}

static void servers_update(void *state, unsigned dirty)
{
	struct servers *v = state;

	if (dirty & APP_DIRTY_SERVERS) {
		rebuild(v);
		ui_touch(v->ui);
	}
}

static bool is_up(const struct server_status *s)
{
	return s->tail == LINK_UP && s->control == LINK_UP;
}

static enum link_state worst_link(const struct server_status *s)
{
	return s->tail != LINK_UP ? s->tail : s->control;
}

static void draw_head(const struct servers *v, const struct canvas *c, int y, const struct app_server *s)
{
	const struct server_status *st = &s->status;
	char ago[SHORT_SIZE];
	int x = 1;

	x += draw_text(c, y, x, 20, ROLE_STRONG, s->config->name) + 2;
	if (v->app->replay) {
		draw_foreign(c, y, x, 0, ROLE_DIM, s->config->host);
		return;
	}
	x += draw_text(c, y, x, 0, ROLE_DIM, region_name(s->config->region)) + 2;
	x += draw_textf(c, y, x, 0, ROLE_DIM, "%s:%d%s", s->config->host, s->config->port,
			s->config->tls ? " TLS" : "") + 2;
	if (!is_up(st)) {
		draw_text(c, y, x, 0, st->err.code != ERR_NONE ? ROLE_ALARM : ROLE_NORMAL,
			  link_state_text(worst_link(st)));
		return;
	}
	format_ago(ago, clock_mono_ms(v->app->clock) - st->up_since_ms);
	draw_textf(c, y, x, 0, ROLE_GOOD, _("connected %s"), ago);
}

/* One labelled line under the server's name. */
static void draw_line(const struct canvas *c, int y, const char *label, enum role r, const char *text)
{
	draw_text(c, y, 3, LABEL_WIDTH - 1, ROLE_DIM, label);
	draw_foreign(c, y, 3 + LABEL_WIDTH, 0, r, text);
}

static void milliseconds(char *to, size_t size, int64_t us)
{
	if (us < 0)
		snprintf(to, size, "%s", _("unknown"));
	else
		snprintf(to, size, "%.1f ms", (double)us / 1000);
}

static void draw_asterisk(const struct canvas *c, int y, const struct server_status *st)
{
	char text[160], rtt[24], lag[24], up[SHORT_SIZE] = "";

	milliseconds(rtt, sizeof(rtt), st->rtt_us);
	milliseconds(lag, sizeof(lag), st->lag_us);
	if (st->uptime_s >= 0)
		format_age(up, st->uptime_s * 1000000);
	snprintf(text, sizeof(text), _("%s  up %s  round trip %s  event lag %s"),
		 st->version[0] != '\0' ? st->version : _("version unknown"), up[0] != '\0' ? up : _("unknown"), rtt, lag);
	draw_line(c, y, _("Asterisk"), ROLE_NORMAL, text);
}

static void draw_events(const struct canvas *c, int y, const struct server_status *st)
{
	char text[240];
	bool odd = st->rejected > 0 || st->dropped > 0;

	snprintf(text, sizeof(text), _("%llu read  %llu rejected%s%s  %llu dropped  %llu resyncs  %zu live calls"),
		 (unsigned long long)st->events, (unsigned long long)st->rejected, st->last_reject[0] ? ": " : "",
		 st->last_reject, (unsigned long long)st->dropped, (unsigned long long)st->resyncs, st->live);
	draw_line(c, y, _("Events"), odd ? ROLE_WARN : ROLE_NORMAL, text);
}

static void draw_routes(const struct servers *v, const struct canvas *c, int y, const struct app_server *s)
{
	struct buf text;
	bool well;

	buf_init(&text, 600);
	well = servers_routes_text(v->app, s, &text);
	draw_line(c, y, _("Routes"), well ? ROLE_NORMAL : ROLE_ALARM, text.p);
	buf_clear(&text);
}

static void draw_trouble(const struct servers *v, const struct canvas *c, int y, const struct server_status *st)
{
	int64_t left = st->retry_at_ms - clock_mono_ms(v->app->clock);
	char text[512];

	if (st->err.code == ERR_NONE)
		return;
	snprintf(text, sizeof(text), "%s%s%s", st->err.message, st->err.hint[0] ? ": " : "", st->err.hint);
	if (left > 0)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), _(" (again in %d s)"), (int)((left + 999) / 1000));
	draw_line(c, y, _("Trouble"), ROLE_ALARM, text);
}

static void draw_server(const struct servers *v, const struct canvas *c, const struct app_server *s, bool selected)
{
	struct canvas head = *c;

	head.selected = selected;
	if (selected) {
		draw_selected_row(&head, 0);
		term_cursor(ui_term(v->ui), c->area.y, c->area.x);
	}
	draw_head(v, &head, 0, s);
	draw_asterisk(c, 1, &s->status);
	draw_events(c, 2, &s->status);
	draw_routes(v, c, 3, s);
	draw_trouble(v, c, 4, &s->status);
}

static void servers_draw(void *state, const struct canvas *c, bool focused)
{
	struct servers *v = state;
	int lines = LINES_PER_SERVER + 1;
	int fit = (c->area.rows + 1) / lines > 0 ? (c->area.rows + 1) / lines : 1;

	if (v->list.count == 0) {
		draw_text(c, 1, 3, 0, ROLE_NORMAL, _("No servers are configured: numbers are kept, but no Asterisk serves them."));
		draw_text(c, 2, 3, 0, ROLE_DIM, _("Add a [server NAME] section to the configuration."));
		return;
	}
	list_fit(&v->list, fit);
	for (int i = 0; i < fit && v->list.top + (size_t)i < v->list.count; i++) {
		size_t row = v->list.top + (size_t)i;
		struct canvas block = canvas_sub(c, i * lines, 0, LINES_PER_SERVER, c->area.columns);

		draw_server(v, &block, v->list.rows[row].data, focused && row == v->list.cursor);
	}
}

static bool servers_action(void *state, enum action_id action)
{
	struct servers *v = state;

	if (action == ACTION_SYNC) {
		const struct list_row *row = list_selected(&v->list);

		servers_sync(v->ui, row ? row->data : NULL);
		return true;
	}
	if (!list_action(&v->list, action))
		return false;
	ui_touch(v->ui);
	return true;
}

static const char *servers_why_not(void *state, enum action_id action)
{
	struct servers *v = state;

	if (action == ACTION_SYNC && v->app->replay)
		return _("this is a replay: there is no server to ask");
	return action == ACTION_SYNC && v->app->server_count == 0 ? _("no servers are configured") : NULL;
}

static bool needs_person(const struct server_status *s)
{
	bool alarm = s->err.code != ERR_NONE || s->routes.foreign_owner;

	for (int i = 0; i < ROUTE_STATE_COUNT; i++)
		alarm = alarm || (s->routes.by_state[i] > 0 && route_state_needs_person((enum route_state)i));
	return alarm;
}

static void servers_badge(void *state, char *to, size_t size)
{
	struct servers *v = state;
	bool alarm = false;

	for (size_t i = 0; i < v->app->server_count; i++)
		alarm = alarm || needs_person(&v->app->servers[i].status);
	snprintf(to, size, "%s", alarm ? "!" : "");
}

static char *servers_copy(void *state, bool json)
{
	struct servers *v = state;
	const struct list_row *row = list_selected(&v->list);
	const struct app_server *s = row ? row->data : NULL;

	return s && !json ? xasprintf("%s:%d", s->config->host, s->config->port) : NULL;
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
	list_init(&v->list);
	rebuild(v);
	return v;
}

static void servers_free(void *state)
{
	struct servers *v = state;

	list_clear(&v->list);
	free(v);
}

const struct view_ops view_servers_ops = {
	.id = VIEW_SERVERS,
	.title = N_("Servers"),
	.digit = '4',
	.scope = SCOPE_SERVERS | SCOPE_LIST,
	.open = servers_new,
	.close = servers_free,
	.update = servers_update,
	.draw = servers_draw,
	.action = servers_action,
	.why_not = servers_why_not,
	.badge = servers_badge,
	.copy = servers_copy,
	.next_at_ms = servers_next_at,
};
