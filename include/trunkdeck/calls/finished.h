/*
 * The last calls that finished, for who shows a history and wants to go on with it. Each has a number, from 0 on in the order
 * they came; FINISHED_MAX are kept. Owner: the main thread.
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
/* Is this call, known by its server and linkedid, among those that are kept? */
bool finished_has(const struct finished *f, const struct call *c);
uint64_t finished_count(const struct finished *f);	/* ever */
/* NULL = not kept any more, or still to come. Valid until the next one is added. */
const struct call *finished_get(const struct finished *f, uint64_t number);

#endif
