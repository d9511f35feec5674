/*
 * metrics: figures over finished calls of the store, through the very code that counts live calls. A window goes back from now;
 * for Prometheus it is everything the store keeps unless a window is asked for. The live window is of the calls that are up:
 * the servers themselves are asked, each once.
 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "cli/io/lookup.h"
#include "prometheus.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/metrics.h"
#include "trunkdeck/work/ami_now.h"

#define CAUSES_SHOWN 10
#define LIVE_TIMEOUT_MS 10000

/* --- JSON --- */

static json_t *week_json(const struct number_metrics *n)
{
	json_t *week = json_array();

	for (int day = 0; day < 7; day++) {
		json_t *hours = json_array();

		for (int hour = 0; hour < 24; hour++)
			json_array_append_new(hours, json_integer(n->by_week[day][hour]));
		json_array_append_new(week, hours);
	}
	return week;
}

static json_t *causes_json(const struct number_metrics *n)
{
	struct cause_count top[CAUSES_SHOWN];
	size_t count = metrics_top_causes(n, top, CAUSES_SHOWN);
	json_t *causes = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(causes, json_pack("{sisisI}", "cause", top[i].cause, "sip_code", top[i].sip_code,
							"calls", (json_int_t)top[i].calls));
	return causes;
}

static void put_moment(json_t *o, const char *key, int64_t us)
{
	char iso[CLOCK_ISO_SIZE];

	if (us)
		clock_format_iso(iso, us);
	json_object_set_new(o, key, us ? json_string(iso) : json_null());
}

/* Of the calls that are up. */
static void put_now(json_t *o, const struct number_metrics *n)
{
	json_t *states = json_object();

	json_object_set_new(o, "concurrent", json_integer(n->concurrent));
	for (int i = 0; i < CALL_ENDED; i++)
		json_object_set_new(states, call_state_name((enum call_state)i), json_integer((json_int_t)n->states[i]));
	json_object_set_new(o, "states", states);
}

/* What the figures may lack. */
static void put_gaps(json_t *o, const struct cli_figures *f)
{
	json_object_set_new(o, "complete", json_boolean(f->gaps.complete));
	json_object_set_new(o, "gap_s", json_integer(f->gaps.gap_s));
	put_moment(o, "recorded_since", f->gaps.recorded_since_us);
}

static void put_json(const struct cli_figures *f, enum metrics_group by, const struct number_metrics *n)
{
	json_t *o = json_object(), *figures = metrics_to_json(n);
	int permille = metrics_success_permille(n);

	json_object_set_new(o, "by", json_string(metrics_group_name(by)));
	json_object_set_new(o, "key", json_string(n->key));
	json_object_set_new(o, "window", f->window ? json_string(f->window) : json_null());
	put_moment(o, "since", f->since_us);
	put_moment(o, "until", f->until_us);
	if (f->live)
		put_now(o, n);
	else
		put_gaps(o, f);
	json_object_set_new(o, "success_rate", permille < 0 ? json_null() : json_real(permille / 1000.0));
	json_object_update(o, figures);
	json_decref(figures);
	json_object_set_new(o, "by_week", week_json(n));
	json_object_set_new(o, "causes", causes_json(n));
	cli_output_object(f->out, o);
}

/* --- tables and CSV --- */

enum { FIXED_COLUMNS = 14 };

static void put_columns(struct cli_output *out, const char *by)
{
	struct cli_column columns[FIXED_COLUMNS + OUTCOME_COUNT] = {
		{ .key = by, .label = by, .foreign = true }, { .key = "offered", .label = _("offered"), .right = true },
		{ .key = "success_rate", .label = _("success"), .right = true },
	};
	size_t n = 3;

	for (int i = 0; i < OUTCOME_COUNT; i++)
		columns[n++] = (struct cli_column){ .key = outcome_name((enum call_outcome)i),
						    .label = outcome_text((enum call_outcome)i), .right = true,
						    .zero_hidden = true };
	columns[n++] = (struct cli_column){ .key = "talk_mean_ms", .label = _("talk mean"), .right = true };
	columns[n++] = (struct cli_column){ .key = "talk_p50_ms", .label = _("p50"), .right = true };
	columns[n++] = (struct cli_column){ .key = "talk_p95_ms", .label = _("p95"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_p50_ms", .label = _("reply p50"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_p95_ms", .label = _("p95"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_p99_ms", .label = _("p99"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_source", .label = _("measured to"), .right = false };
	columns[n++] = (struct cli_column){ .key = "peak_concurrent", .label = _("peak"), .right = true };
	columns[n++] = (struct cli_column){ .key = "concurrent", .label = _("now"), .right = true, .zero_hidden = true };
	columns[n++] = (struct cli_column){ .key = "complete", .label = _("complete"), .no_table = true };
	columns[n++] = (struct cli_column){ .key = "gap_s", .label = _("gap"), .no_table = true };
	cli_output_columns(out, columns, n);
}

/* Milliseconds in CSV, seconds for people; nothing where nothing was measured. */
static char *time_text(const struct cli_output *out, const struct histogram *h, int64_t us)
{
	if (h->count == 0)
		return xstrdup("");
	return out->format == OUTPUT_CSV ? xasprintf("%" PRId64, time_ms(us)) : xasprintf("%.1fs", (double)us / 1e6);
}

static char *quantile_text(const struct cli_output *out, const struct histogram *h, double q)
{
	return time_text(out, h, histogram_quantile(h, q));
}

static char *success_text(const struct cli_output *out, const struct number_metrics *n)
{
	int permille = metrics_success_permille(n);

	if (permille < 0)
		return xstrdup("");
	return out->format == OUTPUT_CSV ? xasprintf("%.3f", permille / 1000.0) : xasprintf("%d%%", (permille + 5) / 10);
}

static void put_row(const struct cli_figures *f, enum metrics_group by, const struct number_metrics *n)
{
	struct cli_output *out = f->out;
	char *cells[FIXED_COLUMNS + OUTCOME_COUNT];
	size_t count = 0;
	const char *source = metrics_response_source(n);

	cells[count++] = xstrdup(by == METRICS_BY_ALL ? _("all") : n->key[0] ? n->key : _("unknown"));
	cells[count++] = xasprintf("%" PRIu64, n->offered);
	cells[count++] = success_text(out, n);
	for (int i = 0; i < OUTCOME_COUNT; i++)
		cells[count++] = xasprintf("%" PRIu64, n->outcomes[i]);
	cells[count++] = time_text(out, &n->talk, histogram_mean(&n->talk));
	cells[count++] = quantile_text(out, &n->talk, 0.5);
	cells[count++] = quantile_text(out, &n->talk, 0.95);
	cells[count++] = quantile_text(out, &n->response, 0.5);
	cells[count++] = quantile_text(out, &n->response, 0.95);
	cells[count++] = quantile_text(out, &n->response, 0.99);
	cells[count++] = xstrdup(source ? source : "");
	cells[count++] = xasprintf("%" PRIu32, n->peak_concurrent);
	cells[count++] = xasprintf("%" PRIu32, n->concurrent);
	cells[count++] = xstrdup(f->live ? "" : f->gaps.complete ? "true" : "false");
	cells[count++] = f->live ? xstrdup("") : xasprintf("%" PRId64, f->gaps.gap_s);
	cli_output_row(out, (const char *const *)cells);
	for (size_t i = 0; i < count; i++)
		free(cells[i]);
}

/* People read it below the table; the other formats have it in every row. */
static void put_incomplete(const struct cli_figures *f)
{
	char since[CLOCK_ISO_SIZE];

	if (f->live || f->gaps.complete)
		return;
	if (f->gaps.recorded_since_us == 0) {
		cli_output_line(f->out, "%s", _("Not complete: not every server has been recorded yet."));
		return;
	}
	clock_format_iso(since, f->gaps.recorded_since_us);
	cli_output_line(f->out, _("Not complete: nobody listened for %" PRId64 " s; records since %s."), f->gaps.gap_s, since);
}

static void put_groups(const struct cli_figures *f)
{
	void (*put)(const struct cli_figures *, enum metrics_group, const struct number_metrics *) =
		f->out->format == OUTPUT_JSON ? put_json : put_row;
	size_t count;
	const struct number_metrics **groups = metrics_groups(f->metrics, &count);

	if (f->out->format != OUTPUT_JSON)
		put_columns(f->out, metrics_group_name(f->by));
	put(f, METRICS_BY_ALL, metrics_total(f->metrics));
	for (size_t i = 0; i < count && f->by != METRICS_BY_ALL; i++)
		put(f, f->by, groups[i]);
	free(groups);
	put_incomplete(f);
}

/* --- what is asked for --- */

static bool refuse(struct err *e, const char *option, const char *value, const char *allowed)
{
	err_set_message(e, ERR_USAGE, _("--%s %s is not allowed"), option, value);
	err_hint(e, _("allowed: %s"), allowed);
	return false;
}

static bool take_group(const struct cli *c, struct cli_figures *f, struct err *e)
{
	const char *by = cli_args_value(&c->args, "by");

	f->by = cli_args_has(&c->args, "all") ? METRICS_BY_ALL : METRICS_BY_NUMBER;
	return !by || metrics_group_parse(by, &f->by) || refuse(e, "by", by, "number, provider, agent, region, all");
}

static bool take_region(const struct cli *c, struct cli_history *h, struct err *e)
{
	enum region r;

	h->query.region = cli_args_value(&c->args, "region");
	return !h->query.region || region_parse(h->query.region, &r) || refuse(e, "region", h->query.region, "na, eu");
}

static bool refuse_window(struct err *e, const char *name)
{
	char *names = metrics_window_names();

	refuse(e, "window", name, names);
	free(names);
	return false;
}

/* The last 24 hours unless said otherwise; everything for Prometheus. */
static bool take_window(const struct cli *c, struct cli_history *h, struct cli_figures *f, struct err *e)
{
	const char *name = cli_args_value(&c->args, "window");
	bool given = h->query.since_us || h->query.until_us;
	enum metrics_window w;

	if (name && given)
		return err_set_message(e, ERR_USAGE, "%s", _("--window and --since or --until can't be used together"));
	if (!name && !given && !cli_args_has(&c->args, "prometheus"))
		name = "24h";
	f->until_us = h->query.until_us ? h->query.until_us : clock_wall_us(&clock_system);
	if (name && !metrics_window_parse(name, &w))
		return refuse_window(e, name);
	if (name)
		h->query.since_us = metrics_window_since_us(w, h->zone, f->until_us);
	f->bounded = name || given;
	f->live = name && w == METRICS_LIVE;
	f->window = name;
	f->since_us = h->query.since_us;
	return true;
}

/* --- counting --- */

struct counting {
	struct cli *cli;
	const struct cli_history *history;
	struct metrics *metrics;
	struct snapshot *workspace;	/* with its numbers; only for the live window and with known_only */
	bool known_only;		/* what the workspace does not know is one group */
};

/* Callers choose the numbers of unmapped calls: each would be a series of its own in a database that never forgets. */
static const struct call *known(const struct counting *counting, const struct call *c, struct call *copy)
{
	if (!counting->known_only || snapshot_number(counting->workspace, c->number))
		return c;
	*copy = *c;
	copy->number[0] = '\0';
	return copy;
}

static void count_recorded(void *arg, const struct call *c)
{
	const struct counting *counting = arg;
	struct call copy;

	metrics_history(counting->metrics, known(counting, c, &copy));
}

static bool fits(const char *wanted, const char *value)
{
	return !wanted || strcmp(wanted, value) == 0;
}

static void count_now(void *arg, const struct call *c)
{
	const struct counting *counting = arg;
	const struct call_query *q = &counting->history->query;
	struct call copy, resolved = *c;

	snapshot_resolve_call(counting->workspace, &resolved);
	if (fits(q->number, resolved.number) && fits(q->agent, resolved.agent) && fits(q->provider, resolved.provider) &&
	    fits(q->region, resolved.region))
		metrics_now(counting->metrics, known(counting, &resolved, &copy));
}

static const char *prefix_of(void *arg, struct str endpoint)
{
	const struct counting *counting = arg;
	char *name = str_dup(endpoint);
	const struct provider *p = snapshot_provider_by_endpoint(counting->workspace, name);

	free(name);
	return p ? p->inbound_prefix : NULL;
}

/* Every server is asked, whichever fails; then the first failure is it. */
static bool count_live(struct counting *counting, struct err *e)
{
	const struct config *config = counting->cli->config;
	const char *only = counting->history->query.server;
	struct err first = { .code = ERR_NONE };

	if (only && !cli_server(config, only, e))
		return false;
	if (config->server_count == 0)
		return err_set_message(e, ERR_CONFIG, "%s", _("no servers are configured: what is live is asked of them"));
	if (!config_read_server_secrets(counting->cli->options->config, e))
		return false;
	for (size_t i = 0; i < config->server_count; i++) {
		const struct ami_now_options options = {
			.server = &config->servers[i], .timeout_ms = LIVE_TIMEOUT_MS, .prefix_of = prefix_of, .call = count_now,
			.arg = counting,
		};
		struct err why = { .code = ERR_NONE };

		if (fits(only, config->servers[i].name) && !ami_calls_now(&options, &why) && first.code == ERR_NONE)
			first = why;
	}
	*e = first.code == ERR_NONE ? *e : first;
	return first.code == ERR_NONE;
}

static bool count_all(struct counting *counting, struct cli_history *h, const struct cli_figures *f, struct err *e)
{
	bool ok;

	if (f->live)
		return count_live(counting, e);
	h->query.ended = h->query.oldest_first = true;
	ok = store_calls(counting->cli->store, &h->query, count_recorded, counting, e);
	metrics_history_end(counting->metrics);
	return ok;
}

/* Of the servers asked about that are configured here; with none configured, of all that were ever recorded. */
static bool find_gaps(const struct counting *counting, struct cli_figures *f, struct err *e)
{
	const struct config *c = counting->cli->config;
	const struct call_query *q = &counting->history->query;
	const char **servers = xcalloc(c->server_count + 1, sizeof(*servers));
	size_t n = 0;
	struct gaps g;
	bool ok;

	for (size_t i = 0; i < c->server_count && !q->server; i++) {
		if (fits(q->region, region_name(c->servers[i].region)))
			servers[n++] = c->servers[i].name;
	}
	if (q->server)
		servers[n++] = q->server;
	gaps_begin(&g, f->since_us, f->until_us);
	ok = store_find_gaps(counting->cli->store, servers, n, &g, e);
	f->gaps = gaps_summary(&g);
	gaps_clear(&g);
	free(servers);
	return ok;
}

static bool report(struct cli *c, struct cli_history *h, struct err *e)
{
	struct cli_figures f = { .out = &c->out };
	bool prometheus = cli_args_has(&c->args, "prometheus"), ok;
	struct counting counting = { .cli = c, .history = h };

	if (!take_group(c, &f, e) || !take_region(c, h, e) || !take_window(c, h, &f, e))
		return false;
	counting.known_only = prometheus && f.by == METRICS_BY_NUMBER;
	counting.workspace = snapshot_new();
	if ((f.live || counting.known_only) && !store_read_snapshot(c->store, counting.workspace, true, e)) {
		snapshot_free(&counting.workspace);
		return false;
	}
	f.metrics = counting.metrics = metrics_new_with(&(struct metrics_options){ .group = f.by, .zone = h->zone,
										    .weeks = true });
	ok = count_all(&counting, h, &f, e) && (f.live || find_gaps(&counting, &f, e));
	if (ok && prometheus)
		cli_prometheus_put(&f);
	else if (ok)
		put_groups(&f);
	metrics_free(&counting.metrics);
	snapshot_free(&counting.workspace);
	return ok;
}

bool cli_metrics(struct cli *c, struct err *e)
{
	struct cli_history h;
	bool ok = cli_history_init(c, &h, e) && report(c, &h, e);

	cli_history_clear(&h);
	return ok;
}
