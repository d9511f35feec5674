/*
 * Deleted numbers, and the servers not yet read back without them. A deletion is over when the last of its servers has
 * been read back. Until then it counts as waiting, even on a server that is away. Owner: the main thread.
 */
#ifndef TRUNKDECK_APP_DELETIONS_H
#define TRUNKDECK_APP_DELETIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/buf.h"

struct deletions;

struct deletions *deletions_new(void);
void deletions_free(struct deletions **d);
/* The number was deleted and must be removed from one more server. */
void deletions_await(struct deletions *d, const char *number, const char *server);
/* Marks that the number's calls are hung up on each server once its route is gone there. Call it before the number is
 * deleted, or while the deletion is awaited. */
void deletions_cut(struct deletions *d, const char *number);
bool deletions_cuts(const struct deletions *d, const char *number);
/* The deletion failed. */
void deletions_cancel(struct deletions *d, const char *number);
/* The number is in the store again. An edit between deletions_cut() and the deletion keeps the mark. */
void deletions_restored(struct deletions *d, const char *number);
/* True if the deletion is awaited on some server. Then report each server with deletions_gone(). */
bool deletions_has(const struct deletions *d, const char *number);
/* The server was read back without the number. True if it was the last one awaited. Then the names of the servers that
 * had held the number are written to `where`, separated by commas; nothing if none had. */
bool deletions_gone(struct deletions *d, const char *number, const char *server, bool was_there, struct buf *where);
/* The count of deleted numbers that the server has not been read back without. */
size_t deletions_waiting(const struct deletions *d, const char *server);

#endif
