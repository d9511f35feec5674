/*
 * Durations in a log-linear histogram: bounded memory, relative error of a quantile <= 1 %. Values are microseconds,
 * clamped to 0..24 h. Bins exist from the smallest to the largest octave that was seen. Embedded; merging is adding.
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
	unsigned octaves;	/* that bins has room for */
};

void histogram_init(struct histogram *h);
void histogram_clear(struct histogram *h);
void histogram_add(struct histogram *h, int64_t us);
/* Mean of the exact values; q in 0..1 from the bins: the value that a share of q lies below. 0 when empty. */
int64_t histogram_mean(const struct histogram *h);
int64_t histogram_quantile(const struct histogram *h, double q);

#endif
