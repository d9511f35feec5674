/*
 * The workspace in memory.
 *
 * Each kind of record has a hash by its key; providers also by name and by endpoint. Numbers hang in two arrays, of their
 * provider and of all, which are put in order when looked at (sorted.h), so that loading 100,000 in order sorts nothing
 * and removing one is O(1). A provider's numbers exist by id, whether or not the provider is there (yet): the change feed may
 * bring a number first.
 *
 * A record that is put again keeps its address; its contents are replaced. Not thread-safe: one owner.
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

/* A provider's numbers. */
struct group {
	char *provider;
	struct sorted numbers;
	size_t count;
	bool has_badge;
	int64_t badge;
	UT_hash_handle hh;
};

/* The record comes first in each entry: what is given out points to it. */
struct number_entry {
	struct number record;
	size_t place_in_all;
	size_t place_in_group;
	struct group *group;
	UT_hash_handle hh;
};

struct provider_entry {
	struct provider record;
	size_t place;
	UT_hash_handle hh;
	UT_hash_handle hh_name;
	UT_hash_handle hh_endpoint;
};

struct agent_entry {
	struct agent record;
	size_t place;
	UT_hash_handle hh;
};

struct snapshot {
	struct workspace workspace;
	struct provider_entry *providers, *by_name, *by_endpoint;
	struct agent_entry *agents;
	struct number_entry *numbers;
	struct group *groups;
	struct group *last_group;	/* asked for last; NULL = none */
	struct sorted providers_sorted, agents_sorted, numbers_sorted;
	bool complete;
	uint64_t generation;
};

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

static int compare_numbers(const void *a, const void *b)
{
	return strcmp(((const struct number *)a)->e164, ((const struct number *)b)->e164);
}

static int compare_providers(const void *a, const void *b)
{
	const struct provider *x = a, *y = b;
	int order = compare_folded(x->name, y->name);

	return order ? order : strcmp(x->id, y->id);
}

static int compare_agents(const void *a, const void *b)
{
	const struct agent *x = a, *y = b;
	int order = compare_folded(x->title, y->title);

	return order ? order : strcmp(x->id, y->id);
}

/* --- groups and tallies --- */

static struct group *group_find(const struct snapshot *s, const char *provider)
{
	struct group *g;

	HASH_FIND_STR(s->groups, provider, g);
	return g;
}

static struct group *group_get(struct snapshot *s, const char *provider)
{
	struct group *g = s->last_group;

	/* Numbers are read by provider. */
	if (!g || strcmp(g->provider, provider))
		g = group_find(s, provider);
	s->last_group = g;
	if (g)
		return g;
	g = xcalloc(1, sizeof(*g));
	g->provider = xstrdup(provider);
	sorted_init(&g->numbers, offsetof(struct number_entry, place_in_group), compare_numbers);
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

/* --- numbers --- */

static void number_link(struct snapshot *s, struct number_entry *n)
{
	n->group = group_get(s, n->record.provider);
	n->group->count++;
	sorted_add(&n->group->numbers, n);
}

static void number_unlink(struct snapshot *s, struct number_entry *n)
{
	n->group->count--;
	sorted_take(&n->group->numbers, n);
	group_drop_if_empty(s, n->group);
}

static void number_replace(struct snapshot *s, struct number_entry *n, struct number *record)
{
	bool same = !strcmp(n->record.provider, record->provider) && !strcmp(n->record.agent, record->agent);
	char *key = n->record.e164;

	if (!same)
		number_unlink(s, n);
	/* The hash holds the address of the key it was given. */
	free(record->e164);
	record->e164 = key;
	n->record.e164 = NULL;
	number_clear(&n->record);
	n->record = *record;
	if (!same)
		number_link(s, n);
}

static void number_put(struct snapshot *s, struct number *record)
{
	size_t len = strlen(record->e164);
	struct number_entry *n;
	unsigned hash;

	HASH_VALUE(record->e164, len, hash);
	HASH_FIND_BYHASHVALUE(hh, s->numbers, record->e164, len, hash, n);
	if (n) {
		number_replace(s, n, record);
		return;
	}
	n = xcalloc(1, sizeof(*n));
	n->record = *record;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, s->numbers, n->record.e164, len, hash, n);
	sorted_add(&s->numbers_sorted, n);
	number_link(s, n);
}

static void number_remove(struct snapshot *s, const char *e164)
{
	struct number_entry *n;

	HASH_FIND_STR(s->numbers, e164, n);
	if (!n)
		return;
	number_unlink(s, n);
	sorted_take(&s->numbers_sorted, n);
	HASH_DEL(s->numbers, n);
	number_clear(&n->record);
	free(n);
}

/* --- providers --- */

static void provider_link(struct snapshot *s, struct provider_entry *p)
{
	const char *endpoint = provider_endpoint(&p->record);

	HASH_ADD_KEYPTR(hh, s->providers, p->record.id, strlen(p->record.id), p);
	HASH_ADD_KEYPTR(hh_name, s->by_name, p->record.name, strlen(p->record.name), p);
	HASH_ADD_KEYPTR(hh_endpoint, s->by_endpoint, endpoint, strlen(endpoint), p);
}

static void provider_unlink(struct snapshot *s, struct provider_entry *p)
{
	HASH_DELETE(hh, s->providers, p);
	HASH_DELETE(hh_name, s->by_name, p);
	HASH_DELETE(hh_endpoint, s->by_endpoint, p);
}

static void provider_put(struct snapshot *s, struct provider *record)
{
	struct provider_entry *p;

	HASH_FIND_STR(s->providers, record->id, p);
	if (!p) {
		p = xcalloc(1, sizeof(*p));
		p->record = *record;
		sorted_add(&s->providers_sorted, p);
	} else {
		provider_unlink(s, p);
		provider_clear(&p->record);
		p->record = *record;
		sorted_disturb(&s->providers_sorted);
	}
	provider_link(s, p);
}

static void provider_remove(struct snapshot *s, const char *id)
{
	struct provider_entry *p;
	struct group *g = group_find(s, id);

	HASH_FIND_STR(s->providers, id, p);
	if (!p)
		return;
	sorted_take(&s->providers_sorted, p);
	provider_unlink(s, p);
	if (g) {
		g->has_badge = false;
		group_drop_if_empty(s, g);
	}
	provider_clear(&p->record);
	free(p);
}

/* --- agents --- */

static void agent_put(struct snapshot *s, struct agent *record)
{
	struct agent_entry *a;

	HASH_FIND_STR(s->agents, record->id, a);
	if (!a) {
		a = xcalloc(1, sizeof(*a));
		a->record = *record;
		sorted_add(&s->agents_sorted, a);
	} else {
		HASH_DEL(s->agents, a);
		agent_clear(&a->record);
		a->record = *record;
		sorted_disturb(&s->agents_sorted);
	}
	HASH_ADD_KEYPTR(hh, s->agents, a->record.id, strlen(a->record.id), a);
}

static void agent_remove(struct snapshot *s, const char *id)
{
	struct agent_entry *a;

	HASH_FIND_STR(s->agents, id, a);
	if (!a)
		return;
	sorted_take(&s->agents_sorted, a);
	HASH_DEL(s->agents, a);
	agent_clear(&a->record);
	free(a);
}

/* --- life --- */

static void sorted_start(struct snapshot *s)
{
	sorted_init(&s->providers_sorted, offsetof(struct provider_entry, place), compare_providers);
	sorted_init(&s->agents_sorted, offsetof(struct agent_entry, place), compare_agents);
	sorted_init(&s->numbers_sorted, offsetof(struct number_entry, place_in_all), compare_numbers);
}

struct snapshot *snapshot_new(void)
{
	struct snapshot *s = xcalloc(1, sizeof(*s));

	workspace_init(&s->workspace);
	sorted_start(s);
	return s;
}

static void providers_free(struct snapshot *s)
{
	struct provider_entry *p, *next;

	HASH_ITER(hh, s->providers, p, next) {
		provider_unlink(s, p);
		provider_clear(&p->record);
		free(p);
	}
}

static void agents_free(struct snapshot *s)
{
	struct agent_entry *a, *next;

	HASH_ITER(hh, s->agents, a, next) {
		HASH_DEL(s->agents, a);
		agent_clear(&a->record);
		free(a);
	}
}

/* Not number by number out of their groups: those go whole. */
static void numbers_free(struct snapshot *s)
{
	struct number_entry *n, *next;
	struct group *g, *next_group;

	HASH_ITER(hh, s->numbers, n, next) {
		HASH_DEL(s->numbers, n);
		number_clear(&n->record);
		free(n);
	}
	HASH_ITER(hh, s->groups, g, next_group)
		group_free(s, g);
}

void snapshot_clear(struct snapshot *s)
{
	providers_free(s);
	agents_free(s);
	numbers_free(s);
	sorted_clear(&s->providers_sorted);
	sorted_clear(&s->agents_sorted);
	sorted_clear(&s->numbers_sorted);
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

	switch (entity) {
	case ENTITY_PROVIDER:
		provider_put(s, &r->provider);
		break;
	case ENTITY_AGENT:
		agent_put(s, &r->agent);
		break;
	case ENTITY_NUMBER:
		number_put(s, &r->number);
		break;
	default:
		workspace_clear(&s->workspace);
		s->workspace = r->workspace;
		break;
	}
	memset(r, 0, sizeof(*r));
	r->entity = entity;
	s->generation++;
}

void snapshot_remove(struct snapshot *s, enum entity entity, const char *key)
{
	switch (entity) {
	case ENTITY_PROVIDER:
		provider_remove(s, key);
		break;
	case ENTITY_AGENT:
		agent_remove(s, key);
		break;
	case ENTITY_NUMBER:
		number_remove(s, key);
		break;
	default:
		break;
	}
	s->generation++;
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

const struct provider *snapshot_provider(const struct snapshot *s, const char *id)
{
	struct provider_entry *p;

	HASH_FIND_STR(s->providers, id, p);
	return p ? &p->record : NULL;
}

const struct provider *snapshot_provider_by_name(const struct snapshot *s, const char *name)
{
	struct provider_entry *p, *next;

	HASH_FIND(hh_name, s->by_name, name, strlen(name), p);
	if (p)
		return &p->record;
	HASH_FIND_STR(s->providers, name, p);
	if (p)
		return &p->record;
	HASH_ITER(hh, s->providers, p, next)
		if (!compare_folded(p->record.name, name))
			return &p->record;
	return NULL;
}

const struct provider *snapshot_provider_by_endpoint(const struct snapshot *s, const char *endpoint)
{
	struct provider_entry *p;

	HASH_FIND(hh_endpoint, s->by_endpoint, endpoint, strlen(endpoint), p);
	return p ? &p->record : NULL;
}

const struct agent *snapshot_agent(const struct snapshot *s, const char *id)
{
	struct agent_entry *a;

	HASH_FIND_STR(s->agents, id, a);
	return a ? &a->record : NULL;
}

const struct number *snapshot_number(const struct snapshot *s, const char *e164)
{
	struct number_entry *n;

	HASH_FIND_STR(s->numbers, e164, n);
	return n ? &n->record : NULL;
}

/* --- in order --- */

const struct provider *const *snapshot_providers(struct snapshot *s, size_t *count)
{
	return (const struct provider *const *)sorted_items(&s->providers_sorted, count);
}

const struct agent *const *snapshot_agents(struct snapshot *s, size_t *count)
{
	return (const struct agent *const *)sorted_items(&s->agents_sorted, count);
}

const struct number *const *snapshot_numbers(struct snapshot *s, size_t *count)
{
	return (const struct number *const *)sorted_items(&s->numbers_sorted, count);
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
		return (int64_t)HASH_COUNT(s->numbers);
	HASH_ITER(hh, s->groups, g, next)
		used += group_badge(g);
	return used;
}

uint64_t snapshot_generation(const struct snapshot *s)
{
	return s->generation;
}

void snapshot_number_context(const struct snapshot *s, const struct number *n, bool adding, struct number_context *ctx)
{
	const struct workspace *w = &s->workspace;

	*ctx = (struct number_context){
		.provider = snapshot_provider(s, n->provider),
		.agent = snapshot_agent(s, n->agent),
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
