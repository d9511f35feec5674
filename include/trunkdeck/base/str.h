/* A slice: bytes that somebody else owns, not terminated. p may be NULL only when len is 0. */
#ifndef TRUNKDECK_BASE_STR_H
#define TRUNKDECK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *p;
	size_t len;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

struct str str_of(const char *s);	/* NULL gives the empty slice */
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b);		/* ASCII only */
bool str_starts(struct str s, struct str prefix);
/* Field `index` of a list, counted from 0; empty when there are fewer. */
struct str str_field(struct str list, char separator, size_t index);
char *str_dup(struct str s);				/* caller frees */
/* Parses a slice that is one decimal number and nothing else. False leaves *out unchanged. */
bool str_to_i64(struct str s, int64_t *out);
/* Parses yes, no, true, false, on, off, 1 or 0, in any case. False leaves *out unchanged. */
bool str_to_bool(struct str s, bool *out);
/* Copies, and truncates between characters. Always terminates when size > 0. Returns false when truncated. */
bool str_copy(char *to, size_t size, struct str s);
/* Counts the edits that make b of a: insert, remove, replace a byte, or swap two. STR_WORD_MAX if a word is longer. */
#define STR_WORD_MAX 32
size_t str_distance(const char *a, const char *b);
/* Is the host (a name, or an address with or without brackets) this machine? Names are not resolved. */
bool host_is_loopback(const char *host);

#endif
