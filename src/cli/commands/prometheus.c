/*
 * Names follow Prometheus' conventions: base units, _total for counters, one HELP and TYPE in front of all series of a name, and
 * labels only with values that are few: https://prometheus.io/docs/practices/naming/ and
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#include "config.h"

#include "prometheus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

/* What all series of a family have in common, and the function that prints the series of a group. */
struct family {
	const char *name, *type, *help;
	void (*put)(const struct cli_figures *f, const struct family *family, const struct number_metrics *n);
};

/* name{label="key",window="24h",extra="value"}; labels that do not apply are left out. */
static void put_series(const struct cli_figures *f, const struct family *family, const char *suffix,
		       const struct number_metrics *n, const char *extra, const char *value)
{
	const char *const labels[][2] = {
		{ f->by != METRICS_BY_ALL ? metrics_group_name(f->by) : NULL, n->key },
		{ f->window && !f->live ? "window" : NULL, f->window },
		{ extra, value },
	};
	const char *separator = "{";
	FILE *to = f->out->to;
	char *clean;

	fprintf(to, "%s%s", family->name, suffix);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (!labels[i][0])
			continue;
		fprintf(to, "%s%s=\"", separator, labels[i][0]);
		/* Quotes and backslashes are escaped; cleaning has removed line ends. */
		clean = utf8_clean_dup(str_of(labels[i][1]));
		for (const char *p = clean; *p; p++)
			fprintf(to, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
		free(clean);
		fputc('"', to);
		separator = ",";
	}
	fputs(*separator == ',' ? "} " : " ", to);
}

static void put_outcomes(const struct cli_figures *f, const struct family *family, const struct number_metrics *n)
{
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		put_series(f, family, "", n, "outcome", outcome_name((enum call_outcome)o));
		fprintf(f->out->to, "%" PRIu64 "\n", n->outcomes[o]);
	}
}

static void put_states(const struct cli_figures *f, const struct family *family, const struct number_metrics *n)
{
	for (int s = 0; s < CALL_ENDED; s++) {
		put_series(f, family, "", n, "state", call_state_name((enum call_state)s));
		fprintf(f->out->to, "%" PRIu64 "\n", n->states[s]);
	}
}

static void put_summary(const struct cli_figures *f, const struct family *family, const struct number_metrics *n,
			const struct histogram *h)
{
	static const struct { double q; const char *text; } quantiles[] = { { 0.5, "0.5" }, { 0.95, "0.95" }, { 0.99, "0.99" } };

	for (size_t i = 0; i < ARRAY_LEN(quantiles) && h->count > 0; i++) {
		put_series(f, family, "", n, "quantile", quantiles[i].text);
		fprintf(f->out->to, "%.6f\n", (double)histogram_quantile(h, quantiles[i].q) / 1e6);
	}
	put_series(f, family, "_sum", n, NULL, NULL);
	fprintf(f->out->to, "%.6f\n", (double)h->sum_us / 1e6);
	put_series(f, family, "_count", n, NULL, NULL);
	fprintf(f->out->to, "%" PRIu64 "\n", h->count);
}

static void put_talk(const struct cli_figures *f, const struct family *family, const struct number_metrics *n)
{
	put_summary(f, family, n, &n->talk);
}

static void put_response(const struct cli_figures *f, const struct family *family, const struct number_metrics *n)
{
	put_summary(f, family, n, &n->response);
}

static void put_peak(const struct cli_figures *f, const struct family *family, const struct number_metrics *n)
{
	put_series(f, family, "", n, NULL, NULL);
	fprintf(f->out->to, "%" PRIu32 "\n", n->peak_concurrent);
}

#define TALK_HELP "Time callers and agents talked."
#define RESPONSE_HELP "Arrival to the agent's first audio, or to its answer when none was heard."
#define PEAK_HELP "Calls at once at most."

static const struct family of_all[] = {
	{ "trunkdeck_calls_total", "counter", "Finished calls by outcome.", put_outcomes },
	{ "trunkdeck_talk_seconds", "summary", TALK_HELP, put_talk },
	{ "trunkdeck_response_seconds", "summary", RESPONSE_HELP, put_response },
	{ "trunkdeck_concurrent_calls_peak", "gauge", PEAK_HELP, put_peak },
	{ 0 },
};

/* The figures of a window have names of their own, because they go down as well as up. */
static const struct family of_window[] = {
	{ "trunkdeck_window_calls", "gauge", "Finished calls by outcome.", put_outcomes },
	{ "trunkdeck_window_talk_seconds", "summary", TALK_HELP, put_talk },
	{ "trunkdeck_window_response_seconds", "summary", RESPONSE_HELP, put_response },
	{ "trunkdeck_window_concurrent_calls_peak", "gauge", PEAK_HELP, put_peak },
	{ 0 },
};

static const struct family of_now[] = {
	{ "trunkdeck_live_calls", "gauge", "Calls that are up, by what they are doing.", put_states },
	{ 0 },
};

/* A gauge of all groups together. */
static void put_gauge(const struct cli_figures *f, const char *name, const char *help, int64_t value)
{
	const char *bounded = f->bounded ? "window_" : "";
	FILE *to = f->out->to;

	fprintf(to, "# HELP trunkdeck_%s%s %s\n# TYPE trunkdeck_%s%s gauge\ntrunkdeck_%s%s", bounded, name, help, bounded, name,
		bounded, name);
	if (f->window)
		fprintf(to, "{window=\"%s\"}", f->window);
	fprintf(to, " %" PRId64 "\n", value);
}

void cli_prometheus_put(const struct cli_figures *f)
{
	const struct family *family = f->live ? of_now : f->bounded ? of_window : of_all;
	size_t count;
	const struct number_metrics **groups = metrics_groups(f->metrics, &count);

	for (; family->name; family++) {
		fprintf(f->out->to, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name, family->type);
		for (size_t i = 0; i < count; i++)
			family->put(f, family, groups[i]);
	}
	free(groups);
	if (f->live)
		return;
	put_gauge(f, "gap_seconds", "Time in which nobody listened to a server.", f->coverage.gap_s);
	put_gauge(f, "complete", "1 when every server was listened to all the time.", f->coverage.complete);
}
