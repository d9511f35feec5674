/*
 * Metrics over calls as they happen: per number and in all (DESIGN.md 4.5). Fed by the tracker's callback (or from
 * history: finished calls only); counts every call once, whatever is heard of it first, test calls not at all. Numbers
 * come from callers, so their count is bounded; past it they are in the total only. One owner, one thread.
 */
#ifndef TRUNKDECK_METRICS_H
#define TRUNKDECK_METRICS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/call.h"
#include "trunkdeck/histogram.h"

struct metrics;

struct number_metrics {
	char number[32];
	uint64_t offered;
	uint64_t outcomes[OUTCOME_COUNT];
	struct histogram talk;
	struct histogram response;		/* to first audio, falling back to the agent's answer */
	uint64_t response_first_audio;		/* how many of them are first audio */
	uint32_t concurrent;			/* now */
	uint32_t peak_concurrent;
	uint32_t by_hour[24];			/* offered, by the hour of arrival, local time */
};

struct metrics *metrics_new(void);
void metrics_free(struct metrics **m);
void metrics_call(struct metrics *m, const struct call *c, enum call_change change);
/* NULL when the number has had no call. */
const struct number_metrics *metrics_number(const struct metrics *m, const char *number);
const struct number_metrics *metrics_total(const struct metrics *m);
/* answered / offered of the finished calls, in per mille; -1 when none has finished. */
int metrics_success_permille(const struct number_metrics *n);
/* {"+1...": {...}}: the shape of DESIGN.md 6 (replay). Caller decrefs. */
json_t *metrics_numbers_to_json(const struct metrics *m);

#endif
