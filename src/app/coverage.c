/*
 * Records in the store when this program has listened to each server, so that figures can say what they lack. A span
 * may be claimed only as far as every call that began in it is in the store, or will be written before the claim: the
 * store worker writes calls first. So a claim ends where the oldest live call begins, or with the last event heard, and
 * it grows as calls end. If a call is lost because there is no room, the claim is withdrawn.
 *
 * The ami thread reports a turn's calls before its status. So when the inbox is empty, all calls up to the status's
 * heard_us have been reported, and only then is anything claimed.
 *
 * Spans have the times of the server's clock, because calls have them, too.
 */
#include "config.h"

#include "app_private.h"

#include <string.h>

static struct server_coverage *of_server(struct app *a, const char *server)
{
	const struct app_server *s = app_server(a, server);

	return s ? &a->private->coverage[s - a->servers] : NULL;
}

/* Appends the present span to the ended ones. If there are too many, the oldest keeps the claim it has. */
static void end_span(struct server_coverage *l)
{
	if (l->now.from_us == 0)
		return;
	if (l->over_count == COVERAGE_OVER_MAX)
		memmove(l->over, l->over + 1, --l->over_count * sizeof(l->over[0]));
	l->over[l->over_count++] = l->now;
	l->now = (struct span){ 0 };
	l->changed = true;
}

static void take_back(struct app *a, struct server_coverage *l, int64_t from_us)
{
	bool covered = l->now.from_us != 0, changed = l->changed;

	if (l->now.from_us != l->fresh_from_us)		/* else nothing of the present span was claimed: restart it */
		end_span(l);
	l->changed = changed;			/* claimed when due, so that many losses do not cause many claims */
	for (size_t i = 0; i < l->over_count; i++) {
		if (l->over[i].until_us > from_us)
			l->over[i].until_us = from_us > l->over[i].from_us ? from_us : l->over[i].from_us;
	}
	if (covered)
		l->fresh_from_us = l->now.from_us = l->now.until_us = time_plus(clock_wall_us(a->clock), l->ahead_us);
}

void app_coverage_lost(struct app *a, const struct call *c)
{
	struct server_coverage *l = of_server(a, c->server);

	if (l)
		take_back(a, l, c->started_us);
}

void app_coverage_status(struct app *a, const struct server_status *status)
{
	struct server_coverage *l = of_server(a, status->server);
	int64_t heard_us;

	if (!l)
		return;
	l->ahead_us = server_clock_ahead_us(&status->facts);
	if (status->covered_from_us != l->reported_from_us) {
		end_span(l);
		l->reported_from_us = status->covered_from_us;
		if (status->covered_from_us)
			l->now.from_us = l->now.until_us = time_plus(status->covered_from_us, l->ahead_us);
		l->changed = true;
	}
	if (status->forgotten != l->forgotten)
		take_back(a, l, status->forgotten_from_us);
	l->forgotten = status->forgotten;
	heard_us = time_plus(status->heard_us, l->ahead_us);
	if (l->now.from_us && heard_us > l->now.until_us)
		l->now.until_us = heard_us;
}

static void claim_server(struct app *a, const char *server, struct server_coverage *l)
{
	struct covered_span claims[COVERAGE_OVER_MAX + 1];
	int64_t oldest = INT64_MAX;		/* the server's live calls began then or later */
	size_t n = 0, kept = 0, count;
	const struct call *const *calls = live_calls(a->live, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(calls[i]->server, server) == 0 && calls[i]->started_us < oldest)
			oldest = calls[i]->started_us;

	for (size_t i = 0; i < l->over_count; i++) {
		claims[n++] = (struct covered_span){ .span = l->over[i] };
		if (l->over[i].until_us > oldest)
			l->over[kept++] = l->over[i];
	}
	l->over_count = kept;
	if (l->now.from_us)
		claims[n++] = (struct covered_span){ .span = l->now, .open = true };
	for (size_t i = 0; i < n; i++) {
		struct span *s = &claims[i].span;

		str_copy(claims[i].server, sizeof(claims[i].server), str_of(server));
		if (s->until_us > oldest)
			s->until_us = oldest > s->from_us ? oldest : s->from_us;
	}
	worker_coverage(a->private->worker, claims, n);
	l->fresh_from_us = 0;
	l->changed = false;
}

/* Nothing is claimed while the store is away. All claims follow when it is back. */
static bool may_claim(const struct app *a)
{
	return a->private->worker && !a->config->read_only && a->store_state == STORE_STATE_OK && snapshot_is_complete(a->snapshot);
}

void app_coverage_claim(struct app *a)
{
	int64_t now = clock_mono_ms(a->clock);
	bool due = now >= a->private->claim_at_ms;

	if (!may_claim(a))
		return;
	for (size_t i = 0; i < a->server_count; i++) {
		if (due || a->private->coverage[i].changed)
			claim_server(a, a->servers[i].config->name, &a->private->coverage[i]);
	}
	if (due)
		a->private->claim_at_ms = now + STORE_LISTENED_EVERY_MS;
}

void app_coverage_end(struct app *a)
{
	for (size_t i = 0; i < a->server_count; i++)
		end_span(&a->private->coverage[i]);
	app_coverage_claim(a);
}

int64_t app_coverage_next_at_ms(const struct app *a)
{
	bool any = false;

	for (size_t i = 0; i < a->server_count; i++)
		any = any || a->private->coverage[i].now.from_us || a->private->coverage[i].over_count > 0;
	return any && may_claim(a) ? a->private->claim_at_ms : -1;
}
