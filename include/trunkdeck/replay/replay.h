/*
 * A recorded AMI stream through the very parser, tracker and metrics. Plain, not compressed:
 * '-' reads standard input, so `xzcat FILE | trunkdeck replay -` serves the rest.
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

/* The result object of DESIGN.md 6, and "rejected" (frames by reason, ami_reject_name()), "cut_off" (the stream ends inside
 * a frame). NULL and *e on failure; a file with neither Asterisk's greeting nor an event is one. What can't be rewound (a pipe) can't be
 * repeated. Caller decrefs. */
json_t *replay_run(const char *path, const struct replay_options *options, struct err *e);

#endif
