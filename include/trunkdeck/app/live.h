/* The live calls as the main thread knows them: reports of the ami thread, in order of arrival. Owner: the main thread. */
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
/* Inserts, updates, or (FINISHED) removes; true when the list changed. */
bool live_report(struct live *l, const struct ami_call_report *r);
/* A server was resynchronised: calls of it older than the serial are gone; each is shown to gone() before it leaves. */
void live_resynced(struct live *l, const struct ami_resync_report *r, void (*gone)(void *arg, const struct call *c),
		   void *arg);
/* Oldest first; owned; valid until the next change. */
const struct call *const *live_calls(struct live *l, size_t *count);
const struct call *live_find(const struct live *l, const char *server, const char *linkedid);
/* Some call has had a first audio: talking is detected here. */
bool live_heard(const struct live *l);
size_t live_count(const struct live *l);
uint64_t live_arrived(const struct live *l);		/* how many were new, ever */
size_t live_count_number(const struct live *l, const char *number);
size_t live_count_provider(const struct live *l, const char *provider);

#endif
