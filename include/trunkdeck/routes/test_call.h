/*
 * A test call: a Local channel into the inbound dialplan of one server (context trunkdeck-test). The dialplan routes it like a
 * caller and dials the number's agent. The test waits in silence for the agent's first audio and hangs up. The tracker counts no
 * Local channel as a call, so a test is in no figure.
 *
 * Needs write = originate. Times are the server's where its events carry them, else those of arrival.
 */
#ifndef TRUNKDECK_ROUTES_TEST_CALL_H
#define TRUNKDECK_ROUTES_TEST_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/ami/parse.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/words.h"
#include "trunkdeck/ami/server.h"

/* The steps of a call, in this order: id, name in JSON, text */
#define TEST_STEP_TABLE(X) \
	X(ARRIVED, "arrived", N_("in the dialplan")) \
	X(ROUTE, "route", N_("route found")) \
	X(DIALLED, "agent_dialled", N_("agent dialled")) \
	X(ANSWERED, "agent_answered", N_("agent answered")) \
	X(AUDIO, "first_audio", N_("first audio"))

enum test_step {
#define TEST_STEP_ENUM(id, name, text) TEST_STEP_##id,
	TEST_STEP_TABLE(TEST_STEP_ENUM)
#undef TEST_STEP_ENUM
	TEST_STEP_COUNT
};

WORDS_DECLARE(test_step, enum test_step)

/* An agent that did not take the call. */
struct test_attempt {
	char agent[72], way[12];	/* way: why the call went there, as in TrunkdeckAttempt */
	char result[16];		/* busy, no_answer, unreachable, silent, over_cap, off */
	int64_t ms;			/* how long it was tried */
};

#define TEST_ATTEMPTS 8

/* The state of the call so far; a value. */
struct test_call {
	char id[48];			/* Uniqueid of the caller's half, Linkedid of all of it */
	char other_id[48];		/* of the half that runs the dialplan */
	char channel[96];		/* name of the caller's half */
	char agent[72];			/* the agent that the call was last led to */
	char way[12];			/* why: agent, split, fallback, closed, default, routing; "" = not told */
	struct test_attempt attempts[TEST_ATTEMPTS];	/* the first ones that failed */
	size_t attempt_count;
	char turned_away[12], cap[12];	/* why no agent was dialled: closed, over_cap (and whose cap), blocked; "" = not */
	char dial_status[24];		/* of the agent's dial, "" = still dialling */
	int64_t at_us[TEST_STEP_COUNT];	/* of each step, since the call arrived; -1 = not reached */
	int64_t arrived_us;
	int cause;			/* of the hang-up, 0 = none yet */
	bool unmapped;			/* the dialplan found no route */
	bool refused;			/* the channel could not be made */
	bool done;			/* the call has reached the last step, or has ended */
};

void test_call_init(struct test_call *t, uint64_t seed);
/* Takes one event; now_us is its arrival. Pure. */
void test_call_event(struct test_call *t, const struct ami_frame *f, int64_t now_us);
bool test_call_ok(const struct test_call *t);
/* Why the call did not get to the last step, and what to do. */
void test_call_why(const struct test_call *t, const char *number, struct err *e);

struct test_call_options {
	const struct server_config *server;
	const char *number;
	int64_t at_us;			/* the instant that the dialplan takes for now; 0 = the present */
	int64_t timeout_ms;		/* from placing it to the first audio */
	struct mailbox *stop;		/* mail to it hangs up the call at once; NULL = none */
	/*
	 * Returns whether `dial` may be dialled. It is called with the dial string of the server's route before the call is placed,
	 * and with "TECH/endpoint" of each channel that the call creates. False refuses the test or ends it; *e says why.
	 */
	bool (*may_dial)(void *arg, const char *dial, struct err *e);
	void (*progress)(void *arg, const struct test_call *t);	/* called when a step is reached */
	void *arg;
};

/* Places the call and waits for its end. Returns true if it was placed, whatever its result. */
bool test_call_run(struct test_call *t, const struct test_call_options *options, struct err *e);

#endif
