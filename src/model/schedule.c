/*
 * The texts of opening times, read and written. A text is read into the times that begin on each day, and written again
 * from them, so that equal times have one text. See schedule_state.c for what is open when.
 */
#include "config.h"

#include "trunkdeck/model/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define DAY_MINUTES 1440
#define BLANKS " \t"

static const char *const weekdays[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };

#define WEEKDAY_LEN 3	/* of "mon" */

/* --- errors --- */

static const char *open_example(void)
{
	return _("write for example mon-fri 09:00-18:00; sat 22:00-02:00 (other days are closed)");
}

static const char *exceptions_example(void)
{
	return _("write for example 2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00");
}

static bool refuse(struct err *e, const char *problem, struct str refused)
{
	char *clean = utf8_clean_dup((struct str){ refused.p, refused.len < 40 ? refused.len : 40 });

	err_set_message(e, ERR_FIELD_INVALID, "%s: %s", problem, clean);
	free(clean);
	return false;
}

/* --- reading --- */

static struct str trim(struct str s)
{
	while (s.len > 0 && strchr(BLANKS, s.p[0]))
		s = (struct str){ s.p + 1, s.len - 1 };
	while (s.len > 0 && strchr(BLANKS, s.p[s.len - 1]))
		s.len--;
	return s;
}

/* Takes what stands before the next separator from *rest. False at the end. */
static bool next_part(struct str *rest, char separator, struct str *part)
{
	const char *at;
	size_t len;

	if (!rest->p)
		return false;
	at = memchr(rest->p, separator, rest->len);
	len = at ? (size_t)(at - rest->p) : rest->len;
	*part = trim((struct str){ rest->p, len });
	*rest = at ? (struct str){ at + 1, rest->len - len - 1 } : (struct str){ NULL, 0 };
	return true;
}

static bool read_clock(struct str s, int *minutes)
{
	struct str hour, minute;
	int64_t h, m;

	if (!next_part(&s, ':', &hour) || !next_part(&s, ':', &minute) || s.p)
		return false;
	if (hour.len > 2 || minute.len != 2 || !str_to_i64(hour, &h) || !str_to_i64(minute, &m))
		return false;
	if (h < 0 || m < 0 || m > 59 || h * 60 + m > DAY_MINUTES)
		return false;
	*minutes = (int)(h * 60 + m);
	return true;
}

/* An end of 00:00 is that of the day, and an end before the start is on the next day. */
static bool read_range(struct str s, struct schedule_range *r, struct err *e)
{
	struct str rest = s, from, to;

	if (!next_part(&rest, '-', &from) || !next_part(&rest, '-', &to) || rest.p || !read_clock(from, &r->from) ||
	    !read_clock(to, &r->to) || r->from == DAY_MINUTES)
		return refuse(e, _("Not a time from hh:mm to hh:mm"), s);
	if (r->from == r->to)
		return refuse(e, _("Begins and ends at the same minute (a whole day is 00:00-24:00)"), s);
	if (r->to < r->from)
		r->to += DAY_MINUTES;
	return true;
}

/* Keeps the ranges in order. */
static bool add_range(struct schedule_day *day, const struct schedule_range *r, struct str entry, struct err *e)
{
	size_t at = day->count;

	while (at > 0 && day->ranges[at - 1].from > r->from)
		at--;
	if ((at > 0 && day->ranges[at - 1].to > r->from) || (at < day->count && day->ranges[at].from < r->to))
		return refuse(e, _("Overlaps another time of the same day"), entry);
	if (day->count == SCHEDULE_TIMES_MAX)
		return refuse(e, _("More than 10 times begin on one day"), entry);
	memmove(&day->ranges[at + 1], &day->ranges[at], (day->count - at) * sizeof(*r));
	day->ranges[at] = *r;
	day->count++;
	return true;
}

/* --- weekly times --- */

/* "mon", or more of its full name. */
static bool read_weekday(struct str s, int *weekday)
{
	for (int i = 0; i < 7; i++) {
		if (s.len >= WEEKDAY_LEN && s.len <= strlen(weekdays[i]) &&
		    str_eq_nocase(s, (struct str){ weekdays[i], s.len })) {
			*weekday = i;
			return true;
		}
	}
	return false;
}

/* "mon-fri,sun" as a bit for each day. "sat-mon" goes on after Sunday. */
static bool read_weekdays(struct str s, unsigned *days, struct err *e)
{
	struct str item, first, last;
	int from, to;

	*days = 0;
	while (next_part(&s, ',', &item)) {
		struct str rest = item;

		if (!next_part(&rest, '-', &first) || !read_weekday(first, &from))
			return refuse(e, _("Not a weekday"), item);
		to = from;
		if (rest.p && (!next_part(&rest, '-', &last) || rest.p || !read_weekday(last, &to)))
			return refuse(e, _("Not a range of weekdays"), item);
		for (*days |= 1U << from; from != to; *days |= 1U << from)
			from = (from + 1) % 7;
	}
	return true;
}

/* An entry without its days begins with its first digit. */
static bool read_open_entry(struct schedule_times *t, struct str entry, struct err *e)
{
	struct str times = entry, item;
	struct schedule_range r;
	unsigned days;

	while (times.len > 0 && (times.p[0] < '0' || times.p[0] > '9'))
		times = (struct str){ times.p + 1, times.len - 1 };
	if (times.len == entry.len)
		return refuse(e, _("No weekday before the time"), entry);
	if (!times.len)
		return refuse(e, _("No time from hh:mm to hh:mm"), entry);
	if (!read_weekdays(trim((struct str){ entry.p, entry.len - times.len }), &days, e))
		return false;
	while (next_part(&times, ',', &item)) {
		if (!read_range(item, &r, e))
			return false;
		for (int i = 0; i < 7; i++)
			if ((days & 1U << i) && !add_range(&t->week[i], &r, item, e))
				return false;
	}
	return true;
}

bool schedule_read_open(struct schedule_times *t, const char *text, struct err *e)
{
	struct str rest = str_of(text), entry;

	memset(t->week, 0, sizeof(t->week));
	while (next_part(&rest, ';', &entry)) {
		if (entry.len && !read_open_entry(t, entry, e)) {
			err_hint(e, "%s", open_example());
			return false;
		}
	}
	return true;
}

/* --- exceptions --- */

static bool read_date(struct str s, int64_t *date)
{
	char iso[] = "2000-01-01T00:00:00Z";
	int64_t us;

	if (s.len != strlen("2000-01-01"))
		return false;
	memcpy(iso, s.p, s.len);
	if (!clock_parse_iso(iso, &us))
		return false;
	*date = us / (DAY_MINUTES * INT64_C(60000000));
	return true;
}

/* The exception of a date, a new one in its place if there is none; NULL if there are too many. */
static struct schedule_exception *exception_of(struct schedule_times *t, int64_t date)
{
	size_t at = t->exception_count;

	while (at > 0 && t->exceptions[at - 1].date >= date)
		at--;
	if (at < t->exception_count && t->exceptions[at].date == date)
		return &t->exceptions[at];
	if (t->exception_count == SCHEDULE_EXCEPTIONS_MAX)
		return NULL;
	memmove(&t->exceptions[at + 1], &t->exceptions[at], (t->exception_count - at) * sizeof(t->exceptions[0]));
	t->exceptions[at] = (struct schedule_exception){ .date = date };
	t->exception_count++;
	return &t->exceptions[at];
}

/* Two entries for one date add up, but "closed" is for the only one. */
static bool read_exception(struct schedule_times *t, struct str entry, struct err *e)
{
	size_t before = t->exception_count, head = 0;
	struct schedule_exception *x;
	struct schedule_range r;
	struct str times, item;
	int64_t date;

	while (head < entry.len && !strchr(BLANKS, entry.p[head]))
		head++;
	times = trim((struct str){ entry.p + head, entry.len - head });
	if (!read_date((struct str){ entry.p, head }, &date))
		return refuse(e, _("Not a date like 2026-12-24"), (struct str){ entry.p, head });
	if (!times.len)
		return refuse(e, _("Neither closed nor a time from hh:mm to hh:mm"), entry);
	x = exception_of(t, date);
	if (!x)
		return refuse(e, _("More than 64 dates"), entry);
	if (t->exception_count == before && (!x->begins.count || str_eq_nocase(times, STR("closed"))))
		return refuse(e, _("The date is there twice"), (struct str){ entry.p, head });
	if (str_eq_nocase(times, STR("closed")))
		return true;
	while (next_part(&times, ',', &item))
		if (!read_range(item, &r, e) || !add_range(&x->begins, &r, item, e))
			return false;
	return true;
}

bool schedule_read_exceptions(struct schedule_times *t, const char *text, struct err *e)
{
	struct str rest = str_of(text), entry;

	t->exception_count = 0;
	while (next_part(&rest, ';', &entry)) {
		if (entry.len && !read_exception(t, entry, e)) {
			err_hint(e, "%s", exceptions_example());
			return false;
		}
	}
	return true;
}

bool schedule_read(struct schedule_times *t, const char *open, const char *exceptions)
{
	if (schedule_read_open(t, open, NULL) && schedule_read_exceptions(t, exceptions, NULL))
		return true;
	memset(t, 0, sizeof(*t));
	return false;
}

/* --- writing --- */

static void add_clock(struct buf *to, int minutes)
{
	if (minutes > DAY_MINUTES)
		minutes -= DAY_MINUTES;
	buf_addf(to, "%02d:%02d", minutes / 60, minutes % 60);
}

static void add_times(struct buf *to, const struct schedule_day *day)
{
	for (size_t i = 0; i < day->count; i++) {
		buf_adds(to, i > 0 ? "," : "");
		add_clock(to, day->ranges[i].from);
		buf_addc(to, '-');
		add_clock(to, day->ranges[i].to);
	}
}

static bool same_times(const struct schedule_day *a, const struct schedule_day *b)
{
	return a->count == b->count && !memcmp(a->ranges, b->ranges, a->count * sizeof(a->ranges[0]));
}

/* Appends "mon-fri,sun": the first day, and all later ones that have the same times. Returns their bits. */
static unsigned add_weekdays(struct buf *to, const struct schedule_times *t, int first)
{
	unsigned days = 0;

	for (int i = first; i < 7; i++) {
		int last = i;

		if (!same_times(&t->week[first], &t->week[i]))
			continue;
		while (last < 6 && same_times(&t->week[first], &t->week[last + 1]))
			last++;
		buf_addf(to, "%s%.*s", days ? "," : "", WEEKDAY_LEN, weekdays[i]);
		if (last > i)
			buf_addf(to, "-%.*s", WEEKDAY_LEN, weekdays[last]);
		for (; i < last; i++)
			days |= 1U << i;
		days |= 1U << last;
	}
	return days;
}

void schedule_add_open(struct buf *to, const struct schedule_times *t)
{
	unsigned done = 0;

	for (int i = 0; i < 7; i++) {
		if ((done & 1U << i) || !t->week[i].count)
			continue;
		buf_adds(to, done ? "; " : "");
		done |= add_weekdays(to, t, i);
		buf_addc(to, ' ');
		add_times(to, &t->week[i]);
	}
}

static void add_iso_date(struct buf *to, int64_t date)
{
	struct zone_time d;

	zone_date(date, &d);
	buf_addf(to, "%04d-%02d-%02d", d.year, d.month, d.day);
}

void schedule_add_exceptions(struct buf *to, const struct schedule_times *t)
{
	for (size_t i = 0; i < t->exception_count; i++) {
		const struct schedule_exception *x = &t->exceptions[i];

		buf_adds(to, i > 0 ? "; " : "");
		add_iso_date(to, x->date);
		buf_addc(to, ' ');
		if (x->begins.count)
			add_times(to, &x->begins);
		else
			buf_adds(to, "closed");
	}
}

char *schedule_canonical_open(const char *text, struct err *e)
{
	struct schedule_times t;
	struct buf b;

	if (!schedule_read_open(&t, text, e))
		return NULL;
	buf_init(&b, BUF_UNBOUNDED);
	schedule_add_open(&b, &t);
	return buf_take(&b);
}

char *schedule_canonical_exceptions(const char *text, struct err *e)
{
	struct schedule_times t;
	struct buf b;

	if (!schedule_read_exceptions(&t, text, e))
		return NULL;
	buf_init(&b, BUF_UNBOUNDED);
	schedule_add_exceptions(&b, &t);
	return buf_take(&b);
}

/* --- JSON --- */

/* Adds the from and to of a range. */
static void set_range(json_t *object, const struct schedule_range *r)
{
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	add_clock(&b, r->from);
	json_object_set_new(object, "from", json_string(b.p));
	buf_reset(&b);
	add_clock(&b, r->to);
	json_object_set_new(object, "to", json_string(b.p));
	buf_clear(&b);
}

json_t *schedule_open_to_json(const char *open)
{
	json_t *array = json_array();
	struct schedule_times t;
	unsigned done = 0;
	struct buf b;

	if (!schedule_read_open(&t, open, NULL))
		return array;
	buf_init(&b, BUF_UNBOUNDED);
	for (int i = 0; i < 7; i++) {
		if ((done & 1U << i) || !t.week[i].count)
			continue;
		buf_reset(&b);
		done |= add_weekdays(&b, &t, i);
		for (size_t k = 0; k < t.week[i].count; k++) {
			json_t *object = json_object();

			json_object_set_new(object, "days", json_string(b.p));
			set_range(object, &t.week[i].ranges[k]);
			json_array_append_new(array, object);
		}
	}
	buf_clear(&b);
	return array;
}

json_t *schedule_exceptions_to_json(const char *exceptions)
{
	json_t *array = json_array();
	struct schedule_times t;
	struct buf b;

	if (!schedule_read_exceptions(&t, exceptions, NULL))
		return array;
	buf_init(&b, BUF_UNBOUNDED);
	for (size_t i = 0; i < t.exception_count; i++) {
		json_t *object = json_object(), *open = json_array();

		buf_reset(&b);
		add_iso_date(&b, t.exceptions[i].date);
		json_object_set_new(object, "date", json_string(b.p));
		for (size_t k = 0; k < t.exceptions[i].begins.count; k++) {
			json_t *range = json_object();

			set_range(range, &t.exceptions[i].begins.ranges[k]);
			json_array_append_new(open, range);
		}
		json_object_set_new(object, "open", open);
		json_array_append_new(array, object);
	}
	buf_clear(&b);
	return array;
}

/* Appends a member that must be a text of these characters; the text is then read like a typed one. */
static bool add_member(struct buf *to, const json_t *object, const char *key, const char *characters)
{
	const char *s = json_string_value(json_object_get(object, key));

	if (!s || s[strspn(s, characters)])
		return false;
	buf_adds(to, s);
	return true;
}

static bool add_json_range(struct buf *to, const json_t *object)
{
	if (!add_member(to, object, "from", "0123456789:"))
		return false;
	buf_addc(to, '-');
	return add_member(to, object, "to", "0123456789:");
}

static bool add_json_open(struct buf *to, const json_t *object)
{
	if (json_object_size(object) != 3 ||
	    !add_member(to, object, "days", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,-"))
		return false;
	buf_addc(to, ' ');
	return add_json_range(to, object);
}

static bool add_json_exception(struct buf *to, const json_t *object)
{
	const json_t *open = json_object_get(object, "open"), *range;
	size_t i;

	if (json_object_size(object) != 2 || !json_is_array(open) || !add_member(to, object, "date", "0123456789-"))
		return false;
	buf_adds(to, json_array_size(open) ? " " : " closed");
	json_array_foreach (open, i, range) {
		buf_adds(to, i > 0 ? "," : "");
		if (json_object_size(range) != 2 || !add_json_range(to, range))
			return false;
	}
	return true;
}

/* Writes each object of an array as an entry of the text. False if one cannot be written. */
static bool json_text(const json_t *json, bool (*add)(struct buf *to, const json_t *object), struct buf *to)
{
	const json_t *object;
	size_t i;

	json_array_foreach (json, i, object) {
		buf_adds(to, i > 0 ? "; " : "");
		if (!add(to, object))
			return false;
	}
	return json_is_array(json);
}

char *schedule_open_from_json(const json_t *json, struct err *e)
{
	char *canonical = NULL;
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	if (json_text(json, add_json_open, &b))
		canonical = schedule_canonical_open(b.p, e);
	else
		err_set(e, ERR_FIELD_INVALID, "%s", _("expected an array of objects with days, from and to"));
	buf_clear(&b);
	return canonical;
}

char *schedule_exceptions_from_json(const json_t *json, struct err *e)
{
	char *canonical = NULL;
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	if (json_text(json, add_json_exception, &b))
		canonical = schedule_canonical_exceptions(b.p, e);
	else
		err_set(e, ERR_FIELD_INVALID, "%s", _("expected an array of objects with date and open, an array of from and to"));
	buf_clear(&b);
	return canonical;
}
