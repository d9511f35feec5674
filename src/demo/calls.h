/* The calls of the demonstration Asterisk: what happens, when, and the events that tell of it. One owner, no thread. */
#ifndef DEMO_CALLS_H
#define DEMO_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

struct demo_calls;

/* Where a call may go; strings owned by whoever tells, valid during the callback only. */
struct demo_route {
	const char *number;
	const char *dial;
};

struct demo_calls_config {
	uint64_t seed;
	double calls_per_minute;
	double speed;
	const char *endpoint;		/* as in struct demo_pbx_options */
	/* The route picked by any number `pick`; false when there are no routes. */
	bool (*route)(void *arg, uint64_t pick, struct demo_route *out);
	void *arg;
};

struct demo_calls *demo_calls_new(const struct demo_calls_config *config, int64_t now_ms);
void demo_calls_free(struct demo_calls **c);
/* Lets happen what is due; appends the events to out. */
void demo_calls_turn(struct demo_calls *c, int64_t now_ms, struct buf *out);
int64_t demo_calls_next_at_ms(const struct demo_calls *c);	/* -1 = never */
/* Ends the call of a trunk channel at the next turn; false when there is none. */
bool demo_calls_hang_up(struct demo_calls *c, struct str channel, int64_t now_ms);
/* Appends an item of CoreShowChannels for every channel, id_text being the ActionID line; returns how many. */
size_t demo_calls_list(const struct demo_calls *c, const char *id_text, struct buf *out);

#endif
