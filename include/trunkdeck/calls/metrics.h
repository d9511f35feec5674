/*
 * Metrics over calls: for each number (or provider, agent, region) and in total (DESIGN.md 4.5). Live calls are counted by
 * metrics_call(), those of the store by metrics_history(); both use the same code, so that live and history agree. Every call
 * counts once, whichever report comes first; a live call whose number or agent changes moves to its new group. Test calls do
 * not count. Callers choose the numbers, so the count of numbers is bounded; past the bound a call counts in the total only. One
 * owner, one thread at a time.
 */
#ifndef TRUNKDECK_CALLS_METRICS_H
#define TRUNKDECK_CALLS_METRICS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/calls/histogram.h"

struct metrics;

/* The groups of calls: id, name in options, JSON and labels, text on the screen. They are in the order of the
 * screen. */
#define METRICS_GROUP_TABLE(X) \
	X(NUMBER, "number", N_("Number")) \
	X(PROVIDER, "provider", N_("Provider")) \
	X(AGENT, "agent", N_("Agent")) \
	X(REGION, "region", N_("Region")) \
	X(COUNTRY, "country", N_("Country")) \
	X(HOUR, "hour", N_("Hour")) \
	X(SERVED, "served", N_("Served by")) \
	X(REASON, "reason", N_("Reason")) \
	X(PARAM, "params", N_("Parameter")) \
	X(ALL, "all", N_("All calls"))

enum metrics_group {
#define GROUP_ENUM(id, name, text) METRICS_BY_##id,
	METRICS_GROUP_TABLE(GROUP_ENUM)
#undef GROUP_ENUM
	METRICS_GROUP_COUNT
};

WORDS_DECLARE(metrics_group, enum metrics_group)
bool metrics_group_parse(const char *name, enum metrics_group *out);
/* Returns the call's group, as its number; "" when it is not known, for METRICS_BY_ALL, and for HOUR and PARAM, which need more
 * than the call. */
const char *metrics_group_of(enum metrics_group g, const struct call *c);

struct country_count {
	char iso[3];			/* "" = unknown or withheld */
	uint64_t calls;
};

/* How calls ended that were not answered. */
struct cause_count {
	int cause;			/* Q.850; 0 = none given */
	int sip_code;			/* 0 = unknown */
	uint64_t calls;
};

struct number_metrics {
	char key[CALL_ID_SIZE];			/* the number or other group; "" in the total, or unknown */
	uint64_t offered;
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t reasons[REASON_COUNT];	/* of calls that were not answered; [REASON_NONE] is not used */
	uint64_t fell_back;		/* calls that went on to another agent; by agent: from this one to another */
	uint64_t states[CALL_STATE_COUNT];	/* of calls that are up, from metrics_now() */
	struct histogram talk;
	struct histogram response;		/* to first audio, else to the agent's answer */
	struct histogram loss;			/* of the packets from the caller, per mille */
	struct histogram jitter;
	struct histogram score;			/* x 100 */
	uint64_t response_first_audio;		/* how many of them were measured to first audio */
	uint32_t concurrent;			/* now */
	uint32_t peak_concurrent;
	uint32_t by_hour[24];			/* offered, by the hour of arrival, local time */
	uint32_t (*by_week)[24];		/* [weekday, 0 = Monday][hour]; NULL unless asked for */
	struct country_count *countries;	/* in order of first call */
	size_t country_count;
	struct cause_count *causes;
	size_t cause_count;
};

#define METRICS_SERIES_HOURS 24

struct metrics_options {
	enum metrics_group group;
	const struct zone *zone;	/* of hours and weekdays; must outlive the metrics. NULL = the process's */
	bool weeks;			/* count by weekday too */
	bool remember;			/* finished calls, so that one reported live and by the store counts once */
	int64_t since_us;		/* calls that started before don't count; 0 = all do */
	int64_t series_end_us;		/* end of the series of hours; 0 = none is kept */
	/* METRICS_BY_PARAM: returns the value of the call's parameter; "" = it has none. Used until the next call. */
	const char *(*param)(void *arg, const struct call *c);
	void *arg;
};

struct metrics *metrics_new(void);
struct metrics *metrics_new_with(const struct metrics_options *options);
void metrics_free(struct metrics **m);
void metrics_call(struct metrics *m, const struct call *c, enum call_change change);
/* Counts a finished call of the past, in order of starts. Concurrency is as it was then. metrics_history_end() is
 * last. */
void metrics_history(struct metrics *m, const struct call *c);
void metrics_history_end(struct metrics *m);
/* Counts a live call for figures of this moment only: as offered, in its state, with its response time so far. */
void metrics_now(struct metrics *m, const struct call *c);
/* Returns the figures of a number or other group; NULL when it has had no call. */
const struct number_metrics *metrics_number(const struct metrics *m, const char *number);
const struct number_metrics *metrics_total(const struct metrics *m);
/* Returns all groups in the order of their keys; caller frees the array. */
const struct number_metrics **metrics_groups(const struct metrics *m, size_t *count);
/* Returns offered calls of each of METRICS_SERIES_HOURS hours before series_end_us, oldest first; ignores since_us. */
const uint32_t *metrics_series(const struct metrics *m);
/* Returns the finished calls that an agent was to answer: without those of blocked callers and of closed hours. */
uint64_t metrics_expected(const struct number_metrics *n);
/* Returns answered / expected of the finished calls, in per mille; -1 when none was expected. */
int metrics_success_permille(const struct number_metrics *n);
/* Returns what response times were measured to: "answer", "first_audio", "mixed"; NULL when there is none. */
const char *metrics_response_source(const struct number_metrics *n);
/* Writes the most frequent ones, at most max; returns how many. */
size_t metrics_top_causes(const struct number_metrics *n, struct cause_count *top, size_t max);
size_t metrics_top_countries(const struct number_metrics *n, struct country_count *top, size_t max);
/* Returns one group or the total as a member of replay's "numbers". Caller decrefs. */
json_t *metrics_to_json(const struct number_metrics *n);
/* Returns {"+1...": {...}} in the form of DESIGN.md 6 (replay). Caller decrefs. */
json_t *metrics_numbers_to_json(const struct metrics *m);

#endif
