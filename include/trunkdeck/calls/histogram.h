/*
 * Durations in a log-linear histogram. The relative error of a quantile is at most 1 %. Values are microseconds;
 * negative values count as 0, and the sum stops at UINT64_MAX. Memory is bounded: bins exist from the smallest to the
 * largest octave that was seen, at most 30 kB.
 */
#ifndef TRUNKDECK_CALLS_HISTOGRAM_H
#define TRUNKDECK_CALLS_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

struct histogram {
	uint64_t count;
	uint64_t sum_us;
	uint64_t max_us;
	uint32_t *bins;		/* allocated with the first value */
	unsigned first;		/* octave of bins[0] */
	unsigned octaves;	/* octaves for which bins has room */
};

void histogram_init(struct histogram *h);
void histogram_clear(struct histogram *h);
void histogram_add(struct histogram *h, int64_t us);
/* The mean is exact. A quantile is from the bins: a share of q (0..1) of the values is below it. 0 when empty. */
int64_t histogram_mean(const struct histogram *h);
int64_t histogram_quantile(const struct histogram *h, double q);

#endif
