/*
 * Time is read from a clock that is passed in: the system clock, a virtual clock that moves only when told (tests,
 * --script), or a clock whose wall time is told while its monotonic time goes on (a replay: dates and ages are those of
 * the recording, timers those of the machine). The names have the units: wall time is microseconds since 1970 UTC,
 * monotonic time is milliseconds from an arbitrary start. Any thread may read the system clock; only the thread that
 * owns it may read another one.
 */
#ifndef TRUNKDECK_BASE_CLOCK_H
#define TRUNKDECK_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct td_clock {
	bool is_virtual;		/* time passes only by clock_advance() */
	bool wall_is_told;		/* wall time changes only by clock_tell_wall() */
	int64_t virtual_wall_us;
	int64_t virtual_mono_ms;
};

extern const struct td_clock clock_system;

void clock_init_virtual(struct td_clock *c, int64_t wall_us);
void clock_advance(struct td_clock *c, int64_t ms);	/* virtual clocks only */
/* Sets the wall time, and from now on only these calls change it. */
void clock_tell_wall(struct td_clock *c, int64_t wall_us);
int64_t clock_wall_us(const struct td_clock *c);
int64_t clock_mono_ms(const struct td_clock *c);
/* Returns the earlier of two times at which something is due; negative = never. */
int64_t clock_earlier(int64_t a, int64_t b);
int64_t clock_mono_us(const struct td_clock *c);	/* monotonic time in microseconds, for measuring */

/* Sums and differences of times from a store, a file or a server, which may have any value. The result stays in the
 * range of the type and never overflows. */
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

/* Rounds a duration, which must not be negative, to whole milliseconds. */
static inline int64_t time_ms(int64_t us)
{
	return us / 1000 + (us % 1000 >= 500);
}

/* "2026-11-22T10:29:39.123456Z", for buffers of CLOCK_ISO_SIZE. Store, JSON and log use this form only. Parsing accepts
 * fewer digits after the point, or no point. It refuses impossible dates and years before 1970. */
#define CLOCK_ISO_SIZE 32
void clock_format_iso(char *to, int64_t wall_us);
bool clock_parse_iso(const char *s, int64_t *wall_us);

#endif
