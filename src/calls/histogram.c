/*
 * Log-linear bins: 128 of equal width in every octave (power of two), so that a bin is at most 1/128 of its values wide.
 * Octave 0 holds 0..127, octave n holds 2^(n+6)..2^(n+7)-1.
 */
#include "config.h"

#include "trunkdeck/calls/histogram.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

#define SUB_BITS 7
#define SUB (1u << SUB_BITS)

static unsigned octave_of(uint64_t us)
{
	return us < SUB ? 0 : 63 - (unsigned)__builtin_clzll(us) - SUB_BITS + 1;
}

static uint64_t bin_width(unsigned octave)
{
	return octave ? (uint64_t)1 << (octave - 1) : 1;
}

static uint64_t bin_low(unsigned octave, unsigned sub)
{
	return octave ? (uint64_t)(SUB + sub) << (octave - 1) : sub;
}

void histogram_init(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
}

void histogram_clear(struct histogram *h)
{
	free(h->bins);
	histogram_init(h);
}

/* Makes room for the bins of the octaves from..to (inclusive) and keeps the bins that exist. */
static void make_room(struct histogram *h, unsigned from, unsigned to)
{
	uint32_t *bins;

	if (h->octaves) {
		if (from >= h->first && to < h->first + h->octaves)
			return;
		if (from > h->first)
			from = h->first;
		if (to < h->first + h->octaves - 1)
			to = h->first + h->octaves - 1;
	}
	bins = xcalloc((size_t)(to - from + 1) * SUB, sizeof(*bins));
	if (h->octaves)
		memcpy(bins + (size_t)(h->first - from) * SUB, h->bins, (size_t)h->octaves * SUB * sizeof(*bins));
	free(h->bins);
	h->bins = bins;
	h->first = from;
	h->octaves = to - from + 1;
}

void histogram_add(struct histogram *h, int64_t us)
{
	uint64_t v = us < 0 ? 0 : (uint64_t)us;
	unsigned octave, sub;

	octave = octave_of(v);
	sub = (unsigned)((v - bin_low(octave, 0)) / bin_width(octave));
	make_room(h, octave, octave);
	h->bins[(size_t)(octave - h->first) * SUB + sub]++;
	h->count++;
	h->sum_us = h->sum_us > UINT64_MAX - v ? UINT64_MAX : h->sum_us + v;
	if (v > h->max_us)
		h->max_us = v;
}

int64_t histogram_mean(const struct histogram *h)
{
	return h->count ? (int64_t)(h->sum_us / h->count + (h->sum_us % h->count >= (h->count + 1) / 2)) : 0;
}

/* Returns the value at this place in its bin, as if the values of the bin were spread evenly. */
static uint64_t value_in_bin(const struct histogram *h, size_t bin, uint64_t before)
{
	unsigned octave = h->first + (unsigned)(bin / SUB);
	uint64_t low = bin_low(octave, (unsigned)(bin % SUB));
	uint64_t v = low + (uint64_t)((double)bin_width(octave) * ((double)before + 0.5) / h->bins[bin]);

	return v < h->max_us ? v : h->max_us;
}

int64_t histogram_quantile(const struct histogram *h, double q)
{
	uint64_t rank, seen = 0;

	if (!h->count)
		return 0;
	rank = q <= 0 ? 0 : (uint64_t)(q * (double)h->count);
	if (rank >= h->count - 1)
		return (int64_t)h->max_us;
	for (size_t bin = 0; bin < (size_t)h->octaves * SUB; bin++) {
		if (seen + h->bins[bin] > rank)
			return (int64_t)value_in_bin(h, bin, rank - seen);
		seen += h->bins[bin];
	}
	return (int64_t)h->max_us;
}
