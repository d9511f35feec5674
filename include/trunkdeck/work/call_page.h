/*
 * Pages of finished calls from the store, newest end first: the question and the answer; values. app_ask_calls() asks,
 * and the store worker's answer is put into struct app.
 */
#ifndef TRUNKDECK_WORK_CALL_PAGE_H
#define TRUNKDECK_WORK_CALL_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/store/store.h"

#define CALL_PAGE_MAX 500

/* The askers. Each has one question at a time: a new question replaces the old one, which is not answered. */
enum call_asker { CALL_ASKER_LIST, CALL_ASKER_CALL, CALL_ASKERS };

struct call_question {
	char number[32], agent[64], provider[64], server[40];	/* "" = any */
	char outcome[16];		/* name, "" = any */
	int64_t since_us, until_us;	/* by start; 0 = open */
	struct call_mark after;		/* start after this call; at_us 0 = the first page */
	size_t max;			/* calls of the page, 1 to CALL_PAGE_MAX */
};

struct call_page {
	enum call_asker asker;
	uint64_t token;			/* of the question, 0 = nothing was asked yet */
	bool waiting;			/* the answer is not there yet: the members after the question are empty */
	struct call_question question;
	struct err err;
	struct call *calls;		/* newest end first */
	size_t count;
	bool more;			/* there is another page */
};

#endif
