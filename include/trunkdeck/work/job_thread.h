/*
 * The job thread runs the jobs of the screen that block on servers: the doctor and test calls. It has its own store
 * handle and connections, and mails each result to the main thread as it comes. The first job starts it.
 *
 * There is one job at a time. Any mail to the thread (the next job, a cancellation, the end) ends the running job at
 * once, even while a server hangs. A test call is hung up first, for at most a second. Each result has the token of its
 * job; the receiver drops results of a job that is no longer wanted.
 */
#ifndef TRUNKDECK_WORK_JOB_THREAD_H
#define TRUNKDECK_WORK_JOB_THREAD_H

#include <stdint.h>

#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/config/config.h"
#include "job.h"

/* The main thread's handlers: mail_deliver() calls each with a struct job_news. Each line names its members. */
struct job_handlers {
	mail_fn *finding;	/* .finding */
	mail_fn *counts;	/* .count, coalesced */
	mail_fn *test;		/* .test, coalesced by server */
	mail_fn *over;		/* .count, .err */
};

struct job_news {
	uint64_t token;
	union {
		struct finding finding;
		struct job_test test;
		struct {
			size_t count[VERDICT_COUNT];
			struct err err;
		};
	};
};

struct job_order {
	uint64_t token;
	enum job_kind kind;
	char number[40], provider[72];	/* as in struct job */
	int64_t now_us;			/* wall clock */
};

struct job_thread;

/* The config and the handlers must outlive it. */
struct job_thread *job_thread_start(const struct config *config, struct mailbox *to_main, const struct job_handlers *handlers);
/* Ends the running job and joins the thread, within about a second. */
void job_thread_stop(struct job_thread **i);
void job_thread_ask(struct job_thread *i, const struct job_order *job);
void job_thread_cancel(struct job_thread *i);

#endif
