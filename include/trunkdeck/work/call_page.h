/*
 * Finished calls out of the store, a page at a time, newest end first: what is asked and what comes back. Values; asked for
 * with app_ask_calls(), answered in struct app by the store worker.
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

/* Who asks. Each has one question at a time: a new one takes the place of the old, and its answer comes alone. */
enum call_asker { CALL_ASKER_LIST, CALL_ASKER_CALL, CALL_ASKERS };

struct call_question {
	char number[32], agent[64], provider[64], server[40];	/* "" = any */
	char outcome[16];		/* name, "" = any */
	int64_t since_us, until_us;	/* by start; 0 = open */
	struct call_mark after;		/* the page behind this call; at_us 0 = the first page */
	size_t max;			/* calls of the page, 1 to CALL_PAGE_MAX */
};

struct call_page {
	enum call_asker asker;
	uint64_t token;			/* of the question, 0 = none was asked yet */
	bool waiting;			/* for the answer: what follows the question is empty till then */
	struct call_question question;
	struct err err;
	struct call *calls;		/* newest end first */
	size_t count;
	bool more;			/* there is a page behind this one */
};

#endif
