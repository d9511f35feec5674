/* Decodes frames into events for the tracker. Pure; any thread. */
#ifndef TRUNKDECK_AMI_EVENT_H
#define TRUNKDECK_AMI_EVENT_H

#include "trunkdeck/ami/parse.h"
#include "trunkdeck/calls/event.h"

/* Reads a Timestamp of Asterisk as us since 1970 UTC; -1 for other text. */
int64_t ami_event_time(struct str s);
/* Decodes an accepted event frame. EVENT_OTHER when the tracker has no use for it. arrival_us replaces a missing
 * Timestamp. Slices point into the frame. */
void ami_event_decode(struct call_event *e, const struct ami_frame *f, int64_t arrival_us);

#endif
