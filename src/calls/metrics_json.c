/* Figures as JSON: replay's "numbers" and `trunkdeck metrics --json`. Times are milliseconds. */
#include "config.h"

#include "trunkdeck/calls/metrics.h"

#include <stdlib.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

static json_t *histogram_to_json(const struct histogram *h)
{
	json_t *o = json_object();

	json_object_set_new(o, "count", json_integer((json_int_t)h->count));
	json_object_set_new(o, "mean", json_integer(time_ms(histogram_mean(h))));
	json_object_set_new(o, "p50", json_integer(time_ms(histogram_quantile(h, 0.5))));
	json_object_set_new(o, "p95", json_integer(time_ms(histogram_quantile(h, 0.95))));
	json_object_set_new(o, "p99", json_integer(time_ms(histogram_quantile(h, 0.99))));
	json_object_set_new(o, "max", json_integer(time_ms((int64_t)h->max_us)));
	return o;
}

const char *metrics_response_source(const struct number_metrics *n)
{
	if (!n->response.count)
		return NULL;
	if (!n->response_first_audio)
		return "answer";
	return n->response_first_audio == n->response.count ? "first_audio" : "mixed";
}

static json_t *response_to_json(const struct number_metrics *n)
{
	json_t *o = histogram_to_json(&n->response);

	json_object_set_new(o, "source", n->response.count ? json_string(metrics_response_source(n)) : json_null());
	return o;
}

/* The median, and what 95 % of the calls keep: for a score, where less is worse, at least p95; otherwise at most. */
static json_t *quality_to_json(const struct histogram *h, double divisor, bool less_is_worse)
{
	double p95 = (double)histogram_quantile(h, less_is_worse ? 0.05 : 0.95) / divisor;
	double p50 = (double)histogram_quantile(h, 0.5) / divisor;

	return json_pack("{s:I,s:o,s:o}", "count", (json_int_t)h->count, "p50", h->count ? json_real(p50) : json_null(),
			 "p95", h->count ? json_real(p95) : json_null());
}

json_t *metrics_to_json(const struct number_metrics *n)
{
	json_t *o = json_object(), *hours = json_array(), *countries = json_object(), *reasons = json_object();

	json_object_set_new(o, "offered", json_integer((json_int_t)n->offered));
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		json_object_set_new(o, outcome_name((enum call_outcome)i), json_integer((json_int_t)n->outcomes[i]));
	for (int i = REASON_NONE + 1; i < REASON_COUNT; i++)
		json_object_set_new(reasons, call_reason_name((enum call_reason)i), json_integer((json_int_t)n->reasons[i]));
	json_object_set_new(o, "reasons", reasons);
	json_object_set_new(o, "fell_back", json_integer((json_int_t)n->fell_back));
	json_object_set_new(o, "loss", quality_to_json(&n->loss, 10, false));
	json_object_set_new(o, "jitter_ms", quality_to_json(&n->jitter, 1000, false));
	json_object_set_new(o, "score", quality_to_json(&n->score, 100, true));
	json_object_set_new(o, "talk_ms", histogram_to_json(&n->talk));
	json_object_set_new(o, "response_ms", response_to_json(n));
	json_object_set_new(o, "peak_concurrent", json_integer(n->peak_concurrent));
	for (size_t i = 0; i < ARRAY_LEN(n->by_hour); i++)
		json_array_append_new(hours, json_integer(n->by_hour[i]));
	json_object_set_new(o, "by_hour", hours);
	for (size_t i = 0; i < n->country_count; i++)
		json_object_set_new(countries, n->countries[i].iso[0] ? n->countries[i].iso : "unknown",
			json_integer((json_int_t)n->countries[i].calls));
	json_object_set_new(o, "by_country", countries);
	return o;
}

/* jansson refuses text that is not UTF-8. A number that a caller made of such text is in the total only. */
json_t *metrics_numbers_to_json(const struct metrics *m)
{
	size_t count;
	const struct number_metrics **sorted = metrics_groups(m, &count);
	json_t *o = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(o, sorted[i]->key, metrics_to_json(sorted[i]));
	free(sorted);
	return o;
}
