/*
 * Test calls on the demonstration Asterisk: the events test_call.h listens for. Most agents speak within a second; how fast
 * is drawn from the number. Time stamps are those of the plan, so that the same test always says the same. One owner, no
 * thread.
 */
#ifndef DEMO_TESTS_H
#define DEMO_TESTS_H

#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

struct demo_tests;

struct demo_test_order {
	struct str number;
	struct str id, other_id;	/* of the two halves of the Local channel */
	const char *agent;		/* whom the route leads to; NULL = there is none */
};

struct demo_tests *demo_tests_new(void);
void demo_tests_free(struct demo_tests **t);
void demo_tests_place(struct demo_tests *t, const struct demo_test_order *order, int64_t now_ms);
/* Lets happen what is due; appends the events to out. */
void demo_tests_turn(struct demo_tests *t, int64_t now_ms, struct buf *out);
int64_t demo_tests_next_at_ms(const struct demo_tests *t);	/* -1 = never */

#endif
