#include "config.h"

#include "trunkdeck/base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

enum { BUF_FIRST_SIZE = 64 };

/* The text of a buffer without memory (size 0). It is never written. */
static const char nothing[] = "";

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .p = xmalloc(BUF_FIRST_SIZE), .size = BUF_FIRST_SIZE, .max = max };
	b->p[0] = '\0';
}

void buf_clear(struct buf *b)
{
	if (b->size)
		free(b->p);
	b->p = NULL;
	b->len = b->size = 0;
	b->overflow = false;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->size)
		b->p[0] = '\0';
	b->overflow = false;
}

/* Makes room for len more bytes and a NUL. False when the bound does not allow it. */
static bool reserve(struct buf *b, size_t len)
{
	size_t size = b->size;

	if (b->overflow || len > b->max - b->len) {
		b->overflow = true;
		return false;
	}
	if (b->len + len < size)
		return true;
	if (!size)
		size = BUF_FIRST_SIZE;
	while (size <= b->len + len)
		size *= 2;
	b->p = xreallocarray(b->size ? b->p : NULL, size, 1);
	b->size = size;
	return true;
}

void buf_add(struct buf *b, const char *bytes, size_t len)
{
	if (!len || !reserve(b, len))
		return;
	memcpy(b->p + b->len, bytes, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addv(struct buf *b, const char *format, va_list ap)
{
	size_t room = b->size - b->len;
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(b->p + b->len, room, format, ap);
	if (len < 0)
		die("bad format: %s", format);
	if (!reserve(b, (size_t)len)) {
		if (b->size)
			b->p[b->len] = '\0';
	} else {
		if ((size_t)len >= room)
			vsnprintf(b->p + b->len, (size_t)len + 1, format, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_addv(b, format, ap);
	va_end(ap);
}

void buf_consume(struct buf *b, size_t len)
{
	if (len > b->len)
		die("buf_consume: %zu of %zu bytes", len, b->len);
	if (!len)
		return;
	memmove(b->p, b->p + len, b->len - len + 1);
	b->len -= len;
}

char *buf_take(struct buf *b)
{
	char *text = b->size ? b->p : xstrdup("");

	*b = (struct buf){ .p = (char *)nothing, .max = b->max };
	return text;
}
