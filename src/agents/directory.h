/*
 * Reading one host of the directory: all pages, with retries, until two reads agree. The result is a set of agents by id. Only
 * agents.c and directory.c include this.
 */
#ifndef AGENTS_DIRECTORY_H
#define AGENTS_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <uthash.h>

#include "directory_page.h"
#include "trunkdeck/agents/agents.h"

struct listed {
	struct directory_agent is;
	size_t round;			/* its page, from 1 */
	UT_hash_handle hh;		/* by is.agent.id */
};

struct directory {
	struct listed *by_id;
	struct directory_agent *nameless;	/* entries without a usable id */
	size_t nameless_count, nameless_size;
	size_t pages, bytes;
	int64_t total;			/* on the first page; -1 = not given */
	char torn[128];			/* why the pages do not fit together, translated; "" = they may */
};

void directory_clear(struct directory *r);
size_t directory_count(const struct directory *r);
const struct directory_agent *directory_find(const struct directory *r, const char *id);

/* Reads one host until two reads agree. *region gets the state and the failure; *out has the last read. */
void directory_read(struct directory *out, const struct agents_options *o, enum region region,
		  const char *const *expected, size_t count, struct agents_region *result);

#endif
