/*
 * Counts a recorded AMI stream with the parser, tracker and metrics of live servers. The file must not be compressed; '-' reads
 * standard input, as in `xzcat FILE | trunkdeck replay -`.
 */
#ifndef TRUNKDECK_REPLAY_REPLAY_H
#define TRUNKDECK_REPLAY_REPLAY_H

#include <jansson.h>
#include <stdbool.h>

#include "trunkdeck/base/err.h"

struct replay_options {
	const char *trunk_techs;	/* as in struct tracker_config */
	const char *trunk_contexts;
	unsigned repeat;		/* times the stream is run, >= 1; each run has a tracker of its own */
	bool parse_only;		/* for `make bench`: no tracking */
};

/* The result object of DESIGN.md 6, with "rejected" (frames by reason, ami_reject_name()) and "cut_off" (the stream ends inside a
 * frame). NULL and *e on failure, also for a file with neither Asterisk's greeting nor an event, and for a pipe that is to be
 * repeated. Caller decrefs. */
json_t *replay_run(const char *path, const struct replay_options *options, struct err *e);

#endif
