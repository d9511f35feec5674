/*
 * The figures of one number, one provider, or all, over a window: those of the number or provider under the Deck's cursor,
 * until another subject is chosen. The store is asked whenever the view is drawn and what it shows is of something else or
 * old; until the answer comes the figures of the same subject stay. What is drawn falls into sections, one below the
 * other, in two columns where there is room.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deck.h"
#include "trunkdeck/gettext.h"
#include "trunkdeck/mem.h"
#include "ui.h"

#define REFRESH_MS 5000
#define REFRESH_COST 20			/* rests at least so many times as long as an answer took */
#define TWO_COLUMNS 76
#define BAR_WIDTH 16
#define TOP_ROWS 4

enum subject { SUBJECT_CURSOR, SUBJECT_ALL };

struct metrics_view {
	struct ui *ui;
	struct app *app;
	enum metrics_window window;
	enum subject subject;
	int64_t asked_ms;
};

/* --- what is shown --- */

static struct figures_request wanted(const struct metrics_view *v)
{
	const struct deck *d = ui_view_state(v->ui, VIEW_DECK);
	const struct list_row *row = v->subject == SUBJECT_CURSOR ? list_selected(&d->list) : NULL;
	struct figures_request r = { .window = v->window };

	if (row && row->kind == DECK_NUMBER)
		str_copy(r.number, sizeof(r.number), str_of(((const struct number *)row->data)->e164));
	else if (row)
		str_copy(r.provider, sizeof(r.provider), str_of(((const struct provider *)row->data)->id));
	return r;
}

static bool same(const struct figures_request *a, const struct figures_request *b)
{
	return a->window == b->window && strcmp(a->number, b->number) == 0 && strcmp(a->provider, b->provider) == 0;
}

static int64_t refresh_ms(const struct figures *f)
{
	int64_t rest = f->took_ms * REFRESH_COST;

	return rest > REFRESH_MS ? rest : REFRESH_MS;
}

static void ask(struct metrics_view *v)
{
	const struct figures *f = &v->app->figures;
	struct figures_request r = wanted(v);
	int64_t now = clock_mono_ms(v->app->clock);

	if (f->metrics && same(&f->request, &r) && now < v->asked_ms + refresh_ms(f))
		return;
	if (app_ask_figures(v->app, &r))
		v->asked_ms = now;
}

static const char *subject_text(const struct metrics_view *v, const struct figures_request *r)
{
	const struct number *n = snapshot_number(v->app->snapshot, r->number);
	const struct provider *p = snapshot_provider(v->app->snapshot, r->provider);

	if (n)
		return n->label[0] ? n->label : "";
	if (p)
		return p->name;
	return r->number[0] || r->provider[0] ? r->provider : _("All calls");
}

static size_t live_of(const struct metrics_view *v, const struct figures_request *r)
{
	if (r->number[0])
		return live_count_number(v->app->live, r->number);
	return r->provider[0] ? live_count_provider(v->app->live, r->provider) : live_count(v->app->live);
}

/* --- drawing --- */

static void draw_windows(const struct metrics_view *v, const struct canvas *c)
{
	int x = c->area.columns - 1;

	for (int w = METRICS_WINDOW_COUNT - 1; w >= 0 && x > 0; w--) {
		const char *name = metrics_window_name((enum metrics_window)w);
		char text[16];

		snprintf(text, sizeof(text), (int)v->window == w ? "[%s]" : " %s ", name);
		x -= (int)strlen(text);
		if (x > 0)
			draw_text(c, 0, x, 0, (int)v->window == w ? ROLE_ACCENT : ROLE_DIM, text);
	}
}

static void draw_subject(const struct metrics_view *v, const struct canvas *c, const struct figures_request *r)
{
	int x = 1, room = c->area.columns - 30;
	struct canvas left = canvas_sub(c, 0, 0, 1, room > 20 ? room : c->area.columns);

	if (r->number[0])
		x += draw_foreign(&left, 0, x, 0, ROLE_STRONG, r->number) + 2;
	draw_foreign(&left, 0, x, 0, r->number[0] ? ROLE_NORMAL : ROLE_STRONG, subject_text(v, r));
	if (room > 20)
		draw_windows(v, c);
}

static int draw_figure(const struct canvas *c, int y, int x, const char *label, const char *value, enum role r)
{
	x += draw_text(c, y, x, 0, ROLE_DIM, label) + 1;
	return x + draw_text(c, y, x, 0, r, value) + 2;
}

static int draw_head(const struct metrics_view *v, const struct canvas *c, int y, const struct number_metrics *n)
{
	int permille = metrics_success_permille(n), x = 1;
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n->offered);
	x = draw_figure(c, y, x, _("Offered"), text, ROLE_STRONG);
	if (permille >= 0) {
		snprintf(text, sizeof(text), "%d.%d%%", permille / 10, permille % 10);
		x = draw_figure(c, y, x, _("Answered"), text, permille < 500 ? ROLE_ALARM : ROLE_GOOD);
	}
	snprintf(text, sizeof(text), "%zu", live_of(v, &v->app->figures.of));
	x = draw_figure(c, y, x, _("Live now"), text, ROLE_ACCENT);
	snprintf(text, sizeof(text), "%u", (unsigned)n->peak_concurrent);
	draw_figure(c, y, x, _("At once at most"), text, ROLE_NORMAL);
	return y + 2;
}

static void repeat(char *to, size_t size, const char *glyph, int count)
{
	size_t len = strlen(glyph);

	to[0] = '\0';
	for (size_t at = 0; count > 0 && at + len < size; count--, at += len)
		memcpy(to + at, glyph, len + 1);
}

static enum role outcome_role(enum call_outcome o)
{
	return o == OUTCOME_ANSWERED ? ROLE_GOOD : o == OUTCOME_ABANDONED ? ROLE_NORMAL : ROLE_WARN;
}

static int draw_outcomes(const struct canvas *c, int y, const struct number_metrics *n)
{
	draw_text(c, y++, 1, 0, ROLE_STRONG, _("Outcomes"));
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		uint64_t count = n->outcomes[o];
		char bar[BAR_WIDTH * 4], text[32];

		if (count == 0)
			continue;
		repeat(bar, sizeof(bar), c->ascii ? "#" : "\xe2\x96\x88",
		       (int)((count * BAR_WIDTH + n->offered / 2) / n->offered));
		draw_text(c, y, 1, 11, ROLE_NORMAL, outcome_text((enum call_outcome)o));
		snprintf(text, sizeof(text), "%6llu", (unsigned long long)count);
		draw_text(c, y, 13, 0, ROLE_NORMAL, text);
		draw_text(c, y++, 20, 0, outcome_role((enum call_outcome)o), bar);
	}
	return y + 1;
}

static int draw_times(const struct canvas *c, int y, const struct number_metrics *n)
{
	char mean[SHORT_SIZE], p50[SHORT_SIZE], p95[SHORT_SIZE], p99[SHORT_SIZE];
	const char *source = metrics_response_source(n);

	draw_text(c, y, 1, 0, ROLE_STRONG, _("Talk"));
	format_age(mean, histogram_mean(&n->talk));
	format_age(p50, histogram_quantile(&n->talk, 0.5));
	format_age(p95, histogram_quantile(&n->talk, 0.95));
	draw_textf(c, y++, 11, 0, ROLE_NORMAL, _("mean %s  p50 %s  p95 %s"), mean, p50, p95);
	draw_text(c, y, 1, 0, ROLE_STRONG, _("Response"));
	if (!source) {
		draw_text(c, y++, 11, 0, ROLE_DIM, _("none yet"));
		return y + 1;
	}
	format_seconds(p50, histogram_quantile(&n->response, 0.5));
	format_seconds(p95, histogram_quantile(&n->response, 0.95));
	format_seconds(p99, histogram_quantile(&n->response, 0.99));
	draw_textf(c, y++, 11, 0, ROLE_NORMAL, _("p50 %s  p95 %s  p99 %s"), p50, p95, p99);
	draw_text(c, y++, 11, 0, ROLE_DIM,
		  strcmp(source, "first_audio") == 0 ? _("to the agent's first audio")
		  : strcmp(source, "answer") == 0 ? _("to the agent's answer: no audio was heard of")
		  : _("to first audio, or to the answer without one"));
	return y + 1;
}

/* A glyph for a share of the most: none at all has one of its own. */
static const char *shade(const struct canvas *c, uint32_t value, uint32_t most, const char *const *glyphs, int count)
{
	static const char *const digits[] = { ".", "1", "2", "3", "4", "5", "6", "7", "8", "9" };

	if (c->ascii) {
		glyphs = digits;
		count = ARRAY_LEN(digits);
	}
	if (value == 0)
		return glyphs[0];
	return glyphs[1 + (int)((uint64_t)(value - 1) * (uint64_t)(count - 1) / most)];
}

static uint32_t most_of(const uint32_t *values, size_t n)
{
	uint32_t most = 1;

	for (size_t i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	return most;
}

static int draw_series(const struct canvas *c, int y, const uint32_t *series)
{
	static const char *const glyphs[] = {
		"\xc2\xb7", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
		"\xe2\x96\x87", "\xe2\x96\x88",
	};
	uint32_t most = most_of(series, METRICS_SERIES_HOURS);

	draw_text(c, y, 1, 0, ROLE_STRONG, _("Last 24 h"));
	for (int i = 0; i < METRICS_SERIES_HOURS; i++)
		draw_text(c, y, 11 + i, 1, ROLE_ACCENT, shade(c, series[i], most, glyphs, ARRAY_LEN(glyphs)));
	return y + 1;
}

static int draw_week(const struct canvas *c, int y, const struct number_metrics *n)
{
	static const char *const days[] = { N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun") };
	static const char *const glyphs[] = { "\xc2\xb7", "\xe2\x96\x91", "\xe2\x96\x92", "\xe2\x96\x93", "\xe2\x96\x88" };
	uint32_t most = most_of(&n->by_week[0][0], 7 * 24);

	draw_text(c, y, 1, 0, ROLE_STRONG, _("Hours"));
	for (int hour = 0; hour < 24; hour += 6)
		draw_textf(c, y, 11 + hour, 0, ROLE_DIM, "%d", hour);
	y++;
	for (int day = 0; day < 7; day++, y++) {
		draw_text(c, y, 1, 9, ROLE_NORMAL, _(days[day]));
		for (int hour = 0; hour < 24; hour++)
			draw_text(c, y, 11 + hour, 1, ROLE_ACCENT,
				  shade(c, n->by_week[day][hour], most, glyphs, ARRAY_LEN(glyphs)));
	}
	return y + 1;
}

/* The more frequent ones of Q.850, in words. */
static const char *cause_text(int cause)
{
	static const struct { int cause; const char *text; } causes[] = {
		{ 0, N_("no cause given") }, { 1, N_("unknown number") }, { 3, N_("no route") }, { 16, N_("hung up") },
		{ 17, N_("busy") }, { 18, N_("no reaction") }, { 19, N_("no answer") }, { 20, N_("not reachable") },
		{ 21, N_("rejected") }, { 27, N_("out of order") }, { 28, N_("number incomplete") },
		{ 31, N_("ended, unspecified") }, { 34, N_("no line free") }, { 38, N_("network out of order") },
		{ 41, N_("temporary failure") }, { 42, N_("congestion") }, { 44, N_("channel not available") },
		{ 58, N_("codec not available") }, { 88, N_("incompatible") }, { 102, N_("timed out") },
		{ 111, N_("protocol error") }, { 127, N_("interworking") },
	};

	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		if (causes[i].cause == cause)
			return _(causes[i].text);
	}
	return _("other cause");
}

static int draw_causes(const struct canvas *c, int y, const struct number_metrics *n)
{
	struct cause_count top[TOP_ROWS];
	size_t count = metrics_top_causes(n, top, TOP_ROWS);

	draw_text(c, y++, 1, 0, ROLE_STRONG, _("Not answered because"));
	if (count == 0)
		draw_text(c, y++, 1, 0, ROLE_DIM, _("every call was answered"));
	for (size_t i = 0; i < count; i++, y++) {
		draw_textf(c, y, 1, 7, ROLE_NORMAL, "%6llu", (unsigned long long)top[i].calls);
		draw_textf(c, y, 9, 0, ROLE_NORMAL, top[i].sip_code ? "%s (%d, SIP %d)" : "%s (%d)", cause_text(top[i].cause),
			   top[i].cause, top[i].sip_code);
	}
	return y + 1;
}

static const char *country_name(const char *iso)
{
	return iso[0] ? iso : _("unknown or withheld");
}

static int draw_countries(const struct canvas *c, int y, const struct number_metrics *n)
{
	struct country_count top[TOP_ROWS + 2];
	size_t count = metrics_top_countries(n, top, ARRAY_LEN(top));

	draw_text(c, y++, 1, 0, ROLE_STRONG, _("Callers from"));
	for (size_t i = 0; i < count; i++, y++) {
		draw_textf(c, y, 1, 7, ROLE_NORMAL, "%6llu", (unsigned long long)top[i].calls);
		draw_text(c, y, 9, 0, ROLE_NORMAL, country_name(top[i].iso));
	}
	return y + 1;
}

static void draw_figures(const struct metrics_view *v, const struct canvas *c)
{
	const struct figures *f = &v->app->figures;
	const struct number_metrics *n = metrics_total(f->metrics);
	bool two = c->area.columns >= TWO_COLUMNS;
	int half = c->area.columns / 2;
	struct canvas left = two ? canvas_sub(c, 0, 0, c->area.rows, half) : *c;
	struct canvas right = two ? canvas_sub(c, 0, half, c->area.rows, c->area.columns - half) : *c;
	int y = draw_head(v, c, 1, n), y_right = y;

	if (n->offered > 0) {
		y = draw_outcomes(&left, y, n);
		y_right = draw_times(&right, two ? y_right : y, n);
		y = two ? y : y_right;
	}
	y = draw_series(&left, y, metrics_series(f->metrics));
	if (n->offered == 0)
		return;
	y = draw_week(&left, y, n);
	y_right = draw_causes(&right, two ? y_right : y, n);
	draw_countries(&right, y_right, n);
}

static void metrics_draw(void *state, const struct canvas *c, bool focused)
{
	struct metrics_view *v = state;
	const struct figures *f = &v->app->figures;
	struct figures_request r = wanted(v);

	(void)focused;
	ask(v);
	term_cursor(ui_term(v->ui), -1, 0);
	draw_subject(v, c, &r);
	if (same(&f->request, &r) && f->err.code != ERR_NONE)
		draw_foreign(c, 2, 1, 0, ROLE_ALARM, f->err.message);
	else if (f->metrics && same(&f->of, &r))
		draw_figures(v, c);
	else
		draw_text(c, 2, 1, 0, ROLE_DIM, _("Counting..."));
}

/* --- the rest of the view --- */

static void metrics_update(void *state, unsigned dirty)
{
	struct metrics_view *v = state;

	if (dirty & (APP_DIRTY_FIGURES | APP_DIRTY_CALLS | APP_DIRTY_WORKSPACE))
		ui_touch(v->ui);
}

static bool metrics_action(void *state, enum action_id action)
{
	struct metrics_view *v = state;

	switch (action) {
	case ACTION_WINDOW_NEXT:
		v->window = (v->window + 1) % METRICS_WINDOW_COUNT;
		return true;
	case ACTION_WINDOW_PREVIOUS:
		v->window = (v->window + METRICS_WINDOW_COUNT - 1) % METRICS_WINDOW_COUNT;
		return true;
	case ACTION_SUBJECT:
		v->subject = v->subject == SUBJECT_CURSOR ? SUBJECT_ALL : SUBJECT_CURSOR;
		return true;
	case ACTION_UP: case ACTION_DOWN:
		ui_deck_move(v->ui, action);
		return true;
	default:
		return false;
	}
}

static int64_t metrics_next_at(void *state)
{
	struct metrics_view *v = state;

	return v->asked_ms + refresh_ms(&v->app->figures);
}

static void *metrics_view_new(struct ui *ui)
{
	struct metrics_view *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	v->window = METRICS_24H;
	return v;
}

const struct view_ops view_metrics_ops = {
	.id = VIEW_METRICS,
	.title = N_("Metrics"),
	.digit = '3',
	.scope = SCOPE_METRICS,
	.open = metrics_view_new,
	.close = free,
	.update = metrics_update,
	.draw = metrics_draw,
	.action = metrics_action,
	.next_at_ms = metrics_next_at,
};
