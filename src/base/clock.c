#include "config.h"

#include "trunkdeck/base/clock.h"

#include <time.h>

#include "trunkdeck/base/mem.h"

#define US_PER_S INT64_C(1000000)

const struct td_clock clock_system = { .is_virtual = false };

/* Not 0, because an early deadline of 0 could be mistaken for "none". */
#define VIRTUAL_START_MS INT64_C(1000000)

void clock_init_virtual(struct td_clock *c, int64_t wall_us)
{
	*c = (struct td_clock){
		.is_virtual = true,
		.virtual_wall_us = wall_us,
		.virtual_mono_ms = VIRTUAL_START_MS,
	};
}

void clock_advance(struct td_clock *c, int64_t ms)
{
	if (!c->is_virtual || ms < 0)
		die("only a virtual clock can be moved, and only forward");
	if (!c->wall_is_told)
		c->virtual_wall_us += ms * 1000;
	c->virtual_mono_ms += ms;
}

void clock_tell_wall(struct td_clock *c, int64_t wall_us)
{
	c->wall_is_told = true;
	c->virtual_wall_us = wall_us;
}

static int64_t read_us(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now))
		die("clock_gettime failed");
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

int64_t clock_wall_us(const struct td_clock *c)
{
	return c->is_virtual || c->wall_is_told ? c->virtual_wall_us : read_us(CLOCK_REALTIME);
}

int64_t clock_mono_us(const struct td_clock *c)
{
	return c->is_virtual ? c->virtual_mono_ms * 1000 : read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(const struct td_clock *c)
{
	return clock_mono_us(c) / 1000;
}

/* 0000-01-01 and 9999-12-31T23:59:59.999999. Only these years have four digits. */
#define FIRST_US (-62167219200 * US_PER_S)
#define LAST_US (253402300800 * US_PER_S - 1)

void clock_format_iso(char *to, int64_t wall_us)
{
	time_t seconds;
	int64_t us;
	struct tm tm;

	/* A time outside of these years is shown as the first or the last moment of them. */
	if (wall_us < FIRST_US)
		wall_us = FIRST_US;
	if (wall_us > LAST_US)
		wall_us = LAST_US;
	seconds = (time_t)(wall_us / US_PER_S);
	us = wall_us % US_PER_S;
	if (us < 0) {
		us += US_PER_S;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	if (!strftime(to, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%S", &tm))
		die("no date for %lld", (long long)seconds);
	for (; *to; to++)
		;
	*to++ = '.';
	for (int64_t unit = US_PER_S / 10; unit; unit /= 10)
		*to++ = (char)('0' + us / unit % 10);
	*to++ = 'Z';
	*to = '\0';
}

/* Reads exactly `count` digits and moves *s behind them. */
static bool digits(const char **s, int count, int *value)
{
	*value = 0;
	for (; count; count--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*value = *value * 10 + (**s - '0');
	}
	return true;
}

static bool literal(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* Reads nothing, or a point and 1 to 6 digits. */
static bool fraction(const char **s, int64_t *us)
{
	int64_t unit = US_PER_S / 10;

	*us = 0;
	if (!literal(s, '.'))
		return true;
	for (; unit && **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		*us += (**s - '0') * unit;
	return unit < US_PER_S / 10;
}

bool clock_parse_iso(const char *s, int64_t *wall_us)
{
	struct tm tm = { 0 }, back;
	time_t seconds;
	int64_t us;

	if (!digits(&s, 4, &tm.tm_year) || !literal(&s, '-') ||
	    !digits(&s, 2, &tm.tm_mon) || !literal(&s, '-') ||
	    !digits(&s, 2, &tm.tm_mday) || !literal(&s, 'T') ||
	    !digits(&s, 2, &tm.tm_hour) || !literal(&s, ':') ||
	    !digits(&s, 2, &tm.tm_min) || !literal(&s, ':') ||
	    !digits(&s, 2, &tm.tm_sec) || !fraction(&s, &us) || !literal(&s, 'Z') || *s)
		return false;
	if (tm.tm_year < 1970)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	back = tm;
	/* timegm() reads 30 February as 2 March. A date that changes is refused. */
	seconds = timegm(&back);
	if (back.tm_year != tm.tm_year || back.tm_mon != tm.tm_mon || back.tm_mday != tm.tm_mday ||
	    back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		return false;
	*wall_us = (int64_t)seconds * US_PER_S + us;
	return true;
}

int64_t clock_earlier(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}
