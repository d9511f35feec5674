/*
 * The workspace in memory, which the screen shows and validates against. It is built by store_read() and kept current
 * by the change feed. One owner: the main thread (a batch command has its own). Records passed in are taken over.
 * Records returned belong to the snapshot and are valid until the next call that changes it.
 */
#ifndef TRUNKDECK_MODEL_SNAPSHOT_H
#define TRUNKDECK_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/model/records.h"
#include "trunkdeck/model/validate.h"

struct snapshot;

struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot **s);
void snapshot_clear(struct snapshot *s);

/* Takes the record over (its strings move; *r is left cleared). Replaces a record with the same key. */
void snapshot_put(struct snapshot *s, struct record *r);
void snapshot_remove(struct snapshot *s, enum entity entity, const char *key);
/* Sets a badge before the numbers are read. It is valid until snapshot_numbers_complete(). */
void snapshot_set_badge(struct snapshot *s, const char *provider_id, int64_t numbers);
/* Must be called when all numbers have been read: from now on badges are counted. */
void snapshot_numbers_complete(struct snapshot *s);
bool snapshot_is_complete(const struct snapshot *s);

const struct workspace *snapshot_workspace(const struct snapshot *s);	/* never NULL */
/* Any record but the workspace, by its key; NULL = there is none. */
const struct record *snapshot_get(const struct snapshot *s, enum entity entity, const char *key);

#define SNAPSHOT_GET(type, kind) \
	static inline const struct type *snapshot_##type(const struct snapshot *s, const char *key) \
	{ \
		const struct record *r = snapshot_get(s, kind, key); \
\
		return r ? &r->type : NULL; \
	}
SNAPSHOT_GET(provider, ENTITY_PROVIDER)
SNAPSHOT_GET(agent, ENTITY_AGENT)
SNAPSHOT_GET(schedule, ENTITY_SCHEDULE)
SNAPSHOT_GET(block, ENTITY_BLOCK)
SNAPSHOT_GET(number, ENTITY_NUMBER)

const struct provider *snapshot_provider_by_name(const struct snapshot *s, const char *name);	/* exact, then case-folded; id too */
const struct provider *snapshot_provider_by_endpoint(const struct snapshot *s, const char *endpoint);
/* Sets a call's provider, agent and region as they are configured now. */
struct call;
void snapshot_resolve_call(const struct snapshot *s, struct call *c);

/* Sorted arrays of *count pointers, owned by the snapshot: providers, agents and schedules by name/title (case-folded),
 * numbers by e164, blocks by caller. snapshot_records() returns pointers to the structs inside the records; the typed forms follow. */
const void *const *snapshot_records(struct snapshot *s, enum entity entity, size_t *count);

#define SNAPSHOT_LIST(type, kind) \
	static inline const struct type *const *snapshot_##type##s(struct snapshot *s, size_t *count) \
	{ \
		return (const struct type *const *)(const void *)snapshot_records(s, kind, count); \
	}
SNAPSHOT_LIST(provider, ENTITY_PROVIDER)
SNAPSHOT_LIST(agent, ENTITY_AGENT)
SNAPSHOT_LIST(schedule, ENTITY_SCHEDULE)
SNAPSHOT_LIST(block, ENTITY_BLOCK)
SNAPSHOT_LIST(number, ENTITY_NUMBER)

const struct number *const *snapshot_numbers_of(struct snapshot *s, const char *provider_id, size_t *count);

int64_t snapshot_badge(const struct snapshot *s, const char *provider_id);	/* numbers of a provider */
int64_t snapshot_used(const struct snapshot *s);				/* numbers of all providers */

/* Counts every change. A view compares it to know whether to rebuild. */
uint64_t snapshot_generation(const struct snapshot *s);

/* For the rules of validate.h. */
struct record_lookup snapshot_lookup(const struct snapshot *s);
/* Looks up what number_validate() needs; *ctx points into the snapshot. */
void snapshot_number_context(const struct snapshot *s, const struct number *n, bool adding, struct number_context *ctx);

#endif
