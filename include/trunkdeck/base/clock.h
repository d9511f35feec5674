/*
 * Time, injected: the real clock, one that only moves when told (tests, --script), or one whose wall time is told while
 * its monotonic time goes on (a replay: dates and ages are the recording's, timers the machine's). Units are in the names:
 * wall time is microseconds since 1970 UTC, monotonic time is milliseconds from an arbitrary start.
 * The system clock may be read from any thread; another one only from the thread that owns it.
 */
#ifndef TRUNKDECK_BASE_CLOCK_H
#define TRUNKDECK_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct td_clock {
	bool is_virtual;		/* time passes by clock_advance() alone */
	bool wall_is_told;		/* wall time changes by clock_tell_wall() alone */
	int64_t virtual_wall_us;
	int64_t virtual_mono_ms;
};

extern const struct td_clock clock_system;

void clock_init_virtual(struct td_clock *c, int64_t wall_us);
void clock_advance(struct td_clock *c, int64_t ms);	/* virtual clocks only */
/* From now on wall time is what this says. */
void clock_tell_wall(struct td_clock *c, int64_t wall_us);
int64_t clock_wall_us(const struct td_clock *c);
int64_t clock_mono_ms(const struct td_clock *c);
/* Of two times at which something is due the one that comes first; negative = never. */
int64_t clock_earlier(int64_t a, int64_t b);
int64_t clock_mono_us(const struct td_clock *c);	/* finer, for measuring */

/* Sums and differences of times that come from a store, a file or a server, where any value may stand: the result stays in
 * the range of the type instead of overflowing. */
static inline int64_t time_plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

static inline int64_t time_minus(int64_t a, int64_t b)
{
	int64_t difference;

	return __builtin_sub_overflow(a, b, &difference) ? (b < 0 ? INT64_MAX : INT64_MIN) : difference;
}

static inline int64_t time_times(int64_t a, int64_t b)
{
	int64_t product;

	return __builtin_mul_overflow(a, b, &product) ? ((a < 0) != (b < 0) ? INT64_MIN : INT64_MAX) : product;
}

/* Whole milliseconds, rounded; of a duration, which is not negative. */
static inline int64_t time_ms(int64_t us)
{
	return us / 1000 + (us % 1000 >= 500);
}

/* "2026-11-22T10:29:39.123456Z"; buffers of CLOCK_ISO_SIZE. Store, JSON and log speak this form only.
 * Parsing also takes fewer digits after the point, or no point; refused are dates that never were and years before 1970. */
#define CLOCK_ISO_SIZE 32
void clock_format_iso(char *to, int64_t wall_us);
bool clock_parse_iso(const char *s, int64_t *wall_us);

#endif
