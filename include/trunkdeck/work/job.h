/*
 * A job that asks servers for the screen and takes time: the doctor, or test calls. There is one job at a time; a new
 * one replaces the old. The job thread (work/job_thread.h) does it and mails results as they come. This struct has the
 * results so far. Owner: the main thread.
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
	struct err why;			/* OVER: why the test did not complete; ERR_NONE = it did */
};

/* For a provider or for everything, only problems are kept, at most this many. All other findings are counted. */
#define JOB_FINDINGS_MAX 2000

struct job {
	enum job_kind kind;
	char number[40], provider[72];	/* the subject; both "" = everything */
	bool running;
	struct err err;			/* why the job could not be done */
	size_t count[VERDICT_COUNT];
	struct finding *findings;	/* the worst first */
	size_t finding_count;
	struct job_test *tests;	/* one for each server, in calling order */
	size_t test_count;
};

#endif
