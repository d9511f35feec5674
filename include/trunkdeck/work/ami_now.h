/* The calls that are up on a server now, for batch commands. Asks once, over a separate connection. Blocks. */
#ifndef TRUNKDECK_WORK_AMI_NOW_H
#define TRUNKDECK_WORK_AMI_NOW_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/work/ami_thread.h"

struct ami_now_options {
	const struct server_config *server;
	int64_t timeout_ms;		/* for connecting, and for the answer */
	const char *(*prefix_of)(void *arg, struct str endpoint);	/* as in struct tracker_config */
	void (*call)(void *arg, const struct call *c);	/* valid during the callback; provider, agent, region are not filled in */
	void *arg;
};

/* All calls joined late (tracker.h): their response time is not known. Failures are as in ami/session.h. */
bool ami_calls_now(const struct ami_now_options *options, struct err *e);

#endif
