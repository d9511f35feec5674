/* A slice: bytes somebody else owns, not terminated. p may be NULL only when len is 0. */
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
char *str_dup(struct str s);				/* caller frees */
/* Whole-slice decimal numbers, nothing before or after; false leaves *out alone. */
bool str_to_i64(struct str s, int64_t *out);
/* Copies with truncation at a character boundary; always terminates when size > 0. Returns false when cut. */
bool str_copy(char *to, size_t size, struct str s);
/* Edits that make b of a: insert, remove, replace a byte, or swap two neighbours. For words: STR_WORD_MAX when one is longer. */
#define STR_WORD_MAX 32
size_t str_distance(const char *a, const char *b);
/* Is the host, a name or an address with or without brackets, this machine? Names are not looked up. */
bool host_is_loopback(const char *host);

#endif
