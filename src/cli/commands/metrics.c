/*
 * metrics: figures over finished calls of the store, counted by the code that counts live calls. A window ends now.
 * With --prometheus and no window, all stored calls are counted. For the live window each server is asked once.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "cli/io/lookup.h"
#include "prometheus.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_params.h"
#include "trunkdeck/calls/metrics.h"
#include "trunkdeck/work/ami_now.h"

#define CAUSES_SHOWN 10
#define PARAM_PREFIX "params."
#define LIVE_TIMEOUT_MS 10000

/* --- output --- */

static void put_moment(json_t *o, const char *key, int64_t us)
{
	char iso[CLOCK_ISO_SIZE];

	if (us)
		clock_format_iso(iso, us);
	json_object_set_new(o, key, us ? json_string(iso) : json_null());
}

static const char *unknown_text(enum metrics_group by)
{
	return by == METRICS_BY_REASON ? _("none") : _("unknown");
}

/* One object serves all formats; tables and CSV show some of its values. */
static void put_group(const struct cli_figures *f, enum metrics_group by, const struct number_metrics *n)
{
	json_t *o = json_object(), *figures = metrics_to_json(n), *states = json_object(), *week = json_array();
	json_t *causes = json_array();
	struct cause_count top[CAUSES_SHOWN];
	size_t cause_count = metrics_top_causes(n, top, CAUSES_SHOWN);
	int permille = metrics_success_permille(n);
	const char *key = n->key;

	if (f->out->format != OUTPUT_JSON)
		key = by == METRICS_BY_ALL ? _("all") : n->key[0] ? n->key : unknown_text(by);
	json_object_set_new(o, "by", json_string(by == METRICS_BY_ALL ? metrics_group_name(by) : f->by_name));
	json_object_set_new(o, "key", cli_text(key));
	json_object_set_new(o, "window", cli_text(f->window));
	put_moment(o, "since", f->since_us);
	put_moment(o, "until", f->until_us);
	for (int i = 0; i < CALL_ENDED; i++)
		json_object_set_new(states, call_state_name((enum call_state)i), json_integer((json_int_t)n->states[i]));
	if (f->live) {
		json_object_set_new(o, "concurrent", json_integer(n->concurrent));
		json_object_set(o, "states", states);
	} else {
		json_object_set_new(o, "complete", json_boolean(f->coverage.complete));
		json_object_set_new(o, "gap_s", json_integer(f->coverage.gap_s));
		put_moment(o, "recorded_since", f->coverage.recorded_since_us);
	}
	json_object_set_new(o, "success_rate", permille < 0 ? json_null() : json_real(permille / 1000.0));
	json_object_update(o, figures);
	for (int day = 0; day < 7; day++) {
		json_t *hours = json_array();

		for (int hour = 0; hour < 24; hour++)
			json_array_append_new(hours, json_integer(n->by_week[day][hour]));
		json_array_append_new(week, hours);
	}
	json_object_set_new(o, "by_week", week);
	for (size_t i = 0; i < cause_count; i++)
		json_array_append_new(causes, json_pack("{sisisI}", "cause", top[i].cause, "sip_code", top[i].sip_code,
							"calls", (json_int_t)top[i].calls));
	json_object_set_new(o, "causes", causes);
	json_decref(states);
	json_decref(figures);
	cli_output_object(f->out, o);
}

static void put_groups(const struct cli_figures *f)
{
#define COLUMN(id, name, text, help) { .key = name, .label = text, .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN },
	const struct cli_column columns[] = {
		{ .key = f->by_name, .label = f->by_name, .flags = COLUMN_FOREIGN, .path = "key" },
		{ .key = "offered", .label = N_("offered"), .flags = COLUMN_RIGHT },
		{ .key = "success_rate", .label = N_("success"), .flags = COLUMN_RIGHT | COLUMN_PERCENT },
		OUTCOME_TABLE(COLUMN)
		{ .key = "closed", .label = N_("closed"), .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN, .path = "reasons.closed" },
		{ .key = "over_cap", .label = N_("over cap"), .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN, .path = "reasons.over_cap" },
		{ .key = "blocked", .label = N_("blocked"), .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN, .path = "reasons.blocked" },
		{ .key = "silent", .label = N_("silent"), .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN, .path = "reasons.silent" },
		{ .key = "fell_back", .label = N_("fell back"), .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN },
		{ .key = "talk_mean_ms", .label = N_("talk mean"), .flags = COLUMN_RIGHT | COLUMN_SECONDS, .path = "talk_ms.mean" },
		{ .key = "talk_p50_ms", .label = N_("p50"), .flags = COLUMN_RIGHT | COLUMN_SECONDS, .path = "talk_ms.p50" },
		{ .key = "talk_p95_ms", .label = N_("p95"), .flags = COLUMN_RIGHT | COLUMN_SECONDS, .path = "talk_ms.p95" },
		{ .key = "response_p50_ms", .label = N_("reply p50"), .flags = COLUMN_RIGHT | COLUMN_SECONDS, .path = "response_ms.p50" },
		{ .key = "response_p95_ms", .label = N_("p95"), .flags = COLUMN_RIGHT | COLUMN_SECONDS, .path = "response_ms.p95" },
		{ .key = "response_p99_ms", .label = N_("p99"), .flags = COLUMN_RIGHT | COLUMN_SECONDS, .path = "response_ms.p99" },
		{ .key = "response_source", .label = N_("measured to"), .path = "response_ms.source" },
		{ .key = "loss_p50", .label = N_("loss p50"), .flags = COLUMN_RIGHT | COLUMN_MEASURE, .path = "loss.p50" },
		{ .key = "loss_p95", .label = N_("p95"), .flags = COLUMN_RIGHT | COLUMN_MEASURE, .path = "loss.p95" },
		{ .key = "jitter_p50_ms", .label = N_("jitter p50"), .flags = COLUMN_RIGHT | COLUMN_MEASURE, .path = "jitter_ms.p50" },
		{ .key = "jitter_p95_ms", .label = N_("p95"), .flags = COLUMN_RIGHT | COLUMN_MEASURE, .path = "jitter_ms.p95" },
		{ .key = "score_p50", .label = N_("score p50"), .flags = COLUMN_RIGHT | COLUMN_MEASURE, .path = "score.p50" },
		{ .key = "score_p95", .label = N_("p95"), .flags = COLUMN_RIGHT | COLUMN_MEASURE, .path = "score.p95" },
		{ .key = "peak_concurrent", .label = N_("peak"), .flags = COLUMN_RIGHT },
		{ .key = "concurrent", .label = N_("now"), .flags = COLUMN_RIGHT | COLUMN_ZERO_HIDDEN },
		{ .key = "complete", .label = N_("complete"), .flags = COLUMN_NO_TABLE },
		{ .key = "gap_s", .label = N_("gap"), .flags = COLUMN_NO_TABLE },
	};
#undef COLUMN
	char since[CLOCK_ISO_SIZE];
	size_t count;
	const struct number_metrics **groups = metrics_groups(f->metrics, &count);

	cli_output_columns(f->out, columns, ARRAY_LEN(columns));
	put_group(f, METRICS_BY_ALL, metrics_total(f->metrics));
	for (size_t i = 0; i < count && f->by != METRICS_BY_ALL; i++)
		put_group(f, f->by, groups[i]);
	free(groups);
	if (f->live || f->coverage.complete)
		return;
	if (f->coverage.recorded_since_us == 0) {
		cli_output_line(f->out, "%s", _("Not complete: not every server has been recorded yet."));
		return;
	}
	clock_format_iso(since, f->coverage.recorded_since_us);
	cli_output_line(f->out,
		_("Not complete: no recorder listened for %" PRId64 " s; records since %s."), f->coverage.gap_s, since);
}

/* --- options --- */

/* Without options the window is the last 24 hours; with --prometheus it is unlimited. */
static bool take_options(const struct cli *c, struct cli_history *h, struct cli_figures *f, struct err *e)
{
	const char *window = cli_args_value(&c->args, "window"), *by = cli_args_value(&c->args, "by");
	bool given = h->query.since_us || h->query.until_us;
	enum metrics_window w = METRICS_LIVE;
	enum region r;

	f->by = cli_args_has(&c->args, "all") ? METRICS_BY_ALL : METRICS_BY_NUMBER;
	if (by && strncmp(by, PARAM_PREFIX, strlen(PARAM_PREFIX)) == 0 && by[strlen(PARAM_PREFIX)])
		f->by = METRICS_BY_PARAM;
	else if (by && (!metrics_group_parse(by, &f->by) || f->by == METRICS_BY_PARAM))
		return cli_args_refuse(&c->args, "by", "number, provider, agent, region, country, hour, served, reason, all, params.NAME", e);
	f->by_name = f->by == METRICS_BY_PARAM ? by : metrics_group_name(f->by);
	h->query.region = cli_args_value(&c->args, "region");
	if (h->query.region && !region_parse(h->query.region, &r))
		return cli_args_refuse(&c->args, "region", "na, eu", e);
	if (window && given)
		return err_set_message(e, ERR_USAGE, "%s", _("--window and --since or --until can't be used together"));
	if (!window && !given && !cli_args_has(&c->args, "prometheus"))
		window = "24h";
	if (window && !metrics_window_parse(window, &w)) {
		char *names = metrics_window_names();

		cli_args_refuse(&c->args, "window", names, e);
		free(names);
		return false;
	}
	f->until_us = h->query.until_us ? h->query.until_us : clock_wall_us(&clock_system);
	if (window)
		h->query.since_us = metrics_window_since_us(w, h->zone, f->until_us);
	f->bounded = window || given;
	f->live = window && w == METRICS_LIVE;
	f->window = window;
	f->since_us = h->query.since_us;
	return true;
}

/* --- counting --- */

struct counting {
	struct cli *cli;
	const struct cli_history *history;
	struct metrics *metrics;
	struct snapshot *workspace;	/* for the live window, where it has the numbers, and for known_only */
	struct call_params *params;
	const char *param;		/* the name of the parameter whose values are the groups */
	bool known_only;		/* all numbers that the workspace does not know are one group */
};

/* Callers choose the numbers of unmapped calls. Each would be a series that Prometheus keeps forever. */
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

static const char *param_of(void *arg, const struct call *c)
{
	const struct counting *counting = arg;
	const char *value = call_params_value(counting->params, counting->workspace, c, counting->param);

	return value ? value : "";
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

/* All servers are asked even after one has failed; the first failure is reported. */
static bool count_live(struct counting *counting, struct err *e)
{
	const struct config *config = counting->cli->config;
	const char *only = counting->history->query.server;
	struct err first = { .code = ERR_NONE };

	if (only && !cli_server(config, only, e))
		return false;
	if (config->server_count == 0)
		return err_set_message(e, ERR_CONFIG, "%s", _("no servers are configured, and the live window asks them"));
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

/* Counts the recorded calls, and the time without a recorder on the chosen servers. These are the configured servers
 * or, if none is configured, all servers that were ever recorded. */
static bool count_history(struct counting *counting, struct cli_history *h, struct cli_figures *f, struct err *e)
{
	const struct config *c = counting->cli->config;
	const char **servers;
	size_t n = 0;
	struct coverage g;
	bool ok;

	h->query.ended = h->query.oldest_first = true;
	if (!store_calls(counting->cli->store, &h->query, count_recorded, counting, e))
		return false;
	metrics_history_end(counting->metrics);
	servers = xcalloc(c->server_count + 1, sizeof(*servers));
	for (size_t i = 0; i < c->server_count && !h->query.server; i++) {
		if (fits(h->query.region, region_name(c->servers[i].region)))
			servers[n++] = c->servers[i].name;
	}
	if (h->query.server)
		servers[n++] = h->query.server;
	coverage_begin(&g, f->since_us, f->until_us);
	ok = store_find_coverage(counting->cli->store, servers, n, &g, e);
	f->coverage = coverage_summary(&g);
	coverage_clear(&g);
	free(servers);
	return ok;
}

bool cli_metrics(struct cli *c, struct err *e)
{
	bool prometheus = cli_args_has(&c->args, "prometheus"), ok;
	struct cli_history h;
	struct cli_figures f = { .out = &c->out };
	struct counting counting = { .cli = c, .history = &h, .workspace = snapshot_new(), .params = call_params_new() };

	ok = cli_history_init(c, &h, e) && take_options(c, &h, &f, e);
	counting.known_only = prometheus && f.by == METRICS_BY_NUMBER;
	if (ok && f.by == METRICS_BY_PARAM)
		counting.param = f.by_name + strlen(PARAM_PREFIX);
	ok = ok && (!counting.param || cli_history_told(c, counting.params, e));
	ok = ok && ((!f.live && !counting.known_only) || store_read_snapshot(c->store, counting.workspace, true, e));
	f.metrics = counting.metrics = metrics_new_with(&(struct metrics_options){ .group = f.by, .zone = h.zone,
										    .weeks = true, .param = param_of, .arg = &counting });
	ok = ok && (f.live ? count_live(&counting, e) : count_history(&counting, &h, &f, e));
	if (ok && prometheus)
		cli_prometheus_put(&f);
	else if (ok)
		put_groups(&f);
	metrics_free(&counting.metrics);
	call_params_free(&counting.params);
	snapshot_free(&counting.workspace);
	cli_history_clear(&h);
	return ok;
}
