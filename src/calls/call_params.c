#include "config.h"

#include "trunkdeck/calls/call_params.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(message) die("%s", message)
#include <uthash.h>

struct generation {
	UT_hash_handle hh;
	char gen[TELL_GEN_SIZE];
	char *label;
	char *params;			/* NULL = has been read into the list */
	struct tell_param *list;
	size_t count;
};

struct call_params {
	struct generation *by_gen;
};

struct call_params *call_params_new(void)
{
	return xcalloc(1, sizeof(struct call_params));
}

static void generation_free(struct generation *g)
{
	tell_params_free(g->list, g->count);
	free(g->label);
	free(g->params);
	free(g);
}

void call_params_free(struct call_params **p)
{
	struct generation *g, *next;

	if (!*p)
		return;
	HASH_ITER(hh, (*p)->by_gen, g, next) {
		HASH_DEL((*p)->by_gen, g);
		generation_free(g);
	}
	FREE(p);
}

static struct generation *find(const struct call_params *p, const char *gen)
{
	struct generation *g;

	HASH_FIND_STR(p->by_gen, gen, g);
	return g;
}

void call_params_add(struct call_params *p, const char *gen, const char *label, const char *params)
{
	struct generation *g;

	if (strlen(gen) >= TELL_GEN_SIZE || find(p, gen))
		return;
	g = xcalloc(1, sizeof(*g));
	str_copy(g->gen, sizeof(g->gen), str_of(gen));
	g->label = xstrdup(label);
	g->params = xstrdup(params);
	HASH_ADD_STR(p->by_gen, gen, g);
}

void call_params_take(struct call_params *p, struct call_params **from)
{
	struct generation *g, *next;

	if (!*from)
		return;
	HASH_ITER(hh, (*from)->by_gen, g, next) {
		HASH_DEL((*from)->by_gen, g);
		if (find(p, g->gen))
			generation_free(g);
		else
			HASH_ADD_STR(p->by_gen, gen, g);
	}
	FREE(from);
}

/* Adds the generation that the call's number has now. */
static void learn(struct call_params *p, const struct snapshot *s, const struct call *c)
{
	const struct number *n = snapshot_number(s, c->number);
	struct tell t;

	if (!n)
		return;
	tell_init(&t, n);
	if (strcmp(t.gen, c->gen) == 0)
		call_params_add(p, t.gen, n->label, n->params);
	tell_clear(&t);
}

bool call_params_find(struct call_params *p, const struct snapshot *s, const struct call *c, struct told_params *out)
{
	struct generation *g;

	if (!c->gen[0])
		return false;
	if (!find(p, c->gen))
		learn(p, s, c);
	g = find(p, c->gen);
	if (g && g->params) {
		g->list = tell_params(g->params, &g->count);
		FREE(&g->params);
	}
	if (g)
		*out = (struct told_params){ g->label, g->list, g->count };
	return g != NULL;
}

const char *call_params_value(struct call_params *p, const struct snapshot *s, const struct call *c, const char *name)
{
	struct told_params told;

	if (!call_params_find(p, s, c, &told))
		return NULL;
	for (size_t i = 0; i < told.count; i++)
		if (strcmp(told.list[i].key, name) == 0)
			return told.list[i].value;
	return NULL;
}
