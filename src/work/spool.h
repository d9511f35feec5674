/*
 * Finished calls on their way to the store: a bounded queue of values between the thread that hears of them and the one that
 * writes. A call leaves only when it is written, so that none is lost while the store is away; what finds the queue full is
 * refused. The lock is held for the copy, never across I/O.
 */
#ifndef WORK_SPOOL_H
#define WORK_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/calls/call.h"

struct spool;

struct spool *spool_new(size_t max);
void spool_free(struct spool **s);
/* Any thread. False when it is full. */
bool spool_add(struct spool *s, const struct call *c);
/* Copies the oldest, at most max; they stay until spool_done(). One thread. */
size_t spool_peek(struct spool *s, struct call *to, size_t max);
void spool_done(struct spool *s, size_t count);
size_t spool_waiting(struct spool *s);

#endif
