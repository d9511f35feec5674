/* Figures in Prometheus' text format (version 0.0.4), for node_exporter's textfile collector. */
#ifndef CLI_COMMANDS_PROMETHEUS_H
#define CLI_COMMANDS_PROMETHEUS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/io/output.h"
#include "trunkdeck/calls/coverage.h"
#include "trunkdeck/calls/metrics.h"

struct cli_figures {
	struct cli_output *out;
	enum metrics_group by;
	const char *by_name;		/* "agent", "params.department" */
	const char *window;		/* as given; NULL = no window */
	bool bounded;			/* a window, or since or until, was given */
	bool live;			/* figures of this moment */
	int64_t since_us, until_us;	/* 0 = open */
	struct coverage_summary coverage;	/* not for live figures */
	const struct metrics *metrics;	/* grouped by `by` */
};

/*
 * All stored calls:           counters and summaries  trunkdeck_calls_total{number,outcome}, ...
 * A window, since and until:  gauges and summaries    trunkdeck_window_calls{number,window,outcome}, ...
 * Both, without the group:    gauges                  trunkdeck_[window_]gap_seconds, trunkdeck_[window_]complete
 * This moment:                gauges                  trunkdeck_live_calls{number,state}
 * The first label is the group's, none for METRICS_BY_ALL. Its value is empty if the workspace does not know it.
 */
void cli_prometheus_put(const struct cli_figures *f);

#endif
