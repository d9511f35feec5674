/*
 * Inside the store worker: store_worker.c calls store_worker_calls.c and store_worker_live.c, never the reverse. All of
 * it runs in the worker's thread. A job is mail to it. If the store fails, the handler clears `ok` and sets `err`.
 */
#ifndef WORK_STORE_WORKER_INT_H
#define WORK_STORE_WORKER_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "trunkdeck/work/store_worker.h"

/* Coverage that is not written yet. One transaction writes all of it. A newer claim of a span replaces the older one,
 * so the queue does not grow while the store is slow. */
struct claims {
	pthread_mutex_t lock;
	struct covered_span *spans;
	size_t count, size;
};

/* Stories that are not written yet, the oldest first. */
struct stories {
	pthread_mutex_t lock;
	struct stored_story *waiting;
	size_t count, size;
};

struct worker {
	pthread_t thread;
	const struct config *config;
	char recorder[33];		/* id of this process in its coverage claims */
	char *actor;
	struct store_options options;
	struct mailbox *jobs;
	struct mailbox *to_main;
	const struct worker_handlers *handlers;
	struct store *store;		/* NULL = it is away */
	bool ok;			/* of the present job */
	struct err err;
	int64_t last_change;
	int retry_ms;
	struct worker_records *batch;
	atomic_uint pending;		/* jobs not answered yet */
	bool stopping;
	bool counted;			/* the present job was a slice of a count */
	struct mailbox *calls;		/* finished calls for the store */
	struct call *writing;		/* taken from `calls`, and not written yet */
	atomic_size_t writing_count;
	struct claims claims;
	struct stories stories;
	struct live_beat beat;		/* as last published; recorder "" = never */
	int64_t tidied_seq;		/* seq of the last tidying, half a minute ago: all screens have read it */
	struct followed *followed;	/* recorders whose calls are read */
	struct worker_live_server *sources;	/* one per configured server */
	struct followed **chosen;	/* the recorder shown for each; NULL = none */
	int64_t expire_at_ms;		/* when old calls are looked for again */
};

static inline void worker_post(struct worker *w, mail_fn *handle, void *value, void (*free_value)(void *))
{
	mailbox_post(w->to_main, (struct mail){ .handle = handle, .value = value, .free_value = free_value }, MAIL_MUST);
}

/* store_worker_calls.c; they return false when the store failed */
bool worker_write_calls(struct worker *w, bool late, struct err *e);
bool worker_write_coverage(struct worker *w, struct err *e);
void worker_free_stories(struct stored_story *stories, size_t n);
bool worker_expire_calls(struct worker *w, struct err *e);

/* store_worker_live.c */
bool worker_follow_live(struct worker *w, struct err *e);
int worker_live_poll_ms(const struct worker *w);
void worker_live_init(struct worker *w);
void worker_live_end(struct worker *w);		/* the store may be away */

#endif
