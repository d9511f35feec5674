/*
 * UTF-8 for a terminal. Decoding needs no locale. Widths are those of wcwidth(); a character that it does not know
 * counts as one column, and so do all characters in a locale that is not UTF-8.
 *
 * utf8_clean() drops characters that have no shape and that terminals treat differently: zero-width spaces and joiners,
 * bidirectional controls, variation selectors, skin tones, tags, the byte order mark. It also drops a combining mark at
 * the start, because it would be drawn on the neighbouring cell, and marks beyond MARKS_MAX, because some terminals
 * stack them over the lines above.
 */
#include "config.h"

#include "trunkdeck/base/utf8.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "trunkdeck/base/mem.h"

enum { REPLACEMENT = 0xfffd };

#define MARKS_MAX 3			/* per character; written languages need no more */

struct range {
	uint32_t first, last;
};

static const struct range dropped[] = {
	{ 0x001b, 0x001b }, { 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c },
	{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0x1f3fb, 0x1f3ff },
	{ 0xe0000, 0xe0fff },
};

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The number of bytes of the character that starts with this byte, which is not ASCII; 0 = no character does. */
static size_t length_by_lead(unsigned char lead)
{
	if (lead < 0xc2)
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

size_t utf8_next(struct str s, uint32_t *code)
{
	static const unsigned char lead_mask[] = { 0, 0, 0x1f, 0x0f, 0x07 };
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;
	uint32_t value;

	if (s.len && (unsigned char)s.p[0] < 0x80) {
		*code = (unsigned char)s.p[0];
		return 1;
	}
	*code = REPLACEMENT;
	if (!s.len)
		return 0;
	len = length_by_lead((unsigned char)s.p[0]);
	if (!len || len > s.len)
		return 1;
	value = (unsigned char)s.p[0] & lead_mask[len];
	for (size_t i = 1; i < len; i++) {
		if (!is_continuation(s.p[i]))
			return 1;
		value = value << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	if (value < smallest[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 1;
	*code = value;
	return len;
}

static struct str skip(struct str s, size_t bytes)
{
	return (struct str){ s.p + bytes, s.len - bytes };
}

size_t utf8_encode(char *to, uint32_t code)
{
	size_t len = 0;

	if (code < 0x80) {
		to[len++] = (char)code;
		return len;
	}
	if (code >= 0x10000)
		to[len++] = (char)(0xf0 | code >> 18);
	if (code >= 0x10000)
		to[len++] = (char)(0x80 | (code >> 12 & 0x3f));
	else if (code >= 0x800)
		to[len++] = (char)(0xe0 | code >> 12);
	to[len++] = (char)(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6);
	to[len++] = (char)(0x80 | (code & 0x3f));
	return len;
}

bool utf8_valid(struct str s)
{
	uint32_t code;
	size_t bytes;

	for (; (bytes = utf8_next(s, &code)); s = skip(s, bytes))
		if (code == REPLACEMENT && bytes == 1)
			return false;
	return true;
}

static bool is_dropped(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(dropped) && code >= dropped[i].first; i++)
		if (code <= dropped[i].last)
			return true;
	return false;
}

static bool is_blank(uint32_t code)
{
	return (code >= '\t' && code <= '\r') || code == 0x85 || code == 0x2028 || code == 0x2029;
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

static int char_width(uint32_t code)
{
	int width;

	if (code < 0x80)
		return 1;
	width = wcwidth((wchar_t)code);
	return width < 0 ? 1 : width;
}

/* *marks: the number of marks on the last character; MARKS_MAX at the start, where there is no character. */
static void clean_char(struct buf *out, const char *p, size_t bytes, uint32_t code, int *marks)
{
	bool is_mark = !char_width(code);

	if (is_dropped(code) || (is_mark && *marks >= MARKS_MAX))
		return;
	*marks = is_mark ? *marks + 1 : 0;
	if (is_blank(code))
		buf_addc(out, ' ');
	else if (is_control(code))
		buf_addc(out, '?');
	else if (code == REPLACEMENT)
		buf_adds(out, "\xef\xbf\xbd");
	else
		buf_add(out, p, bytes);
}

static size_t plain_run(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] >= 0x20 && s.p[n] < 0x7f)
		n++;
	return n;
}

bool utf8_has_control(struct str s)
{
	uint32_t code;
	size_t len;

	for (; (len = utf8_next(s, &code)); s = (struct str){ s.p + len, s.len - len })
		if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029)
			return true;
	return false;
}

void utf8_clean(struct buf *out, struct str s)
{
	int marks = MARKS_MAX;
	uint32_t code;
	size_t bytes;

	while (s.len) {
		size_t plain = plain_run(s);

		marks = plain ? 0 : marks;
		buf_add(out, s.p, plain);
		s = skip(s, plain);
		bytes = utf8_next(s, &code);
		if (bytes)
			clean_char(out, s.p, bytes, code, &marks);
		s = skip(s, bytes);
	}
}

char *utf8_clean_dup(struct str s)
{
	struct buf out;

	buf_init(&out, BUF_UNBOUNDED);
	utf8_clean(&out, s);
	return out.p;
}

int utf8_width(const char *s)
{
	int width;

	utf8_fit(s, INT_MAX, &width);
	return width;
}

size_t utf8_fit(const char *s, int columns, int *width)
{
	struct str rest = str_of(s);
	uint32_t code;
	size_t bytes;

	*width = 0;
	for (; (bytes = utf8_next(rest, &code)); rest = skip(rest, bytes)) {
		int more = char_width(code);

		if (more > columns - *width)
			break;
		*width += more;
	}
	return (size_t)(rest.p - s);
}

static void add_blanks(struct buf *out, int count)
{
	for (; count > 0; count--)
		buf_addc(out, ' ');
}

void utf8_pad(struct buf *out, const char *s, int columns, bool ascii)
{
	const char *ellipsis = ascii ? ".." : "\xe2\x80\xa6";
	int ellipsis_width = ascii ? 2 : 1;
	int width;
	size_t len;

	if (columns <= 0)
		return;
	len = utf8_fit(s, columns, &width);
	if (s[len]) {
		if (ellipsis_width > columns)
			ellipsis_width = columns;
		len = utf8_fit(s, columns - ellipsis_width, &width);
		buf_add(out, s, len);
		buf_add(out, ellipsis, ascii ? (size_t)ellipsis_width : strlen(ellipsis));
		width += ellipsis_width;
	} else {
		buf_add(out, s, len);
	}
	add_blanks(out, columns - width);
}

size_t utf8_forward(const char *s, size_t at)
{
	struct str rest = str_of(s);
	uint32_t code;
	size_t bytes;

	if (at >= rest.len)
		return rest.len;
	rest = skip(rest, at);
	rest = skip(rest, utf8_next(rest, &code));
	while ((bytes = utf8_next(rest, &code)) && !char_width(code))
		rest = skip(rest, bytes);
	return (size_t)(rest.p - s);
}

/* The start of the character before `at`; `at` > 0. */
static size_t previous(const char *s, size_t at, uint32_t *code)
{
	for (size_t back = 4; back > 1; back--)
		if (back <= at && utf8_next((struct str){ s + at - back, back }, code) == back)
			return at - back;
	utf8_next((struct str){ s + at - 1, 1 }, code);
	return at - 1;
}

size_t utf8_backward(const char *s, size_t at)
{
	size_t len = strlen(s);
	uint32_t code;

	if (at > len)
		at = len;
	while (at) {
		at = previous(s, at, &code);
		if (char_width(code))
			break;
	}
	return at;
}

/*
 * Find as you type. Nearly every needle is ASCII and is compared byte by byte, because a screen filters a hundred
 * thousand numbers between two keystrokes. Other needles are compared by character.
 */
static bool needle_is_exact(struct str needle, bool *ascii)
{
	bool exact = false;
	uint32_t code;
	size_t bytes;

	*ascii = true;
	for (; (bytes = utf8_next(needle, &code)); needle = skip(needle, bytes)) {
		if (code >= 0x80)
			*ascii = false;
		if (iswupper((wint_t)code))
			exact = true;
	}
	return exact;
}

static uint32_t fold(uint32_t code)
{
	if (code < 0x80)
		return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
	return (uint32_t)towlower((wint_t)code);
}

static bool find_ascii(const char *text, const char *needle)
{
	char first = needle[0];
	char other = first >= 'a' && first <= 'z' ? (char)(first - 0x20) : first;

	for (; *text; text++) {
		size_t i = 1;

		if (*text != first && *text != other)
			continue;
		while (needle[i] && fold((unsigned char)text[i]) == (unsigned char)needle[i])
			i++;
		if (!needle[i])
			return true;
	}
	return false;
}

static bool starts_folded(struct str text, struct str needle)
{
	uint32_t a, b;
	size_t n;

	while ((n = utf8_next(needle, &b))) {
		size_t t = utf8_next(text, &a);

		if (!t || fold(a) != fold(b))
			return false;
		text = skip(text, t);
		needle = skip(needle, n);
	}
	return true;
}

static bool find_folded(struct str text, struct str needle)
{
	uint32_t code;
	size_t bytes;

	/* Lower case of ASCII is ASCII, so a text in ASCII cannot contain this needle. */
	if (plain_run(text) == text.len)
		return false;
	for (; (bytes = utf8_next(text, &code)); text = skip(text, bytes))
		if (starts_folded(text, needle))
			return true;
	return false;
}

bool utf8_find(const char *text, const char *needle)
{
	bool ascii;

	if (!*needle)
		return true;
	if (needle_is_exact(str_of(needle), &ascii))
		return strstr(text, needle) != NULL;
	if (ascii)
		return find_ascii(text, needle);
	return find_folded(str_of(text), str_of(needle));
}

/* Copies a run of ASCII at once, because nearly all text is ASCII. */
static size_t add_lower_run(struct buf *out, struct str s)
{
	size_t run = plain_run(s), start = out->len;

	buf_add(out, s.p, run);
	for (size_t i = start; i < out->len; i++)
		out->p[i] = (char)fold((unsigned char)out->p[i]);
	return run;
}

void utf8_lower(struct buf *out, const char *s)
{
	struct str rest = str_of(s);
	uint32_t code;
	size_t bytes;

	for (rest = skip(rest, add_lower_run(out, rest)); (bytes = utf8_next(rest, &code)); rest = skip(rest, bytes)) {
		char encoded[5];

		buf_add(out, encoded, utf8_encode(encoded, fold(code)));
	}
}
