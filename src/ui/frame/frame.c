/*
 * The frame around the views: header, tabs, rules, status line, footer. Each frame computes all of it from the app and the
 * action table. Parts that do not fit are dropped, the least important first; nothing wraps.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/app/replay.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "ui_private.h"

#define PARTS_MAX 24
#define EACH_SERVER_MAX 16
#define NAME_COLUMNS 24
#define LIMIT_PERCENT 80		/* of the number limit; from this on, the header shows the usage */

/* A part of the header: "label value". The part with the highest `drop` is dropped first. */
struct part {
	char label[80];
	char value[48];
	enum role label_role, value_role;
	int drop;
	bool right;
};

struct parts {
	struct part part[PARTS_MAX];
	size_t count;
};

static struct part *add_part(struct parts *p, bool right, int drop, enum role label_role, const char *label)
{
	struct part *part = &p->part[p->count < PARTS_MAX ? p->count++ : PARTS_MAX - 1];
	struct buf clean;
	int width;

	buf_init(&clean, sizeof(part->label) - 1);
	utf8_clean(&clean, str_of(label));
	*part = (struct part){ .right = right, .drop = drop, .label_role = label_role, .value_role = ROLE_NORMAL };
	str_copy(part->label, sizeof(part->label), (struct str){ clean.p, utf8_fit(clean.p, NAME_COLUMNS, &width) });
	buf_clear(&clean);
	return part;
}

static void retry_text(char *to, size_t size, int64_t at_ms, int64_t now_ms)
{
	int64_t s = at_ms > now_ms ? (at_ms - now_ms + 999) / 1000 : 0;

	snprintf(to, size, _("retry %d s"), (int)s);
}

static void add_store(struct parts *p, const struct app *app)
{
	static const char *const words[] = {
		[STORE_STATE_OPENING] = N_("opening"), [STORE_STATE_LOADING] = N_("loading"), [STORE_STATE_OK] = N_("ok"),
	};
	struct part *part = add_part(p, true, app->store_state == STORE_STATE_OK ? 5 : 1, ROLE_NORMAL, _("store"));

	if (app->store_state == STORE_STATE_RETRY) {
		retry_text(part->value, sizeof(part->value), app->store_retry_at_ms, clock_mono_ms(app->clock));
		part->value_role = ROLE_ALARM;
		return;
	}
	str_copy(part->value, sizeof(part->value), str_of(_(words[app->store_state])));
	part->value_role = app->store_state == STORE_STATE_OK ? ROLE_GOOD : ROLE_NORMAL;
}

static bool link_retries(const struct server_status *s)
{
	return s->tail == LINK_RETRY || s->control == LINK_RETRY;
}

static void add_server(struct parts *p, const struct app *app, const struct app_server *server)
{
	const struct server_status *s = &server->status;
	bool up = server_is_up(s), refused = link_retries(s) && s->err.code == ERR_SERVER_LOGIN;
	struct part *part = add_part(p, true, up ? 6 : 2, ROLE_NORMAL, server->config->name);
	const char *word = up && s->rejecting ? _("rejects") : up ? _("ok") : refused ? _("refused") :
			   s->tail == LINK_OFF ? _("off") : _("connecting");

	if (!up && !refused && link_retries(s))
		retry_text(part->value, sizeof(part->value), s->retry_at_ms, clock_mono_ms(app->clock));
	else
		str_copy(part->value, sizeof(part->value), str_of(word));
	part->value_role = refused || (up && s->rejecting) ? ROLE_ALARM : up ? ROLE_GOOD :
			   s->tail == LINK_OFF && !link_retries(s) ? ROLE_DIM : ROLE_WARN;
}

/* Adds "replay 4x 12:03:07 of 14:10:55", by the stream's clock. */
static void add_replay(struct parts *p, const struct app *app)
{
	const struct app_replay *r = app->replay;
	char label[48], now[WHEN_SIZE], end[WHEN_SIZE];
	struct part *part;

	if (r->state == REPLAY_PLAYING || r->state == REPLAY_WAITING)
		snprintf(label, sizeof(label), _("replay %dx"), r->speed);
	else
		snprintf(label, sizeof(label), "%s", r->state == REPLAY_ENDED ? _("replay ENDED") : _("replay PAUSED"));
	format_when(now, app_zone(app), clock_wall_us(app->clock), clock_wall_us(app->clock), true);
	format_when(end, app_zone(app), r->end_us, clock_wall_us(app->clock), true);
	part = add_part(p, true, 0, ROLE_ACCENT, label);
	snprintf(part->value, sizeof(part->value), _("%s of %s"), now, end);
}

/* Adds "servers 97 ok  3 failing", where there is no room for each server. */
static void add_servers(struct parts *p, const struct app *app)
{
	size_t ok = 0, failing = 0, connecting = 0;
	char text[48];

	for (size_t i = 0; i < app->server_count; i++) {
		const struct server_status *s = &app->servers[i].status;

		if (server_is_up(s) && !s->rejecting)
			ok++;
		else if (s->rejecting || link_retries(s))
			failing++;
		else if (s->tail != LINK_OFF)
			connecting++;
	}
	snprintf(text, sizeof(text), _("servers %zu ok"), ok);
	add_part(p, true, 4, ok == app->server_count ? ROLE_GOOD : ROLE_NORMAL, text);
	if (connecting > 0) {
		snprintf(text, sizeof(text), _("%zu connecting"), connecting);
		add_part(p, true, 6, ROLE_WARN, text);
	}
	if (failing > 0) {
		snprintf(text, sizeof(text), _("%zu failing"), failing);
		add_part(p, true, 2, ROLE_ALARM, text);
	}
}

/* each: adds the servers one by one, while there are parts left. */
static void collect_parts(struct parts *p, const struct app *app, bool each)
{
	const struct workspace *w = snapshot_workspace(app->snapshot);
	int64_t now = clock_wall_us(app->clock);
	char time[WHEN_SIZE];

	p->count = 0;
	add_part(p, false, 4, ROLE_TITLE, "trunkdeck");
	if (w->name != NULL && *w->name != '\0')
		add_part(p, false, 0, ROLE_ACCENT, w->name);
	if (app->config->read_only)
		add_part(p, false, 1, ROLE_WARN, _("read-only"));
	if (app->replay != NULL) {
		add_replay(p, app);
		return;
	}
	add_store(p, app);
	for (size_t i = 0; each && i < app->server_count; i++)
		add_server(p, app, &app->servers[i]);
	if (!each)
		add_servers(p, app);
	format_when(time, app_zone(app), now, now, false);
	add_part(p, true, 0, ROLE_NORMAL, time);
}

static int part_width(const struct part *p)
{
	return utf8_width(p->label) + (p->value[0] != '\0' ? 1 + utf8_width(p->value) : 0);
}

static int parts_width(const struct parts *p)
{
	int width = 0;

	for (size_t i = 0; i < p->count; i++)
		width += part_width(&p->part[i]) + 2;
	return width;
}

static int draw_part(const struct canvas *c, int x, const struct part *p)
{
	int used = draw_text(c, 0, x, 0, p->label_role, p->label);

	if (p->value[0] != '\0')
		used += 1 + draw_text(c, 0, x + used + 1, 0, p->value_role, p->value);
	return used;
}

static void draw_header(struct ui *ui, const struct canvas *screen)
{
	const struct rect *r = &ui->layout.header;
	struct canvas c = canvas_rect(screen, r);
	struct parts p;
	int left = 1, right;

	if (r->rows == 0)
		return;
	collect_parts(&p, ui->app, ui->app->server_count <= EACH_SERVER_MAX);
	if (ui->app->server_count > 1 && parts_width(&p) > r->columns)
		collect_parts(&p, ui->app, false);
	while (p.count > 1 && parts_width(&p) > r->columns) {
		size_t least = 0;

		for (size_t i = 1; i < p.count; i++)
			if (p.part[i].drop >= p.part[least].drop)
				least = i;
		p.count--;
		memmove(&p.part[least], &p.part[least + 1], (p.count - least) * sizeof(p.part[0]));
	}
	right = r->columns - 1;
	for (size_t i = 0; i < p.count; i++) {
		if (p.part[i].right)
			right -= part_width(&p.part[i]) + 2;
		else
			left += draw_part(&c, left, &p.part[i]) + 2;
	}
	for (size_t i = 0; i < p.count; i++)
		if (p.part[i].right)
			right += draw_part(&c, right + 2, &p.part[i]) + 2;
}

/* Tabs */

static void add_hit(struct ui *ui, int y, int x, int columns, enum action_id action)
{
	if (ui->hit_count < HITS_MAX)
		ui->hits[ui->hit_count++] = (struct hit){ { y, x, 1, columns }, action };
}

static void badge_of(struct ui *ui, enum view_id view, char *to, size_t size)
{
	const struct view_ops *ops = ui->views[view];

	to[0] = '\0';
	if (ops->badge != NULL)
		ops->badge(ui->states[view], to, size);
}

/* Draws "1 Deck" and the badge; only "1" where the titles of all tabs do not fit. */
static void draw_tabs(struct ui *ui, const struct canvas *screen)
{
	const struct rect *r = &ui->layout.tabs;
	struct canvas c = canvas_rect(screen, r);
	int64_t limit = workspace_limit(snapshot_workspace(ui->app->snapshot)), used = snapshot_used(ui->app->snapshot);
	char badges[VIEW_COUNT][32], key[KEYMAP_NAME_SIZE], text[64];
	int titles[VIEW_COUNT], badge_columns[VIEW_COUNT], width = 0, x = 0;

	if (r->rows == 0)
		return;
	for (int v = 0; v < VIEW_COUNT; v++) {
		badge_of(ui, (enum view_id)v, badges[v], sizeof(badges[v]));
		titles[v] = 1 + utf8_width(_(ui->views[v]->title));
		badge_columns[v] = badges[v][0] != '\0' ? 1 + utf8_width(badges[v]) : 0;
		width += 3 + titles[v] + badge_columns[v];
	}
	for (int v = 0; v < VIEW_COUNT; v++) {
		bool shown = v == (int)ui->view, with_title = width <= r->columns || shown;
		int columns = 3 + (with_title ? titles[v] : 0) + badge_columns[v], at;
		struct canvas tab = canvas_sub(&c, 0, x, 1, columns);

		keymap_key_of(ACTION_VIEW_DECK + v, key);
		at = 1 + draw_text(&tab, 0, 1, 0, ROLE_KEY, key);
		if (with_title)
			at += 1 + draw_text(&tab, 0, at + 1, 0, ROLE_NORMAL, _(ui->views[v]->title));
		draw_text(&tab, 0, at + 1, 0, badges[v][0] == '!' ? ROLE_ALARM : ROLE_STRONG, badges[v]);
		if (shown)
			draw_selected(&tab, 0, 0);
		add_hit(ui, tab.area.y, tab.area.x, columns, ACTION_VIEW_DECK + v);
		x += columns;
	}
	snprintf(text, sizeof(text), _("%lld of %lld used"), (long long)used, (long long)limit);
	if (limit != LIMIT_NONE && used * 100 >= limit * LIMIT_PERCENT && x + utf8_width(text) + 2 <= r->columns)
		draw_right(&c, 0, x, r->columns - x - 1, used >= limit ? ROLE_ALARM : ROLE_WARN, text);
}

/* Writes "12 of 340  PAUSED +37". The position is written only when the filter or the screen hides rows. */
static void view_note(struct ui *ui, char *to, size_t size)
{
	const struct view_ops *ops = ui->views[ui->view];
	struct view *v = ui_view_state(ui, ui->view);
	struct list_counts n;
	char mode[48] = "";

	*to = '\0';
	if (ops->note != NULL)
		ops->note(v, mode, sizeof(mode));
	list_count(&v->list, &n);
	if (*ui->filters[ui->view] != '\0' || n.count > n.visible)
		snprintf(to, size, _("%zu of %zu%s%s%s"), n.at, n.count, n.more ? "+" : "", *mode != '\0' ? "  " : "", mode);
	else
		str_copy(to, size, str_of(mode));
}

/* Draws the rule below the tabs, with the view's filter and mode. */
static void draw_view_rule(struct ui *ui, const struct canvas *screen)
{
	const struct rect *r = &ui->layout.rule;
	struct canvas c = canvas_rect(screen, r);
	char title[128] = "/", note[96];

	if (r->rows == 0)
		return;
	str_copy(title + 1, sizeof(title) - 1, str_of(ui->filters[ui->view]));
	view_note(ui, note, sizeof(note));
	draw_rule(&c, 0, title[1] != '\0' ? title : NULL, *note != '\0' ? note : NULL);
}

/* The views */

static void draw_panel(struct ui *ui, const struct canvas *screen)
{
	const struct rect *rule = &ui->layout.panel_rule, *r = &ui->layout.panel;
	struct canvas c = canvas_rect(screen, r);
	char note[48] = "";

	if (r->rows == 0)
		return;
	/* Not refreshed: the panel has rows of its own, and refilling those of the view takes most of a frame. */
	ui->views[VIEW_CALLS]->draw(ui->states[VIEW_CALLS], &c, false);
	ui->views[VIEW_CALLS]->note(ui->states[VIEW_CALLS], note, sizeof(note));
	if (*note == '\0')
		badge_of(ui, VIEW_CALLS, note, sizeof(note));
	c = canvas_rect(screen, rule);
	draw_rule(&c, 0, _("Live calls"), note);
}

static void draw_strip(struct ui *ui, const struct canvas *screen)
{
	const struct rect *rule = &ui->layout.strip_rule, *r = &ui->layout.strip;
	struct canvas c = canvas_rect(screen, rule);

	if (r->rows == 0)
		return;
	draw_rule(&c, 0, ui->views[VIEW_METRICS]->strip_title(ui->app), NULL);
	c = canvas_rect(screen, r);
	ui->views[VIEW_METRICS]->strip(ui->app, &c);
}

/* Status line and footer */

static void draw_message(const struct canvas *c, const struct message *m)
{
	static const enum role roles[] = { ROLE_NORMAL, ROLE_WARN, ROLE_ALARM };
	const char *more = _("! more");
	int x = 1, width = c->area.columns - 2, more_width = utf8_width(more);

	if (m->level != MESSAGE_INFO) {
		const char *mark = mark_text(c, m->level == MESSAGE_WARN ? MARK_WARN : MARK_ALARM);

		x += draw_text(c, 0, x, 0, roles[m->level], mark) + 1;
		width -= x - 1;
	}
	if (utf8_width(m->text) > width && width > more_width + 20) {
		draw_right(c, 0, x, width, ROLE_DIM, more);
		width -= more_width + 2;
	}
	if (width > 0)
		draw_foreign(c, 0, x, width, roles[m->level], m->text);
}

static void draw_status(struct ui *ui, const struct canvas *screen)
{
	struct canvas c = frame_status(ui, screen);
	const struct message *m = messages_current(ui->app->messages);
	const char *filter = ui->filters[ui->view];
	char badge[32], note[96];

	view_note(ui, note, sizeof(note));
	if (m != NULL) {
		draw_message(&c, m);
	} else if (ui->layout.rule.rows == 0 && (*filter != '\0' || (*note != '\0' && ui->layout.tabs.rows > 0))) {
		draw_textf(&c, 0, 1, 0, ROLE_DIM, "%s%s%s%s", *filter != '\0' ? "/" : "", filter, *filter != '\0' ? "  " : "", note);
	} else if (ui->layout.tabs.rows == 0) {
		badge_of(ui, ui->view, badge, sizeof(badge));
		draw_textf(&c, 0, ui->layout.body.rows > 0 ? 1 : 0, 0, ROLE_DIM, "%s %s%s%s", _(ui->views[ui->view]->title), badge,
			   badge[0] != '\0' ? "  " : "", note);
	}
}

/* Draws the actions that are possible now, in the order of the action table. Help and quit have reserved places. */
static void draw_actions(struct ui *ui, const struct canvas *c)
{
	char key[KEYMAP_NAME_SIZE];
	int widths[ACTION_COUNT], x = 1, reserved = 0;

	for (int id = 1; id < ACTION_COUNT; id++) {
		const struct action *a = action_get((enum action_id)id);
		bool shown = *a->footer != '\0' && action_in_scope(a, ui_scope(ui)) && ui_why_not(ui, a->id) == NULL;

		keymap_key_of(a->id, key);
		widths[id] = shown ? utf8_width(key) + 1 + utf8_width(_(a->footer)) + 2 : 0;
		reserved += id == ACTION_HELP || id == ACTION_QUIT ? widths[id] : 0;
	}
	for (int id = 1; id < ACTION_COUNT; id++) {
		const struct action *a = action_get((enum action_id)id);

		reserved -= id == ACTION_HELP || id == ACTION_QUIT ? widths[id] : 0;
		if (widths[id] == 0 || x + widths[id] + reserved > c->area.columns + 1)
			continue;
		keymap_key_of(a->id, key);
		draw_text(c, 0, x + 1 + draw_text(c, 0, x, 0, ROLE_KEY, key), 0, ROLE_NORMAL, _(a->footer));
		add_hit(ui, c->area.y, c->area.x + x, widths[id] - 2, a->id);
		x += widths[id];
	}
}

/* "Enter choose  Esc close": the first word of each group is a key. */
static void draw_hint(const struct canvas *c, const char *hint)
{
	int x = 1;

	while (*hint != '\0') {
		const char *end = strstr(hint, "  ");
		size_t len = end != NULL ? (size_t)(end - hint) : strlen(hint), key = strcspn(hint, " ");
		char *part = xstrndup(hint, len);

		if (key < len) {
			part[key] = '\0';
			x += draw_text(c, 0, x, 0, ROLE_KEY, part) + 1;
			x += draw_text(c, 0, x, 0, ROLE_NORMAL, part + key + 1) + 2;
		} else {
			x += draw_text(c, 0, x, 0, ROLE_NORMAL, part) + 2;
		}
		free(part);
		hint += len + strspn(hint + len, " ");
	}
}

static void draw_footer(struct ui *ui, const struct canvas *screen)
{
	const struct rect *r = &ui->layout.footer;
	struct canvas c = canvas_rect(screen, r);

	if (r->rows == 0)
		return;
	if (ui->overlay_count == 0) {
		draw_actions(ui, &c);
	} else {
		const char *hint = ui->overlays[ui->overlay_count - 1].ops->hint;

		draw_hint(&c, hint != NULL ? _(hint) : "");
	}
}

void frame_draw(struct ui *ui)
{
	struct rect all = { 0, 0, term_rows(ui->term), term_columns(ui->term) };
	struct canvas screen = canvas_of(all, ui->ascii), body;

	layout_compute(&ui->layout, all.rows, all.columns, ui->view == VIEW_DECK);
	ui->hit_count = 0;
	draw_header(ui, &screen);
	draw_tabs(ui, &screen);
	draw_panel(ui, &screen);
	draw_strip(ui, &screen);
	body = canvas_rect(&screen, &ui->layout.body);
	if (body.area.rows > 0)
		ui->views[ui->view]->draw(ui_view_state(ui, ui->view), &body, true);
	draw_view_rule(ui, &screen);
	draw_status(ui, &screen);
	draw_footer(ui, &screen);
	for (size_t i = 0; i < ui->overlay_count; i++)
		ui->overlays[i].ops->draw(ui->overlays[i].state, &screen);
}

/* Time */

static int64_t view_next_at_ms(struct ui *ui, enum view_id view)
{
	const struct view_ops *ops = ui->views[view];

	return ops->next_at_ms != NULL ? ops->next_at_ms(ui->states[view]) : -1;
}

int64_t frame_next_at_ms(struct ui *ui)
{
	int64_t now = clock_mono_ms(ui->app->clock);
	int64_t at = clock_earlier(messages_next_at_ms(ui->app->messages), view_next_at_ms(ui, ui->view));
	bool counts_down = ui->app->store_state == STORE_STATE_RETRY;

	for (size_t i = 0; i < ui->app->server_count; i++) {
		const struct server_status *s = &ui->app->servers[i].status;

		counts_down |= link_retries(s) && s->err.code != ERR_SERVER_LOGIN;
	}

	if (ui->layout.panel.rows > 0)
		at = clock_earlier(at, view_next_at_ms(ui, VIEW_CALLS));
	if (ui->layout.header.rows > 0)
		at = clock_earlier(at, now + 60000 - clock_wall_us(ui->app->clock) / 1000 % 60000);
	if (ui->layout.header.rows > 0 && counts_down)
		at = clock_earlier(at, now + 1000);
	if (ui->app->replay != NULL)
		at = clock_earlier(at, app_replay_tick_ms(ui->app));
	return at;
}

/* For overlays */

struct canvas frame_page(struct ui *ui, const struct canvas *screen, const char *title)
{
	int top = ui->layout.rule.rows > 0 ? ui->layout.rule.y : ui->layout.body.y;
	struct canvas page = canvas_sub(screen, top, 0, ui->layout.status.y - top, screen->area.columns);

	if (page.area.rows < 2) {
		draw_clear(screen);
		return *screen;
	}
	draw_clear(&page);
	draw_rule(&page, 0, title, NULL);
	return canvas_sub(&page, 1, 0, page.area.rows - 1, page.area.columns);
}

void frame_page_note(const struct canvas *screen, const struct canvas *page, size_t first, size_t lines)
{
	size_t rows = page->area.rows > 0 ? (size_t)page->area.rows : 0;
	char note[64];

	if (lines <= rows || page->area.y == screen->area.y)
		return;
	snprintf(note, sizeof(note), _(" %zu-%zu of %zu "), first + 1, first + rows < lines ? first + rows : lines, lines);
	draw_right(screen, page->area.y - 1, 0, screen->area.columns - 2, ROLE_NORMAL, note);
}

struct canvas frame_status(struct ui *ui, const struct canvas *screen)
{
	const struct rect *r = &ui->layout.status;

	return canvas_rect(screen, r);
}

void frame_prompt(struct ui *ui, const struct canvas *screen, const char *prompt, struct line_edit *line)
{
	struct canvas c = frame_status(ui, screen);
	int x, width;

	draw_clear(&c);
	x = 1 + draw_text(&c, 0, 1, 0, ROLE_KEY, prompt);
	width = c.area.columns - x - 1;
	if (width > 0)
		term_cursor(ui->term, c.area.y, c.area.x + line_draw(line, &c, 0, x, width, ROLE_NORMAL));
}
