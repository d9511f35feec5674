/*
 * Coverage: in which part of a window of time the recorders heard the servers. A recorder stores when it heard a server
 * (store.h). A window is complete when every server was heard all the time by at least one recorder. All other times
 * are holes; the time before the first record of a server is a hole, too.
 *
 * Pure, one owner. Call coverage_begin(), then for each server coverage_server(), coverage_span() in order of the
 * spans' beginnings, and coverage_server_end(); at last coverage_finish().
 */
#ifndef TRUNKDECK_CALLS_COVERAGE_H
#define TRUNKDECK_CALLS_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* [from_us, until_us), us since 1970 UTC. */
struct span {
	int64_t from_us, until_us;
};

struct coverage {
	struct span window;		/* from_us 0: since the first record of each server */
	int64_t recorded_since_us;	/* latest first record of a server; 0 = a server has none, or no server */
	int64_t total_us;		/* length of all holes */
	int64_t covered_us;		/* of the present server, so far */
	size_t servers;
	struct span *holes;		/* a server was not heard; after coverage_finish() in order, none touching */
	size_t count, size;
};

void coverage_begin(struct coverage *g, int64_t since_us, int64_t until_us);
/* first_us: the beginning of the server's records; 0 = it has none. */
void coverage_server(struct coverage *g, int64_t first_us);
void coverage_span(struct coverage *g, struct span heard);
void coverage_server_end(struct coverage *g);
void coverage_finish(struct coverage *g);
void coverage_clear(struct coverage *g);

struct coverage_summary {
	bool complete;
	int64_t gap_s;			/* length of all holes, rounded up */
	int64_t recorded_since_us;
};

struct coverage_summary coverage_summary(const struct coverage *g);

#endif
