/* A ring that grows up to its bound: an idle spool costs nothing, a full one some megabytes. */
#include "config.h"

#include "spool.h"

#include <pthread.h>
#include <stdlib.h>

#include "trunkdeck/base/mem.h"

#define SPOOL_FIRST 64

struct spool {
	pthread_mutex_t lock;
	struct call *calls;
	size_t max, size, first, count;
};

struct spool *spool_new(size_t max)
{
	struct spool *s = xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	s->max = max;
	return s;
}

void spool_free(struct spool **s)
{
	if (!*s)
		return;
	pthread_mutex_destroy(&(*s)->lock);
	free((*s)->calls);
	FREE(s);
}

/* The ring is laid out from its start again. */
static void grow(struct spool *s)
{
	size_t size = s->size ? s->size * 2 : SPOOL_FIRST;
	struct call *calls;

	if (size > s->max)
		size = s->max;
	calls = xcalloc(size, sizeof(*calls));
	for (size_t i = 0; i < s->count; i++)
		calls[i] = s->calls[(s->first + i) % s->size];
	free(s->calls);
	s->calls = calls;
	s->size = size;
	s->first = 0;
}

bool spool_add(struct spool *s, const struct call *c)
{
	bool fits;

	pthread_mutex_lock(&s->lock);
	fits = s->count < s->max;
	if (fits && s->count == s->size)
		grow(s);
	if (fits)
		s->calls[(s->first + s->count++) % s->size] = *c;
	pthread_mutex_unlock(&s->lock);
	return fits;
}

size_t spool_peek(struct spool *s, struct call *to, size_t max)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->count < max ? s->count : max;
	for (size_t i = 0; i < n; i++)
		to[i] = s->calls[(s->first + i) % s->size];
	pthread_mutex_unlock(&s->lock);
	return n;
}

void spool_done(struct spool *s, size_t count)
{
	pthread_mutex_lock(&s->lock);
	s->count -= count;
	s->first = s->size ? (s->first + count) % s->size : 0;
	pthread_mutex_unlock(&s->lock);
}

size_t spool_waiting(struct spool *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->count;
	pthread_mutex_unlock(&s->lock);
	return n;
}
