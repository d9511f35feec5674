/*
 * Sections of figures. Bars, shades and sparklines are made of a few glyphs, all with ASCII twins. A glyph never is the
 * only sign: a number beside it, or its place, says the same.
 */
#include "config.h"

#include "figures.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_filter.h"
#include "trunkdeck/calls/cause.h"

#define BAR_WIDTH 16
#define TOP_ROWS 4

/* --- one row --- */

int figures_put(const struct canvas *c, int y, int x, const char *label, const char *value, enum role r)
{
	if (x + utf8_width(label) + 1 + utf8_width(value) > c->area.columns)
		return c->area.columns;
	x += draw_text(c, y, x, 0, ROLE_DIM, label) + 1;
	return x + draw_text(c, y, x, 0, r, value) + 2;
}

int figures_put_calls(const struct canvas *c, int y, int x, const struct number_metrics *n, uint64_t live)
{
	int permille = metrics_success_permille(n);
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n->offered);
	x = figures_put(c, y, x, _("Offered"), text, ROLE_STRONG);
	if (permille >= 0) {
		snprintf(text, sizeof(text), "%d.%d%%", permille / 10, permille % 10);
		x = figures_put(c, y, x, _("Answered"), text, permille < 500 ? ROLE_ALARM : ROLE_GOOD);
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)(live > n->peak_concurrent ? live : n->peak_concurrent));
	return figures_put(c, y, x, _("Peak"), text, ROLE_NORMAL);
}

/* Draws the row and adds it to the figures that can be chosen. pick NULL: figures of now, which no filter can find. */
static void pick_row(const struct canvas *c, int y, struct figures_pick *pick, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void pick_row(const struct canvas *c, int y, struct figures_pick *pick, const char *format, ...)
{
	va_list ap;

	if (!pick || pick->count == PICK_MAX)
		return;
	pick->item[pick->count].area = (struct rect){ c->area.y + y, c->area.x, 1, c->area.columns };
	pick->item[pick->count].day = -1;
	va_start(ap, format);
	vsnprintf(pick->item[pick->count].filter, sizeof(pick->item[0].filter), format, ap);
	va_end(ap);
	if (++pick->count == pick->marked)
		draw_text(c, y, 0, 1, ROLE_ACCENT, ">");
}

/* --- bars --- */

static void repeat(char *to, size_t size, const char *glyph, int count)
{
	size_t len = strlen(glyph);

	to[0] = '\0';
	for (size_t at = 0; count > 0 && at + len < size; count--, at += len)
		memcpy(to + at, glyph, len + 1);
}

static void draw_bar(const struct canvas *c, int y, const char *label, uint64_t count, uint64_t all, enum role r)
{
	char bar[BAR_WIDTH * 4], text[32];

	repeat(bar, sizeof(bar), c->ascii ? "#" : "\xe2\x96\x88", (int)((count * BAR_WIDTH + all / 2) / all));
	draw_text(c, y, 1, 12, ROLE_NORMAL, label);
	snprintf(text, sizeof(text), "%6llu", (unsigned long long)count);
	draw_text(c, y, 13, 0, ROLE_NORMAL, text);
	draw_text(c, y, 20, 0, r, bar);
}

static enum role outcome_role(enum call_outcome o)
{
	return o == OUTCOME_ANSWERED ? ROLE_GOOD : o == OUTCOME_ABANDONED ? ROLE_NORMAL : ROLE_WARN;
}

int figures_outcomes(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick)
{
	draw_text(c, y++, 1, 0, ROLE_STRONG, _("Outcomes"));
	for (int o = 0; o < OUTCOME_COUNT; o++)
		if (n->outcomes[o] > 0) {
			pick_row(c, y, pick, "outcome:%s", outcome_name((enum call_outcome)o));
			draw_bar(c, y++, outcome_text((enum call_outcome)o), n->outcomes[o], n->offered,
				 outcome_role((enum call_outcome)o));
		}
	for (int r = REASON_NONE + 1; r < REASON_COUNT; r++)
		if (n->reasons[r] > 0) {
			pick_row(c, y, pick, "reason:%s", call_reason_name((enum call_reason)r));
			draw_bar(c, y++, call_reason_text((enum call_reason)r), n->reasons[r], n->offered, ROLE_NORMAL);
		}
	if (n->fell_back > 0) {
		pick_row(c, y, pick, "served:fallback");
		draw_bar(c, y++, _("fell back"), n->fell_back, n->offered, ROLE_NORMAL);
	}
	return y + 1;
}

int figures_states(const struct canvas *c, int y, const struct number_metrics *n)
{
	draw_text(c, y++, 1, 0, ROLE_STRONG, _("Now"));
	for (int s = 0; s < CALL_ENDED; s++)
		if (n->states[s] > 0)
			draw_bar(c, y++, call_state_text((enum call_state)s), n->states[s], n->offered,
				 s == CALL_TALKING ? ROLE_GOOD : ROLE_NORMAL);
	return y + 1;
}

/* --- times --- */

int figures_talk(const struct canvas *c, int y, const struct number_metrics *n)
{
	char mean[SHORT_SIZE], p50[SHORT_SIZE], p95[SHORT_SIZE];

	draw_text(c, y, 1, 0, ROLE_STRONG, _("Talk"));
	if (n->talk.count == 0) {
		draw_text(c, y, FIGURES_INDENT, 0, ROLE_DIM, _("none yet"));
		return y + 1;
	}
	format_age(mean, histogram_mean(&n->talk));
	format_age(p50, histogram_quantile(&n->talk, 0.5));
	format_age(p95, histogram_quantile(&n->talk, 0.95));
	draw_textf(c, y, FIGURES_INDENT, 0, ROLE_NORMAL, _("mean %s  p50 %s  p95 %s"), mean, p50, p95);
	return y + 1;
}

static const char *source_text(const char *source)
{
	if (strcmp(source, "first_audio") == 0)
		return _("to the agent's first audio");
	if (strcmp(source, "answer") == 0)
		return _("to the answer: no audio heard");
	return _("to first audio or the answer");
}

int figures_response(const struct canvas *c, int y, const struct number_metrics *n)
{
	char p50[SHORT_SIZE], p95[SHORT_SIZE], p99[SHORT_SIZE];
	const char *source = metrics_response_source(n);

	draw_text(c, y, 1, 0, ROLE_STRONG, _("Response"));
	if (!source) {
		draw_text(c, y, FIGURES_INDENT, 0, ROLE_DIM, _("none yet"));
		return y + 2;
	}
	format_seconds(p50, histogram_quantile(&n->response, 0.5));
	format_seconds(p95, histogram_quantile(&n->response, 0.95));
	format_seconds(p99, histogram_quantile(&n->response, 0.99));
	draw_textf(c, y++, FIGURES_INDENT, 0, ROLE_NORMAL, _("p50 %s  p95 %s  p99 %s"), p50, p95, p99);
	draw_text(c, y, FIGURES_INDENT, 0, ROLE_DIM, source_text(source));
	return y + 2;
}

int figures_sound(const struct canvas *c, int y, const struct number_metrics *n)
{
	int64_t loss = histogram_quantile(&n->loss, 0.95), score = histogram_quantile(&n->score, 0.5) + 5;

	if (n->loss.count == 0)
		return y;
	draw_text(c, --y, 1, 0, ROLE_STRONG, _("Sound"));
	if (n->score.count > 0)
		draw_textf(c, y, FIGURES_INDENT, 0, ROLE_NORMAL, _("loss p95 %d.%d %%  score p50 %d.%d"), (int)(loss / 10),
			   (int)(loss % 10), (int)(score / 100), (int)(score / 10 % 10));
	else
		draw_textf(c, y, FIGURES_INDENT, 0, ROLE_NORMAL, _("loss p95 %d.%d %%"), (int)(loss / 10), (int)(loss % 10));
	return y + 2;
}

/* --- hours and weekdays --- */

/* Returns the glyph for a share of the largest value. The first glyph stands for 0 only. */
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

int figures_hours(const struct canvas *c, int y, const char *title, const uint32_t hours[24])
{
	static const char *const glyphs[] = {
		"\xc2\xb7", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
		"\xe2\x96\x87", "\xe2\x96\x88",
	};
	uint32_t most = most_of(hours, 24);

	draw_text(c, y, 1, FIGURES_INDENT - 2, ROLE_STRONG, title);
	for (int i = 0; i < 24; i++)
		draw_text(c, y, FIGURES_INDENT + i, 1, ROLE_ACCENT, shade(c, hours[i], most, glyphs, ARRAY_LEN(glyphs)));
	return y + 1;
}

int figures_week(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick)
{
	static const char *const words[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	static const char *const glyphs[] = { "\xc2\xb7", "\xe2\x96\x91", "\xe2\x96\x92", "\xe2\x96\x93", "\xe2\x96\x88" };
	uint32_t most = most_of(&n->by_week[0][0], 7 * 24);

	draw_text(c, y, 1, 0, ROLE_STRONG, _("Hours"));
	for (int hour = 0; hour < 24; hour += 6)
		draw_textf(c, y, FIGURES_INDENT + hour, 0, ROLE_DIM, "%d", hour);
	y++;
	for (int day = 0; day < 7; day++, y++) {
		struct canvas cell;

		pick_row(c, y, pick, "day:%s", words[day]);
		pick->item[pick->count - 1].day = day;
		draw_text(c, y, 1, 9, ROLE_NORMAL, zone_weekday_name(day));
		for (int hour = 0; hour < 24; hour++)
			draw_text(c, y, FIGURES_INDENT + hour, 1, ROLE_ACCENT,
				  shade(c, n->by_week[day][hour], most, glyphs, ARRAY_LEN(glyphs)));
		cell = canvas_sub(c, y, FIGURES_INDENT + pick->hour, 1, 1);
		if (pick->count == pick->marked && pick->hour >= 0)
			draw_selected(&cell, 0, 0);
	}
	return y + 1;
}

/* --- causes and countries --- */

int figures_causes(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick)
{
	struct cause_count top[TOP_ROWS];
	size_t count = metrics_top_causes(n, top, TOP_ROWS);

	draw_text(c, y++, 1, 0, ROLE_STRONG, _("Not answered because"));
	if (count == 0)
		draw_text(c, y++, 1, 0, ROLE_DIM, _("every call was answered"));
	for (size_t i = 0; i < count; i++, y++) {
		char cause[CALL_CAUSE_SIZE];

		call_cause_text(cause, top[i].cause, top[i].sip_code);
		pick_row(c, y, pick, "!outcome:answered cause:\"%s\"", strrchr(cause, '('));
		draw_textf(c, y, 1, 7, ROLE_NORMAL, "%6llu", (unsigned long long)top[i].calls);
		draw_text(c, y, 9, 0, ROLE_NORMAL, cause);
	}
	return y + 1;
}

static const char *country_name(const char *iso)
{
	return iso[0] ? iso : _("unknown or withheld");
}

int figures_countries(const struct canvas *c, int y, const struct number_metrics *n, struct figures_pick *pick)
{
	struct country_count top[TOP_ROWS + 2];
	size_t count = metrics_top_countries(n, top, ARRAY_LEN(top));

	draw_text(c, y++, 1, 0, ROLE_STRONG, _("Callers from"));
	for (size_t i = 0; i < count; i++, y++) {
		draw_textf(c, y, 1, 7, ROLE_NORMAL, "%6llu", (unsigned long long)top[i].calls);
		pick_row(c, y, pick, "country:%s", top[i].iso[0] ? top[i].iso : "unknown");
		draw_text(c, y, 9, 0, ROLE_NORMAL, country_name(top[i].iso));
	}
	return y + 1;
}

