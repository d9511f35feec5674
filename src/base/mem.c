/*
 * Allocation that never fails, and the end of a program that must not go on.
 *
 * die() runs the hook at most once, whichever thread calls it first and even if the hook calls die(). It then writes
 * the reason to standard error and aborts, so that a core dump shows the place. It frees and flushes nothing.
 */
#include "config.h"

#include "trunkdeck/base/mem.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic(void (*)(void)) die_hook;

void die_set_hook(void (*hook)(void))
{
	atomic_store(&die_hook, hook);
}

void die_run_hook(void)
{
	void (*hook)(void) = atomic_exchange(&die_hook, NULL);

	if (hook)
		hook();
}

void die(const char *format, ...)
{
	va_list ap;

	die_run_hook();
	fputs("trunkdeck: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

static void *checked(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

/* Not left to reallocarray(), because the sanitizers replace its failure by a report of their own. */
static size_t product(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		die("out of memory");
	return bytes;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	size_t bytes = product(count, size);

	return checked(calloc(bytes ? bytes : 1, 1));
}

void *xreallocarray(void *p, size_t count, size_t size)
{
	size_t bytes = product(count, size);

	return checked(realloc(p, bytes ? bytes : 1));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *xstrdup_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

char *xstrndup(const char *s, size_t len)
{
	return checked(strndup(s, len));
}

char *xvasprintf(const char *format, va_list ap)
{
	char *text;

	if (vasprintf(&text, format, ap) < 0)
		die("out of memory");
	return text;
}

char *xasprintf(const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	return text;
}
