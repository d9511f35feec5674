/*
 * The last FINISHED_MAX calls that finished, for the views that show a history. The calls are numbered from 0 in the order in which
 * they came. Owner: the main thread.
 */
#ifndef TRUNKDECK_CALLS_FINISHED_H
#define TRUNKDECK_CALLS_FINISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/calls/call.h"

#define FINISHED_MAX 512

struct finished;

struct finished *finished_new(void);
void finished_free(struct finished **f);
void finished_add(struct finished *f, const struct call *c);
/* Is the call, by its server and linkedid, among those that are kept? */
bool finished_has(const struct finished *f, const struct call *c);
uint64_t finished_count(const struct finished *f);	/* how many were ever added */
/* NULL when the call is no longer kept or has not come yet. Valid until the next one is added. */
const struct call *finished_get(const struct finished *f, uint64_t number);

#endif
