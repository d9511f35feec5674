#include "config.h"

#include "coverage_text.h"

#include <stdio.h>

#include "trunkdeck/base/gettext.h"

#define ROOM_FROM_ROWS 3

/* Is the server not heard now? With live calls from the store: are they out of date? */
static bool is_unheard(const struct app *a, const struct app_server *s)
{
	if (!a->live_from_store)
		return s->status.covered_from_us == 0 && (s->status.heard_us > 0 || s->status.tail == LINK_RETRY);
	return app_live_is_stale(a, s) && (s->source.known || a->store_state == STORE_STATE_OK);
}

static void unheard_text(const struct app *a, char *to, size_t size, const struct app_server *s, size_t others)
{
	const struct server_status *st = &s->status;
	char since[WHEN_SIZE], more[24] = "";

	if (others > 0)
		snprintf(more, sizeof(more), " +%zu", others);
	format_when(since, app_zone(a), st->heard_us, clock_wall_us(a->clock), true);
	if (a->live_from_store && s->source.known)
		snprintf(to, size, _("%s%s as it was %lld s ago: its recorder is silent"), st->server, more,
			 (long long)(clock_mono_ms(a->clock) - s->source.beat_ms) / 1000);
	else if (a->live_from_store)
		snprintf(to, size, _("%s%s: no recorder listens, its calls are not known"), st->server, more);
	else if (st->heard_us > 0)
		snprintf(to, size, _("%s%s not heard since %s: calls marked ? are uncertain"), st->server, more, since);
	else
		snprintf(to, size, _("%s%s not heard yet: its calls are not known"), st->server, more);
}

struct canvas draw_unheard(const struct app *a, const struct canvas *c)
{
	const struct app_server *first = NULL;
	size_t count = 0;
	char text[160];

	for (size_t i = 0; i < a->server_count; i++) {
		if (!is_unheard(a, &a->servers[i]))
			continue;
		first = first ? first : &a->servers[i];
		count++;
	}
	if (!first || c->area.rows < ROOM_FROM_ROWS)
		return *c;
	unheard_text(a, text, sizeof(text), first, count - 1);
	draw_text(c, 0, 1, 0, ROLE_WARN, text);
	return canvas_sub(c, 1, 0, c->area.rows - 1, c->area.columns);
}

/* Rounds up, so that a gap is never shown shorter than it was. */
static long long units(int64_t s, int64_t unit)
{
	return (long long)((s + unit - 1) / unit);
}

static void duration_text(char *to, size_t size, int64_t s)
{
	if (s < 120)
		snprintf(to, size, _("%lld s"), units(s, 1));
	else if (s < 2 * 3600)
		snprintf(to, size, _("%lld min"), units(s, 60));
	else if (s < 2 * 86400)
		snprintf(to, size, _("%lld h"), units(s, 3600));
	else
		snprintf(to, size, _("%lld d"), units(s, 86400));
}

void draw_incomplete(const struct app *a, const struct canvas *c, int y)
{
	const struct figures *f = &a->figures;
	char gap[24], since[WHEN_SIZE];
	int x;

	if (f->coverage.complete)
		return;
	if (f->coverage.recorded_since_us == 0) {
		draw_text(c, y, 1, 0, ROLE_WARN, _("Not complete: not every server has been recorded yet"));
		return;
	}
	duration_text(gap, sizeof(gap), f->coverage.gap_s);
	x = 1 + draw_textf(c, y, 1, 0, ROLE_WARN, _("Not complete: no recorder listened for %s"), gap);
	format_when(since, app_zone(a), f->coverage.recorded_since_us, clock_wall_us(a->clock), false);
	draw_textf(c, y, x, 0, ROLE_DIM, _(", records since %s"), since);
}
