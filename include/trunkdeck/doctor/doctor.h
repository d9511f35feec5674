/*
 * Why would a call to this number fail? Every check is a row of one table: what it is about, and a function that gives a
 * verdict, what was seen, and what to do. Blocks on the store and on the servers: for batch commands and the job thread.
 *
 * Nothing is changed anywhere. What a server's permissions don't let us see is UNKNOWN, with the line of manager.conf that
 * would.
 */
#ifndef TRUNKDECK_DOCTOR_DOCTOR_H
#define TRUNKDECK_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/words.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"

/* id, name in JSON, text in a table */
#define VERDICT_TABLE(X) \
	X(PASS, "pass", N_("ok")) \
	X(WARN, "warn", N_("warning")) \
	X(FAIL, "fail", N_("WRONG")) \
	X(UNKNOWN, "unknown", N_("unknown"))

enum verdict {
#define VERDICT_ENUM(id, name, text) VERDICT_##id,
	VERDICT_TABLE(VERDICT_ENUM)
#undef VERDICT_ENUM
	VERDICT_COUNT
};

WORDS_DECLARE(verdict, enum verdict)

/* id, name in JSON */
#define REMEDY_TABLE(X) \
	X(NONE, "") \
	X(EDIT, "edit")		/* open the record's form at the field */ \
	X(ENABLE, "enable")	/* set the record's field to yes */ \
	X(ADD, "add")		/* open the form of a new record with this key */ \
	X(SYNC, "sync")		/* read the routes back from the servers and repair them */ \
	X(TEST, "test")		/* place a test call to the number */

enum remedy_action {
#define REMEDY_ENUM(id, name) REMEDY_##id,
	REMEDY_TABLE(REMEDY_ENUM)
#undef REMEDY_ENUM
	REMEDY_COUNT
};

const char *remedy_name(enum remedy_action a);

/* What a finding's advice says, for a program to do. Where it is about the configuration or the server's files: NONE. */
struct remedy {
	enum remedy_action action;
	enum entity entity;		/* EDIT, ENABLE, ADD, TEST */
	char key[72];			/* of the record; "" = the workspace, or SYNC */
	const char *field;		/* its JSON key, for EDIT and ENABLE; "" = none */
};

/* One check done on one subject; a value. */
struct finding {
	const char *check;		/* its name: "route" */
	const char *what;		/* what it asks, translated */
	enum verdict verdict;
	char number[40], provider[72], server[40];	/* what it is about; "" = not about one. The number as it was asked for */
	char seen[224];
	char todo[256];			/* "" = nothing */
	struct remedy remedy;
};

/* Adds it to a list that has the worst first: wrong, then warnings, what is unknown, and what is right; within one, in the order
 * in which they came. *list is freed by free(). */
void finding_insert(struct finding **list, size_t *count, const struct finding *f);

struct doctor_options {
	const struct config *config;
	struct store *store;
	struct snapshot *snapshot;	/* complete: with the numbers */
	const char *number;		/* as typed or as a carrier sent it; NULL = not one number */
	const char *provider;		/* id; NULL with number NULL: everything */
	int64_t timeout_ms;		/* of a server's answer */
	int64_t now_us;			/* wall clock: what "recent" means */
	struct mailbox *stop;		/* mail to it: no more is reported, at once; NULL = none */
	void (*report)(void *arg, const struct finding *f);
	void *arg;
};

/* Only what it was asked to check is missing makes it fail; what is wrong is reported. */
void doctor_run(const struct doctor_options *options);

/* What the finding is about, as a heading: "+15551234567 on na-1". */
#define FINDING_ABOUT_SIZE 160
void finding_about(const struct finding *f, char to[FINDING_ABOUT_SIZE]);

#endif
