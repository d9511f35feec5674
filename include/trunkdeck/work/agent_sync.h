/*
 * Bringing the store's agents up to date with the agent directory: read the store's agents, read the directory, merge, write
 * what differs in one transaction. For the batch command and for the thread behind the screen, each with a store handle of
 * its own.
 *
 * Blocks on the network and the store. When somebody else changed an agent meanwhile, the merge is made again with what
 * is there then, so that two who do this at once end with the same agents and no error.
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
	bool dry_run;			/* say what would change, change nothing */
	bool all_may_go;		/* see agents.h */
	struct mailbox *stop;		/* mail to it: give up; NULL = none */
};

/* What was done to one agent, or was to be. */
struct agent_sync_row {
	struct agents_change change;
	struct agent agent;		/* as it is now */
	struct err err;			/* the store refused it; ERR_NONE = done (or a dry run) */
};

struct agent_sync {
	struct agent_sync_row *rows;
	size_t count;
	struct agents_issue *issues;	/* sorted by id, then the local agents in the way */
	size_t issue_count;
	struct agents_region regions[REGION_COUNT];
	bool held[REGION_COUNT];	/* all its agents would be gone: see agents.h */
	size_t unchanged;
	size_t done[AGENTS_CHANGE_KINDS];
	size_t refused;
};

/* False: nothing was done; *e says why. True: what could be done was (see rows); the first thing that failed, a region or a
 * row, is in *e all the same, ERR_NONE = nothing. *out is initialised either way. */
bool agent_sync_run(struct agent_sync *out, struct store *s, const struct agents_config *config,
		    const struct agent_sync_options *o, struct err *e);
void agent_sync_clear(struct agent_sync *s);

#endif
