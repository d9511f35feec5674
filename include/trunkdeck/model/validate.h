/*
 * What makes a record acceptable, beyond the form of each field: references, usability, limits. Pure: works on values the
 * caller has looked up, so that the screen (live, on its snapshot) and the store (in its transaction) use the same rules
 * and give the same words.
 */
#ifndef TRUNKDECK_MODEL_VALIDATE_H
#define TRUNKDECK_MODEL_VALIDATE_H

#include <stdbool.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/records.h"

/* What a number refers to, looked up by the caller; NULL = does not exist. */
struct number_context {
	const struct provider *provider;	/* of n->provider */
	const struct agent *agent;		/* of n->agent */
	/* The number of that e164 already there. When adding, it is in the way; when editing, it is the state before
	 * (may be NULL): an agent that became unusable meanwhile doesn't forbid other edits of its numbers. */
	const struct number *holder;
	const char *holder_provider_name;	/* for the hint "already on provider twilio" */
	int64_t used;				/* numbers in the workspace now */
	int64_t limit;				/* LIMIT_NONE or count */
	const char *plan;			/* name of the plan whose limit it is; NULL = the workspace's own limit */
	bool adding;
	bool restoring;				/* a change is taken back: the agent need not be usable, only be there */
};

/* The first error in the order of the form, and then whether the workspace's limit has room; with a key only what is wrong with that
 * field (the limit is the number's own). e->field names the field. */
bool number_validate(const struct number *n, const struct number_context *ctx, const char *key, struct err *e);
/* A warning (region mismatch between agent and number), translated, or NULL. See also e164_warning(). */
const char *number_warning(const struct number *n, const struct number_context *ctx);
bool provider_validate(const struct provider *p, struct err *e);
bool agent_validate(const struct agent *a, struct err *e);
bool workspace_validate(const struct workspace *w, struct err *e);

/* "4 of 5 used" is said from 80 % of the limit on. */
enum limit_state { LIMIT_OK, LIMIT_NEAR, LIMIT_REACHED };
enum limit_state limit_state_of(int64_t used, int64_t limit);

/* A slug of a name: lower-case ASCII letters, digits, '-'; never empty ("provider" when nothing is left). Caller frees. */
char *slug_of(const char *name);

#endif
