/* What all readers of a recorded stream have in common: opening it, and the way of a frame into the tracker. */
#ifndef REPLAY_RECORDING_H
#define REPLAY_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "trunkdeck/ami/parse.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/calls/tracker.h"

struct recording {
	int fd;
	bool judged;			/* bare_lf is known */
	bool bare_lf;			/* an editor or a mailer has taken the CRs out */
	char last;			/* byte read */
};

/* False and *e when there is nothing to read: no such file, a folder, packed. "-" is standard input. */
bool recording_open(struct recording *r, const char *path, struct err *e);
void recording_close(struct recording *r);
/* As read(2), at least 3 bytes of room; but lines end with CR LF, whatever the first line of the file ends with. */
ssize_t recording_read(struct recording *r, char *to, size_t size);
/* From the beginning; false when it can't. */
bool recording_rewind(struct recording *r);
/* What was read is something else. Always returns false. */
bool recording_refuse(struct err *e, const char *path);
/* Believed events are applied, a channel in a rejected frame is tainted. *last_us: the time of the last event, for those
 * without a time stamp; CALL_NO_TIME in the beginning. */
void recording_frame(struct tracker *t, const struct ami_frame *f, int64_t *last_us);

#endif
