/*
 * Reading a number of a list. With its + it is certain, and blanks and punctuation are removed. Everything else is only
 * suggested, unless the operator or the row says which country its digits are of. What a spreadsheet has done
 * to a number is recognised by the form that it leaves; of a number in scientific notation, digits are lost.
 */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/import/import.h"

#define DIGITS "0123456789"

static bool is_invisible(uint32_t code)
{
	return code == 0xa0 || code == 0xad || code == 0x61c || (code >= 0x2000 && code <= 0x200f) || (code >= 0x202a && code <= 0x202f) ||
	       (code >= 0x2060 && code <= 0x206f) || (code >= 0xfe00 && code <= 0xfe0f) || code == 0xfeff;
}

/* Without blanks at the ends and without invisible characters; caller frees. */
static char *visible(const char *text)
{
	struct str s = str_of(text);
	struct buf out;
	uint32_t code;
	size_t len;

	buf_init(&out, BUF_UNBOUNDED);
	for (; (len = utf8_next(s, &code)); s = (struct str){ s.p + len, s.len - len }) {
		if (is_invisible(code))
			continue;
		if (out.len > 0 || !strchr(" \t\n", s.p[0]))
			buf_add(&out, s.p, len);
	}
	while (out.len > 0 && strchr(" \t\n", out.p[out.len - 1]))
		out.p[--out.len] = '\0';
	return buf_take(&out);
}

/* --- suggestions --- */

/* Says what is wrong and which number is probably meant. Returns false. */
static bool refuse(const char *text, const struct import_countries *c, const char *what, struct err *e)
{
	const struct country *us = e164_country_named("US"), *homes[] = { c->likely, us };
	char meant[E164_SIZE];

	if (e164_check(text, NULL, NULL))
		return err_set(e, ERR_NUMBER_FORMAT, _("%s: did you mean %s?"), what, text);
	if (e164_suggest(text, NULL, meant) || (c->home && e164_suggest(text, c->home, meant)))
		return err_set(e, ERR_NUMBER_FORMAT, _("%s: did you mean %s?"), what, meant);
	for (size_t i = 0; i < ARRAY_LEN(homes) && text[0] != '+'; i++)
		if (homes[i] && (homes[i] != us || strspn(text, DIGITS "-.() ") == strlen(text)) && e164_suggest(text, homes[i], meant) &&
		    strlen(meant) > strlen("+15550101"))
			return err_set(e, ERR_NUMBER_FORMAT, _("no country: with --country %s it is %s"), homes[i]->iso, meant);
	return err_set(e, ERR_NUMBER_FORMAT, "%s", what);
}

/* --- spreadsheets --- */

/* "1.41556E+10". True: *e says which numbers it may be. */
static bool refuse_scientific(const char *text, const struct import_countries *c, struct err *e)
{
	size_t whole = strspn(text, DIGITS), fraction = 0, digits;
	const char *rest = text + whole;
	char number[32] = "+", low[32], high[32];
	int64_t exponent;
	size_t shown = 0;

	if (whole == 0 || whole > 15)
		return false;
	if (*rest == '.' || *rest == ',') {
		fraction = strspn(++rest, DIGITS);
		rest += fraction;
	}
	if ((*rest != 'e' && *rest != 'E') || fraction > 17)
		return false;
	rest += 1 + (rest[1] == '+');
	if (!str_to_i64(str_of(rest), &exponent) || exponent < 1 || exponent > 17)
		return false;
	digits = whole + (size_t)exponent;
	for (const char *p = text; shown < digits && *p != 'e' && *p != 'E'; p++)
		if (isdigit((unsigned char)*p))
			number[++shown] = *p;
	if (digits > 17)
		return err_set(e, ERR_NUMBER_FORMAT, "%s", _("a spreadsheet has calculated this")), true;
	if (fraction >= (size_t)exponent) {
		number[digits + 1] = '\0';
		refuse(number, c, _("a spreadsheet shows it in scientific notation"), e);
		return true;
	}
	if (shown < digits) {
		int64_t value, half = 5;

		number[shown + 1] = '\0';
		str_to_i64(str_of(number + 1), &value);
		for (size_t i = shown; i < digits; i++)
			value *= 10;
		for (size_t i = shown + 1; i < digits; i++)
			half *= 10;
		snprintf(low, sizeof(low), "+%" PRId64, value - half);
		snprintf(high, sizeof(high), "+%" PRId64, value + half - 1);
	}
	err_set(e, ERR_NUMBER_FORMAT, _("digits are lost: a spreadsheet has left one of %s to %s. Format the column as text and export it again"),
		low, high);
	return true;
}

/* What a spreadsheet has made of a number. True: *e says it. */
static bool refuse_damaged(const char *text, const struct import_countries *c, struct err *e)
{
	size_t digits = strspn(text, DIGITS);
	char *rest;

	if (text[0] == '\'') {
		refuse(text + 1, c, _("there is an apostrophe before the number"), e);
		return true;
	}
	if (text[0] == '=') {
		rest = xstrdup(text + 1 + (text[1] == '"'));
		rest[strcspn(rest, "\"")] = '\0';
		refuse(rest, c, _("a spreadsheet has made this a formula"), e);
		free(rest);
		return true;
	}
	if (text[0] == '#' || (text[0] == '-' && text[1] && !text[1 + strspn(text + 1, DIGITS ".,")]))
		return err_set(e, ERR_NUMBER_FORMAT, "%s", _("a spreadsheet has calculated this: format the column as text and export it again")), true;
	if (digits > 0 && (text[digits] == '.' || text[digits] == ',') && text[digits + 1] && !text[digits + 1 + strspn(text + digits + 1, "0")]) {
		rest = xstrndup(text, digits);
		refuse(rest, c, _("a spreadsheet has written this as a decimal"), e);
		free(rest);
		return true;
	}
	return refuse_scientific(text, c, e);
}

/* --- ranges and patterns --- */

/* Returns "1,000"; static. */
static const char *with_commas(int64_t n)
{
	static char text[32];
	char plain[24];
	size_t len = (size_t)snprintf(plain, sizeof(plain), "%" PRId64, n), at = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = plain[i];
	}
	text[at] = '\0';
	return text;
}

/* How many digits a set such as [1-57] stands for. */
static int64_t set_size(const char *set, size_t len)
{
	int64_t size = 0;

	for (size_t i = 0; i < len; i++, size++) {
		if (i + 2 < len && set[i + 1] == '-' && set[i + 2] > set[i]) {
			size += set[i + 2] - set[i];
			i += 2;
		}
	}
	return size;
}

/* An Asterisk pattern, or digits and wildcards at their end. */
static bool refuse_pattern(const char *text, struct err *e)
{
	const char *p = text + (text[0] == '_');
	bool open = false, wild = text[0] == '_';
	int64_t count = 1;

	for (p += *p == '+'; *p; p++) {
		size_t set = *p == '[' ? strcspn(p, "]") : 0;
		int64_t choices = 1;

		if (isdigit((unsigned char)*p) && (!wild || text[0] == '_'))
			continue;
		if (strchr("XxZzNn", *p))
			choices = *p == 'X' || *p == 'x' ? 10 : *p == 'Z' || *p == 'z' ? 9 : 8;
		else if (set > 1 && p[set] == ']')
			choices = set_size(p + 1, set - 1);
		else if (strchr(".!*%", *p) && !p[1])
			open = true;
		else
			return false;
		p += set;
		wild = true;
		count = count < INT64_MAX / 300 ? count * choices : count;
	}
	if (!wild || p - text < 3)
		return false;
	err_set(e, ERR_NUMBER_FORMAT, open ? _("a pattern for any number of numbers: write each number") :
		_("a pattern for %s numbers: write each number"), with_commas(count));
	return true;
}

/* How many numbers are from `first` to `last`, of which only the last digits may be written; 0 = this is no range. */
static int64_t range_size(const char *first, const char *last)
{
	const char *digits = first + (first[0] == '+'), *end = last + (last[0] == '+');
	size_t len = strlen(digits), end_len = strlen(end);
	char joined[2 * E164_TYPED_SIZE], warning[256];
	int64_t from, to;

	if (len < 7 || len > 15 || end_len > len)
		return 0;
	if (end_len < len) {
		/* "+49 30 23125-102" is one number: what is joined has a usual length, and a range has not. */
		snprintf(joined, sizeof(joined), "%s%s", first, end);
		if (end_len > 4 || first[0] != '+' || !e164_check(first, NULL, NULL) || e164_warning(first, warning, sizeof(warning)) ||
		    (e164_check(joined, NULL, NULL) && !e164_warning(joined, warning, sizeof(warning))))
			return 0;
	}
	if (!str_to_i64(str_of(digits + len - end_len), &from) || !str_to_i64(str_of(end), &to) || to < from)
		return 0;
	return to - from + 1;
}

/* "+14155550100 - +14155550199", "+14155550100-99", and the same with other words between. */
static bool refuse_range(const char *text, struct err *e)
{
	static const char *const words[] = { "-", "\u2013", "\u2014", "..", "\u2026", " to ", ":", "~" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (const char *at = strstr(text, words[i]); at; at = strstr(at + 1, words[i])) {
			char first[E164_TYPED_SIZE], last[E164_TYPED_SIZE], *left = xstrndup(text, (size_t)(at - text));
			bool both = e164_typed(left, first) && e164_typed(at + strlen(words[i]), last);
			int64_t size = both ? range_size(first, last) : 0;

			free(left);
			if (size == 0)
				continue;
			err_set(e, ERR_NUMBER_FORMAT, _("a range of %s numbers: write each number"), with_commas(size));
			return true;
		}
	}
	return false;
}

/* Does a part of a cell look like a number of its own? */
static bool is_part(const char *p, size_t len)
{
	char *one = xstrndup(p, len), typed[E164_TYPED_SIZE];
	bool is = e164_typed(one, typed) && strlen(typed) >= 7;

	free(one);
	return is;
}

char *import_next_number(const char **text)
{
	const char *p = *text + strspn(*text, " \t\n,;|"), *plus;
	size_t len = strcspn(p, ",;|\n"), next;

	if (!*p)
		return NULL;
	next = len + strspn(p + len, " \t\n,;|");
	/* A comma is a decimal comma, too, and other cells are no lists at all. */
	if (p[next] && (!is_part(p, len) || !is_part(p + next, strcspn(p + next, ",;|\n"))))
		len = strlen(p);
	/* Blanks divide numbers only where each has its +. */
	plus = p[0] == '+' ? strstr(p, " +") : NULL;
	if (plus && (size_t)(plus - p) < len && is_part(p, (size_t)(plus - p)))
		len = (size_t)(plus - p);
	*text = p + len;
	return xstrndup(p, len);
}

/* --- countries --- */

/* Digits without +: what the row, and then the operator, says about them. False with *e where it is not certain. */
static bool read_digits(const char *text, const char *typed, const char *country, const struct import_countries *c, char out[E164_SIZE],
			struct err *e)
{
	const struct country *row = country[0] ? e164_country_named(country) : NULL, *home = row ? row : c->home;
	bool zeros = !strncmp(typed, "00", 2), ok = false, prefixed;
	const char *digits = typed + (zeros ? 2 : 0);

	/* "1" of the United States also begins the numbers of 20 other countries. */
	prefixed = row && str_starts(str_of(digits), row->code[0] == '1' ? STR("1") : str_of(row->code));
	if (c->international && (zeros || prefixed || !row) && snprintf(out, E164_SIZE, "+%s", digits) < E164_SIZE)
		ok = e164_check(out, NULL, NULL);
	if (!ok && home && (!prefixed || c->home) && (home->code[0] != '1' || strlen(typed) >= 10) && (!zeros || c->home || c->international))
		ok = e164_suggest(typed, home, out);
	/* Two countries for one row: the row's number stays uncertain, unless the operator's is the row's. */
	if (ok && prefixed && !c->international && strcmp(c->home->iso, row->iso) != 0)
		ok = false;
	if (ok)
		return true;
	return refuse(row && !prefixed && e164_suggest(typed, row, out) ? out : text, c, _("no + and country code"), e);
}

/* Such as an extension. */
static void refuse_short(const char *typed, struct err *e)
{
	char *number = xasprintf("%s%s", typed[0] == '+' ? "" : "+", typed);

	e164_check(number, NULL, e);
	free(number);
}

bool import_number(const char *text, const char *country, const struct import_countries *c, char out[E164_SIZE], struct err *e)
{
	char *clean = visible(text), typed[E164_TYPED_SIZE];
	bool ok = false;

	if (!clean[0])
		err_set(e, ERR_NUMBER_REQUIRED, NULL);
	else if (refuse_damaged(clean, c, e) || refuse_pattern(clean, e) || refuse_range(clean, e))
		ok = false;
	else if (!e164_typed(clean, typed) || strstr(clean, "(0)"))
		e164_check(clean, c->home, e);
	else if (strlen(typed) < 7)
		refuse_short(typed, e);
	else if (typed[0] == '+')
		ok = e164_check(typed, NULL, e) && str_copy(out, E164_SIZE, str_of(typed));
	else
		ok = read_digits(clean, typed, country, c, out, e);
	free(clean);
	return ok;
}
