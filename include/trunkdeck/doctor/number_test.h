/*
 * Tests a number: makes a test call (test_call.h) on each server that should serve it, one after the other, so that the
 * agent platform has one test call at a time. Blocks: for batch commands and the job thread.
 *
 * A test never calls into the telephone network. The configured agent, the target of the server's route, and each
 * channel of the call are compared with the providers. Nothing is dialled through a provider's endpoint, or with a
 * channel technology for lines. If a Local channel leaves through the site's own dialplan, that is seen only when it
 * begins, and the call is ended then.
 *
 * A test changes nothing, but an agent takes a call. So it is refused with ERR_READ_ONLY in read-only mode.
 */
#ifndef TRUNKDECK_DOCTOR_NUMBER_TEST_H
#define TRUNKDECK_DOCTOR_NUMBER_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/routes/test_call.h"

#define NUMBER_TEST_TIMEOUT_MS 20000	/* default */

struct number_test {
	const struct config *config;
	struct snapshot *snapshot;	/* providers and agents; outlives the test */
	const struct number *number;
	const char *server;		/* only this server, whatever its region; NULL = all where the number belongs */
	int64_t at_us;			/* the instant that opening times are compared with; 0 = now */
	int64_t timeout_ms;		/* of each call */
	struct mailbox *stop;		/* mail to it hangs up the call and ends the test; NULL = none */
	/* Called after each step (over: false), and with the result. why: ERR_NONE = well; otherwise the call did not
	 * complete, or could not be placed. Both pointers are valid during the callback. */
	void (*report)(void *arg, const struct server_config *server, const struct test_call *t, const struct err *why,
		       bool over);
	void *arg;
};

bool number_test_on(const struct number_test *n, const struct server_config *server);
/* May the number be tested? Not if it has no route by itself, or if its agent may be a telephone line. */
bool number_test_may(const struct number_test *n, struct err *e);
/* Returns false with *e if no call could be placed. Otherwise the result of each call was reported. */
bool number_test_run(const struct number_test *n, struct err *e);

/* Reads the instant of a test: a weekday and a time ("Sat 22:00") or a time alone, both the next ones to come, or what
 * zone_parse_moment() reads. Local times are those of the zone. Pure. */
bool number_test_at(const struct zone *z, const char *text, int64_t now_us, int64_t *at_us);

/* May a test dial this dial string? Pure. */
bool number_test_may_dial(struct snapshot *s, const char *dial, struct err *e);

#endif
