/*
 * Changes that were found in the audit trail, newest first: the question and the answer. app_ask_changes() asks, and
 * the store worker's answer is put into struct app.
 */
#ifndef TRUNKDECK_WORK_FOUND_CHANGES_H
#define TRUNKDECK_WORK_FOUND_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/records.h"

#define FOUND_CHANGES_MAX 500

struct change_question {
	char entity[16];		/* its name, "" = any */
	char key[72];			/* of the record, "" = any */
	char actor[64];			/* "" = any */
	int64_t since_us, until_us;	/* by time of the change; 0 = open */
	int64_t before_id;		/* start after this change; 0 = with the newest */
	size_t max;			/* 1 to FOUND_CHANGES_MAX */
};

struct found_changes {
	uint64_t token;			/* of the question, 0 = nothing was asked yet */
	bool waiting;			/* the answer is not there yet: the members after the question are empty */
	struct change_question question;
	struct err err;
	struct change *changes;		/* newest first; owned */
	size_t count;
	bool more;			/* the store has more */
};

/* Frees the changes. */
void found_changes_clear(struct found_changes *p);

#endif
