/*
 * What is open when: the ranges of a date, and the next instant at which a schedule opens or closes. The search jumps from
 * one edge of a range to the next in local time, and stops at each clock change between them.
 */
#include "config.h"

#include "trunkdeck/model/schedule.h"

#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/records.h"

#define DAY_MINUTES 1440
#define US_PER_S INT64_C(1000000)

/* --- the ranges of a day --- */

static int weekday_of(int64_t date)
{
	return (int)((date % 7 + 7 + 3) % 7);
}

static const struct schedule_exception *exception_on(const struct schedule_times *t, int64_t date)
{
	for (size_t i = 0; i < t->exception_count; i++)
		if (t->exceptions[i].date == date)
			return &t->exceptions[i];
	return NULL;
}

static const struct schedule_day *begins_on(const struct schedule_times *t, int64_t date)
{
	const struct schedule_exception *x = exception_on(t, date);

	return x ? &x->begins : &t->week[weekday_of(date)];
}

static void join_range(struct schedule_day *day, int from, int to)
{
	struct schedule_range *last = day->count > 0 ? &day->ranges[day->count - 1] : NULL;

	if (last && from <= last->to)
		last->to = to > last->to ? to : last->to;
	else
		day->ranges[day->count++] = (struct schedule_range){ from, to };
}

/* Only the last time of the day before can cross midnight. */
static void cut(const struct schedule_day *before, const struct schedule_day *begins, struct schedule_day *out)
{
	int late = before->count > 0 ? before->ranges[before->count - 1].to - DAY_MINUTES : 0;

	out->count = 0;
	if (late > 0)
		join_range(out, 0, late);
	for (size_t i = 0; i < begins->count; i++)
		join_range(out, begins->ranges[i].from,
			   begins->ranges[i].to < DAY_MINUTES ? begins->ranges[i].to : DAY_MINUTES);
}

void schedule_weekday(const struct schedule_times *t, int weekday, struct schedule_day *out)
{
	cut(&t->week[(weekday + 6) % 7], &t->week[weekday], out);
}

void schedule_date(const struct schedule_times *t, int64_t date, struct schedule_day *out)
{
	cut(begins_on(t, date - 1), begins_on(t, date), out);
}

static bool same_ranges(const struct schedule_day *a, const struct schedule_day *b)
{
	return a->count == b->count && !memcmp(a->ranges, b->ranges, a->count * sizeof(a->ranges[0]));
}

size_t schedule_dates(const struct schedule_times *t, int64_t out[SCHEDULE_DATES_MAX])
{
	struct schedule_day ranges, usual;
	size_t count = 0;

	for (size_t i = 0; i < t->exception_count; i++) {
		int64_t date = t->exceptions[i].date;

		out[count++] = date++;
		schedule_date(t, date, &ranges);
		schedule_weekday(t, weekday_of(date), &usual);
		if (!exception_on(t, date) && !same_ranges(&ranges, &usual))
			out[count++] = date;
	}
	return count;
}

void schedule_add_ranges(struct buf *to, const struct schedule_day *ranges)
{
	for (size_t i = 0; i < ranges->count; i++)
		buf_addf(to, "%s%02d%02d-%02d%02d", i > 0 ? "/" : "", ranges->ranges[i].from / 60,
			 ranges->ranges[i].from % 60, ranges->ranges[i].to / 60, ranges->ranges[i].to % 60);
}

void schedule_add_date(struct buf *to, int64_t date)
{
	struct zone_time d;

	zone_date(date, &d);
	buf_addf(to, "%04d%02d%02d", d.year, d.month, d.day);
}

/* --- instants --- */

/* Local time at an instant: its date, and the ranges of that date. */
struct local {
	int64_t date;
	struct zone_time time;
	struct schedule_day ranges;
	bool open;
};

static void look(const struct schedule_times *t, const struct zone *z, int64_t wall_us, struct local *l)
{
	int minute;

	zone_local(z, wall_us, &l->time);
	l->date = zone_days(l->time.year, l->time.month, l->time.day);
	schedule_date(t, l->date, &l->ranges);
	minute = l->time.hour * 60 + l->time.minute;
	l->open = false;
	for (size_t i = 0; i < l->ranges.count; i++)
		if (minute >= l->ranges.ranges[i].from && minute < l->ranges.ranges[i].to)
			l->open = true;
}

bool schedule_is_open(const struct schedule_times *t, const struct zone *z, int64_t wall_us)
{
	struct local l;

	look(t, z, wall_us, &l);
	return l.open;
}

/* The first second after from_us, and not after to_us, at which the zone's offset is another one; to_us if none is. */
static int64_t clock_change(const struct zone *z, int64_t from_us, int64_t to_us)
{
	int offset = zone_offset_s(z, from_us);

	if (zone_offset_s(z, to_us) == offset)
		return to_us;
	while (to_us - from_us > US_PER_S) {
		int64_t middle = from_us + (to_us - from_us) / US_PER_S / 2 * US_PER_S;

		if (zone_offset_s(z, middle) == offset)
			from_us = middle;
		else
			to_us = middle;
	}
	return to_us;
}

/* The next edge of a range, midnight, or clock change. */
static int64_t next_edge(const struct zone *z, int64_t second_us, const struct local *l)
{
	int minute = l->time.hour * 60 + l->time.minute, edge = DAY_MINUTES;

	for (size_t i = l->ranges.count; i-- > 0;) {
		if (l->ranges.ranges[i].to > minute && l->ranges.ranges[i].to < edge)
			edge = l->ranges.ranges[i].to;
		if (l->ranges.ranges[i].from > minute && l->ranges.ranges[i].from < edge)
			edge = l->ranges.ranges[i].from;
	}
	return clock_change(z, second_us, second_us + ((edge - minute) * 60 - l->time.second) * US_PER_S);
}

/* Is every day of a week without exceptions closed, or every day open from 00:00 to 24:00? */
static bool week_never_changes(const struct schedule_times *t)
{
	struct schedule_day first, day;

	schedule_weekday(t, 0, &first);
	for (int i = 1; i < 7; i++) {
		schedule_weekday(t, i, &day);
		if (!same_ranges(&first, &day))
			return false;
	}
	return !first.count || (first.ranges[0].from == 0 && first.ranges[0].to == DAY_MINUTES);
}

/* The start of the next date with an exception. False if there is none. */
static bool next_exception(const struct schedule_times *t, const struct zone *z, int64_t date, int64_t *wall_us)
{
	struct zone_time d;

	for (size_t i = 0; i < t->exception_count; i++) {
		if (t->exceptions[i].date > date) {
			zone_date(t->exceptions[i].date, &d);
			*wall_us = zone_moment_us(z, &d);
			return true;
		}
	}
	return false;
}

/* A year that changes has an edge that opens or closes. The bound on the steps is for times that only a skipped hour has. */
void schedule_state(const struct schedule_times *t, const struct zone *z, int64_t wall_us, struct schedule_state *out)
{
	int64_t at_us = wall_us - ((wall_us % US_PER_S) + US_PER_S) % US_PER_S;
	bool constant = week_never_changes(t);
	struct local l;

	look(t, z, at_us, &l);
	*out = (struct schedule_state){ .open = l.open };
	for (int steps = 0; steps < 4096 && l.open == out->open; steps++) {
		if (!constant || exception_on(t, l.date) || exception_on(t, l.date - 1))
			at_us = next_edge(z, at_us, &l);
		else if (!next_exception(t, z, l.date, &at_us))
			return;
		look(t, z, at_us, &l);
	}
	out->changes = l.open != out->open;
	out->changes_us = out->changes ? at_us : 0;
}

bool schedule_never_opens(const struct schedule_times *t, const struct zone *z, int64_t wall_us)
{
	struct schedule_state s;

	schedule_state(t, z, wall_us, &s);
	return !s.open && !s.changes;
}

/* --- text --- */

/* Appends when it changes: "18:00" today, "Mon 09:00" in the next six days, else with its date. */
static void add_when(struct buf *to, int64_t at_us, const struct zone *z, int64_t now_us)
{
	struct zone_time at, now;
	int64_t days;

	zone_local(z, at_us, &at);
	zone_local(z, now_us, &now);
	days = zone_days(at.year, at.month, at.day) - zone_days(now.year, now.month, now.day);
	if (days == 1 && at.hour == 0 && at.minute == 0) {
		buf_adds(to, "24:00");
		return;
	}
	if (days >= 7)
		buf_addf(to, "%04d-%02d-%02d ", at.year, at.month, at.day);
	else if (days > 0)
		buf_addf(to, "%s ", zone_weekday_name(at.weekday));
	buf_addf(to, "%02d:%02d", at.hour, at.minute);
}

void schedule_add_state(struct buf *to, const struct schedule_state *s, const struct zone *z, int64_t wall_us,
			const char *zone_name)
{
	struct buf when;

	if (!s->changes) {
		buf_adds(to, s->open ? _("always open") : _("never opens"));
		return;
	}
	buf_init(&when, BUF_UNBOUNDED);
	add_when(&when, s->changes_us, z, wall_us);
	if (zone_name)
		buf_addf(&when, " %s", zone_name);
	/* TRANSLATORS: a time such as "18:00" or "Mon 09:00". */
	buf_addf(to, s->open ? _("open until %s") : _("closed until %s"), when.p);
	buf_clear(&when);
}

bool schedule_now(struct buf *to, const struct schedule *s, const char *zone_here, int64_t wall_us,
		  struct schedule_state *out)
{
	struct zone *z = zone_open(s->time_zone);
	struct schedule_times t;
	bool known = z && schedule_read(&t, s->open, s->exceptions);

	*out = (struct schedule_state){ .open = false };
	if (known) {
		schedule_state(&t, z, wall_us, out);
		schedule_add_state(to, out, z, wall_us, strcmp(s->time_zone, zone_here) != 0 ? s->time_zone : NULL);
	} else {
		buf_addf(to, z ? _("the times of %s can't be read") : _("unknown time zone %s"), z ? s->id : s->time_zone);
	}
	zone_free(&z);
	return known;
}
