/*
 * Memory, and the end of the program.
 *
 * Allocation never fails for the caller. Out of memory and broken invariants end the program through die(), which first
 * runs the hook (the screen restores the terminal in it). Error paths for them could not be tested. All functions may
 * be called from any thread, die_set_hook() only once, before threads start.
 */
#ifndef TRUNKDECK_BASE_MEM_H
#define TRUNKDECK_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* Allocates count * size bytes. A product that overflows counts as out of memory. */
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
/* NULL stays NULL. */
char *xstrdup_null(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));

/* Makes room for one more element after `count` elements. p is a heap array of `size` elements, NULL if size is 0. */
#define ARRAY_GROW(p, count, size) \
	((count) < (size) ? (void)0 : (void)((size) = (size) ? 2 * (size) : 8, (p) = xreallocarray((p), (size), sizeof(*(p)))))

/* Frees what *p points to and sets *p to NULL. */
#define FREE(p) (free(*(p)), *(p) = NULL)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The hook runs before die() writes its message. It should be async-signal-safe: restore the terminal, nothing else. */
void die_set_hook(void (*hook)(void));
/* Runs the hook now, unless it has run. It is called when the program ends without die(). */
void die_run_hook(void);
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
