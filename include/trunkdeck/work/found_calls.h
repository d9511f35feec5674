/*
 * Finished calls that were found in the store, newest end first: the question and the answer; values.
 * app_ask_calls() asks, and the store worker's answer is put into struct app.
 */
#ifndef TRUNKDECK_WORK_FOUND_CALLS_H
#define TRUNKDECK_WORK_FOUND_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/calls/call_params.h"
#include "trunkdeck/store/store.h"

#define FOUND_CALLS_MAX 500

/* The askers. Each has one question at a time: a new question replaces the old one, which is not answered. */
enum call_asker { CALL_ASKER_LIST, CALL_ASKER_CALL, CALL_ASKERS };

struct call_question {
	char number[32], agent[CALL_ID_SIZE], provider[CALL_ID_SIZE], server[40];	/* "" = any */
	char outcome[16];		/* name, "" = any */
	int64_t since_us, until_us;	/* by start; 0 = open */
	struct call_mark after;		/* start after this call; at_us 0 = with the newest */
	size_t max;			/* 1 to FOUND_CALLS_MAX */
};

struct found_calls {
	enum call_asker asker;
	uint64_t token;			/* of the question, 0 = nothing was asked yet */
	bool waiting;			/* the answer is not there yet: the members after the question are empty */
	struct call_question question;
	struct err err;
	struct call *calls;		/* newest end first */
	size_t count;
	bool more;			/* the store has more */
	struct call_params *params;	/* what agents were told of these calls; NULL = taken */
};

#endif
