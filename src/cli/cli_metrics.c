/*
 * metrics: figures over finished calls of the store, through the very code that counts live calls. A window goes back from now;
 * for Prometheus it is everything the store keeps unless a window is asked for: then the names are others, since a window's
 * figures go down as well as up.
 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli_history.h"
#include "trunkdeck/app.h"
#include "trunkdeck/clock.h"
#include "trunkdeck/gettext.h"
#include "trunkdeck/mem.h"
#include "trunkdeck/metrics.h"

#define CAUSES_SHOWN 10

struct report {
	struct cli *cli;
	const char *window;		/* as given; NULL = since and until were */
	const char *by;			/* "number", ... */
	int64_t since_us, until_us;
	struct metrics *metrics;
};

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

static void put_json(const struct report *r, const char *by, const struct number_metrics *n)
{
	json_t *o = json_object(), *figures = metrics_to_json(n);
	int permille = metrics_success_permille(n);

	json_object_set_new(o, "by", json_string(by));
	json_object_set_new(o, "key", json_string(n->key));
	json_object_set_new(o, "window", r->window ? json_string(r->window) : json_null());
	put_moment(o, "since", r->since_us);
	put_moment(o, "until", r->until_us);
	json_object_set_new(o, "success_rate", permille < 0 ? json_null() : json_real(permille / 1000.0));
	json_object_update(o, figures);
	json_decref(figures);
	json_object_set_new(o, "by_week", week_json(n));
	json_object_set_new(o, "causes", causes_json(n));
	cli_output_object(&r->cli->out, o);
}

/* --- tables and CSV --- */

enum { FIXED_COLUMNS = 10 };

static void put_columns(struct cli_output *out, const char *by)
{
	struct cli_column columns[FIXED_COLUMNS + OUTCOME_COUNT] = {
		{ .key = by, .label = by }, { .key = "offered", .label = _("offered"), .right = true },
		{ .key = "success_rate", .label = _("success"), .right = true },
	};
	size_t n = 3;

	for (int i = 0; i < OUTCOME_COUNT; i++)
		columns[n++] = (struct cli_column){ .key = outcome_name((enum call_outcome)i),
						    .label = outcome_text((enum call_outcome)i), .right = true,
						    .zero_hidden = true };
	columns[n++] = (struct cli_column){ .key = "talk_p50_ms", .label = _("talk p50"), .right = true };
	columns[n++] = (struct cli_column){ .key = "talk_p95_ms", .label = _("p95"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_p50_ms", .label = _("reply p50"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_p95_ms", .label = _("p95"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_p99_ms", .label = _("p99"), .right = true };
	columns[n++] = (struct cli_column){ .key = "response_source", .label = _("measured to"), .right = false };
	columns[n++] = (struct cli_column){ .key = "peak_concurrent", .label = _("peak"), .right = true };
	cli_output_columns(out, columns, n);
}

/* Milliseconds in CSV, seconds for people. */
static char *quantile_text(const struct cli_output *out, const struct histogram *h, double q)
{
	int64_t us = histogram_quantile(h, q);

	if (h->count == 0)
		return xstrdup("");
	return out->format == OUTPUT_CSV ? xasprintf("%" PRId64, (us + 500) / 1000) : xasprintf("%.1fs", (double)us / 1e6);
}

static char *success_text(const struct cli_output *out, const struct number_metrics *n)
{
	int permille = metrics_success_permille(n);

	if (permille < 0)
		return xstrdup("");
	return out->format == OUTPUT_CSV ? xasprintf("%.3f", permille / 1000.0) : xasprintf("%d%%", (permille + 5) / 10);
}

static void put_row(const struct report *r, const char *by, const struct number_metrics *n)
{
	struct cli_output *out = &r->cli->out;
	char *cells[FIXED_COLUMNS + OUTCOME_COUNT];
	size_t count = 0;
	const char *source = metrics_response_source(n);

	cells[count++] = xstrdup(strcmp(by, "all") == 0 ? _("all") : n->key[0] ? n->key : _("unknown"));
	cells[count++] = xasprintf("%" PRIu64, n->offered);
	cells[count++] = success_text(out, n);
	for (int i = 0; i < OUTCOME_COUNT; i++)
		cells[count++] = xasprintf("%" PRIu64, n->outcomes[i]);
	cells[count++] = quantile_text(out, &n->talk, 0.5);
	cells[count++] = quantile_text(out, &n->talk, 0.95);
	cells[count++] = quantile_text(out, &n->response, 0.5);
	cells[count++] = quantile_text(out, &n->response, 0.95);
	cells[count++] = quantile_text(out, &n->response, 0.99);
	cells[count++] = xstrdup(source ? source : "");
	cells[count++] = xasprintf("%" PRIu32, n->peak_concurrent);
	cli_output_row(out, (const char *const *)cells);
	for (size_t i = 0; i < count; i++)
		free(cells[i]);
}

static void put_groups(const struct report *r)
{
	void (*put)(const struct report *, const char *, const struct number_metrics *) =
		r->cli->out.format == OUTPUT_JSON ? put_json : put_row;
	size_t count;
	const struct number_metrics **groups = metrics_groups(r->metrics, &count);

	if (r->cli->out.format != OUTPUT_JSON)
		put_columns(&r->cli->out, r->by);
	put(r, "all", metrics_total(r->metrics));
	for (size_t i = 0; i < count && strcmp(r->by, "all") != 0; i++)
		put(r, r->by, groups[i]);
	free(groups);
}

/* --- Prometheus --- */

/* Label values: backslash, quote and line end are escaped. */
static void put_label(FILE *to, const char *name, const char *value)
{
	fprintf(to, "%s=\"", name);
	for (const char *p = value; *p; p++) {
		if (*p == '\n')
			fputs("\\n", to);
		else if (*p == '"' || *p == '\\')
			fprintf(to, "\\%c", *p);
		else if ((unsigned char)*p >= ' ')
			fputc(*p, to);
	}
	fputc('"', to);
}

static void put_name(const struct report *r, const char *name, const char *suffix, const struct number_metrics *n)
{
	FILE *to = r->cli->out.to;

	fprintf(to, "trunkdeck_%s%s%s{", r->window ? "window_" : "", name, suffix);
	put_label(to, r->by, n->key);
	if (r->window) {
		fputc(',', to);
		put_label(to, "window", r->window);
	}
}

static void put_head(const struct report *r, const char *name, const char *type, const char *help)
{
	const char *window = r->window ? "window_" : "";

	fprintf(r->cli->out.to, "# HELP trunkdeck_%s%s %s\n# TYPE trunkdeck_%s%s %s\n", window, name, help, window, name, type);
}

static void put_summary(const struct report *r, const char *name, const struct number_metrics *n, const struct histogram *h)
{
	static const double quantiles[] = { 0.5, 0.95, 0.99 };
	FILE *to = r->cli->out.to;

	for (size_t i = 0; i < ARRAY_LEN(quantiles) && h->count > 0; i++) {
		put_name(r, name, "", n);
		fprintf(to, ",quantile=\"%g\"} %.6f\n", quantiles[i], (double)histogram_quantile(h, quantiles[i]) / 1e6);
	}
	put_name(r, name, "_sum", n);
	fprintf(to, "} %.6f\n", (double)h->sum_us / 1e6);
	put_name(r, name, "_count", n);
	fprintf(to, "} %" PRIu64 "\n", h->count);
}

static void put_prometheus(const struct report *r)
{
	const char *calls = r->window ? "calls" : "calls_total";
	FILE *to = r->cli->out.to;
	size_t count;
	const struct number_metrics **groups = metrics_groups(r->metrics, &count);

	put_head(r, calls, r->window ? "gauge" : "counter", "Finished calls by outcome.");
	for (size_t i = 0; i < count; i++) {
		for (int o = 0; o < OUTCOME_COUNT; o++) {
			put_name(r, calls, "", groups[i]);
			fprintf(to, ",outcome=\"%s\"} %" PRIu64 "\n", outcome_name((enum call_outcome)o),
				groups[i]->outcomes[o]);
		}
	}
	put_head(r, "talk_seconds", "summary", "Time callers and agents talked.");
	for (size_t i = 0; i < count; i++)
		put_summary(r, "talk_seconds", groups[i], &groups[i]->talk);
	put_head(r, "response_seconds", "summary", "Arrival to the agent's first audio, or to its answer when none was heard.");
	for (size_t i = 0; i < count; i++)
		put_summary(r, "response_seconds", groups[i], &groups[i]->response);
	put_head(r, "concurrent_calls_peak", "gauge", "Calls at once at most.");
	for (size_t i = 0; i < count; i++) {
		put_name(r, "concurrent_calls_peak", "", groups[i]);
		fprintf(to, "} %" PRIu32 "\n", groups[i]->peak_concurrent);
	}
	free(groups);
}

/* --- what is asked for --- */

static bool refuse(struct err *e, const char *option, const char *value, const char *allowed)
{
	err_set_message(e, ERR_USAGE, _("--%s %s is not allowed"), option, value);
	err_hint(e, _("allowed: %s"), allowed);
	return false;
}

static bool take_group(const struct cli *c, struct report *r, enum metrics_group *group, struct err *e)
{
	static const char *const names[] = { "number", "provider", "agent", "region" };
	const char *by = cli_args_value(&c->args, "by");
	bool all = cli_args_has(&c->args, "all") || (by && strcmp(by, "all") == 0);

	r->by = all ? "all" : "number";
	*group = METRICS_BY_NUMBER;
	for (size_t i = 0; by && !all && i < ARRAY_LEN(names); i++) {
		if (strcmp(by, names[i]) == 0) {
			*group = (enum metrics_group)i;
			r->by = names[i];
			return true;
		}
	}
	return !by || all || refuse(e, "by", by, "number, provider, agent, region, all");
}

/* The last 24 hours unless said otherwise; everything for Prometheus. */
static bool take_window(const struct cli *c, struct cli_history *h, struct report *r, struct err *e)
{
	const char *name = cli_args_value(&c->args, "window");
	bool given = h->query.since_us || h->query.until_us;
	enum metrics_window w;

	if (name && given) {
		err_set_message(e, ERR_USAGE, "%s", _("--window and --since or --until can't be used together"));
		return false;
	}
	if (!name && !given && !cli_args_has(&c->args, "prometheus"))
		name = "24h";
	r->until_us = h->query.until_us ? h->query.until_us : clock_wall_us(&clock_system);
	if (name && !metrics_window_parse(name, &w))
		return refuse(e, "window", name, "today, 1h, 24h, 7d, 30d");
	if (name)
		h->query.since_us = metrics_window_since_us(w, h->zone, r->until_us);
	r->window = name;
	r->since_us = h->query.since_us;
	return true;
}

struct counting {
	struct metrics *metrics;
	const char *region;		/* NULL = any */
};

static void count(void *arg, const struct call *c)
{
	const struct counting *counting = arg;

	if (!counting->region || strcmp(c->region, counting->region) == 0)
		metrics_history(counting->metrics, c);
}

static bool report(struct cli *c, struct cli_history *h, struct err *e)
{
	struct report r = { .cli = c };
	struct counting counting = { .region = cli_args_value(&c->args, "region") };
	enum metrics_group group;
	bool ok;

	if (!take_group(c, &r, &group, e) || !take_window(c, h, &r, e))
		return false;
	r.metrics = counting.metrics = metrics_new_with(&(struct metrics_options){ .group = group, .zone = h->zone,
										    .weeks = true });
	h->query.ended = h->query.oldest_first = true;
	ok = store_calls(c->store, &h->query, count, &counting, e);
	metrics_history_end(r.metrics);
	if (ok && cli_args_has(&c->args, "prometheus"))
		put_prometheus(&r);
	else if (ok)
		put_groups(&r);
	metrics_free(&r.metrics);
	return ok;
}

bool cli_metrics(struct cli *c, struct err *e)
{
	struct cli_history h;
	bool ok = cli_history_init(c, &h, e) && report(c, &h, e);

	cli_history_clear(&h);
	return ok;
}
