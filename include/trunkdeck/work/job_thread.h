/*
 * The job thread: does what blocks on servers - the doctor, test calls - for the screen, with a store handle and
 * connections of its own, and mails each result to the main thread as it comes. Started by the first job.
 *
 * One job at a time. Any mail to the thread - the next job, a cancellation, the end - ends the job under way at once, even
 * while a server hangs (a test call is hung up first, for which a second is given). Every result carries the token of its
 * job: what still comes of one that is not wanted any more is dropped by whoever takes it.
 */
#ifndef TRUNKDECK_WORK_JOB_THREAD_H
#define TRUNKDECK_WORK_JOB_THREAD_H

#include <stdint.h>

#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/config/config.h"
#include "job.h"

/* What the main thread does with the news: each is called by mail_deliver() with a struct job_news. */
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
/* Ends the job under way and joins; within about a second. */
void job_thread_stop(struct job_thread **i);
void job_thread_ask(struct job_thread *i, const struct job_order *job);
void job_thread_cancel(struct job_thread *i);

#endif
