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

#endif
