/*
 * Reading one host of the directory: all pages, with retries, until two reads agree. The result is a set of agents by id. Only
 * agents.c and reading.c include this.
 */
#ifndef AGENTS_READING_H
#define AGENTS_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <uthash.h>

#include "page.h"
#include "trunkdeck/agents/agents.h"

struct listed {
	struct page_agent is;
	size_t round;			/* its page, from 1 */
	UT_hash_handle hh;		/* by is.agent.id */
};

struct reading {
	struct listed *by_id;
	struct page_agent *nameless;	/* entries without a usable id */
	size_t nameless_count, nameless_size;
	size_t pages, bytes;
	int64_t total;			/* on the first page; -1 = not given */
	char torn[128];			/* why the pages do not fit together, translated; "" = they may */
};

void reading_clear(struct reading *r);
size_t reading_count(const struct reading *r);
const struct page_agent *reading_find(const struct reading *r, const char *id);

/* Reads one host until two reads agree. *region gets the state and the failure; *out has the last read. */
void reading_host(struct reading *out, const struct agents_options *o, enum region region,
		  const char *const *expected, size_t count, struct agents_region *result);

#endif
