/*
 * What nobody heard. Recorders say when they listened to a server (store.h); a window is complete when every server was
 * listened to all the time by at least one of them. What is not covered is a gap, and so is the time before the first record.
 *
 * Pure, one owner. For each server gaps_server() first, then its spans in order of their beginnings, then gaps_end().
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

struct gaps {
	struct span window;		/* from_us 0: since the first record of each server */
	int64_t recorded_since_us;	/* of the server whose records begin last; 0 = a server has none, or there is no server */
	int64_t total_us;		/* time in which at least one server was not listened to */
	int64_t covered_us;		/* of the present server, so far */
	size_t servers;
	struct span *holes;		/* of all servers; after gaps_end() in order, none touching another */
	size_t count, size;
};

void gaps_begin(struct gaps *g, int64_t since_us, int64_t until_us);
/* first_us: where the server's records begin, 0 = it has none. */
void gaps_server(struct gaps *g, int64_t first_us);
void gaps_span(struct gaps *g, struct span listened);
void gaps_server_end(struct gaps *g);
void gaps_end(struct gaps *g);
bool gaps_complete(const struct gaps *g);
/* Whole seconds, up. */
int64_t gaps_seconds(const struct gaps *g);
void gaps_clear(struct gaps *g);


/* The same as a value. */
struct gap_summary {
	bool complete;
	int64_t gap_s, recorded_since_us;
};

struct gap_summary gaps_summary(const struct gaps *g);

#endif
