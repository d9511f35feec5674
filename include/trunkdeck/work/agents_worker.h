/*
 * The thread that keeps the agents up to date with the directory while the screen is open. It runs agent_sync.h at the
 * start and then after each interval, with jitter, and opens its own store handle for that time. The store worker
 * learns of the changes from the change feed, as it does of any other operator's change.
 */
#ifndef TRUNKDECK_WORK_AGENTS_WORKER_H
#define TRUNKDECK_WORK_AGENTS_WORKER_H

#include <stddef.h>

#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/config/config.h"

/* Mailed when a sync begins to fail, fails in another way, or succeeds again. */
struct agents_report {
	size_t done[AGENTS_CHANGE_KINDS];
	struct err err;			/* ERR_NONE = the last sync succeeded */
	bool recovered;			/* the sync before this one failed */
};

struct agents_worker;

/* mail_deliver() calls handle with each struct agents_report. Returns NULL if there is nothing to do: agents are local,
 * the interval is 0, or the program is read-only. The config must outlive the worker. */
struct agents_worker *agents_worker_start(const struct config *config, struct mailbox *to_main, mail_fn *handle);
/* Stops the thread at once, even during a request to the directory, and joins it. */
void agents_worker_stop(struct agents_worker **w);

#endif
