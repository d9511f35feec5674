/* Reads a recorded stream and passes its frames to the tracker, for replay and for the player. */
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
	bool bare_lf;			/* an editor or a mailer has removed the CRs */
	char last;			/* byte read */
};

/* Returns false and *e when there is nothing to read: no such file, a folder, packed. "-" is standard input. */
bool recording_open(struct recording *r, const char *path, struct err *e);
void recording_close(struct recording *r);
/* Like read(2), with at least 3 bytes of room. All lines end with CR LF, also in a file with bare LFs. */
ssize_t recording_read(struct recording *r, char *to, size_t size);
/* Begins again; false when the file cannot be rewound. */
bool recording_rewind(struct recording *r);
/* Reports that the file is no recorded stream. Always returns false. */
bool recording_refuse(struct err *e, const char *path);
/* Applies an accepted event; taints the channel of a rejected one. *last_us is the time of the last event, which events
 * without a time stamp get; CALL_NO_TIME at the beginning. */
void recording_frame(struct tracker *t, const struct ami_frame *f, int64_t *last_us);

#endif
