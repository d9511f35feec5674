/*
 * Calls are found by key through a hash, and counted per number and provider, because each row of the Deck asks for its
 * count at every frame. For the same reason an array of them is kept in the order of arrival. A finished call is removed
 * at once; the metrics and the history keep what they need of it.
 */
#include "config.h"

#include "trunkdeck/app/live.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "trunkdeck/base/mem.h"

struct live_entry {
	uint64_t key;
	uint64_t serial;		/* last resync round that reported it */
	struct call call;
	UT_hash_handle hh;
};

/* The count of live calls with this number or provider. */
struct tally {
	char key[CALL_TEXT];
	size_t count;
	UT_hash_handle hh;
};

struct live {
	struct live_entry *by_key;
	struct tally *numbers, *providers;
	const struct call **sorted;	/* all, by by_start() */
	size_t sorted_count, sorted_size;
	uint64_t arrived;
	bool heard;
};

struct live *live_new(void)
{
	return xcalloc(1, sizeof(struct live));
}

static struct tally *find_tally(struct tally *table, const char *key)
{
	struct tally *t;

	HASH_FIND_STR(table, key, t);
	return t;
}

static void count_up(struct tally **table, const char *key)
{
	struct tally *t = find_tally(*table, key);

	if (!t) {
		t = xcalloc(1, sizeof(*t));
		str_copy(t->key, sizeof(t->key), str_of(key));
		HASH_ADD_STR(*table, key, t);
	}
	t->count++;
}

static void count_down(struct tally **table, const char *key)
{
	struct tally *t = find_tally(*table, key);

	if (--t->count == 0) {
		HASH_DEL(*table, t);
		free(t);
	}
}

static void count_call(struct live *l, const struct call *c, void (*count)(struct tally **table, const char *key))
{
	count(&l->numbers, c->number);
	count(&l->providers, c->provider);
}

/* A total order: no two live calls have the same server and linkedid. */
static int by_start(const struct call *a, const struct call *b)
{
	int order;

	if (a->started_us != b->started_us)
		return a->started_us < b->started_us ? -1 : 1;
	order = strcmp(a->linkedid, b->linkedid);
	return order ? order : strcmp(a->server, b->server);
}

/* Where the call is in the sorted array, or where it belongs. Most calls belong at the end. */
static size_t sorted_place(const struct live *l, const struct call *c)
{
	size_t low = 0, high = l->sorted_count;

	if (high > 0 && by_start(l->sorted[high - 1], c) < 0)
		return high;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (by_start(l->sorted[middle], c) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void sorted_add(struct live *l, const struct call *c)
{
	size_t at = sorted_place(l, c);

	ARRAY_GROW(l->sorted, l->sorted_count, l->sorted_size);
	memmove(&l->sorted[at + 1], &l->sorted[at], (l->sorted_count++ - at) * sizeof(l->sorted[0]));
	l->sorted[at] = c;
}

static void sorted_remove(struct live *l, const struct call *c)
{
	size_t at = sorted_place(l, c);

	memmove(&l->sorted[at], &l->sorted[at + 1], (--l->sorted_count - at) * sizeof(l->sorted[0]));
}

static void drop(struct live *l, struct live_entry *e)
{
	count_call(l, &e->call, count_down);
	sorted_remove(l, &e->call);
	HASH_DEL(l->by_key, e);
	free(e);
}

void live_free(struct live **l)
{
	struct live_entry *e, *next;

	if (!*l)
		return;
	HASH_ITER(hh, (*l)->by_key, e, next)
		drop(*l, e);
	free((*l)->sorted);
	FREE(l);
}

static struct live_entry *find(const struct live *l, uint64_t key)
{
	struct live_entry *e;

	HASH_FIND(hh, l->by_key, &key, sizeof(key), e);
	return e;
}

bool live_report(struct live *l, const struct ami_call_report *r)
{
	uint64_t key = call_key(&r->call);
	struct live_entry *e = find(l, key);
	bool moved;

	if (r->change == CALL_CHANGE_FINISHED) {
		if (e)
			drop(l, e);
		return e != NULL;
	}
	moved = !e || by_start(&e->call, &r->call) != 0;
	if (e) {
		count_call(l, &e->call, count_down);
		if (moved)
			sorted_remove(l, &e->call);
	} else {
		e = xcalloc(1, sizeof(*e));
		e->key = key;
		HASH_ADD(hh, l->by_key, key, sizeof(e->key), e);
		l->arrived++;
	}
	e->call = r->call;
	l->heard = l->heard || r->call.first_audio_us > 0;
	count_call(l, &e->call, count_up);
	if (moved)
		sorted_add(l, &e->call);
	e->serial = r->serial;
	return true;
}

void live_resynced(struct live *l, const struct ami_resync_report *r, void (*gone)(void *arg, const struct call *c),
		   void *arg)
{
	struct live_entry *e, *next;
	struct call call;

	HASH_ITER(hh, l->by_key, e, next) {
		if (strcmp(e->call.server, r->server) != 0 || e->serial >= r->serial)
			continue;
		call = e->call;
		drop(l, e);
		gone(arg, &call);
	}
}

const struct call *const *live_calls(const struct live *l, size_t *count)
{
	*count = l->sorted_count;
	return l->sorted;
}

const struct call *live_find(const struct live *l, const char *server, const char *linkedid)
{
	struct call probe = { 0 };
	struct live_entry *e;

	str_copy(probe.server, sizeof(probe.server), str_of(server));
	str_copy(probe.linkedid, sizeof(probe.linkedid), str_of(linkedid));
	e = find(l, call_key(&probe));
	return e ? &e->call : NULL;
}

bool live_heard(const struct live *l)
{
	return l->heard;
}

uint64_t live_arrived(const struct live *l)
{
	return l->arrived;
}

size_t live_count(const struct live *l)
{
	return HASH_COUNT(l->by_key);
}

size_t live_count_number(const struct live *l, const char *number)
{
	const struct tally *t = find_tally(l->numbers, number);

	return t ? t->count : 0;
}

size_t live_count_provider(const struct live *l, const char *provider)
{
	const struct tally *t = find_tally(l->providers, provider);

	return t ? t->count : 0;
}
