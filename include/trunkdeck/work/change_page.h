/*
 * Pages of the audit trail, newest change first: the question and the answer. app_ask_changes() asks, and the store
 * worker's answer is put into struct app.
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
	char actor[64];			/* "" = any */
	int64_t since_us, until_us;	/* by time of the change; 0 = open */
	int64_t before_id;		/* start after this change; 0 = the first page */
	size_t max;			/* 1 to CHANGE_PAGE_MAX */
};

struct change_page {
	uint64_t token;			/* of the question, 0 = nothing was asked yet */
	bool waiting;			/* the answer is not there yet: the members after the question are empty */
	struct change_question question;
	struct err err;
	struct change *changes;		/* newest first; owned */
	size_t count;
	bool more;			/* there is another page */
};

/* Frees the changes. */
void change_page_clear(struct change_page *p);

#endif
