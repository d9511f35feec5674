/*
 * The inbound calls of the demonstration Asterisk, and its test calls: their steps, their times, and the events that
 * report them. One owner, no thread. Times are monotonic.
 */
#ifndef DEMO_CALLS_H
#define DEMO_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

struct demo_calls;

/* A route for a call. The texts belong to the callback and are valid until its next call. */
struct demo_route {
	const char *number;
	const char *dial;
};

struct demo_calls_config {
	uint64_t seed;
	double calls_per_minute;
	double speed;
	const char *endpoint;		/* as in struct demo_pbx_options */
	/* Gives one of the routes: the same for the same `pick` while they do not change. False: none. */
	bool (*route)(void *arg, uint64_t pick, struct demo_route *out);
	void *arg;
};

struct demo_calls *demo_calls_new(const struct demo_calls_config *config, int64_t now_ms);
void demo_calls_free(struct demo_calls **c);
/* Takes the steps that are due, and appends their events to out. */
void demo_calls_turn(struct demo_calls *c, int64_t now_ms, struct buf *out);
int64_t demo_calls_next_at_ms(const struct demo_calls *c);	/* -1 = never */
/* Ends the call of a trunk's channel at the next turn; returns false when there is none. */
bool demo_calls_hang_up(struct demo_calls *c, struct str channel, int64_t now_ms);
/* Appends an item of CoreShowChannels for each channel of an inbound call, and returns their count. */
size_t demo_calls_list(const struct demo_calls *c, const char *id_text, struct buf *out);

/* Begins a test call; routes/test_call.h has its events. Most agents speak within a second. The response time depends
 * on the number and the time stamps are planned, so that the same test always gives the same figures. `id` and
 * `other_id` belong to the halves of the Local channel. `agent` is the route's agent, NULL if there is none. */
void demo_calls_test(struct demo_calls *c, struct str number, struct str id, struct str other_id, const char *agent, int64_t now_ms);

#endif
