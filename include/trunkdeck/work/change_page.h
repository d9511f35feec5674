/*
 * The audit trail, a page at a time, newest first: what is asked and what comes back. Asked for with app_ask_changes(), answered
 * in struct app by the store worker.
 */
#ifndef TRUNKDECK_WORK_CHANGE_PAGE_H
#define TRUNKDECK_WORK_CHANGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/records.h"

#define CHANGE_PAGE_MAX 500

struct change_question {
	char entity[16];		/* its name, "" = any */
	char key[64];			/* of the record, "" = any */
	char actor[64];			/* "" = anybody */
	int64_t since_us, until_us;	/* by when they were made; 0 = open */
	int64_t before_id;		/* the page behind this change; 0 = the first page */
	size_t max;			/* 1 to CHANGE_PAGE_MAX */
};

struct change_page {
	uint64_t token;			/* of the question, 0 = none was asked yet */
	bool waiting;			/* for the answer: what follows the question is empty till then */
	struct change_question question;
	struct err err;
	struct change *changes;		/* newest first; owned */
	size_t count;
	bool more;			/* there is a page behind this one */
};

/* Frees the changes. */
void change_page_clear(struct change_page *p);

#endif
