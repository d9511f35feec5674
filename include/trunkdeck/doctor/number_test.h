/*
 * Testing a number: a test call (test_call.h) on each server that should serve it, one after the other, so that the agent
 * platform sees one at a time. Blocks: for batch commands and the job thread.
 *
 * A test never leaves to the telephone network. The agent as configured, what the server's own route leads to, and every
 * channel the call brings up are held against the providers: nothing is dialled through the endpoint of one, nor by a
 * channel technology that is made of lines. What a Local channel does in dialplan of the site's own is seen only once it
 * begins, and ended then.
 *
 * It changes nothing, but it makes an agent take a call: refused with ERR_READ_ONLY where the configuration says read-only.
 */
#ifndef TRUNKDECK_DOCTOR_NUMBER_TEST_H
#define TRUNKDECK_DOCTOR_NUMBER_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/routes/test_call.h"

#define NUMBER_TEST_TIMEOUT_MS 20000	/* unless told otherwise */

struct number_test {
	const struct config *config;
	struct snapshot *snapshot;	/* providers and agents; outlives the test */
	const struct number *number;
	const char *server;		/* on this one only, whatever its region; NULL = where the number belongs */
	int64_t timeout_ms;		/* of each call */
	struct mailbox *stop;		/* mail to it: the call is hung up, and no other placed; NULL = none */
	/* How far it is, after each step (over: false), and what became of it. why: ERR_NONE = well; the call did not get to
	 * the end, or could not be placed. Both valid during the callback. */
	void (*report)(void *arg, const struct server_config *server, const struct test_call *t, const struct err *why,
		       bool over);
	void *arg;
};

bool number_test_on(const struct number_test *n, const struct server_config *server);
/* May it be tested at all? Not where it has no route by itself, and not where its agent may be a telephone line. */
bool number_test_may(const struct number_test *n, struct err *e);
/* False, and *e, when not a single call was to be placed; what became of those that were is reported. */
bool number_test_run(const struct number_test *n, struct err *e);

/* May a test dial it? Pure. */
bool number_test_may_dial(struct snapshot *s, const char *dial, struct err *e);

#endif
