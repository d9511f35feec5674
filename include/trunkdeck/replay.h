/*
 * A recorded AMI stream through the very parser, tracker and metrics (DESIGN.md 6). Plain or xz-compressed? Plain only:
 * '-' reads standard input, so `xzcat FILE | trunkdeck replay -` serves the rest.
 */
#ifndef TRUNKDECK_REPLAY_H
#define TRUNKDECK_REPLAY_H

#include <jansson.h>
#include <stdbool.h>

#include "trunkdeck/err.h"

struct replay_options {
	const char *trunk_techs;	/* as in struct tracker_config */
	const char *trunk_contexts;
	unsigned repeat;		/* times the stream is run, >= 1; Uniqueids are made distinct per run */
	bool parse_only;		/* for `make bench`: no tracking */
};

/* The result object of DESIGN.md 6; NULL and *e on failure. Caller decrefs. */
json_t *replay_run(const char *path, const struct replay_options *options, struct err *e);

#endif
