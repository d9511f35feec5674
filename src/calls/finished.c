/* A ring buffer of the calls that finished last. */
#include "config.h"

#include "trunkdeck/calls/finished.h"

#include <string.h>

#include "trunkdeck/base/mem.h"

struct finished {
	struct call ring[FINISHED_MAX];
	uint64_t count;
};

struct finished *finished_new(void)
{
	return xcalloc(1, sizeof(struct finished));
}

void finished_free(struct finished **f)
{
	FREE(f);
}

void finished_add(struct finished *f, const struct call *c)
{
	f->ring[f->count++ % FINISHED_MAX] = *c;
}

bool finished_has(const struct finished *f, const struct call *c)
{
	uint64_t kept = f->count < FINISHED_MAX ? f->count : FINISHED_MAX;

	for (uint64_t i = 0; i < kept; i++) {
		if (strcmp(f->ring[i].linkedid, c->linkedid) == 0 && strcmp(f->ring[i].server, c->server) == 0)
			return true;
	}
	return false;
}

uint64_t finished_count(const struct finished *f)
{
	return f->count;
}

const struct call *finished_get(const struct finished *f, uint64_t number)
{
	if (number >= f->count || f->count - number > FINISHED_MAX)
		return NULL;
	return &f->ring[number % FINISHED_MAX];
}
