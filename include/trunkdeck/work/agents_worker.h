/*
 * The thread that keeps the agents up to date with the directory while the screen is open: agent_sync.h once at the start
 * and then every interval, jittered, with a store handle of its own for as long as that takes. The store worker hears of
 * what it wrote by the change feed, like of any other operator's change.
 */
#ifndef TRUNKDECK_WORK_AGENTS_WORKER_H
#define TRUNKDECK_WORK_AGENTS_WORKER_H

#include <stddef.h>

#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/config/config.h"

/* What is mailed when there is something to say. */
struct agents_report {
	size_t done[AGENTS_CHANGE_KINDS];
	struct err err;			/* ERR_NONE = all is well */
	bool recovered;			/* it was not, the last time */
};

struct agents_worker;

/* handle is called by mail_deliver() with each struct agents_report. NULL when there is nothing to do: agents are local, the interval is 0, or the program is read-only. The config must
 * outlive the worker. */
struct agents_worker *agents_worker_start(const struct config *config, struct mailbox *to_main, mail_fn *handle);
/* Stops at once, whatever the directory is doing, and joins. */
void agents_worker_stop(struct agents_worker **w);

#endif
