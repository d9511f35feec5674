/* The inside of the store worker, shared by store_worker.c and store_worker_calls.c: all of it runs in the worker's thread. */
#ifndef WORK_STORE_WORKER_INT_H
#define WORK_STORE_WORKER_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "spool.h"
#include "trunkdeck/work/store_worker.h"

enum store_job_kind { JOB_MUTATE = 1, JOB_WAS_DELETED, JOB_RECORD, JOB_LISTENED, JOB_PUBLISH, JOB_COUNT, JOB_PAGE, JOB_CHANGES, JOB_STOP };

struct store_job {
	uint64_t token;
	struct mutation mutation;
};

/* Coverage that is not written yet. All of it goes out in one transaction, and a newer word about a span replaces the older
 * one, so that no queue of them can grow while the store is slow. */
struct claims {
	pthread_mutex_t lock;
	struct listened *spans;
	size_t count, size;
};

struct worker {
	pthread_t thread;
	const struct config *config;
	char recorder[33];		/* of this process, for what it claims to have heard */
	char *actor;
	struct store_options options;
	struct mailbox *jobs;
	struct mailbox *to_main;
	struct store *store;
	int64_t last_change;
	int retry_ms;
	struct worker_records *batch;
	atomic_uint pending;		/* jobs not answered yet */
	bool stopping;
	struct spool *spool;		/* calls for the store */
	struct claims claims;
	struct live_beat beat;		/* as published; recorder "" = nothing was */
	int64_t tidied_seq;		/* of the last tidying, half a minute ago: every screen has read that far */
	struct followed *followed;	/* recorders whose calls are read */
	struct worker_live_server *sources;	/* one per configured server */
	struct followed **chosen;	/* whose calls of it are shown; NULL = nobody's */
	int64_t expire_at_ms;		/* when to look for old calls again */
};

/* 32 hex digits. */
void worker_random_name(char name[33]);
void worker_post(struct worker *w, enum worker_mail kind, void *value, void (*free_value)(void *));

/* store_worker_calls.c; false when the store failed */
bool worker_write_calls(struct worker *w, bool late, struct err *e);
bool worker_write_listened(struct worker *w, struct err *e);
/* Takes the counting over: it comes again as a job, or its answer goes out. */
struct counting;
bool worker_count_calls(struct worker *w, struct counting *c, struct err *e);
bool worker_read_page(struct worker *w, const struct call_page *question, struct err *e);
bool worker_read_changes(struct worker *w, const struct change_page *question, struct err *e);
bool worker_expire_calls(struct worker *w, struct err *e);

/* store_worker_live.c */
bool worker_write_live(struct worker *w, const struct worker_batch *b, struct err *e);
bool worker_follow_live(struct worker *w, struct err *e);
int worker_live_poll_ms(const struct worker *w);
void worker_live_init(struct worker *w);
void worker_live_end(struct worker *w);		/* the store may be away */

#endif
