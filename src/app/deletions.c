/* A hash by number. Each number has a short list of servers. */
#include "config.h"

#include "trunkdeck/app/deletions.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/e164.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>

struct place {
	char server[40];
	bool gone;
	bool was_there;
};

struct deletion {
	char number[E164_SIZE];
	bool cut;
	struct place *places;
	size_t count;
	UT_hash_handle hh;
};

struct deletions {
	struct deletion *by_number;
};

struct deletions *deletions_new(void)
{
	return xcalloc(1, sizeof(struct deletions));
}

static void drop(struct deletions *d, struct deletion *n)
{
	HASH_DEL(d->by_number, n);
	free(n->places);
	free(n);
}

void deletions_free(struct deletions **d)
{
	if (!*d)
		return;
	while ((*d)->by_number)
		drop(*d, (*d)->by_number);
	FREE(d);
}

static struct deletion *find(const struct deletions *d, const char *number)
{
	struct deletion *n;

	HASH_FIND_STR(d->by_number, number, n);
	return n;
}

static struct place *find_place(struct deletion *n, const char *server)
{
	for (size_t i = 0; n && i < n->count; i++)
		if (strcmp(n->places[i].server, server) == 0)
			return &n->places[i];
	return NULL;
}

static struct deletion *find_or_add(struct deletions *d, const char *number)
{
	struct deletion *n = find(d, number);

	if (n)
		return n;
	n = xcalloc(1, sizeof(*n));
	str_copy(n->number, sizeof(n->number), str_of(number));
	HASH_ADD_STR(d->by_number, number, n);
	return n;
}

void deletions_cut(struct deletions *d, const char *number)
{
	find_or_add(d, number)->cut = true;
}

bool deletions_cuts(const struct deletions *d, const char *number)
{
	const struct deletion *n = find(d, number);

	return n && n->cut;
}

void deletions_await(struct deletions *d, const char *number, const char *server)
{
	struct deletion *n = find_or_add(d, number);
	struct place *place;

	if (find_place(n, server))
		return;
	n->places = xreallocarray(n->places, n->count + 1, sizeof(*n->places));
	place = &n->places[n->count++];
	*place = (struct place){ .gone = false };
	str_copy(place->server, sizeof(place->server), str_of(server));
}

void deletions_cancel(struct deletions *d, const char *number)
{
	struct deletion *n = find(d, number);

	if (n)
		drop(d, n);
}

void deletions_restored(struct deletions *d, const char *number)
{
	struct deletion *n = find(d, number);

	if (n && n->count > 0)
		drop(d, n);
}

bool deletions_has(const struct deletions *d, const char *number)
{
	const struct deletion *n = find(d, number);

	return n && n->count > 0;
}

bool deletions_gone(struct deletions *d, const char *number, const char *server, bool was_there, struct buf *where)
{
	struct deletion *n = find(d, number);
	struct place *place = find_place(n, server);

	if (!place)
		return false;
	place->gone = true;
	place->was_there = was_there;
	for (size_t i = 0; i < n->count; i++)
		if (!n->places[i].gone)
			return false;
	for (size_t i = 0; i < n->count; i++)
		if (n->places[i].was_there)
			buf_addf(where, "%s%s", where->len ? ", " : "", n->places[i].server);
	drop(d, n);
	return true;
}

size_t deletions_waiting(const struct deletions *d, const char *server)
{
	size_t waiting = 0;

	for (struct deletion *n = d->by_number; n; n = n->hh.next) {
		const struct place *place = find_place(n, server);

		waiting += place && !place->gone;
	}
	return waiting;
}
