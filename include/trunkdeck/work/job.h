/*
 * What the screen asked of the servers that takes its time: the doctor, and test calls. One job at a time; a new one
 * takes the place of the old. The job thread (work/job_thread.h) does it and mails what it finds bit by bit; this is
 * what has come so far. Owner: the main thread.
 */
#ifndef TRUNKDECK_WORK_JOB_H
#define TRUNKDECK_WORK_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/doctor/doctor.h"
#include "trunkdeck/routes/test_call.h"

enum job_kind { JOB_NONE, JOB_DOCTOR, JOB_TEST };

enum job_test_state { JOB_TEST_WAITING, JOB_TEST_RUNNING, JOB_TEST_OVER };

/* The test call on one server. */
struct job_test {
	char server[40];
	enum job_test_state state;
	struct test_call call;
	struct err why;			/* OVER: why it did not get to the end, ERR_NONE = it did */
};

/* Of a provider, or of all, only what is not right is kept, and of that so much; the rest is counted. */
#define JOB_FINDINGS_MAX 2000

struct job {
	enum job_kind kind;
	char number[40], provider[72];	/* what about; both "": everything */
	bool running;
	struct err err;			/* it could not be done */
	size_t count[VERDICT_COUNT];
	struct finding *findings;	/* the worst first */
	size_t finding_count;
	struct job_test *tests;	/* one for each server, in the order they are called */
	size_t test_count;
};

#endif
