/*
 * Bring the store's agents up to date with the agent directory: read the store's agents, read the directory, merge, and
 * write the differences in one transaction. The batch command and the agents worker use it with their own store
 * handles.
 *
 * Blocks on the network and the store. If somebody else changes an agent meanwhile, the merge is repeated with the
 * store's new content. So two syncs at the same time end with the same agents and without an error.
 */
#ifndef TRUNKDECK_WORK_AGENT_SYNC_H
#define TRUNKDECK_WORK_AGENT_SYNC_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/store/store.h"

struct agent_sync_options {
	bool dry_run;			/* report what would change, and change nothing */
	bool all_may_go;		/* see agents.h */
	struct mailbox *stop;		/* mail to it ends the sync; NULL = none */
};

/* What the sync did to one agent, or would do in a dry run. */
struct agent_sync_row {
	struct agents_change change;
	struct agent agent;		/* the agent after the sync */
	struct err err;			/* why the store refused it; ERR_NONE = written (or a dry run) */
};

struct agent_sync {
	struct agent_sync_row *rows;
	size_t count;
	struct agents_issue *issues;	/* sorted by id; then the local agents whose ids the directory also has */
	size_t issue_count;
	struct agents_region regions[REGION_COUNT];
	bool held[REGION_COUNT];	/* all its agents would be gone: see agents.h */
	size_t unchanged;
	size_t done[AGENTS_CHANGE_KINDS];
	size_t refused;
};

/* Returns false if nothing was done; *e says why. Returns true if everything possible was done (see rows). Then *e has
 * the first failure of a region or a row, or ERR_NONE. *out is initialised in both cases. */
bool agent_sync_run(struct agent_sync *out, struct store *s, const struct agents_config *config,
		    const struct agent_sync_options *o, struct err *e);
void agent_sync_clear(struct agent_sync *s);

#endif
