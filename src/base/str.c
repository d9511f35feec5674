#include "config.h"

#include "trunkdeck/base/str.h"

#include <string.h>
#include <strings.h>

#include "trunkdeck/base/mem.h"

struct str str_of(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

/* p may be NULL in an empty slice, so the length is tested first. */
bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

static unsigned char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : (unsigned char)c;
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq((struct str){ s.p, prefix.len }, prefix);
}

struct str str_field(struct str list, char separator, size_t index)
{
	for (;; index--) {
		const char *end = memchr(list.p, separator, list.len);
		size_t len = end ? (size_t)(end - list.p) : list.len;

		if (index == 0)
			return (struct str){ list.p, len };
		if (!end)
			return (struct str){ list.p + list.len, 0 };
		list = (struct str){ end + 1, list.len - len - 1 };
	}
}

char *str_dup(struct str s)
{
	char *copy = xmalloc(s.len + 1);

	if (s.len)
		memcpy(copy, s.p, s.len);
	copy[s.len] = '\0';
	return copy;
}

/* Adds up negative numbers, because their range is larger by one. */
bool str_to_i64(struct str s, int64_t *out)
{
	bool negative = s.len > 0 && s.p[0] == '-';
	int64_t value = 0;

	if (s.len == (negative ? 1 : 0))
		return false;
	for (size_t i = negative; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, s.p[i] - '0', &value))
			return false;
	}
	if (!negative && value == INT64_MIN)
		return false;
	*out = negative ? value : -value;
	return true;
}

bool str_to_bool(struct str s, bool *out)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_nocase(s, str_of(words[i]))) {
			*out = i % 2;
			return true;
		}
	}
	return false;
}

bool str_copy(char *to, size_t size, struct str s)
{
	size_t len = s.len;

	if (!size)
		return false;
	if (len >= size) {
		len = size - 1;
		/* A byte 10xxxxxx after the cut belongs to a character that starts before the cut. */
		for (int i = 0; i < 3 && len && ((unsigned char)s.p[len] & 0xc0) == 0x80; i++)
			len--;
	}
	if (len)
		memcpy(to, s.p, len);
	to[len] = '\0';
	return len == s.len;
}

/* Computes one row of the table at a time. A swap also needs the row before the previous one. */
size_t str_distance(const char *a, const char *b)
{
	size_t rows[3][STR_WORD_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2];
	size_t len = strlen(b);

	if (strlen(a) > STR_WORD_MAX || len > STR_WORD_MAX)
		return STR_WORD_MAX;
	for (size_t j = 0; j <= len; j++)
		above[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t *free_row = before;

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		before = above;
		above = row;
		row = free_row;
	}
	return above[len];
}

/* A name that starts with "127." is not enough: 127.example.net is another machine. */
bool host_is_loopback(const char *host)
{
	return !strcasecmp(host, "localhost") || !strcmp(host, "::1") || !strcmp(host, "[::1]") ||
	       (!strncmp(host, "127.", 4) && !host[strspn(host, "0123456789.")]);
}
