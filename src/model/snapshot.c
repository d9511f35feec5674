/*
 * The workspace in memory.
 *
 * Each kind of record has a hash by key. Numbers are also kept in two arrays, one for all and one for each provider.
 * The arrays are sorted when they are read (sorted.h), so that loading 100,000 numbers in order sorts nothing and
 * removing one is O(1). A provider id may have numbers before the provider exists, because the change feed may bring a
 * number first.
 *
 * A record that is put again keeps its address, and its contents are replaced. Not thread-safe: one owner.
 */
#include "config.h"

#include "trunkdeck/model/snapshot.h"

#include <string.h>
#include <wctype.h>

#include "sorted.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(text) die("%s", text)
#include <uthash.h>

/* The numbers of one provider id. */
struct group {
	char *provider;
	struct sorted numbers;
	size_t count;
	bool has_badge;
	int64_t badge;
	UT_hash_handle hh;
};

struct entry {
	struct record record;
	size_t place;			/* in the array of its kind */
	size_t place_in_group;		/* of a number: in the array of its provider */
	struct group *group;
	UT_hash_handle hh;
};

struct snapshot {
	struct workspace workspace;
	struct entry *of[ENTITY_COUNT];
	struct sorted sorted[ENTITY_COUNT];
	struct group *groups;
	struct group *last_group;	/* the group used last; NULL = none */
	bool complete;
	uint64_t generation;
};

/* The arrays hold, and the callers get, pointers to the struct inside the record. */
#define ITEM_OFFSET offsetof(struct entry, record.number)

static const struct record *record_of(const void *item)
{
	return &((const struct entry *)(const void *)((const char *)item - ITEM_OFFSET))->record;
}

static void *item_of(struct entry *n)
{
	return &n->record.number;
}

/* --- order --- */

static int compare_folded(const char *a, const char *b)
{
	struct str x = str_of(a), y = str_of(b);
	uint32_t code_x, code_y;
	size_t len_x, len_y;

	for (;;) {
		len_x = utf8_next(x, &code_x);
		len_y = utf8_next(y, &code_y);
		if (!len_x || !len_y)
			return (len_x > 0) - (len_y > 0);
		code_x = (uint32_t)towlower((wint_t)code_x);
		code_y = (uint32_t)towlower((wint_t)code_y);
		if (code_x != code_y)
			return code_x < code_y ? -1 : 1;
		x = (struct str){ x.p + len_x, x.len - len_x };
		y = (struct str){ y.p + len_y, y.len - len_y };
	}
}

/* Compares by displayed name, and then by key. */
static int compare_items(const void *a, const void *b)
{
	const struct record *x = record_of(a), *y = record_of(b);
	int order = 0;

	if (x->entity == ENTITY_PROVIDER)
		order = compare_folded(x->provider.name, y->provider.name);
	else if (x->entity == ENTITY_AGENT)
		order = compare_folded(x->agent.title, y->agent.title);
	else if (x->entity == ENTITY_SCHEDULE)
		order = compare_folded(x->schedule.title, y->schedule.title);
	return order ? order : strcmp(record_key(x), record_key(y));
}

/* --- groups and counts --- */

static struct group *group_find(const struct snapshot *s, const char *provider)
{
	struct group *g;

	HASH_FIND_STR(s->groups, provider, g);
	return g;
}

static struct group *group_get(struct snapshot *s, const char *provider)
{
	struct group *g = s->last_group;

	/* Numbers are read in the order of their providers, so the last group is probably the right one. */
	if (!g || strcmp(g->provider, provider))
		g = group_find(s, provider);
	s->last_group = g;
	if (g)
		return g;
	g = xcalloc(1, sizeof(*g));
	g->provider = xstrdup(provider);
	sorted_init(&g->numbers, offsetof(struct entry, place_in_group) - ITEM_OFFSET, compare_items);
	HASH_ADD_KEYPTR(hh, s->groups, g->provider, strlen(g->provider), g);
	return g;
}

static void group_free(struct snapshot *s, struct group *g)
{
	HASH_DEL(s->groups, g);
	if (s->last_group == g)
		s->last_group = NULL;
	sorted_clear(&g->numbers);
	free(g->provider);
	free(g);
}

static void group_drop_if_empty(struct snapshot *s, struct group *g)
{
	if (!g->count && !g->has_badge)
		group_free(s, g);
}

/* --- entries --- */

static struct entry *entry_find(const struct snapshot *s, enum entity entity, const char *key)
{
	struct entry *n;

	HASH_FIND_STR(s->of[entity], key, n);
	return n;
}

static void number_link(struct snapshot *s, struct entry *n)
{
	n->group = group_get(s, n->record.number.provider);
	n->group->count++;
	sorted_add(&n->group->numbers, item_of(n));
}

static void number_unlink(struct snapshot *s, struct entry *n)
{
	n->group->count--;
	sorted_take(&n->group->numbers, item_of(n));
	group_drop_if_empty(s, n->group);
}

static void entry_replace(struct snapshot *s, struct entry *n, const struct record *r)
{
	bool is_number = r->entity == ENTITY_NUMBER;
	bool moves = is_number && (strcmp(n->record.number.provider, r->number.provider) || strcmp(n->record.number.agent, r->number.agent));

	if (moves)
		number_unlink(s, n);
	/* The hash holds the address of the key, so remove the entry before the record is cleared. */
	HASH_DEL(s->of[r->entity], n);
	record_clear(&n->record);
	n->record = *r;
	HASH_ADD_KEYPTR(hh, s->of[r->entity], record_key(&n->record), strlen(record_key(&n->record)), n);
	if (moves)
		number_link(s, n);
	if (!is_number)
		sorted_disturb(&s->sorted[r->entity]);
}

/* --- life cycle --- */

struct snapshot *snapshot_new(void)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));

	workspace_init(&s->workspace);
	for (size_t i = 0; i < ENTITY_COUNT; i++)
		sorted_init(&s->sorted[i], offsetof(struct entry, place) - ITEM_OFFSET, compare_items);
	return s;
}

void snapshot_clear(struct snapshot *s)
{
	struct entry *n, *next;
	struct group *g, *next_group;

	for (size_t i = 0; i < ENTITY_COUNT; i++) {
		HASH_ITER(hh, s->of[i], n, next) {
			HASH_DEL(s->of[i], n);
			record_clear(&n->record);
			free(n);
		}
		sorted_clear(&s->sorted[i]);
	}
	HASH_ITER(hh, s->groups, g, next_group)
		group_free(s, g);
	workspace_clear(&s->workspace);
	workspace_init(&s->workspace);
	s->complete = false;
	s->generation++;
}

void snapshot_free(struct snapshot **s)
{
	if (!*s)
		return;
	snapshot_clear(*s);
	workspace_clear(&(*s)->workspace);
	FREE(s);
}

/* --- changing --- */

void snapshot_put(struct snapshot *s, struct record *r)
{
	enum entity entity = r->entity;
	struct entry *n;

	s->generation++;
	if (entity == ENTITY_WORKSPACE) {
		workspace_clear(&s->workspace);
		s->workspace = r->workspace;
	} else if ((n = entry_find(s, entity, record_key(r)))) {
		entry_replace(s, n, r);
	} else {
		n = xcalloc(1, sizeof(*n));
		n->record = *r;
		HASH_ADD_KEYPTR(hh, s->of[entity], record_key(&n->record), strlen(record_key(&n->record)), n);
		sorted_add(&s->sorted[entity], item_of(n));
		if (entity == ENTITY_NUMBER)
			number_link(s, n);
	}
	*r = (struct record){ .entity = entity };
}

void snapshot_remove(struct snapshot *s, enum entity entity, const char *key)
{
	struct entry *n = entry_find(s, entity, key);
	struct group *g;

	s->generation++;
	if (!n)
		return;
	sorted_take(&s->sorted[entity], item_of(n));
	HASH_DEL(s->of[entity], n);
	if (entity == ENTITY_NUMBER) {
		number_unlink(s, n);
	} else if (entity == ENTITY_PROVIDER && (g = group_find(s, record_key(&n->record)))) {
		g->has_badge = false;
		group_drop_if_empty(s, g);
	}
	record_clear(&n->record);
	free(n);
}

void snapshot_set_badge(struct snapshot *s, const char *provider_id, int64_t numbers)
{
	struct group *g;

	if (s->complete)
		return;
	g = group_get(s, provider_id);
	g->has_badge = true;
	g->badge = numbers;
	s->generation++;
}

void snapshot_numbers_complete(struct snapshot *s)
{
	struct group *g, *next;

	HASH_ITER(hh, s->groups, g, next) {
		g->has_badge = false;
		group_drop_if_empty(s, g);
	}
	s->complete = true;
	s->generation++;
}

bool snapshot_is_complete(const struct snapshot *s)
{
	return s->complete;
}

/* --- looking up --- */

const struct workspace *snapshot_workspace(const struct snapshot *s)
{
	return &s->workspace;
}

const struct record *snapshot_get(const struct snapshot *s, enum entity entity, const char *key)
{
	const struct entry *n = entry_find(s, entity, key);

	return n ? &n->record : NULL;
}

/* There are few providers, so their names and endpoints have no index. */
const struct provider *snapshot_provider_by_name(const struct snapshot *s, const char *name)
{
	const struct provider *by_id = snapshot_provider(s, name), *folded = NULL;
	const struct entry *n;

	for (n = s->of[ENTITY_PROVIDER]; n; n = n->hh.next) {
		if (!strcmp(n->record.provider.name, name))
			return &n->record.provider;
		if (!folded && !compare_folded(n->record.provider.name, name))
			folded = &n->record.provider;
	}
	return by_id ? by_id : folded;
}

const struct provider *snapshot_provider_by_endpoint(const struct snapshot *s, const char *endpoint)
{
	for (const struct entry *n = s->of[ENTITY_PROVIDER]; n; n = n->hh.next)
		if (!strcmp(provider_endpoint(&n->record.provider), endpoint))
			return &n->record.provider;
	return NULL;
}

/* --- in order --- */

const void *const *snapshot_records(struct snapshot *s, enum entity entity, size_t *count)
{
	return (const void *const *)sorted_items(&s->sorted[entity], count);
}

const struct number *const *snapshot_numbers_of(struct snapshot *s, const char *provider_id, size_t *count)
{
	static const struct number *const nothing[1];
	struct group *g = group_find(s, provider_id);

	*count = 0;
	return g ? (const struct number *const *)sorted_items(&g->numbers, count) : nothing;
}

/* --- counts --- */

static int64_t group_badge(const struct group *g)
{
	return g->has_badge ? g->badge : (int64_t)g->count;
}

int64_t snapshot_badge(const struct snapshot *s, const char *provider_id)
{
	const struct group *g = group_find(s, provider_id);

	return g ? group_badge(g) : 0;
}

int64_t snapshot_used(const struct snapshot *s)
{
	int64_t used = 0;
	struct group *g, *next;

	if (s->complete)
		return (int64_t)HASH_COUNT(s->of[ENTITY_NUMBER]);
	HASH_ITER(hh, s->groups, g, next)
		used += group_badge(g);
	return used;
}

uint64_t snapshot_generation(const struct snapshot *s)
{
	return s->generation;
}

static const struct record *find_record(void *arg, enum entity entity, const char *key)
{
	return snapshot_get(arg, entity, key);
}

struct record_lookup snapshot_lookup(const struct snapshot *s)
{
	return (struct record_lookup){ find_record, (void *)s };
}

void snapshot_number_context(const struct snapshot *s, const struct number *n, bool adding, struct number_context *ctx)
{
	const struct workspace *w = &s->workspace;

	*ctx = (struct number_context){
		.provider = snapshot_provider(s, n->provider),
		.agent = snapshot_agent(s, n->agent),
		.look = snapshot_lookup(s),
		.holder = snapshot_number(s, n->e164),
		.used = snapshot_used(s),
		.limit = workspace_limit(w),
		.plan = w->has_max ? NULL : plan_name(w->plan),
		.adding = adding,
	};
	if (ctx->holder) {
		const struct provider *p = snapshot_provider(s, ctx->holder->provider);

		ctx->holder_provider_name = p ? p->name : ctx->holder->provider;
	}
}
