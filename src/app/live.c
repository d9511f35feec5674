/*
 * Calls in an array ordered by arrival, found by key through a hash, and counted per number and provider, because each
 * row of the Deck asks for its count at every frame. A finished call is removed at once; the metrics and the history
 * keep what they need of it.
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
	struct live_entry *by_key;	/* uthash keeps the order of insertion */
	struct tally *numbers, *providers;
	const struct call **sorted;
	size_t sorted_size;
	bool sorted_valid;
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

static void drop(struct live *l, struct live_entry *e)
{
	count_call(l, &e->call, count_down);
	HASH_DEL(l->by_key, e);
	free(e);
	l->sorted_valid = false;
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

	if (r->change == CALL_CHANGE_FINISHED) {
		if (e)
			drop(l, e);
		return e != NULL;
	}
	if (e) {
		count_call(l, &e->call, count_down);
	} else {
		e = xcalloc(1, sizeof(*e));
		e->key = key;
		HASH_ADD(hh, l->by_key, key, sizeof(e->key), e);
		l->arrived++;
	}
	e->call = r->call;
	l->heard = l->heard || r->call.first_audio_us > 0;
	count_call(l, &e->call, count_up);
	e->serial = r->serial;
	l->sorted_valid = false;
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

static int by_start(const void *a, const void *b)
{
	const struct call *x = *(const struct call *const *)a, *y = *(const struct call *const *)b;

	if (x->started_us != y->started_us)
		return x->started_us < y->started_us ? -1 : 1;
	return strcmp(x->linkedid, y->linkedid);
}

const struct call *const *live_calls(struct live *l, size_t *count)
{
	struct live_entry *e, *next;
	bool in_order = true;		/* calls nearly always arrive in this order */
	size_t n = 0;

	*count = live_count(l);
	if (l->sorted_valid)
		return l->sorted;
	if (*count > l->sorted_size) {
		l->sorted_size = *count * 2;
		l->sorted = xreallocarray(l->sorted, l->sorted_size, sizeof(*l->sorted));
	}
	HASH_ITER(hh, l->by_key, e, next) {
		in_order = in_order && (n == 0 || by_start(&l->sorted[n - 1], &(const struct call *){ &e->call }) <= 0);
		l->sorted[n++] = &e->call;
	}
	if (!in_order)
		qsort(l->sorted, n, sizeof(*l->sorted), by_start);
	l->sorted_valid = true;
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
