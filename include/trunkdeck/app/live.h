/* The live calls as the ami thread reported them, in order of arrival. Owner: the main thread. */
#ifndef TRUNKDECK_APP_LIVE_H
#define TRUNKDECK_APP_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/calls/call.h"
#include "trunkdeck/work/ami_thread.h"

struct live;

struct live *live_new(void);
void live_free(struct live **l);
/* Inserts, updates, or (FINISHED) removes a call. Returns true when the list changed. */
bool live_report(struct live *l, const struct ami_call_report *r);
/* A server was resynchronised: its calls that were last reported before this round are gone. gone() is called with each
 * one before it is removed. */
void live_resynced(struct live *l, const struct ami_resync_report *r, void (*gone)(void *arg, const struct call *c),
		   void *arg);
/* Oldest first; owned; valid until the next change. */
const struct call *const *live_calls(const struct live *l, size_t *count);
const struct call *live_find(const struct live *l, const char *server, const char *linkedid);
/* True if any live call has had a first audio, so talk detection works. */
bool live_heard(const struct live *l);
size_t live_count(const struct live *l);
uint64_t live_arrived(const struct live *l);		/* count of all calls ever added */
size_t live_count_number(const struct live *l, const char *number);
size_t live_count_provider(const struct live *l, const char *provider);

#endif
