/*
 * What agents were told of a call's number: its label and its additional parameters, as they were then. A call names
 * them by their generation (model/tell.h). They are known from the store, or from the workspace while the number still
 * has that generation. One owner, one thread.
 */
#ifndef TRUNKDECK_CALLS_CALL_PARAMS_H
#define TRUNKDECK_CALLS_CALL_PARAMS_H

#include "trunkdeck/calls/call.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/model/tell.h"

struct call_params;

struct told_params {
	const char *label;
	const struct tell_param *list;	/* sorted by key */
	size_t count;
};

struct call_params *call_params_new(void);
void call_params_free(struct call_params **p);
/* Adds a generation of the store; params is a JSON object, which is read when it is asked for. */
void call_params_add(struct call_params *p, const char *gen, const char *label, const char *params);
/* Moves all of `from`, which may be NULL, and frees it. */
void call_params_take(struct call_params *p, struct call_params **from);
/* False: what the agent was told is not known. *out is valid as long as p. */
bool call_params_find(struct call_params *p, const struct snapshot *s, const struct call *c, struct told_params *out);
/* Returns the value of one parameter; NULL = not known, or the number had none of this name. */
const char *call_params_value(struct call_params *p, const struct snapshot *s, const struct call *c, const char *name);

#endif
