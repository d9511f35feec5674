/*
 * The store worker: one thread, one store handle, jobs in order. The main thread posts jobs and gets values back in its
 * inbox; nothing is shared. A dead store is retried with back-off while jobs are answered with the failure, so the screen
 * never waits.
 */
#ifndef APP_WORKER_H
#define APP_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/call.h"
#include "trunkdeck/clock.h"
#include "trunkdeck/mailbox.h"
#include "trunkdeck/store.h"

/* Kinds of mail to the main thread; the value's type in brackets. */
enum worker_mail {
	WORKER_MAIL_STATE = 200,	/* struct worker_state */
	WORKER_MAIL_RECORDS,		/* struct worker_records: a batch, in order */
	WORKER_MAIL_RESULT,		/* struct worker_result */
};

struct worker_state {
	bool ok;
	bool retrying;			/* !ok: waiting to try again */
	struct err err;
	int64_t retry_at_ms;
};

/* What happens to the snapshot, in order of the steps. */
enum worker_step_kind { STEP_CLEAR, STEP_PUT, STEP_BADGE, STEP_REMOVE, STEP_COMPLETE };

struct worker_step {
	enum worker_step_kind kind;
	struct record record;		/* PUT; REMOVE: the entity and key; BADGE: the provider */
	int64_t badge;
	struct change *change;		/* PUT, REMOVE out of the feed: who did it; NULL while loading */
};

#define WORKER_BATCH 512

struct worker_records {
	struct worker_step steps[WORKER_BATCH];
	size_t count;
};

struct worker_result {
	uint64_t token;
	struct mutation_result result;
};

struct worker;

/* url and actor are copied. */
struct worker *worker_start(const char *url, const struct store_options *options, struct mailbox *to_main);
/* Asks it to stop, joins it. A job under way is finished first. */
void worker_stop(struct worker **w);
/* The mutation is taken over. The answer carries the token. */
void worker_mutate(struct worker *w, uint64_t token, struct mutation *m);
/* Is the store's last word on a number that it was deleted? Then it comes as a STEP_REMOVE without a change. */
void worker_was_deleted(struct worker *w, const char *e164);
/* Nothing waits and nothing is being done. */
bool worker_is_idle(struct worker *w);

#endif
