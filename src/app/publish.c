/*
 * Live calls shared through the store.
 *
 * A recorder collects the newest state of each changed call and passes them to the store worker: one batch at a time
 * and at most four a second, so that a slow store makes batches larger and not the queue longer. After a failure it is
 * not known what was written, so everything is published again. Without changes a life sign is sent from time to time.
 *
 * calls.c has the screen's side.
 */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "trunkdeck/base/mem.h"

#define BATCH_EVERY_MS 250
#define BEAT_EVERY_MS 2000
#define TIDY_EVERY_MS 30000
#define CHANGED_MAX 20000

struct published {
	uint64_t key;
	struct call call;
	UT_hash_handle hh;
};

/* --- the recorder's side --- */

static void forget_changed(struct publishing *p)
{
	struct published *c, *next;

	HASH_ITER(hh, p->changed, c, next) {
		HASH_DEL(p->changed, c);
		free(c);
	}
}

void publish_free(struct app *a)
{
	forget_changed(&a->private->publishing);
}

static void note(struct publishing *p, const struct call *call)
{
	uint64_t key = call_key(call);
	struct published *c;

	HASH_FIND(hh, p->changed, &key, sizeof(key), c);
	if (!c) {
		c = xcalloc(1, sizeof(*c));
		c->key = key;
		HASH_ADD(hh, p->changed, key, sizeof(c->key), c);
	}
	c->call = *call;
}

/* While the store is away, changes collect. If they are too many for a batch, all calls are published again. */
void publish_call(struct app *a, const struct call *c)
{
	struct publishing *p = &a->private->publishing;

	if (!a->private->recorder)
		return;
	if (HASH_COUNT(p->changed) >= CHANGED_MAX) {
		forget_changed(p);
		p->begun = false;
	}
	note(p, c);
}

static void send_batch(struct app *a, int64_t now)
{
	struct publishing *p = &a->private->publishing;
	size_t count;
	const struct call *const *calls = live_calls(a->live, &count);
	struct worker_batch *b;
	struct published *c, *next;
	struct buf names;

	for (size_t i = 0; i < count && !p->begun; i++)
		note(p, calls[i]);
	buf_init(&names, BUF_UNBOUNDED);
	buf_adds(&names, "");
	for (size_t i = 0; i < a->server_count; i++)
		if (a->servers[i].status.covered_from_us)
			buf_addf(&names, "%s%s", names.len > 0 ? " " : "", a->servers[i].config->name);
	b = xcalloc(1, sizeof(*b) + HASH_COUNT(p->changed) * sizeof(b->calls[0]));
	b->anew = !p->begun;
	b->tidy = now >= p->tidied_ms + TIDY_EVERY_MS;
	b->servers = buf_take(&names);
	HASH_ITER(hh, p->changed, c, next)
		b->calls[b->count++] = c->call;
	forget_changed(p);
	if (b->tidy)
		p->tidied_ms = now;
	p->sent_ms = now;
	p->under_way = p->begun = true;
	worker_publish(a->private->worker, b);
}

static bool may_publish(const struct app *a)
{
	return a->private->recorder && a->private->worker && !a->private->publishing.under_way
		&& a->store_state == STORE_STATE_OK && snapshot_is_complete(a->snapshot);
}

static int64_t due_ms(const struct publishing *p)
{
	return p->sent_ms + (p->changed || !p->begun ? BATCH_EVERY_MS : BEAT_EVERY_MS);
}

void publish_tick(struct app *a)
{
	int64_t now = clock_mono_ms(a->clock);

	if (may_publish(a) && now >= due_ms(&a->private->publishing))
		send_batch(a, now);
}

void on_published(void *taker, void *value)
{
	struct app *a = taker;

	a->private->publishing.under_way = false;
	if (!*(const bool *)value)
		a->private->publishing.begun = false;
}

int64_t publish_next_at_ms(const struct app *a)
{
	return may_publish(a) ? due_ms(&a->private->publishing) : -1;
}
