#include "config.h"

#include "trunkdeck/calls/coverage.h"

#include <stdlib.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

void coverage_begin(struct coverage *g, int64_t since_us, int64_t until_us)
{
	*g = (struct coverage){ .window = { since_us, until_us } };
}

void coverage_clear(struct coverage *g)
{
	FREE(&g->holes);
	g->count = g->size = 0;
}

static void add_hole(struct coverage *g, int64_t from_us, int64_t until_us)
{
	if (until_us > g->window.until_us)
		until_us = g->window.until_us;
	if (from_us >= until_us)
		return;
	ARRAY_GROW(g->holes, g->count, g->size);
	g->holes[g->count++] = (struct span){ from_us, until_us };
}

void coverage_server(struct coverage *g, int64_t first_us)
{
	bool known = first_us && (g->recorded_since_us || g->servers == 0);

	g->covered_us = g->window.from_us ? g->window.from_us : first_us ? first_us : g->window.until_us;
	if (!known)
		g->recorded_since_us = 0;
	else if (first_us > g->recorded_since_us)
		g->recorded_since_us = first_us;
	g->servers++;
}

void coverage_span(struct coverage *g, struct span heard)
{
	if (heard.until_us <= g->covered_us)
		return;
	add_hole(g, g->covered_us, heard.from_us);
	g->covered_us = heard.until_us;
}

void coverage_server_end(struct coverage *g)
{
	add_hole(g, g->covered_us, g->window.until_us);
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

/* Merges the holes of all servers, because overlapping holes count once. */
void coverage_finish(struct coverage *g)
{
	size_t n = 0;

	if (g->count > 0)
		qsort(g->holes, g->count, sizeof(*g->holes), by_start);
	for (size_t i = 0; i < g->count; i++) {
		struct span *last = n > 0 ? &g->holes[n - 1] : NULL, hole = g->holes[i];

		if (!last || hole.from_us > last->until_us)
			g->holes[n++] = hole;
		else if (hole.until_us > last->until_us)
			last->until_us = hole.until_us;
	}
	g->count = n;
	g->total_us = 0;
	for (size_t i = 0; i < n; i++)
		g->total_us = time_plus(g->total_us, time_minus(g->holes[i].until_us, g->holes[i].from_us));
}

struct coverage_summary coverage_summary(const struct coverage *g)
{
	return (struct coverage_summary){
		.complete = g->total_us == 0 && g->recorded_since_us != 0,
		.gap_s = g->total_us / 1000000 + (g->total_us % 1000000 > 0),
		.recorded_since_us = g->recorded_since_us,
	};
}
