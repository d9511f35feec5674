/*
 * The figures of a subject over a window. The subject is the number, provider, agent or region at the Deck's cursor, or
 * all calls. Drawing asks the store when the figures are old or of another subject; figures of the same subject stay
 * until the answer comes. The live window counts live calls at each frame. The sections are below each other, in two
 * columns if there is room.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/deck/deck.h"
#include "figures.h"
#include "coverage_text.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "ui/frame/ui.h"

#define REFRESH_MS 5000
#define LIVE_REFRESH_MS 1000
#define REFRESH_COST 20			/* the pause is at least this many times as long as the last answer took */
#define TWO_COLUMNS 76
#define LOW_ROWS 8			/* up to so many rows, blank lines are left out */
#define WHEEL_LINES 3
#define SUBJECT_COLUMNS 26		/* with so many columns left, all windows are named */

struct metrics_view {
	struct view view;
	enum metrics_window window;
	enum metrics_group group;	/* as chosen; a group without a key in the Deck's row gives way to the next */
	int64_t asked_ms;
	struct figures_pick pick;	/* of the last frame */
	int top;			/* lines of the sections that are scrolled off */
	int lines, visible;		/* in the last frame: lines of the sections; rows on the screen for them */
};

/* --- the subject --- */

/* The records of the Deck's row, which name the subjects. */
struct subjects {
	const struct number *number;
	const struct provider *provider;
};

static struct subjects subjects_of_cursor(const struct metrics_view *v)
{
	const struct deck *d = ui_view_state(v->view.ui, VIEW_DECK);

	return (struct subjects){ deck_number(d), deck_provider(d) };
}

/* Returns the key of the group in the row; "" = none. */
static const char *key_of(const struct subjects *s, enum metrics_group g)
{
	switch (g) {
	case METRICS_BY_NUMBER:
		return s->number ? s->number->e164 : "";
	case METRICS_BY_PROVIDER:
		return s->provider ? s->provider->id : "";
	case METRICS_BY_AGENT:
		return s->number ? s->number->agent : "";
	case METRICS_BY_REGION:
		return s->number ? region_name(s->number->region) : s->provider ? region_name(s->provider->region) : "";
	default:
		return "";
	}
}

/* Returns the first group from g on that has a key in the row. METRICS_BY_ALL needs none. */
static enum metrics_group available(const struct subjects *s, enum metrics_group g)
{
	while (g != METRICS_BY_ALL && !key_of(s, g)[0])
		g++;
	return g;
}

static struct figures_request wanted(const struct metrics_view *v)
{
	struct subjects s = subjects_of_cursor(v);
	struct figures_request r = { .window = v->window, .group = available(&s, v->group) };

	str_copy(r.key, sizeof(r.key), str_of(key_of(&s, r.group)));
	return r;
}

static bool same(const struct figures_request *a, const struct figures_request *b)
{
	return a->window == b->window && a->group == b->group && strcmp(a->key, b->key) == 0;
}

static int64_t refresh_ms(const struct figures *f)
{
	int64_t rest = f->took_ms * REFRESH_COST;

	return rest > REFRESH_MS ? rest : REFRESH_MS;
}

static void ask(struct metrics_view *v)
{
	const struct figures *f = &v->view.app->figures;
	struct figures_request r = wanted(v);
	int64_t now = clock_mono_ms(v->view.app->clock);

	if ((f->metrics || f->err.code != ERR_NONE) && same(&f->request, &r) && now < v->asked_ms + refresh_ms(f))
		return;
	if (app_ask_figures(v->view.app, &r))
		v->asked_ms = now;
}

/* --- the first lines --- */

/* Draws the names of all windows or, without room, of the chosen one. Returns the columns left for the subject. */
static int draw_windows(const struct metrics_view *v, const struct canvas *c)
{
	int x = c->area.columns - 1, left = x;
	char text[16];

	for (int w = 0; w < METRICS_WINDOW_COUNT; w++)
		left -= (int)strlen(metrics_window_name((enum metrics_window)w)) + 2;
	for (int w = METRICS_WINDOW_COUNT - 1; w >= 0; w--) {
		bool chosen = w == (int)v->window;

		if (!chosen && left < SUBJECT_COLUMNS)
			continue;
		snprintf(text, sizeof(text), chosen ? "[%s]" : " %s ", metrics_window_name((enum metrics_window)w));
		x -= (int)strlen(text);
		if (x > 0)
			draw_text(c, 0, x, 0, chosen ? ROLE_ACCENT : ROLE_DIM, text);
	}
	return x;
}

/* Returns the name or label of the subject; NULL = it has only its key. */
static const char *name_of(const struct metrics_view *v, const struct figures_request *r)
{
	const struct snapshot *s = v->view.app->snapshot;
	const struct number *n = r->group == METRICS_BY_NUMBER ? snapshot_number(s, r->key) : NULL;
	const struct provider *p = r->group == METRICS_BY_PROVIDER ? snapshot_provider(s, r->key) : NULL;
	const struct agent *a = r->group == METRICS_BY_AGENT ? snapshot_agent(s, r->key) : NULL;

	if (n)
		return n->label;
	if (p)
		return p->name;
	return a && a->title[0] ? a->title : NULL;
}

static void draw_subject(const struct metrics_view *v, const struct canvas *c, const struct figures_request *r)
{
	struct canvas left = canvas_sub(c, 0, 0, 1, draw_windows(v, c) - 1);
	const char *name = name_of(v, r);
	int x = 1;

	if (r->group == METRICS_BY_ALL) {
		draw_text(&left, 0, x, 0, ROLE_STRONG, metrics_group_text(r->group));
		return;
	}
	x += draw_text(&left, 0, x, 0, ROLE_DIM, metrics_group_text(r->group)) + 1;
	if (r->group == METRICS_BY_NUMBER || !name)
		x += draw_foreign(&left, 0, x, 0, ROLE_STRONG, r->key) + 2;
	if (name)
		draw_foreign(&left, 0, x, 0, r->group == METRICS_BY_NUMBER ? ROLE_NORMAL : ROLE_STRONG, name);
}

/* --- the calls that are up --- */

struct now {
	struct metrics *metrics;	/* freed by the caller */
	int64_t longest_us;
};

static struct now count_now(const struct metrics_view *v, const struct figures_request *r)
{
	struct now now = { metrics_new_with(&(struct metrics_options){ .group = METRICS_BY_ALL }), 0 };
	int64_t wall = clock_wall_us(v->view.app->clock), age_us;
	size_t count;
	const struct call *const *calls = live_calls(v->view.app->live, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(metrics_group_of(r->group, calls[i]), r->key) != 0)
			continue;
		metrics_now(now.metrics, calls[i]);
		age_us = time_minus(app_by_server_clock(v->view.app, calls[i], wall), calls[i]->started_us);
		if (age_us > now.longest_us)
			now.longest_us = age_us;
	}
	return now;
}

static int draw_live(const struct canvas *c, int y, int x, uint64_t live)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)live);
	return figures_put(c, y, x, _("Live now"), text, ROLE_ACCENT);
}

/* --- drawing --- */

/* Two columns side by side, or one column for the sections of both. */
struct halves {
	struct canvas left, right;
	bool two;
	int gap;			/* blank lines after the head */
};

static struct halves halves_of(const struct canvas *c)
{
	int half = c->area.columns / 2;
	struct halves p = { .left = *c, .right = *c, .two = c->area.columns >= TWO_COLUMNS };

	p.gap = c->area.rows > LOW_ROWS;
	if (p.two) {
		p.left = canvas_sub(c, 0, 0, c->area.rows, half);
		p.right = canvas_sub(c, 0, half, c->area.rows, c->area.columns - half);
	}
	return p;
}

static void draw_now(const struct metrics_view *v, const struct canvas *c, const struct figures_request *r)
{
	struct now now = count_now(v, r);
	const struct number_metrics *n = metrics_total(now.metrics);
	struct halves p = halves_of(c);
	int x = draw_live(c, 1, 1, n->offered), y = 2 + p.gap, y_right = y;
	char longest[SHORT_SIZE];

	if (n->offered > 0) {
		format_age(longest, now.longest_us);
		figures_put(c, 1, x, _("Longest"), longest, ROLE_NORMAL);
		y = figures_states(&p.left, y, n);
		y_right = figures_response(&p.right, p.two ? y_right : y, n);
		y = p.two ? y : y_right;
	}
	if (v->view.app->figures.metrics && same(&v->view.app->figures.of, r))
		y = figures_hours(&p.left, y, _("Last 24 h"), metrics_series(v->view.app->figures.metrics)) + 1;
	if (n->offered > 0)
		figures_countries(&p.right, p.two ? y_right : y, n, NULL);
	metrics_free(&now.metrics);
}

/* Returns the row after the last one. */
static int draw_sections(struct metrics_view *v, const struct canvas *c, int y)
{
	const struct figures *f = &v->view.app->figures;
	const struct number_metrics *n = metrics_total(f->metrics);
	struct halves p = halves_of(c);
	int y_right = y;

	v->pick.count = 0;
	y_right = figures_sound(&p.right, figures_response(&p.right, figures_talk(&p.right, y_right, n), n), n);
	y = figures_outcomes(&p.left, p.two ? y : y_right, n, &v->pick);
	y = figures_hours(&p.left, y, _("Last 24 h"), metrics_series(f->metrics));
	y = figures_week(&p.left, y, n, &v->pick);
	y_right = figures_countries(&p.right, figures_causes(&p.right, p.two ? y_right : y, n, &v->pick), n, &v->pick);
	return y > y_right ? y : y_right;
}

static void draw_past(struct metrics_view *v, const struct canvas *c, const struct figures_request *r)
{
	const struct figures *f = &v->view.app->figures;
	const struct number_metrics *n = metrics_total(f->metrics);
	struct now now = count_now(v, r);
	int y = 2 + (halves_of(c).gap || !f->coverage.complete), row;
	struct canvas below = canvas_sub(c, y, 0, c->area.rows - y, c->area.columns);
	uint64_t live;

	draw_incomplete(v->view.app, c, 2);
	live = metrics_total(now.metrics)->offered;
	draw_live(c, 1, figures_put_calls(c, 1, 1, n, live), live);
	metrics_free(&now.metrics);
	if (n->offered == 0) {
		figures_hours(c, y, _("Last 24 h"), metrics_series(f->metrics));
		return;
	}
	v->visible = below.area.rows;
	v->lines = draw_sections(v, &below, -v->top) + v->top - 1;
	if (v->pick.marked > v->pick.count)
		v->pick.marked = 0;
	row = v->pick.marked > 0 ? v->pick.item[v->pick.marked - 1].area.y - below.area.y : 0;
	if (v->pick.marked > 0 && (row < 0 || row >= v->visible)) {
		v->top += row < 0 ? row : row - v->visible + 1;
		draw_clear(&below);
		draw_sections(v, &below, -v->top);
	}
}

static void metrics_draw(void *state, const struct canvas *c, bool focused)
{
	struct metrics_view *v = state;
	const struct figures *f = &v->view.app->figures;
	struct figures_request r = wanted(v);

	(void)focused;
	v->pick.count = 0;
	ask(v);
	term_cursor(ui_term(v->view.ui), -1, 0);
	draw_subject(v, c, &r);
	if (r.window == METRICS_LIVE)
		draw_now(v, c, &r);
	else if (same(&f->request, &r) && f->err.code != ERR_NONE)
		draw_foreign(c, 2, 1, 0, ROLE_ALARM, f->err.message);
	else if (f->metrics && same(&f->of, &r))
		draw_past(v, c, &r);
	else
		draw_text(c, 2, 1, 0, ROLE_DIM, _("Counting..."));
}

/* --- the rest of the view --- */

static void metrics_update(void *state, unsigned dirty)
{
	struct metrics_view *v = state;

	if (dirty & (APP_DIRTY_FIGURES | APP_DIRTY_CALLS | APP_DIRTY_WORKSPACE))
		ui_touch(v->view.ui);
}

/* Returns the marked weekday; -1 = none. */
static int marked_day(const struct metrics_view *v)
{
	return v->pick.marked > 0 && v->pick.marked <= v->pick.count ? v->pick.item[v->pick.marked - 1].day : -1;
}

/* Writes "3 of 12" of the Deck's numbers or providers, and the marked cell of the week. */
static void metrics_note(void *state, char *to, size_t size)
{
	const struct metrics_view *v = state;
	struct figures_request r = wanted(v);
	int day = marked_day(v), hour = v->pick.hour;
	size_t at = 0, count = 0, len = 0;
	unsigned calls;

	if (r.group == METRICS_BY_NUMBER || r.group == METRICS_BY_PROVIDER)
		deck_position(ui_view_state(v->view.ui, VIEW_DECK), r.group == METRICS_BY_NUMBER, &at, &count);
	to[0] = '\0';
	if (at > 0)
		len = (size_t)snprintf(to, size, _("%zu of %zu"), at, count);
	if (day < 0 || hour < 0 || len >= size)
		return;
	calls = metrics_total(v->view.app->figures.metrics)->by_week[day][hour];
	snprintf(to + len, size - len, ngettext("%s%s %02d:00  %u call", "%s%s %02d:00  %u calls", calls), len > 0 ? "  " : "",
		 zone_weekday_name(day), hour, calls);
}

/* Shows the calls of the subject, the window and the marked figure. */
static void show_calls(struct metrics_view *v)
{
	struct figures_request r = wanted(v);
	struct buf filter;

	buf_init(&filter, BUF_UNBOUNDED);
	if (r.group != METRICS_BY_ALL)
		buf_addf(&filter, "%s:\"%s\" ", metrics_group_name(r.group), r.key);
	if (r.window == METRICS_LIVE)
		buf_adds(&filter, "!state:ended");
	else
		buf_addf(&filter, "since:%s", metrics_window_name(r.window));
	if (v->pick.marked > 0 && v->pick.marked <= v->pick.count)
		buf_addf(&filter, " %s", v->pick.item[v->pick.marked - 1].filter);
	if (marked_day(v) >= 0 && v->pick.hour >= 0)
		buf_addf(&filter, " hour:%02d", v->pick.hour);
	ui_show_calls(v->view.ui, filter.p);
	buf_clear(&filter);
}

/* Moves along the hours of the marked (else the first) weekday. The whole day follows the last hour. */
static void step_hour(struct metrics_view *v, int step)
{
	for (size_t i = 0; marked_day(v) < 0 && i < v->pick.count; i++) {
		if (v->pick.item[i].day < 0)
			continue;
		v->pick.marked = i + 1;
		v->pick.hour = -1;
	}
	if (marked_day(v) >= 0)
		v->pick.hour = (v->pick.hour + 1 + step + 25) % 25 - 1;
}

static void scroll(struct metrics_view *v, int lines)
{
	int last = v->lines > v->visible ? v->lines - v->visible : 0;

	v->pick.marked = 0;
	v->top += lines;
	v->top = v->top > last ? last : v->top < 0 ? 0 : v->top;
}

/* A click on a figure or on a cell of the week shows its calls. */
static void metrics_click(void *state, int y, int x, const struct term_mouse *m)
{
	struct metrics_view *v = state;

	(void)y;
	(void)x;
	ui_touch(v->view.ui);
	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN)
		scroll(v, m->kind == MOUSE_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
	for (size_t i = 0; m->kind == MOUSE_CLICK && i < v->pick.count; i++) {
		const struct rect *area = &v->pick.item[i].area;
		int hour = m->x - area->x - FIGURES_INDENT;

		if (m->y != area->y || m->x < area->x || m->x >= area->x + area->columns)
			continue;
		v->pick.marked = i + 1;
		v->pick.hour = hour >= 0 && hour < 24 ? hour : -1;
		show_calls(v);
		return;
	}
}

static bool metrics_action(void *state, enum action_id action)
{
	struct metrics_view *v = state;
	size_t figures = v->pick.count + 1;
	enum metrics_group shown;
	struct subjects s;

	switch (action) {
	case ACTION_WINDOW_NEXT:
		v->window = (v->window + 1) % METRICS_WINDOW_COUNT;
		return true;
	case ACTION_WINDOW_PREVIOUS:
		v->window = (v->window + METRICS_WINDOW_COUNT - 1) % METRICS_WINDOW_COUNT;
		return true;
	case ACTION_SUBJECT:
		s = subjects_of_cursor(v);
		shown = available(&s, v->group);
		v->group = available(&s, shown == METRICS_BY_ALL ? 0 : shown + 1);
		return true;
	case ACTION_FIGURE_CALLS:
		show_calls(v);
		return true;
	case ACTION_FIGURE_NEXT:
		v->pick.marked = (v->pick.marked + 1) % figures;
		return true;
	case ACTION_FIGURE_PREVIOUS:
		v->pick.marked = (v->pick.marked + figures - 1) % figures;
		return true;
	case ACTION_HOUR_NEXT:
		step_hour(v, 1);
		return true;
	case ACTION_HOUR_PREVIOUS:
		step_hour(v, -1);
		return true;
	case ACTION_PAGE_UP: case ACTION_HALF_UP:
		scroll(v, -v->visible);
		return true;
	case ACTION_PAGE_DOWN: case ACTION_HALF_DOWN:
		scroll(v, v->visible);
		return true;
	case ACTION_FIRST:
		scroll(v, -v->lines);
		return true;
	case ACTION_LAST:
		scroll(v, v->lines);
		return true;
	case ACTION_UP: case ACTION_DOWN:
		deck_step(ui_view_state(v->view.ui, VIEW_DECK), action == ACTION_DOWN);
		return true;
	default:
		return false;
	}
}

static int64_t metrics_next_at(void *state)
{
	struct metrics_view *v = state;
	int64_t at = v->asked_ms + refresh_ms(&v->view.app->figures), now = clock_mono_ms(v->view.app->clock);

	if (v->window != METRICS_LIVE || live_count(v->view.app->live) == 0)
		return at;
	return clock_earlier(at, now + LIVE_REFRESH_MS);
}

static void metrics_open(void *state)
{
	struct metrics_view *v = state;

	v->window = METRICS_24H;
	v->pick.hour = -1;
}

const struct view_ops view_metrics_ops = {
	.title = N_("Metrics"),
	.strip_title = metrics_strip_title,
	.strip = metrics_strip_draw,
	.scope = SCOPE_METRICS,
	.size = sizeof(struct metrics_view),
	.open = metrics_open,
	.update = metrics_update,
	.draw = metrics_draw,
	.action = metrics_action,
	.note = metrics_note,
	.click = metrics_click,
	.next_at_ms = metrics_next_at,
};
