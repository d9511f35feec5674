/*
 * Memory and the end of the program.
 *
 * Allocation never fails for the caller: out of memory, like a broken invariant, ends the program through die(),
 * which first runs the hook (the screen restores the terminal there). Untested unwinding would be worse.
 * All functions may be called from any thread; die_set_hook() once, before threads start.
 */
#ifndef TRUNKDECK_BASE_MEM_H
#define TRUNKDECK_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* For count * size bytes; overflow of the product is out of memory. */
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
/* NULL stays NULL. */
char *xstrdup_null(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));

/* Makes room for one element more behind the `count` there are: p is a heap array of `size` elements, NULL where that is 0. */
#define ARRAY_GROW(p, count, size) \
	((count) < (size) ? (void)0 : (void)((size) = (size) ? 2 * (size) : 8, (p) = xreallocarray((p), (size), sizeof(*(p)))))

/* Frees what *p points to and sets *p to NULL. */
#define FREE(p) (free(*(p)), *(p) = NULL)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Runs before the message of die(); must be async-signal-safe in spirit: restore the terminal, nothing else. */
void die_set_hook(void (*hook)(void));
/* Runs it now, if it has not run yet: for an end that die() does not bring about. */
void die_run_hook(void);
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
