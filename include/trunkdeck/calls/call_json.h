/* A call as JSON: the same object from the batch commands and from the screen's `Y`. */
#ifndef TRUNKDECK_CALLS_CALL_JSON_H
#define TRUNKDECK_CALLS_CALL_JSON_H

#include <jansson.h>

#include "trunkdeck/calls/call_detail.h"

/* Times are ISO 8601 or null, durations in ms. A live call has a `state` and no `outcome`. Caller decrefs. */
json_t *call_to_json(const struct call *c);
/* {"call", "steps": [{"at", "offset_ms", "step", "channel"}], "legs": [...], ...}; without a story both lists are empty. Caller
 * decrefs. */
json_t *call_detail_to_json(const struct call_detail *d);
/* The same without "call": what is stored of a call that did not succeed. As ASCII text it has at most STORY_MAX bytes. */
json_t *call_story_to_json(const struct call_detail *d);
#define STORY_MAX 16384
/* Out of what a store holds, which may be anything. False: it has no leg, and so tells nothing. */
bool call_story_from_json(struct call_story *s, const char *text);

#endif
