/* What all readers of a recorded stream have in common: opening it, and the way of a frame into the tracker. */
#ifndef REPLAY_RECORDING_H
#define REPLAY_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/ami/parse.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/calls/tracker.h"

/* A descriptor to read and close, -1 and *e when there is none: no such file, a folder, packed. "-" is standard input. */
int recording_open(const char *path, struct err *e);
void recording_close(int fd);
/* What was read is something else. Always returns false. */
bool recording_refuse(struct err *e, const char *path);
/* Believed events are applied, a channel in a rejected frame is tainted. *last_us: the time of the last event, for those
 * without a time stamp. */
void recording_frame(struct tracker *t, const struct ami_frame *f, int64_t *last_us);

#endif
