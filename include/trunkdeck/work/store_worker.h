/*
 * The store worker: one thread, one store handle, jobs in order. The main thread posts jobs and gets values back in its
 * inbox; nothing is shared. If the store fails, it is retried with back-off, and jobs are answered with the failure
 * meanwhile. So the screen never waits.
 */
#ifndef TRUNKDECK_WORK_STORE_WORKER_H
#define TRUNKDECK_WORK_STORE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/calls/call_detail.h"
#include "trunkdeck/calls/metrics.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/store/store.h"
#include "found_calls.h"
#include "found_changes.h"

/* The main thread's handlers: mail_deliver() calls each with the value that is named here. */
struct worker_handlers {
	mail_fn *state;			/* struct worker_state */
	mail_fn *records;		/* struct worker_records: a batch, in order */
	mail_fn *result;		/* struct worker_result */
	mail_fn *spool;			/* struct worker_spool */
	mail_fn *published;		/* bool: the batch was written */
	mail_fn *live;			/* struct worker_live */
	mail_fn *metrics;		/* struct worker_metrics */
	mail_fn *story;			/* struct call_detail; no legs = none is stored, or the store is away */
	mail_fn *changes;		/* struct found_changes; the handler may keep the changes and set them to NULL */
	mail_fn *calls;			/* struct found_calls; the handler may keep the calls and set them to NULL */
};

struct worker_state {
	bool ok;
	bool retrying;			/* !ok: a retry follows */
	struct err err;
	int64_t retry_at_ms;
};

/* A change of the snapshot; steps are applied in order. */
enum worker_step_kind { STEP_CLEAR, STEP_PUT, STEP_BADGE, STEP_REMOVE, STEP_COMPLETE };

struct worker_step {
	enum worker_step_kind kind;
	struct record record;		/* PUT; REMOVE: the entity and key; BADGE: the provider */
	int64_t badge;
	struct change *change;		/* PUT, REMOVE from the feed: the change; NULL while loading */
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

/* The most finished calls that wait for the store. */
#define WORKER_SPOOL_MAX 10000

#define WORKER_STORIES_MAX 1000

struct worker_spool {
	size_t waiting;			/* not written yet */
	size_t late;			/* just written, after the store had been away */
};

/* Which calls to count, and how to group them: see struct metrics_options. */
struct metrics_job {
	uint64_t token;
	enum metrics_group of;		/* only calls of this number, provider ...; METRICS_BY_ALL: all calls */
	char key[CALL_ID_SIZE];
	char zone[64];
	int64_t since_us, series_end_us;
	bool weeks, remember;
};

struct worker_metrics {
	struct metrics_job job;
	bool ok;
	struct err err;
	struct metrics *metrics;	/* the handler may keep these two, together, and set them to NULL */
	struct zone *zone;
	int64_t took_ms;
	struct coverage_summary coverage;
};

/* Live calls that a recorder publishes for the screens. */
struct worker_batch {
	bool anew;			/* replaces everything that was published before */
	bool tidy;
	char *servers;			/* servers it listens to, separated by blanks; owned */
	size_t count;
	struct call calls[];		/* calls that changed or ended */
};

/* After this time without a life sign of the recorder, its live calls are shown as old. */
#define LIVE_STALE_MS 6000

/* Calls of a recorder that changed, and the source of each server's calls. */
struct worker_live {
	struct worker_live_server {
		char server[40];
		bool known;		/* a recorder listens to it, or did until a moment ago */
		bool reset;		/* all live calls follow; calls that are not among them are gone */
		int64_t beat_ms;	/* last life sign, monotonic */
	} *servers;
	size_t server_count;
	struct call *calls;
	size_t count, size;
};

struct worker;

/* The configuration and the handlers must outlive it; the actor is copied. */
struct worker *worker_start(const struct config *config, const struct store_options *options, struct mailbox *to_main,
			    const struct worker_handlers *handlers);
/* Stops and joins the worker. The running job is finished first. */
void worker_stop(struct worker **w);
/* Takes the mutation over. The answer has the token. */
void worker_mutate(struct worker *w, uint64_t token, struct mutation *m);
/* Asks whether the number's latest change in the store is a deletion. If so, a STEP_REMOVE without a change is sent. */
void worker_was_deleted(struct worker *w, const char *e164);
/* Queues a finished call for the store; it is kept while the store is away. False: the queue is full. */
bool worker_record(struct worker *w, const struct call *c);
/* Queues the story of a call that was not answered. While the store is away, the newest WORKER_STORIES_MAX are kept. */
void worker_record_story(struct worker *w, const struct call_detail *d);
/* Asks for the story of a call. Replaces a question that still waits. */
void worker_ask_story(struct worker *w, const struct call *c);
/* The number of queued calls that are not written yet. */
size_t worker_unwritten(struct worker *w);
/* Coverage claims of this recorder. They are written after the calls that were queued before them. A later claim of a
 * span, identified by its server and beginning, replaces an earlier one. Copied. */
void worker_coverage(struct worker *w, const struct covered_span *spans, size_t n);
/* One batch at a time: wait for "published". Takes the batch over, which is on the heap. */
void worker_publish(struct worker *w, struct worker_batch *b);
/* Counts calls of the store. The answer includes the job. */
void worker_count(struct worker *w, const struct metrics_job *j);
/* Reads calls. `question` has the question and is sent back with the answer. A newer question of the same asker
 * replaces one that still waits; the replaced question is not answered. */
void worker_ask_calls(struct worker *w, const struct found_calls *question);
/* The same for the audit trail. */
void worker_ask_changes(struct worker *w, const struct found_changes *question);
/* True when no job waits or runs. These questions are not counted. */
bool worker_is_idle(struct worker *w);

#endif
