/*
 * Finished calls and their figures. Each finished call goes to the store worker's queue. Until the workspace is known,
 * which tells the call's provider and agent, the call waits here.
 *
 * `metrics` count the calls that started today, by the workspace's clock. Once the workspace is known, the store is
 * asked for today's calls. Calls that arrive live meanwhile are added to its answer, and the metrics count a call only
 * once even if it is reported twice. At midnight they start again from zero.
 */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"

#define DAY_TOKEN 1
#define WINDOW_TOKEN 2
#define HOUR_US INT64_C(3600000000)

/* --- windows --- */

static const struct {
	const char *name;
	int hours;
} windows[METRICS_WINDOW_COUNT] = {
	[METRICS_LIVE] = { "live", 0 },
	[METRICS_TODAY] = { "today", 0 },	/* since midnight */
	[METRICS_1H] = { "1h", 1 },
	[METRICS_24H] = { "24h", 24 },
	[METRICS_7D] = { "7d", 7 * 24 },
	[METRICS_30D] = { "30d", 30 * 24 },
};

const char *metrics_window_name(enum metrics_window w)
{
	return windows[w].name;
}

bool metrics_window_parse(const char *name, enum metrics_window *out)
{
	for (int i = 0; i < METRICS_WINDOW_COUNT; i++) {
		if (strcmp(name, windows[i].name) == 0) {
			*out = (enum metrics_window)i;
			return true;
		}
	}
	return false;
}

char *metrics_window_names(void)
{
	struct buf names;

	buf_init(&names, BUF_UNBOUNDED);
	for (int i = 0; i < METRICS_WINDOW_COUNT; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", windows[i].name);
	return buf_take(&names);
}

int64_t metrics_window_since_us(enum metrics_window w, const struct zone *z, int64_t now_us)
{
	return w == METRICS_TODAY ? zone_day_start_us(z, now_us, 0) : now_us - windows[w].hours * HOUR_US;
}

/* --- the zone --- */

const struct zone *app_zone(const struct app *a)
{
	struct history *h = &a->private->history;

	if (!h->zone && !h->utc)
		h->utc = zone_open("UTC");
	return h->zone ? h->zone : h->utc;
}

/* Returns true if the zone has changed. */
static bool take_zone(struct app *a)
{
	struct history *h = &a->private->history;
	const char *named = snapshot_workspace(a->snapshot)->time_zone, *name = named && *named ? named : "UTC";
	struct zone *z;

	if (h->zone && strcmp(h->zone_name, name) == 0)
		return false;
	z = zone_open(name);
	if (!z) {
		messages_add(a->messages, MESSAGE_WARN, _("time zone %s is not known on this machine: hours are in UTC"), name);
		a->dirty |= APP_DIRTY_MESSAGES;
	}
	zone_free(&h->zone);
	h->zone = z ? z : zone_open("UTC");
	str_copy(h->zone_name, sizeof(h->zone_name), str_of(name));
	return true;
}

/* --- recording --- */

/* A message reports the first lost call. When the store takes calls again, another one reports how many were lost. */
static void lose(struct app *a, const struct call *c)
{
	app_coverage_lost(a, c);
	if (a->private->history.lost++ > 0)
		return;
	messages_add(a->messages, MESSAGE_ERROR,
		     _("%d finished calls wait for the store and no more fit: calls that end from now on are lost"), WORKER_SPOOL_MAX);
	a->dirty |= APP_DIRTY_MESSAGES;
}

static void record(struct app *a, const struct call *c)
{
	if (!a->config->read_only && !a->live_from_store && a->private->worker && !worker_record(a->private->worker, c))
		lose(a, c);
}

void on_story(void *taker, void *value)
{
	const struct app *a = taker;

	if (!a->config->read_only && !a->live_from_store && a->private->worker)
		worker_record_story(a->private->worker, value);
}

static void drop_early(struct app *a)
{
	struct history *h = &a->private->history;

	FREE(&h->early);
	h->early_count = h->early_size = h->early_recorded = 0;
}

static void record_early(struct app *a)
{
	struct history *h = &a->private->history;

	for (; h->early_recorded < h->early_count; h->early_recorded++) {
		snapshot_resolve_call(a->snapshot, &h->early[h->early_recorded]);
		record(a, &h->early[h->early_recorded]);
	}
}

void history_call(struct app *a, const struct call *c, enum call_change change)
{
	struct history *h = &a->private->history;
	bool known = snapshot_is_complete(a->snapshot), kept;

	metrics_call(a->metrics, c, change);
	if (change != CALL_CHANGE_FINISHED)
		return;
	finished_add(a->finished, c);
	kept = !(known && a->today_known) && h->early_count < WORKER_SPOOL_MAX;
	if (kept && h->early_count == h->early_size) {
		h->early_size = h->early_size ? h->early_size * 2 : 64;
		h->early = xreallocarray(h->early, h->early_size, sizeof(*h->early));
	}
	if (kept)
		h->early[h->early_count++] = *c;
	if (known && kept)
		record_early(a);
	else if (known)
		record(a, c);
	else if (!kept)
		lose(a, c);
}

size_t history_unrecorded(const struct app *a)
{
	const struct history *h = &a->private->history;

	return h->early_count - h->early_recorded;
}

void on_spool(void *taker, void *value)
{
	const struct worker_spool *s = value;
	struct app *a = taker;
	struct history *h = &a->private->history;

	if (s->late > 0)
		messages_add(a->messages, MESSAGE_INFO, ngettext("%zu finished call that had waited for the store is written",
								 "%zu finished calls that had waited for the store are written",
								 s->late), s->late);
	if (s->late > 0 || h->lost > 0)
		a->dirty |= APP_DIRTY_MESSAGES;
	if (h->lost > 0 && s->waiting < WORKER_SPOOL_MAX) {
		messages_add(a->messages, MESSAGE_ERROR,
			     ngettext("%llu finished call is lost: the store was away for too long",
				      "%llu finished calls are lost: the store was away for too long", (unsigned long)h->lost),
			     (unsigned long long)h->lost);
		h->lost = 0;
	}
}

/* --- today --- */

static void count_live(struct app *a)
{
	size_t count;
	const struct call *const *calls = live_calls(a->live, &count);

	for (size_t i = 0; i < count; i++)
		metrics_call(a->metrics, calls[i], CALL_CHANGE_UPDATED);
}

static void set_day(struct app *a)
{
	struct history *h = &a->private->history;
	int64_t now = clock_wall_us(a->clock);

	h->day_start_us = zone_day_start_us(h->zone, now, 0);
	h->day_end_us = zone_day_start_us(h->zone, now, 1);
}

static void ask_for_today(struct app *a)
{
	struct history *h = &a->private->history;
	struct metrics_job j = { .token = DAY_TOKEN, .of = METRICS_BY_ALL, .since_us = h->day_start_us, .remember = true };

	str_copy(j.zone, sizeof(j.zone), str_of(h->zone_name));
	worker_count(a->private->worker, &j);
}

/* The workspace was loaded, for the first time or again. */
void history_workspace(struct app *a)
{
	bool moved = take_zone(a);

	record_early(a);
	if (a->today_known && !moved) {
		drop_early(a);
		return;
	}
	a->today_known = false;
	set_day(a);
	ask_for_today(a);
}

void history_recount(struct app *a)
{
	if (!a->private->history.zone || !a->today_known)
		return;
	a->today_known = false;
	ask_for_today(a);
}

static void take_today(struct app *a, struct worker_metrics *m)
{
	struct history *h = &a->private->history;

	if (!m->ok || a->today_known || m->job.since_us != h->day_start_us)
		return;
	metrics_free(&a->metrics);
	zone_free(&h->metrics_zone);
	a->metrics = m->metrics;
	h->metrics_zone = m->zone;
	m->metrics = NULL;
	m->zone = NULL;
	for (size_t i = 0; i < h->early_count; i++)
		metrics_call(a->metrics, &h->early[i], CALL_CHANGE_FINISHED);
	drop_early(a);
	count_live(a);
	a->today_known = true;
	a->dirty |= APP_DIRTY_WORKSPACE;
}

/* At midnight the calls that started earlier stop counting. */
void history_tick(struct app *a)
{
	struct history *h = &a->private->history;

	if (!a->today_known || clock_wall_us(a->clock) < h->day_end_us)
		return;
	set_day(a);
	metrics_free(&a->metrics);
	zone_free(&h->metrics_zone);
	h->metrics_zone = zone_open(h->zone_name);
	if (!h->metrics_zone)
		h->metrics_zone = zone_open("UTC");
	a->metrics = metrics_new_with(&(struct metrics_options){ .zone = h->metrics_zone, .remember = true,
								 .since_us = h->day_start_us });
	count_live(a);
	a->dirty |= APP_DIRTY_WORKSPACE;
}

int64_t history_next_at_ms(const struct app *a)
{
	const struct history *h = &a->private->history;
	int64_t left_us = h->day_end_us - clock_wall_us(a->clock);

	if (!a->today_known)
		return -1;
	return clock_mono_ms(a->clock) + (left_us > 0 ? left_us / 1000 + 1 : 0);
}

/* --- figures of a window --- */

bool app_ask_figures(struct app *a, const struct figures_request *r)
{
	struct history *h = &a->private->history;
	int64_t now = clock_wall_us(a->clock);
	struct metrics_job j = { .token = WINDOW_TOKEN, .of = r->group, .series_end_us = now, .weeks = true };

	if (!h->zone || h->window_asked)
		return false;
	j.since_us = metrics_window_since_us(r->window, h->zone, now);
	str_copy(j.zone, sizeof(j.zone), str_of(h->zone_name));
	str_copy(j.key, sizeof(j.key), str_of(r->key));
	h->window_asked = true;
	h->window_request = *r;
	worker_count(a->private->worker, &j);
	return true;
}

static void take_window(struct app *a, struct worker_metrics *m)
{
	struct history *h = &a->private->history;
	struct figures *f = &a->figures;

	h->window_asked = false;
	f->request = h->window_request;
	f->err = m->err;
	f->at_ms = clock_mono_ms(a->clock);
	f->took_ms = m->took_ms;
	a->dirty |= APP_DIRTY_FIGURES;
	if (!m->ok)
		return;
	metrics_free(&f->metrics);
	zone_free(&f->zone);
	f->metrics = m->metrics;
	f->zone = m->zone;
	f->of = h->window_request;
	f->until_us = m->job.series_end_us;
	f->coverage = m->coverage;
	/* A recorded stream has all calls there are. */
	f->coverage.complete = f->coverage.complete || a->replay;
	m->metrics = NULL;
	m->zone = NULL;
}

void on_metrics(void *taker, void *value)
{
	struct worker_metrics *m = value;

	if (m->job.token == DAY_TOKEN)
		take_today(taker, m);
	else
		take_window(taker, m);
}

void history_free(struct app *a)
{
	struct history *h = &a->private->history;

	free(h->early);
	zone_free(&h->zone);
	zone_free(&h->utc);
	metrics_free(&a->figures.metrics);
	zone_free(&a->figures.zone);
	zone_free(&h->metrics_zone);
}
