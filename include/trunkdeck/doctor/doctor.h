/*
 * The doctor finds reasons why a call to a number would fail. Each check is a row of one table: its subject, and a
 * function that gives a verdict, what was seen, and what to do. Blocks on the store and on the servers: for batch
 * commands and the job thread.
 *
 * Nothing is changed anywhere. If a server's permissions hide something, the verdict is UNKNOWN and the advice is the
 * line of manager.conf that would show it.
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

/* The advice of a finding in a form that a program can follow. NONE if it is about configuration or server files. */
struct remedy {
	enum remedy_action action;
	enum entity entity;		/* EDIT, ENABLE, ADD, TEST */
	char key[72];			/* of the record; "" = the workspace, or SYNC */
	const char *field;		/* its JSON key, for EDIT and ENABLE; "" = none */
};

/* One result of a check on one subject; a value. */
struct finding {
	const char *check;		/* name of the check: "route" */
	const char *what;		/* the question of the check, translated */
	enum verdict verdict;
	char number[40], provider[72], agent[72], server[40];	/* the subject; "" = none. The number is as it was asked for */
	char seen[224];
	char todo[256];			/* "" = nothing */
	struct remedy remedy;
};

/* Adds it to a list that is sorted by verdict: wrong, warning, unknown, right. Findings with the same verdict keep
 * their order of arrival. *list is freed by free(). */
void finding_insert(struct finding **list, size_t *count, const struct finding *f);

struct doctor_options {
	const struct config *config;
	struct store *store;
	struct snapshot *snapshot;	/* complete: with the numbers */
	const char *number;		/* as typed, or as a carrier sent it; NULL = not for one number */
	const char *provider;		/* id; NULL when number is NULL too: everything */
	int64_t timeout_ms;		/* of a server's answer */
	int64_t now_us;			/* wall clock, to decide what is "recent" */
	struct mailbox *stop;		/* mail to it stops the run at once, without more reports; NULL = none */
	void (*report)(void *arg, const struct finding *f);
	void *arg;
};

/* All problems are reported as findings. */
void doctor_run(const struct doctor_options *options);

/* The subject of the finding as a heading: "+15551234567 on na-1". */
#define FINDING_ABOUT_SIZE 160
void finding_about(const struct finding *f, char to[FINDING_ABOUT_SIZE]);

#endif
