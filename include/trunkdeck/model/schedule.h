/*
 * Opening times: the weekly times and the exceptions by date of a schedule (DESIGN.md 2 and 4.6). Pure: texts and
 * values, no I/O. All functions may be called from any thread.
 *
 * The canonical texts, as records keep them:
 *	open		"mon-fri 09:00-18:00; sat 22:00-02:00"
 *	exceptions	"2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00"
 * Times are local times of the schedule's zone, to the minute. The end is exclusive, and 24:00 is allowed as an end. A
 * time whose end is not after its start crosses midnight and belongs to the day on which it begins. An exception
 * replaces all times that begin on its date; a time that began the day before still ends when it ends.
 *
 * Whether a schedule is open is decided by comparing the local date and minute of the instant, as Asterisk does it with
 * STRFTIME(${EPOCH},ZONE,%u %H%M %Y%m%d). An hour that a clock change skips is never open, and in an hour that occurs
 * twice the same times apply twice.
 */
#ifndef TRUNKDECK_MODEL_SCHEDULE_H
#define TRUNKDECK_MODEL_SCHEDULE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/zone.h"

/* The bounds keep a week of ranges below 900 bytes, the longest value that a server gets in one key. */
#define SCHEDULE_TIMES_MAX 10			/* times that begin on one day */
#define SCHEDULE_RANGES_MAX (SCHEDULE_TIMES_MAX + 1)	/* one more may come from the day before */
#define SCHEDULE_EXCEPTIONS_MAX 64
#define SCHEDULE_DATES_MAX (2 * SCHEDULE_EXCEPTIONS_MAX)

struct schedule_range {
	int from, to;		/* minutes after midnight, to exclusive */
};

/* Ascending, without overlaps. */
struct schedule_day {
	size_t count;
	struct schedule_range ranges[SCHEDULE_RANGES_MAX];
};

struct schedule_exception {
	int64_t date;			/* days since 1970-01-01: zone_days() */
	struct schedule_day begins;	/* without ranges = closed */
};

/* The days hold the times that begin on them; `to` is over 1440 for a time that crosses midnight. */
struct schedule_times {
	struct schedule_day week[7];		/* 0 = Monday */
	size_t exception_count;
	struct schedule_exception exceptions[SCHEDULE_EXCEPTIONS_MAX];	/* ascending by date */
};

/* Read one of the two texts into its part of *t; what is there is replaced. The texts may differ from the canonical form
 * in case, blanks, order, full names of days ("Monday") and several entries for one day. On failure that part of *t is
 * undefined, and *e has a message and a hint but no field. */
bool schedule_read_open(struct schedule_times *t, const char *text, struct err *e);
bool schedule_read_exceptions(struct schedule_times *t, const char *text, struct err *e);
/* Both texts of a record. False, with a *t that is never open, if one of them cannot be read. */
bool schedule_read(struct schedule_times *t, const char *open, const char *exceptions);
/* Append the canonical texts. */
void schedule_add_open(struct buf *to, const struct schedule_times *t);
void schedule_add_exceptions(struct buf *to, const struct schedule_times *t);
/* The canonical form of a text, or NULL with *e. Caller frees. */
char *schedule_canonical_open(const char *text, struct err *e);
char *schedule_canonical_exceptions(const char *text, struct err *e);

/* JSON: [{"days": "mon-fri", "from": "09:00", "to": "18:00"}] and [{"date": "2026-12-24", "open": [{"from", "to"}]}],
 * where an empty "open" means closed. Texts that cannot be read give an empty array. Caller decrefs. */
json_t *schedule_open_to_json(const char *open);
json_t *schedule_exceptions_to_json(const char *exceptions);
/* The canonical text of the JSON, or NULL with *e. Caller frees. */
char *schedule_open_from_json(const json_t *json, struct err *e);
char *schedule_exceptions_from_json(const json_t *json, struct err *e);

/* The ranges in which a weekday or a date is open, cut at midnight: 0 <= from < to <= 1440. Ranges that touch are one. */
void schedule_weekday(const struct schedule_times *t, int weekday, struct schedule_day *out);
void schedule_date(const struct schedule_times *t, int64_t date, struct schedule_day *out);
/* The dates whose ranges are not those of their weekday, and all dates of exceptions: the dates that a server needs a
 * key for. Ascending; returns how many. */
size_t schedule_dates(const struct schedule_times *t, int64_t out[SCHEDULE_DATES_MAX]);
/* Appends "0900-1800/2200-2400"; nothing for a closed day. */
void schedule_add_ranges(struct buf *to, const struct schedule_day *ranges);
/* Appends "20261224". */
void schedule_add_date(struct buf *to, int64_t date);

bool schedule_is_open(const struct schedule_times *t, const struct zone *z, int64_t wall_us);

struct schedule_state {
	bool open;
	bool changes;		/* false: open or closed from now on */
	int64_t changes_us;	/* the instant at which `open` is no longer true; 0 unless it changes */
};

void schedule_state(const struct schedule_times *t, const struct zone *z, int64_t wall_us, struct schedule_state *out);
/* Is the schedule closed at the instant, and never open again? */
bool schedule_never_opens(const struct schedule_times *t, const struct zone *z, int64_t wall_us);
/* Appends the state as operators read it: "closed until Mon 09:00", "open until 18:00", "open until 24:00", "closed
 * until 2026-12-27 09:00", "always open", "never opens". zone_name is added to a time if it is not NULL. */
void schedule_add_state(struct buf *to, const struct schedule_state *s, const struct zone *z, int64_t wall_us,
			const char *zone_name);

struct schedule;

/* The same for a record at an instant; its zone is named if it is not zone_here. False, with what is wrong appended, if
 * the system does not have the zone or the times cannot be read; *out is then closed for ever. */
bool schedule_now(struct buf *to, const struct schedule *s, const char *zone_here, int64_t wall_us,
		  struct schedule_state *out);

#endif
