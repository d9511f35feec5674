/*
 * The rows of the Calls view, and the panel beside or below the Deck. Live and finished calls have columns of their own; a title
 * line shows those of the row on top. A state that is two seconds young has a dot before it and is strong; the panel leaves
 * that out and stays calm.
 */
#include "config.h"

#include "calls.h"

#include <string.h>

#include "ui/metrics/coverage_text.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/clock.h"

#define TITLES_FROM_ROWS 8
#define YOUNG_US ((int64_t)2 * 1000000)
#define GAP 1

static const struct list_column live_columns[] = {
	{ CALLS_NUMBER, N_("Number"), 13, 16, 0, false },
	{ CALLS_LABEL, N_("Label"), 12, 22, 5, false },
	{ CALLS_AGENT, N_("Agent"), 10, 18, 2, false },
	{ CALLS_CALLER, N_("Caller"), 13, 16, 1, false },
	{ CALLS_COUNTRY, N_("CC"), 2, 2, 4, false },
	{ CALLS_STATE, N_("State"), 12, 12, 0, false },
	{ CALLS_AGE, N_("Age"), 7, 7, 0, true },
	{ CALLS_RESPONSE, N_("Reply"), 6, 6, 3, true },
	{ CALLS_PROVIDER, N_("Provider"), 10, 16, 6, false },
	{ CALLS_SERVER, N_("Server"), 6, 12, 7, false },
};

static const struct list_column past_columns[] = {
	{ CALLS_ENDED, N_("Ended"), 5, 8, 0, false },
	{ CALLS_NUMBER, N_("Number"), 13, 16, 0, false },
	{ CALLS_LABEL, N_("Label"), 12, 22, 7, false },
	{ CALLS_AGENT, N_("Agent"), 10, 18, 3, false },
	{ CALLS_CALLER, N_("Caller"), 13, 16, 2, false },
	{ CALLS_COUNTRY, N_("CC"), 2, 2, 6, false },
	{ CALLS_STATE, N_("Outcome"), 11, 12, 0, false },
	{ CALLS_AGE, N_("Talk"), 7, 7, 1, true },
	{ CALLS_RESPONSE, N_("Reply"), 5, 6, 4, true },
	{ CALLS_HUNG_UP_BY, N_("By"), 6, 6, 5, false },
	{ CALLS_PROVIDER, N_("Provider"), 10, 16, 8, false },
	{ CALLS_SERVER, N_("Server"), 6, 12, 9, false },
};

/* What drawing rows needs. */
struct drawing {
	const struct calls *view;
	struct list_layout live, past;
	int64_t now_us;
	bool calm;			/* without marks of change */
	struct list_column past_columns[ARRAY_LEN(past_columns)];	/* with the room that the times in view need */
	bool seconds;			/* there is room for them in a time */
};

static void draw_texts(const struct drawing *d, const struct canvas *row, const struct list_layout *lay, const struct call *c)
{
	static const struct { enum calls_column column; enum role role; } texts[] = {
		{ CALLS_NUMBER, ROLE_NORMAL }, { CALLS_LABEL, ROLE_NORMAL }, { CALLS_AGENT, ROLE_NORMAL },
		{ CALLS_COUNTRY, ROLE_DIM }, { CALLS_PROVIDER, ROLE_DIM }, { CALLS_SERVER, ROLE_DIM },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		list_cell(row, 0, lay, (int)texts[i].column, texts[i].role, calls_text(d->view->app, c, texts[i].column));
	list_cell(row, 0, lay, CALLS_CALLER, ROLE_NORMAL, c->caller[0] != '\0' ? c->caller : _("anonymous"));
}

static void draw_response(const struct canvas *row, const struct list_layout *lay, const struct call *c)
{
	char text[SHORT_SIZE];
	bool first_audio;
	int64_t us = call_response_us(c, &first_audio);

	if (us < 0)
		return;
	format_seconds(text, us);
	list_cell(row, 0, lay, CALLS_RESPONSE, first_audio ? ROLE_NORMAL : ROLE_DIM, text);
}

/* --- live --- */

static enum role state_role(enum call_state s)
{
	if (s == CALL_SILENT)
		return ROLE_WARN;
	return s == CALL_TALKING ? ROLE_GOOD : ROLE_NORMAL;
}

/* Each of these moments begins a state. */
static bool is_young(const struct call *c, int64_t now_us)
{
	const int64_t moments[] = { c->started_us, c->agent_dialled_us, c->answered_us, c->first_audio_us };
	int64_t last = 0;

	for (size_t i = 0; i < ARRAY_LEN(moments); i++)
		last = moments[i] > last ? moments[i] : last;
	return time_minus(now_us, last) < YOUNG_US;
}

static int column_x(const struct list_layout *lay, int id)
{
	for (int i = 0; i < lay->count; i++)
		if (lay->column[i].id == id)
			return lay->column[i].x;
	return 0;
}

static void draw_state(const struct drawing *d, const struct canvas *row, const struct call *c)
{
	enum call_state state = calls_state(d->view, c, d->now_us);
	int x = column_x(&d->live, CALLS_STATE);

	if (d->calm || !is_young(c, d->now_us)) {
		list_cell(row, 0, &d->live, CALLS_STATE, state_role(state), call_state_text(state));
		return;
	}
	if (x > 0)
		draw_text(row, 0, x - 1, 1, ROLE_STRONG, mark_text(row, MARK_DOT));
	list_cell(row, 0, &d->live, CALLS_STATE, ROLE_STRONG, call_state_text(state));
}

/* Row without the margins; the left one is for a mark. */
static struct canvas inside(const struct canvas *line, const struct call *c)
{
	if (c->uncertain || c->joined_late)
		draw_text(line, 0, 0, 1, ROLE_WARN, "?");
	return canvas_sub(line, 0, 1, 1, line->area.columns - 2);
}

static void draw_live(const struct drawing *d, const struct canvas *line, const struct call *c)
{
	struct canvas inner = inside(line, c), *row = &inner;
	char text[SHORT_SIZE];

	draw_texts(d, row, &d->live, c);
	draw_state(d, row, c);
	if (c->started_us > 0) {
		format_age(text, time_minus(d->now_us, c->started_us));
		list_cell(row, 0, &d->live, CALLS_AGE, ROLE_NORMAL, text);
	}
	draw_response(row, &d->live, c);
}

/* --- finished --- */

static void draw_past(const struct drawing *d, const struct canvas *line, const struct call *c)
{
	const struct list_layout *lay = &d->past;
	struct canvas inner = inside(line, c), *row = &inner;
	char text[SHORT_SIZE], when[WHEN_SIZE];

	format_when(when, app_zone(d->view->app), c->ended_us, d->now_us, d->seconds);
	list_cell(row, 0, lay, CALLS_ENDED, ROLE_DIM, when);
	draw_texts(d, row, lay, c);
	list_cell(row, 0, lay, CALLS_STATE, c->outcome == OUTCOME_ANSWERED ? ROLE_NORMAL : ROLE_WARN, outcome_text(c->outcome));
	if (c->talk_us > 0) {
		format_age(text, c->talk_us);
		list_cell(row, 0, lay, CALLS_AGE, ROLE_NORMAL, text);
	}
	draw_response(row, lay, c);
	list_cell(row, 0, lay, CALLS_HUNG_UP_BY, ROLE_DIM, hung_up_by_text(c->hung_up_by));
}

/* --- the view --- */

static void draw_row(void *arg, const struct canvas *line, const struct list_row *r)
{
	const struct drawing *d = arg;

	switch ((enum calls_row)r->kind) {
	case CALLS_LIVE:
		draw_live(d, line, r->data);
		break;
	case CALLS_PAST:
		draw_past(d, line, r->data);
		break;
	case CALLS_RULE:
		draw_rule(line, 0, _("Finished calls"), NULL);
		break;
	case CALLS_END:
		draw_text(line, 0, 1, 0, ROLE_DIM, past_end_text(d->view));
		break;
	}
}

/* How long the time of the call that ended longest ago is, of those in view. */
static int longest_when(const struct calls *v, const struct canvas *c)
{
	const struct list *l = &v->list;
	char when[WHEN_SIZE];

	for (size_t i = l->top + (size_t)c->area.rows + 1; i-- > l->top;) {
		if (i >= l->count || l->rows[i].kind != CALLS_PAST)
			continue;
		format_when(when, app_zone(v->app), ((const struct call *)l->rows[i].data)->ended_us, calls_now_us(v), false);
		return (int)strlen(when);
	}
	return 0;
}

static struct drawing drawing_of(const struct calls *v, const struct canvas *c)
{
	struct drawing d = { .view = v, .now_us = calls_now_us(v) };
	int when = v->as_panel ? 0 : longest_when(v, c);

	list_layout(&d.live, live_columns, ARRAY_LEN(live_columns), c->area.columns - 2, GAP);
	memcpy(d.past_columns, past_columns, sizeof(past_columns));
	if (when > past_columns[0].min) {
		d.past_columns[0].min = when;
		d.past_columns[0].max = when + (int)strlen(":00");
	}
	list_layout(&d.past, d.past_columns, ARRAY_LEN(past_columns), c->area.columns - 2, GAP);
	d.seconds = d.past.column[0].width > d.past_columns[0].min + 2;
	return d;
}

/* Where there is room for it. The columns are those of the row on top, which list_fit() settles. */
static struct canvas draw_titles(struct calls *v, const struct canvas *c, const struct drawing *d)
{
	struct canvas line = canvas_sub(c, 0, 1, 1, c->area.columns - 2);
	struct canvas rows = canvas_sub(c, 1, 0, c->area.rows - 1, c->area.columns);
	bool past;

	v->layout = d->live;
	v->titled = c->area.rows >= TITLES_FROM_ROWS;
	if (!v->titled)
		return *c;
	list_fit(&v->list, rows.area.rows);
	past = v->list.top < v->list.count && v->list.rows[v->list.top].kind == CALLS_PAST;
	v->sortable = !past;
	if (past)
		list_titles(&line, 0, &d->past, d->past_columns, ARRAY_LEN(past_columns), -1, false);
	else
		list_titles(&line, 0, &d->live, live_columns, ARRAY_LEN(live_columns), (int)v->sort, v->descending);
	return rows;
}

/* What is said below the last call is seen with it: the cursor can't go there. */
static void show_end(struct list *l, int rows)
{
	size_t visible = rows > 1 ? (size_t)rows : 0;

	list_fit(l, rows);
	if (visible && l->count > visible && l->cursor + 2 == l->count && l->rows[l->count - 1].kind == CALLS_END)
		l->top = l->count - visible;
}

void calls_draw_view(struct calls *v, const struct canvas *c)
{
	struct drawing d = drawing_of(v, c);
	struct canvas below = draw_unheard(v->app, c);
	struct canvas rows = draw_titles(v, &below, &d);

	v->head = rows.area.y - c->area.y;
	show_end(&v->list, rows.area.rows);
	if (v->list.count == 0)
		draw_text(&rows, 0, 1, 0, ROLE_DIM, v->query && !filter_words_is_empty(v->query) ? _("No call matches the filter.")
			  : _("No live calls."));
	ui_draw_list(v->ui, &v->list, &rows, true, draw_row, &d);
}

void calls_draw_panel(struct calls *v, const struct canvas *c)
{
	struct drawing d = drawing_of(v, c);
	struct canvas below = draw_unheard(v->app, c);
	size_t count, rows = (size_t)below.area.rows;
	const struct call *const *calls = live_calls(v->app->live, &count);

	if (v->panel_top + rows > count)
		v->panel_top = count > rows ? count - rows : 0;
	if (count == 0)
		draw_text(&below, 0, 1, 0, ROLE_DIM, _("No live calls."));
	d.calm = true;
	for (size_t y = 0; y < rows && v->panel_top + y < count; y++) {
		struct canvas line = canvas_sub(&below, (int)y, 0, 1, below.area.columns);

		draw_live(&d, &line, calls[count - 1 - (v->panel_top + y)]);
	}
}
