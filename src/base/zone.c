/*
 * TZif files, RFC 9636. Version 2 and later have 64-bit transitions, followed by a rule in POSIX form
 * ("CET-1CEST,M3.5.0,M10.5.0/3") for all later times. "Slim" files need the rule for every year from now on. Files of
 * version 1, with leap seconds or with contradictions are refused; the caller then uses another zone and says so.
 */
#include "config.h"

#include "trunkdeck/base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define US_PER_S INT64_C(1000000)
#define DAY_S INT64_C(86400)
#define FILE_MAX 65536
#define HEADER 44

/* A date of the rule (Mm.w.d, Jn or n) and the local time of day. */
struct rule_date {
	char kind;			/* 'M', 'J', '0' */
	int month, week, day;
	int at_s;
};

struct rule {
	bool there, has_dst;
	int standard_s, dst_s;		/* east of UTC */
	struct rule_date from, to;	/* the start and the end of daylight saving time */
};

struct zone {
	int64_t *at_s;			/* transitions, ascending */
	int *offset_s;			/* the offset from that transition on */
	size_t count;
	int first_s;			/* the offset before the first transition */
	struct rule rule;
};

/* --- dates --- */

int64_t zone_days(int year, int month, int day)
{
	int64_t y = year + (month <= 2 ? -1 : 0), era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Monday = 0. 1970-01-01 was a Thursday. */
static int weekday_of(int64_t days)
{
	return (int)((days % 7 + 7 + 3) % 7);
}

/* --- the rule --- */

static bool rule_number(const char **s, int *out)
{
	int n = 0, digits = 0;

	for (; **s >= '0' && **s <= '9' && digits < 4; (*s)++, digits++)
		n = n * 10 + (**s - '0');
	*out = n;
	return digits > 0;
}

/* [+-]h[:m[:s]] */
static bool rule_time(const char **s, int *out)
{
	int sign = **s == '-' ? -1 : 1, part, unit = 3600;

	if (**s == '-' || **s == '+')
		(*s)++;
	*out = 0;
	for (;;) {
		if (!rule_number(s, &part))
			return false;
		*out += part * unit;
		unit /= 60;
		if (**s != ':' || unit == 0)
			break;
		(*s)++;
	}
	*out *= sign;
	return true;
}

static bool rule_name(const char **s)
{
	const char *start = *s;

	if (**s == '<') {
		*s += strcspn(*s, ">");
		return *(*s)++ == '>';
	}
	while ((**s >= 'A' && **s <= 'Z') || (**s >= 'a' && **s <= 'z'))
		(*s)++;
	return *s - start >= 3;
}

static bool rule_date(const char **s, struct rule_date *d)
{
	if (*(*s)++ != ',')
		return false;
	d->kind = **s == 'M' || **s == 'J' ? *(*s)++ : '0';
	d->at_s = 2 * 3600;
	if (!rule_number(s, d->kind == 'M' ? &d->month : &d->day))
		return false;
	if (d->kind == 'M') {
		if (*(*s)++ != '.' || !rule_number(s, &d->week) || *(*s)++ != '.' || !rule_number(s, &d->day))
			return false;
		if (d->month < 1 || d->month > 12 || d->week < 1 || d->week > 5 || d->day > 6)
			return false;
	}
	if (**s != '/')
		return true;
	(*s)++;
	return rule_time(s, &d->at_s);
}

static bool rule_parse(struct rule *r, const char *s)
{
	r->there = *s != '\0';
	if (!r->there)
		return true;
	if (!rule_name(&s) || !rule_time(&s, &r->standard_s))
		return false;
	r->standard_s = -r->standard_s;
	r->has_dst = *s != '\0';
	if (!r->has_dst)
		return true;
	r->dst_s = r->standard_s + 3600;
	if (!rule_name(&s))
		return false;
	if (*s != ',') {
		if (!rule_time(&s, &r->dst_s))
			return false;
		r->dst_s = -r->dst_s;
	}
	return rule_date(&s, &r->from) && rule_date(&s, &r->to) && *s == '\0';
}

/* Local seconds since 1970 of this date in a year. */
static int64_t rule_date_s(const struct rule_date *d, int year)
{
	int64_t first, day;

	if (d->kind != 'M') {
		day = zone_days(year, 1, 1) + d->day - (d->kind == 'J');
		if (d->kind == 'J' && is_leap(year) && d->day >= 60)
			day++;
		return day * DAY_S + d->at_s;
	}
	first = zone_days(year, d->month, 1);
	day = first + ((d->day + 6) % 7 - weekday_of(first) + 7) % 7 + 7 * (d->week - 1);
	if (d->week == 5 && day >= (d->month == 12 ? zone_days(year + 1, 1, 1) : zone_days(year, d->month + 1, 1)))
		day -= 7;
	return day * DAY_S + d->at_s;
}

static int year_of(int64_t days)
{
	int year = (int)(1970 + floor_div(days * 400, 146097));

	while (zone_days(year + 1, 1, 1) <= days)
		year++;
	while (zone_days(year, 1, 1) > days)
		year--;
	return year;
}

static int rule_offset(const struct rule *r, int64_t at_s)
{
	int year;
	int64_t from, to;
	bool dst;

	if (!r->has_dst)
		return r->standard_s;
	year = year_of(floor_div(at_s + r->standard_s, DAY_S));
	from = rule_date_s(&r->from, year) - r->standard_s;
	to = rule_date_s(&r->to, year) - r->dst_s;
	dst = from < to ? at_s >= from && at_s < to : at_s >= from || at_s < to;
	return dst ? r->dst_s : r->standard_s;
}

/* --- the file --- */

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* The six counts of a header, in the order of the file. */
struct counts {
	uint32_t ut, std, leap, times, types, chars;
};

static bool read_counts(const unsigned char *p, size_t len, struct counts *c)
{
	if (len < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	*c = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36), be32(p + 40) };
	return c->ut <= 256 && c->std <= 256 && c->leap == 0 && c->times <= 8192 && c->types > 0 && c->types <= 256
		&& c->chars <= 1024;
}

static size_t body_size(const struct counts *c, size_t time_size)
{
	return c->times * (time_size + 1) + c->types * 6 + c->chars + c->std + c->ut;
}

static bool read_times(struct zone *z, const unsigned char *p, const struct counts *c)
{
	const unsigned char *kinds = p + (size_t)c->times * 8, *types = kinds + c->times;

	z->count = c->times;
	z->at_s = xcalloc(z->count + 1, sizeof(*z->at_s));
	z->offset_s = xcalloc(z->count + 1, sizeof(*z->offset_s));
	z->first_s = (int32_t)be32(types);
	for (size_t i = 0; i < z->count; i++) {
		z->at_s[i] = be64(p + i * 8);
		if (kinds[i] >= c->types || (i > 0 && z->at_s[i] <= z->at_s[i - 1]))
			return false;
		z->offset_s[i] = (int32_t)be32(types + (size_t)kinds[i] * 6);
	}
	return true;
}

static bool read_zone(struct zone *z, const unsigned char *p, size_t len)
{
	const unsigned char *end = p + len;
	struct counts c;
	char rule[128];
	size_t n;

	if (!read_counts(p, len, &c) || len < HEADER + body_size(&c, 4) + HEADER)
		return false;
	p += HEADER + body_size(&c, 4);
	if (!read_counts(p, (size_t)(end - p), &c) || (size_t)(end - p) < HEADER + body_size(&c, 8) + 2)
		return false;
	if (!read_times(z, p + HEADER, &c))
		return false;
	p += HEADER + body_size(&c, 8);
	n = (size_t)(end - p);
	if (p[0] != '\n' || end[-1] != '\n' || n - 2 >= sizeof(rule))
		return false;
	memcpy(rule, p + 1, n - 2);
	rule[n - 2] = '\0';
	return rule_parse(&z->rule, rule);
}

static bool read_file(struct zone *z, const char *name)
{
	const char *dir = getenv("TZDIR");
	char *path = xasprintf("%s/%s", dir && dir[0] ? dir : "/usr/share/zoneinfo", name);
	unsigned char *bytes = xmalloc(FILE_MAX);
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(bytes, 1, FILE_MAX, f) : 0;
	bool ok = len > 0 && len < FILE_MAX && read_zone(z, bytes, len);

	if (f)
		fclose(f);
	free(bytes);
	free(path);
	return ok;
}

struct zone *zone_open(const char *name)
{
	struct zone *z = xcalloc(1, sizeof(*z));

	if (strcmp(name, "UTC") != 0 && (strstr(name, "..") || name[0] == '/' || !read_file(z, name)))
		zone_free(&z);
	return z;
}

void zone_free(struct zone **z)
{
	if (!*z)
		return;
	free((*z)->at_s);
	free((*z)->offset_s);
	FREE(z);
}

/* --- local time --- */

int zone_offset_s(const struct zone *z, int64_t wall_us)
{
	int64_t at_s = floor_div(wall_us, US_PER_S);
	size_t low = 0, high = z->count;

	if (z->count == 0 || at_s < z->at_s[0])
		return z->count == 0 && z->rule.there ? rule_offset(&z->rule, at_s) : z->first_s;
	if (at_s >= z->at_s[z->count - 1] && z->rule.there)
		return rule_offset(&z->rule, at_s);
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (z->at_s[middle] <= at_s)
			low = middle;
		else
			high = middle;
	}
	return z->offset_s[low];
}

void zone_date(int64_t days, struct zone_time *out)
{
	int year = year_of(days), month = 1;

	while (month < 12 && zone_days(year, month + 1, 1) <= days)
		month++;
	*out = (struct zone_time){ .year = year, .month = month, .day = (int)(days - zone_days(year, month, 1)) + 1,
				   .weekday = weekday_of(days) };
}

const char *zone_weekday_name(int weekday)
{
	static const char *const names[] = { N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun") };

	return _(names[weekday]);
}

void zone_local(const struct zone *z, int64_t wall_us, struct zone_time *out)
{
	int64_t local = floor_div(wall_us, US_PER_S) + zone_offset_s(z, wall_us);
	int64_t days = floor_div(local, DAY_S), second = local - days * DAY_S;

	zone_date(days, out);
	out->hour = (int)(second / 3600);
	out->minute = (int)(second / 60 % 60);
	out->second = (int)(second % 60);
}

/* Tries the offsets of a day before and a day after. At least one of them is right, unless the time is skipped. */
int64_t zone_moment_us(const struct zone *z, const struct zone_time *t)
{
	int64_t local = zone_days(t->year, t->month, 1) + t->day - 1;
	int before, after;

	local = time_times(local * DAY_S + t->hour * 3600 + t->minute * 60 + t->second, US_PER_S);
	before = zone_offset_s(z, time_minus(local, DAY_S * US_PER_S));
	after = zone_offset_s(z, time_plus(local, DAY_S * US_PER_S));
	if (zone_offset_s(z, time_minus(local, before * US_PER_S)) != before
	    && zone_offset_s(z, time_minus(local, after * US_PER_S)) == after)
		before = after;
	return time_minus(local, before * US_PER_S);
}

int64_t zone_day_start_us(const struct zone *z, int64_t wall_us, int days)
{
	struct zone_time t;

	zone_local(z, wall_us, &t);
	t.day += days;
	t.hour = t.minute = t.second = 0;
	return zone_moment_us(z, &t);
}

/* --- moments as operators write them --- */

static bool parse_ago(const char *text, int64_t now_us, int64_t *out)
{
	static const struct { char unit; int64_t seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S }, { 'w', 7 * DAY_S },
	};
	size_t digits = strspn(text, "0123456789");
	int64_t n;

	if (digits == 0 || digits > 6 || text[digits] == '\0' || text[digits + 1] != '\0'
	    || !str_to_i64((struct str){ text, digits }, &n))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (units[i].unit == text[digits]) {
			*out = time_minus(now_us, n * units[i].seconds * US_PER_S);
			return *out > 0;
		}
	}
	return false;
}

/* Uses clock_parse_iso(), which refuses dates that do not exist. */
static bool parse_local(const struct zone *z, const char *text, int64_t *out)
{
	static const char rest[] = "2000-01-01T00:00:00Z";
	size_t len = strlen(text);
	struct zone_time t;
	struct zone *utc;
	char iso[sizeof(rest)];
	int64_t as_utc;
	bool ok;

	if (len != 10 && len != 16 && len != 19)
		return false;
	memcpy(iso, rest, sizeof(rest));
	memcpy(iso, text, len);
	if (len > 10 && iso[10] == ' ')
		iso[10] = 'T';
	utc = zone_open("UTC");
	ok = clock_parse_iso(iso, &as_utc);
	if (ok) {
		zone_local(utc, as_utc, &t);
		*out = zone_moment_us(z, &t);
	}
	zone_free(&utc);
	return ok;
}

/* "9:05", "23:35" or "23:35:10": the last time at which the local clock showed it. */
static bool parse_clock(const struct zone *z, const char *text, int64_t now_us, int64_t *out)
{
	char moment[sizeof("2000-01-01T00:00:00")];
	struct zone_time t;

	if (strspn(text, "0123456789") > 2 || strlen(text) > sizeof("00:00:00") - 1 || !strchr(text, ':'))
		return false;
	for (int days = 0; days >= -1; days--) {
		zone_local(z, zone_day_start_us(z, now_us, days), &t);
		snprintf(moment, sizeof(moment), "%04d-%02d-%02dT%s%s", t.year % 10000, t.month % 100, t.day % 100, text[1] == ':' ? "0" : "", text);
		if (!parse_local(z, moment, out))
			return false;
		if (*out <= now_us)
			return true;
	}
	return false;
}

bool zone_parse_moment(const struct zone *z, const char *text, int64_t now_us, int64_t *wall_us)
{
	if (strcmp(text, "now") == 0)
		*wall_us = now_us;
	else if (strcmp(text, "today") == 0)
		*wall_us = zone_day_start_us(z, now_us, 0);
	else if (strcmp(text, "yesterday") == 0)
		*wall_us = zone_day_start_us(z, now_us, -1);
	else
		return parse_ago(text, now_us, wall_us) || parse_clock(z, text, now_us, wall_us) || clock_parse_iso(text, wall_us)
			|| parse_local(z, text, wall_us);
	return true;
}
