/*
 * Numbers that were deleted, and which servers have not yet been read back without them. A deletion is over when the last of
 * its servers has; until then it counts as waiting there, however long that server is away. Owner: the main thread.
 */
#ifndef TRUNKDECK_APP_DELETIONS_H
#define TRUNKDECK_APP_DELETIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/buf.h"

struct deletions;

struct deletions *deletions_new(void);
void deletions_free(struct deletions **d);
/* The number was deleted and has to go from one more server. */
void deletions_await(struct deletions *d, const char *number, const char *server);
/* Its calls shall be hung up on each server that lets go of it. Before it is deleted, or while it is awaited. */
void deletions_cut(struct deletions *d, const char *number);
bool deletions_cuts(const struct deletions *d, const char *number);
/* The deletion failed. */
void deletions_cancel(struct deletions *d, const char *number);
/* The store has the number: it was added again. An edit that comes between deletions_cut() and the deletion takes nothing back. */
void deletions_restored(struct deletions *d, const char *number);
/* Is it awaited somewhere? Then deletions_gone() has the say. */
bool deletions_has(const struct deletions *d, const char *number);
/* The server was read back without it. True when it was the last one awaited; `where` has then got the names of those that
 * held it, comma separated, nothing when none did. */
bool deletions_gone(struct deletions *d, const char *number, const char *server, bool was_there, struct buf *where);
/* Numbers that server has not been read back without. */
size_t deletions_waiting(const struct deletions *d, const char *server);

#endif
