/*
 * The inside of the store worker: store_worker.c calls store_worker_calls.c and store_worker_live.c, never the other way. All of
 * it runs in the worker's thread. A job is mail to it; a handler that finds the store failed clears `ok` and says why in `err`.
 */
#ifndef WORK_STORE_WORKER_INT_H
#define WORK_STORE_WORKER_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "trunkdeck/work/store_worker.h"

/* Coverage that is not written yet. All of it goes out in one transaction, and a newer word about a span replaces the older
 * one, so that no queue of them can grow while the store is slow. */
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
	char recorder[33];		/* of this process, for what it claims to have heard */
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
	bool counted;			/* the present job was a slice of a counting */
	struct mailbox *calls;		/* finished ones for the store */
	struct call *writing;		/* taken from there, and not written yet */
	atomic_size_t writing_count;
	struct claims claims;
	struct stories stories;
	struct live_beat beat;		/* as published; recorder "" = nothing was */
	int64_t tidied_seq;		/* of the last tidying, half a minute ago: every screen has read that far */
	struct followed *followed;	/* recorders whose calls are read */
	struct worker_live_server *sources;	/* one per configured server */
	struct followed **chosen;	/* whose calls of it are shown; NULL = nobody's */
	int64_t expire_at_ms;		/* when to look for old calls again */
};

static inline void worker_post(struct worker *w, mail_fn *handle, void *value, void (*free_value)(void *))
{
	mailbox_post(w->to_main, (struct mail){ .handle = handle, .value = value, .free_value = free_value }, MAIL_MUST);
}

/* store_worker_calls.c; false when the store failed */
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
