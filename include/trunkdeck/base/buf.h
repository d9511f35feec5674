/*
 * A growing text buffer with a bound that is set at init. An append beyond the bound sets `overflow` and appends
 * nothing more until buf_reset(), so that hostile input cannot use unlimited memory. The text is always NUL terminated;
 * `len` does not count the NUL. Embedded: buf_init()/buf_clear(); the buffer owns `p`.
 */
#ifndef TRUNKDECK_BASE_BUF_H
#define TRUNKDECK_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/str.h"

struct buf {
	char *p;
	size_t len;
	size_t size;		/* allocated */
	size_t max;		/* the largest length of the text in bytes */
	bool overflow;
};

#define BUF_UNBOUNDED ((size_t)1 << 40)

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);			/* frees the memory; then only buf_init() may follow */
void buf_reset(struct buf *b);			/* empties the buffer and keeps the memory */
void buf_add(struct buf *b, const char *bytes, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drops the first `len` bytes. */
void buf_consume(struct buf *b, size_t len);
/* Hands the text over (caller frees it; never NULL). The buffer is then empty, usable, and without memory to clear. */
char *buf_take(struct buf *b);

#endif
