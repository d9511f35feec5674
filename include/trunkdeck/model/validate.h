/*
 * The rules for a record beyond the form of each field: references, usability, limits. The functions are pure: they use
 * values that the caller has looked up. So the screen (live, with its snapshot) and the store (in its transaction) have
 * the same rules and messages.
 */
#ifndef TRUNKDECK_MODEL_VALIDATE_H
#define TRUNKDECK_MODEL_VALIDATE_H

#include <stdbool.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/records.h"

/* Finds a record, in the snapshot or in the store's transaction; NULL = there is none. */
struct record_lookup {
	const struct record *(*find)(void *arg, enum entity entity, const char *key);
	void *arg;
};

/* The records that a number refers to. The caller looks them up; NULL = does not exist. */
struct number_context {
	const struct provider *provider;	/* of n->provider */
	const struct agent *agent;		/* of n->agent */
	struct record_lookup look;		/* the other ones; without a function, none exists */
	/* The stored number with that e164. When adding, it prevents the addition. When editing, it is the number
	 * before the edit (may be NULL): if its agent has become unusable, other fields can still be edited. */
	const struct number *holder;
	const char *holder_provider_name;	/* for the hint "already on provider twilio" */
	int64_t used;				/* numbers in the workspace now */
	int64_t limit;				/* LIMIT_NONE or count */
	const char *plan;			/* the plan whose limit it is; NULL = the workspace's own limit */
	bool adding;
	bool imports;				/* parameters may have line ends, which agents are not told */
	bool restoring;				/* a change is undone: the agent must exist, but need not be usable */
};

/* Reports the first error in the order of the form, and then whether the limit is reached. With a key, reports only
 * errors of that field (the limit belongs to the number). e->field names the field. */
bool number_validate(const struct number *n, const struct number_context *ctx, const char *key, struct err *e);
/* A warning, translated, or NULL: agent and number are in different regions, or the parameters are too long for SIP
 * headers. See also e164_warning(). */
const char *number_warning(const struct number *n, const struct number_context *ctx);
/* The form of each field, for records without further rules. */
bool fields_validate(const struct record *r, struct err *e);
/* `there`: the stored provider before the edit, NULL = none. Its default agent need not be usable if `restoring`. */
bool provider_validate(const struct provider *p, const struct provider *there, bool restoring, const struct record_lookup *look,
		       struct err *e);
bool agent_validate(const struct agent *a, struct err *e);
bool workspace_validate(const struct workspace *w, struct err *e);

/* "4 of 5 used" is shown from 80 % of the limit on. */
enum limit_state { LIMIT_OK, LIMIT_NEAR, LIMIT_REACHED };
enum limit_state limit_state_of(int64_t used, int64_t limit);

/* A slug of a name: lower-case ASCII letters, digits, '-'; never empty ("provider" when nothing is left). Caller frees. */
char *slug_of(const char *name);

#endif
