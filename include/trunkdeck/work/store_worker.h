/*
 * The store worker: one thread, one store handle, jobs in order. The main thread posts jobs and gets values back in its
 * inbox; nothing is shared. A dead store is retried with back-off while jobs are answered with the failure, so the screen
 * never waits.
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
#include "call_page.h"
#include "change_page.h"

/* What the main thread does with what comes back: each is called by mail_deliver() with the value named here. */
struct worker_handlers {
	mail_fn *state;			/* struct worker_state */
	mail_fn *records;		/* struct worker_records: a batch, in order */
	mail_fn *result;		/* struct worker_result */
	mail_fn *spool;			/* struct worker_spool */
	mail_fn *published;		/* bool: written */
	mail_fn *live;			/* struct worker_live */
	mail_fn *metrics;		/* struct worker_metrics */
	mail_fn *story;			/* struct call_detail; without legs = none is stored, or the store is away */
	mail_fn *changes;		/* struct change_page; the handler may keep its changes, and set them to NULL */
	mail_fn *page;			/* struct call_page; the handler may keep its calls, and set them to NULL */
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

/* Finished calls wait here for the store, at most so many. */
#define WORKER_SPOOL_MAX 10000

#define WORKER_STORIES_MAX 1000

struct worker_spool {
	size_t waiting;			/* not written yet */
	size_t late;			/* just written after the store had been away */
};

/* Which calls to count, and how: struct metrics_options. */
struct metrics_job {
	uint64_t token;
	enum metrics_group of;		/* only calls of this number, ...; METRICS_BY_ALL: every one */
	char key[64];
	char zone[64];
	int64_t since_us, series_end_us;
	bool weeks, remember;
};

struct worker_metrics {
	struct metrics_job job;
	bool ok;
	struct err err;
	struct metrics *metrics;	/* the taker may keep these two, together, and set them to NULL */
	struct zone *zone;
	int64_t took_ms;
	struct coverage_summary coverage;
};

/* Live calls for the screens. */
struct worker_batch {
	bool anew;			/* what was published before is forgotten */
	bool tidy;
	char *servers;			/* listened to now, by blanks; owned */
	size_t count;
	struct call calls[];		/* changed, or ended */
};

/* So long after its last life sign a recorder's live calls are shown as old. */
#define LIVE_STALE_MS 6000

/* What a recorder has published: its calls that changed, and for each server where its calls come from. */
struct worker_live {
	struct worker_live_server {
		char server[40];
		bool known;		/* somebody listens to it, or did until a moment ago */
		bool reset;		/* everything there is follows: what is not among it is gone */
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
/* Asks it to stop, joins it. A job under way is finished first. */
void worker_stop(struct worker **w);
/* The mutation is taken over. The answer carries the token. */
void worker_mutate(struct worker *w, uint64_t token, struct mutation *m);
/* Is the store's last word on a number that it was deleted? Then it comes as a STEP_REMOVE without a change. */
void worker_was_deleted(struct worker *w, const char *e164);
/* A finished call for the store; kept while the store is away. False: it found no room. */
bool worker_record(struct worker *w, const struct call *c);
/* The story of one that was not answered. Kept while the store is away, the newest WORKER_STORIES_MAX of them. */
void worker_record_story(struct worker *w, const struct call_detail *d);
/* Asks for the story of a call; a question that still waits is replaced. */
void worker_ask_story(struct worker *w, const struct call *c);
/* How many of them are not written yet. */
size_t worker_unwritten(struct worker *w);
/* Claims of this recorder, written after the calls that were given before them. A later word about a span, known by its server
 * and beginning, replaces an earlier one. Copied. */
void worker_coverage(struct worker *w, const struct covered_span *spans, size_t n);
/* One at a time: the answer is "published". Takes the batch, on the heap, over. */
void worker_publish(struct worker *w, struct worker_batch *b);
/* Counts calls of the store. The answer carries the job. */
void worker_count(struct worker *w, const struct metrics_job *j);
/* Reads a page of calls; `page` holds the question and comes back with the answer. One that still waits is replaced by a newer
 * one of the same asker and never answered. */
void worker_ask_calls(struct worker *w, const struct call_page *page);
/* The same for a page of the audit trail. */
void worker_ask_changes(struct worker *w, const struct change_page *page);
/* Nothing waits and nothing is being done; pages don't count. */
bool worker_is_idle(struct worker *w);

#endif
