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

/* Writes name{label="key",window="24h",extra="value"}; leaves out labels that do not apply. */
static void put_series(const struct cli_figures *f, const char *name, const char *suffix, const struct number_metrics *n,
		       const char *extra, const char *value)
{
	char *by = xstrdup(f->by_name);
	const char *const labels[][2] = {
		{ f->by != METRICS_BY_ALL ? by : NULL, n->key },
		{ f->window && !f->live ? "window" : NULL, f->window },
		{ extra, value },
	};
	const char *separator = "{";
	FILE *to = f->out->to;
	char *clean;

	for (char *c = by; *c; c++)	/* params.NAME is no name of a label */
		*c = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ? *c : '_';
	fprintf(to, "%s%s", name, suffix);
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
	free(by);
}

/* unit: how many of what the histogram counts are one of the base unit. low: the low values matter. */
static void put_summary(const struct cli_figures *f, const char *name, const struct number_metrics *n, const struct histogram *h,
			double unit, bool low)
{
	static const struct { double q; const char *text; } quantiles[] = {
		{ 0.01, "0.01" }, { 0.05, "0.05" }, { 0.5, "0.5" }, { 0.95, "0.95" }, { 0.99, "0.99" },
	};

	for (size_t i = low ? 0 : 2; i < (low ? 3 : ARRAY_LEN(quantiles)) && h->count > 0; i++) {
		put_series(f, name, "", n, "quantile", quantiles[i].text);
		fprintf(f->out->to, "%.6f\n", (double)histogram_quantile(h, quantiles[i].q) / unit);
	}
	put_series(f, name, "_sum", n, NULL, NULL);
	fprintf(f->out->to, "%.6f\n", (double)h->sum_us / unit);
	put_series(f, name, "_count", n, NULL, NULL);
	fprintf(f->out->to, "%" PRIu64 "\n", h->count);
}

/* The figures of a window have their own names, because they can decrease. */
enum family { OUTCOMES, REFUSED, FELL_BACK, TALK, RESPONSE, LOSS, JITTER, SCORE, PEAK, STATES };
static const struct { const char *name, *in_window, *type, *help; } families[] = {
	[OUTCOMES] = { "trunkdeck_calls_total", "trunkdeck_window_calls", "counter", "Finished calls by outcome." },
	[REFUSED] = { "trunkdeck_reasons_total", "trunkdeck_window_reasons", "counter",
		      "Calls that were not connected for one of these reasons; they are counted by their outcome too." },
	[FELL_BACK] = { "trunkdeck_fell_back_total", "trunkdeck_window_fell_back", "counter",
			"Calls that went on to another agent; by agent: that left this one." },
	[TALK] = { "trunkdeck_talk_seconds", "trunkdeck_window_talk_seconds", "summary", "Time callers and agents talked." },
	[RESPONSE] = { "trunkdeck_response_seconds", "trunkdeck_window_response_seconds", "summary",
		       "Arrival to the agent's first audio, or to its answer when none was heard." },
	[LOSS] = { "trunkdeck_loss_ratio", "trunkdeck_window_loss_ratio", "summary", "Packets lost on the way from the provider." },
	[JITTER] = { "trunkdeck_jitter_seconds", "trunkdeck_window_jitter_seconds", "summary", "Jitter of the packets from the provider." },
	[SCORE] = { "trunkdeck_opinion_score", "trunkdeck_window_opinion_score", "summary",
		    "Mean opinion score of 1 to 5 of what came from the provider, estimated by Asterisk." },
	[PEAK] = { "trunkdeck_concurrent_calls_peak", "trunkdeck_window_concurrent_calls_peak", "gauge", "Calls at once at most." },
	[STATES] = { "trunkdeck_live_calls", "trunkdeck_live_calls", "gauge", "Calls that are up, by what they are doing." },
};

static void put_group(const struct cli_figures *f, enum family family, const char *name, const struct number_metrics *n)
{
	FILE *to = f->out->to;

	for (int o = 0; family == OUTCOMES && o < OUTCOME_COUNT; o++) {
		put_series(f, name, "", n, "outcome", outcome_name((enum call_outcome)o));
		fprintf(to, "%" PRIu64 "\n", n->outcomes[o]);
	}
	for (int s = 0; family == STATES && s < CALL_ENDED; s++) {
		put_series(f, name, "", n, "state", call_state_name((enum call_state)s));
		fprintf(to, "%" PRIu64 "\n", n->states[s]);
	}
	for (int r = REASON_NONE + 1; family == REFUSED && r < REASON_COUNT; r++) {
		put_series(f, name, "", n, "reason", call_reason_name((enum call_reason)r));
		fprintf(to, "%" PRIu64 "\n", n->reasons[r]);
	}
	if (family == FELL_BACK) {
		put_series(f, name, "", n, NULL, NULL);
		fprintf(to, "%" PRIu64 "\n", n->fell_back);
	}
	if (family == TALK || family == RESPONSE)
		put_summary(f, name, n, family == TALK ? &n->talk : &n->response, 1e6, false);
	if (family == LOSS || family == JITTER || family == SCORE)
		put_summary(f, name, n, family == LOSS ? &n->loss : family == JITTER ? &n->jitter : &n->score,
			    family == LOSS ? 1e3 : family == JITTER ? 1e6 : 1e2, family == SCORE);
	if (family == PEAK) {
		put_series(f, name, "", n, NULL, NULL);
		fprintf(to, "%" PRIu32 "\n", n->peak_concurrent);
	}
}

/* Writes a gauge for all groups together. */
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
	size_t count;
	const struct number_metrics **groups = metrics_groups(f->metrics, &count);

	for (int family = f->live ? STATES : OUTCOMES; family <= (f->live ? STATES : PEAK); family++) {
		const char *name = f->bounded ? families[family].in_window : families[family].name;
		const char *type = strcmp(families[family].type, "counter") == 0 && f->bounded ? "gauge" : families[family].type;

		if (family == REFUSED && f->by == METRICS_BY_REASON)
			continue;	/* the group's label has the same name */
		fprintf(f->out->to, "# HELP %s %s\n# TYPE %s %s\n", name, families[family].help, name, type);
		for (size_t i = 0; i < count; i++)
			put_group(f, (enum family)family, name, groups[i]);
	}
	free(groups);
	if (f->live)
		return;
	put_gauge(f, "gap_seconds", "Time in which no recorder listened to a server.", f->coverage.gap_s);
	put_gauge(f, "complete", "1 when every server was listened to all the time.", f->coverage.complete);
}
