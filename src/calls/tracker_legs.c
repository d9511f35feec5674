/*
 * Channels, the groups they form, and the bridges they share.
 *
 * This is a union-find that can also remove members: a group holds the list of its channels, joining relinks the
 * smaller list, and a hang-up takes a channel out. A group has the legs of one call, so its list is short.
 *
 * A channel exists from its announcement (Newchannel, or the server's list) to its hang-up. An event about any other
 * channel creates nothing. The ids of ended channels are kept for a while, in a hash table without chains where a newer
 * id replaces an older one. A late or repeated announcement finds its id in the table and is refused.
 */
#include "config.h"

#include "tracker_internal.h"

#include <stdlib.h>
#include <string.h>

struct free_item {
	struct free_item *next;
};

void *pool_take(struct pool *p)
{
	struct free_item *item = p->free;

	if (!item)
		return xcalloc(1, p->size);
	p->free = item->next;
	memset(item, 0, p->size);
	return item;
}

void pool_give(struct pool *p, void *item)
{
	struct free_item *free_item = item;

	free_item->next = p->free;
	p->free = free_item;
}

void pool_clear(struct pool *p)
{
	struct free_item *item, *next;

	for (item = p->free; item; item = next) {
		next = item->next;
		free(item);
	}
	p->free = NULL;
}

/* The server makes the ids, not the callers, so this hash only has to be fast. Never 0. */
static uint64_t id_hash(struct str id)
{
	const uint64_t k = 0x9e3779b97f4a7c15u;
	uint64_t h = id.len * k, word;

	for (; id.len >= 8; id.p += 8, id.len -= 8) {
		memcpy(&word, id.p, 8);
		h = (h ^ word) * k;
		h ^= h >> 32;
	}
	word = 0;
	if (id.len)
		memcpy(&word, id.p, id.len);
	h = (h ^ word) * k;
	h ^= h >> 29;
	return h ? h : 1;
}

static bool is_finished(const struct tracker *t, uint64_t hash)
{
	return t->finished && t->finished[hash & (TRACKER_FINISHED - 1)] == hash;
}

bool legs_is_finished(const struct tracker *t, struct str id)
{
	return is_finished(t, id_hash(id));
}

static struct channel *node_find(struct tracker *t, struct str id, uint64_t hash)
{
	struct channel *c;

	HASH_FIND_BYHASHVALUE(hh, t->channels, id.p, id.len, (unsigned)hash, c);
	return c;
}

struct channel *legs_find(struct tracker *t, struct str id)
{
	struct channel *c;

	if (!id.len)
		return NULL;
	c = node_find(t, id, id_hash(id));
	return c && c->announced ? c : NULL;
}

/* Returns a placeholder in a group of its own; NULL when the id is too long. */
static struct channel *node_new(struct tracker *t, struct str id, uint64_t hash)
{
	struct channel *c;

	if (id.len >= CHANNEL_ID_SIZE)
		return NULL;
	c = pool_take(&t->channel_pool);
	memcpy(c->id, id.p, id.len);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, t->channels, c->id, id.len, (unsigned)hash, c);
	c->group = pool_take(&t->group_pool);
	DL_APPEND(c->group->channels, c);
	t->stats.channels++;
	return c;
}

static void node_free(struct tracker *t, struct channel *c)
{
	legs_leave_bridge(t, c);
	DL_DELETE(c->group->channels, c);
	HASH_DELETE(hh, t->channels, c);
	t->stats.channels--;
	pool_give(&t->channel_pool, c);
}

static bool is_full(const struct tracker *t)
{
	return t->stats.channels >= TRACKER_MAX_CHANNELS;
}

struct channel *legs_announce(struct tracker *t, const struct event_leg *leg, bool caller, bool *fresh)
{
	uint64_t hash = id_hash(leg->uniqueid);
	struct channel *c;

	*fresh = false;
	if (!leg->uniqueid.len)
		return NULL;
	c = node_find(t, leg->uniqueid, hash);
	if (!c && (caller || !is_full(t)) && !is_finished(t, hash))
		c = node_new(t, leg->uniqueid, hash);
	if (!c || c->ended)
		return NULL;
	if (!c->announced) {
		*fresh = c->announced = true;
		c->group->announced++;
		c->local = str_starts(leg->channel, STR("Local/"));
		str_copy(c->name, sizeof(c->name), leg->channel);
	}
	return c;
}

/* Moves every channel of `from`, which has no call, to `to`. */
static void group_absorb(struct tracker *t, struct group *to, struct group *from)
{
	struct channel *c;

	DL_FOREACH(from->channels, c) {
		c->group = to;
		if (to->call && c->announced)
			calls_leg_joined(t, to->call, c);
	}
	DL_CONCAT(to->channels, from->channels);
	to->announced += from->announced;
	pool_give(&t->group_pool, from);
}

void legs_join(struct tracker *t, struct channel *a, struct channel *b)
{
	struct group *x = a->group, *y = b->group;

	if (x == y || (x->call && y->call))
		return;
	if (y->call || (!x->call && y->announced > x->announced))
		group_absorb(t, y, x);
	else
		group_absorb(t, x, y);
}

void legs_set_linkedid(struct tracker *t, struct channel *c, struct str linkedid)
{
	uint64_t hash;
	struct channel *oldest;

	if (!linkedid.len)
		return;
	hash = id_hash(linkedid);
	if (hash == c->linkedid)
		return;
	c->linkedid = hash;
	oldest = node_find(t, linkedid, hash);
	if (oldest == c)
		return;
	if (!oldest && !is_full(t))
		oldest = node_new(t, linkedid, hash);
	if (!oldest)
		return;
	oldest->anchor = true;
	legs_join(t, c, oldest);
}

static struct bridge *bridge_find(struct tracker *t, struct str id)
{
	struct bridge *b;

	if (!id.len)
		return NULL;
	HASH_FIND_BYHASHVALUE(hh, t->bridges, id.p, id.len, (unsigned)id_hash(id), b);
	return b;
}

/* A bridge exists while it has members, so the bound of channels bounds bridges too. */
static struct bridge *bridge_get(struct tracker *t, struct str id)
{
	struct bridge *b = bridge_find(t, id);

	if (b || !id.len || id.len >= BRIDGE_ID_SIZE)
		return b;
	b = pool_take(&t->bridge_pool);
	memcpy(b->id, id.p, id.len);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, t->bridges, b->id, id.len, (unsigned)id_hash(id), b);
	return b;
}

bool legs_enter_bridge(struct tracker *t, struct channel *c, struct str id)
{
	struct bridge *b = bridge_get(t, id);

	if (!b || c->bridge == b)
		return false;
	legs_leave_bridge(t, c);
	c->bridge = b;
	DL_APPEND2(b->members, c, bridge_prev, bridge_next);
	if (b->members != c)
		legs_join(t, b->members, c);
	return true;
}

void legs_leave_bridge(struct tracker *t, struct channel *c)
{
	struct bridge *b = c->bridge;

	if (!b)
		return;
	DL_DELETE2(b->members, c, bridge_prev, bridge_next);
	c->bridge = NULL;
	if (b->members)
		return;
	HASH_DELETE(hh, t->bridges, b);
	pool_give(&t->bridge_pool, b);
}

struct bridge *legs_merge_bridges(struct tracker *t, struct str from, struct str to)
{
	struct bridge *b = bridge_find(t, from);
	bool last;

	if (!b || !to.len || to.len >= BRIDGE_ID_SIZE || str_eq(from, to))
		return NULL;
	do {
		last = !b->members->bridge_next;
		legs_enter_bridge(t, b->members, to);
	} while (!last);
	return bridge_find(t, to);
}

void legs_destroy_bridge(struct tracker *t, struct str id)
{
	struct bridge *b = bridge_find(t, id);
	bool last;

	if (!b)
		return;
	do {
		last = !b->members->bridge_next;
		legs_leave_bridge(t, b->members);
	} while (!last);
}

bool legs_together(const struct channel *a, const struct channel *b)
{
	return a->bridge && a->bridge == b->bridge && a != b;
}

static void remember_finished(struct tracker *t, const struct channel *c)
{
	uint64_t hash = id_hash(str_of(c->id));

	if (!t->finished)
		t->finished = xcalloc(TRACKER_FINISHED, sizeof(*t->finished));
	t->finished[hash & (TRACKER_FINISHED - 1)] = hash;
}

void legs_drop_group(struct tracker *t, struct group *g)
{
	struct channel *c, *next;

	DL_FOREACH_SAFE(g->channels, c, next) {
		if (c->announced)
			remember_finished(t, c);
		node_free(t, c);
	}
	pool_give(&t->group_pool, g);
}

void legs_drop(struct tracker *t, struct channel *c)
{
	struct group *g = c->group;

	if (--g->announced == 0) {
		legs_drop_group(t, g);
		return;
	}
	remember_finished(t, c);
	if (!c->anchor) {
		node_free(t, c);
		return;
	}
	legs_leave_bridge(t, c);
	c->announced = false;
	c->ended = true;
}
