/* A call as JSON. Batch commands and the screen's `Y` give the same object. */
#ifndef TRUNKDECK_CALLS_CALL_JSON_H
#define TRUNKDECK_CALLS_CALL_JSON_H

#include <jansson.h>

#include "trunkdeck/calls/call_detail.h"

/* Times are ISO 8601 or null, durations in ms. A live call has a `state` and no `outcome`. Caller decrefs. */
json_t *call_to_json(const struct call *c);
/* {"call", "steps": [{"at", "offset_ms", "step", "channel"}], "legs": [...], ...}; without a story both lists are
 * empty. */
json_t *call_detail_to_json(const struct call_detail *d);
/* The same without "call", as stored for a call that did not succeed. As ASCII text it has at most STORY_MAX bytes. */
json_t *call_story_to_json(const struct call_detail *d);
#define STORY_MAX 16384
/* Reads the text of a store, which may contain anything. False: the story has no leg and is not usable. */
bool call_story_from_json(struct call_story *s, const char *text);

#endif
