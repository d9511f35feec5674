/*
 * Time zones by IANA name, read from the system's zoneinfo files ($TZDIR, else /usr/share/zoneinfo). Nothing is process-wide:
 * unlike TZ and localtime(), a zone may be used in any thread while others use another one. Immutable once opened.
 */
#ifndef TRUNKDECK_BASE_ZONE_H
#define TRUNKDECK_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

struct zone;

/* NULL when the system does not know it. "UTC" needs no file. */
struct zone *zone_open(const char *name);
void zone_free(struct zone **z);
/* Seconds east of UTC at that moment. */
int zone_offset_s(const struct zone *z, int64_t wall_us);

struct zone_time {
	int year, month, day;		/* month 1-12 */
	int hour, minute, second;
	int weekday;			/* 0 = Monday */
};

void zone_local(const struct zone *z, int64_t wall_us, struct zone_time *out);
/* The moment of a local time (weekday is not looked at; days may be out of the month's range). Twice a year it is not
 * unique: of two it is the earlier, and one that is skipped is taken as if the clock had not been moved yet. */
int64_t zone_moment_us(const struct zone *z, const struct zone_time *t);
/* The last midnight, or the first moment of a day without one; days 1 = tomorrow's, -1 = yesterday's. */
int64_t zone_day_start_us(const struct zone *z, int64_t wall_us, int days);

/* What an operator writes for a moment: "2026-11-22T10:29:39Z", "2026-11-22", "2026-11-22T10:29" or with a blank (local), "now",
 * "today", "yesterday", "23:35" (the last time that the local clock showed it), or how long ago: "90s", "30m", "2h", "7d", "2w" (days
 * are of 24 h). */
bool zone_parse_moment(const struct zone *z, const char *text, int64_t now_us, int64_t *wall_us);

#endif
