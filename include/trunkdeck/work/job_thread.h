/*
 * The inquiry thread: does what blocks on servers - the doctor, test calls - for the screen, with a store handle and
 * connections of its own, and mails each result to the main thread as it comes. Started by the first inquiry.
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

/* Kinds of mail to the main thread; the value is a struct inquiry_news. */
enum inquiry_mail {
	INQUIRY_MAIL_FINDING = 500,	/* .finding */
	INQUIRY_MAIL_COUNTS,		/* .count, coalesced */
	INQUIRY_MAIL_TEST,		/* .test, coalesced by server */
	INQUIRY_MAIL_OVER,		/* .count, .err */
};

struct inquiry_news {
	uint64_t token;
	union {
		struct finding finding;
		struct inquiry_test test;
		struct {
			size_t count[VERDICT_COUNT];
			struct err err;
		};
	};
};

struct inquiry_job {
	uint64_t token;
	enum inquiry_kind kind;
	char number[40], provider[72];	/* as in struct inquiry */
	int64_t now_us;			/* wall clock */
};

struct inquirer;

/* The config must outlive it. */
struct inquirer *inquirer_start(const struct config *config, struct mailbox *to_main);
/* Ends the job under way and joins; within about a second. */
void inquirer_stop(struct inquirer **i);
void inquirer_ask(struct inquirer *i, const struct inquiry_job *job);
void inquirer_cancel(struct inquirer *i);

#endif
