/*
 * Time zones by IANA name, read from the system's zoneinfo files ($TZDIR, else /usr/share/zoneinfo). Unlike TZ and
 * localtime(), a zone is not process-wide: each thread may use another one. A zone never changes after it was opened.
 */
#ifndef TRUNKDECK_BASE_ZONE_H
#define TRUNKDECK_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

struct zone;

/* Returns NULL when the system does not have the zone. "UTC" needs no file. */
struct zone *zone_open(const char *name);
void zone_free(struct zone **z);
/* The offset at that moment, in seconds east of UTC. */
int zone_offset_s(const struct zone *z, int64_t wall_us);

struct zone_time {
	int year, month, day;		/* month 1-12 */
	int hour, minute, second;
	int weekday;			/* 0 = Monday */
};

/* Days since 1970-01-01 of a date, which may be outside of its month. */
int64_t zone_days(int year, int month, int day);
/* The date and weekday of such a day, at 00:00:00. */
void zone_date(int64_t days, struct zone_time *out);
const char *zone_weekday_name(int weekday);	/* "Mon", translated */
void zone_local(const struct zone *z, int64_t wall_us, struct zone_time *out);
/* The moment of a local time. weekday is ignored, and days may be outside of the month. A local time that occurs twice
 * is the earlier one. A local time that is skipped is read with the offset before the change. */
int64_t zone_moment_us(const struct zone *z, const struct zone_time *t);
/* The last midnight, or the first moment of a day that has none. days: 1 = tomorrow's, -1 = yesterday's. */
int64_t zone_day_start_us(const struct zone *z, int64_t wall_us, int days);

/* Reads a moment as operators write it: "2026-11-22T10:29:39Z", "2026-11-22", "2026-11-22T10:29" or with a blank
 * (local), "now", "today", "yesterday", "23:35" (the last time that the local clock showed it), or an age: "90s",
 * "30m", "2h", "7d", "2w" (a day has 24 h). */
bool zone_parse_moment(const struct zone *z, const char *text, int64_t now_us, int64_t *wall_us);

#endif
