/*
 * Resynchronisation: compares the server's list of channels with ours.
 *
 * Every channel has the number of the last round in which it was listed or announced. At the end of a round, channels of older
 * rounds have ended. The list may come by another connection than the events: a channel that has hung up meanwhile is known as
 * ended, and one that was announced meanwhile is of this round. A caller's leg that was up before we connected becomes a call that
 * joined late. Its start is known to the second, its answer is taken to be its start, and it has no response time.
 */
#include "config.h"

#include <string.h>

#include "tracker_internal.h"
#include "trunkdeck/base/clock.h"

void tracker_resync_begin(struct tracker *t)
{
	t->round++;
}

/* Asterisk's own Uniqueids are [systemname-]epoch.sequence. */
static bool epoch_of_id(struct str id, int64_t *epoch)
{
	const char *dot = memrchr(id.p, '.', id.len), *dash;

	if (!dot)
		return false;
	id.len = (size_t)(dot - id.p);
	dash = memrchr(id.p, '-', id.len);
	if (dash)
		id = (struct str){ dash + 1, (size_t)(dot - dash - 1) };
	return str_to_i64(id, epoch);
}

/* HH:MM:SS, with any number of hours. Other text gives a meaningless but harmless value. */
static int64_t duration_s(struct str s)
{
	int64_t total = 0, field = 0;

	for (size_t i = 0; i < s.len && i < 12; i++) {
		if (s.p[i] == ':') {
			total = (total + field) * 60;
			field = 0;
		} else {
			field = field * 10 + (s.p[i] - '0');
		}
	}
	return total + field;
}

/* Returns when the channel was made, in whole seconds: from its id if Asterisk made the id, otherwise from its age. */
static int64_t listed_start_us(const struct call_event *e)
{
	int64_t epoch;

	if (epoch_of_id(e->leg.uniqueid, &epoch) && epoch > 1000000000 && epoch < e->at_us / 1000000 + 86400)
		return epoch * 1000000;
	return time_minus(e->at_us, time_times(duration_s(e->duration), 1000000));
}

void tracker_resync_channel(struct tracker *t, const struct call_event *e)
{
	bool fresh, caller = calls_joins_late(t, &e->leg);
	struct channel *c;

	t->now_us = e->at_us;
	c = tracker_announce(t, e, caller, &fresh);
	if (!c)
		return;
	if (fresh && !call_of(c) && caller) {
		calls_start(t, c, &e->leg, listed_start_us(e), true);
		if (c->up)
			calls_trunk_up(t, call_of(c), e->at_us);
	}
	if (e->bridge.len && legs_enter_bridge(t, c, e->bridge) && call_of(c))
		calls_bridged(t, call_of(c), e->at_us);
	calls_tell(t);
}

/* Lists the channels that the server no longer has. They are listed first, because a drop also frees placeholders. */
static struct channel *unlisted(struct tracker *t)
{
	struct channel *c, *next, *gone = NULL;

	HASH_ITER(hh, t->channels, c, next) {
		if (!c->announced || c->round == t->round || is_trunk(c))
			continue;
		c->gone = gone;
		gone = c;
	}
	return gone;
}

void tracker_resync_end(struct tracker *t, int64_t at_us)
{
	struct tracked *k, *next_call;
	struct channel *c, *next;

	t->now_us = at_us;
	DL_FOREACH_SAFE(t->live, k, next_call)
		if (k->trunk->round != t->round)
			calls_lose(t, k, at_us);
	for (c = unlisted(t); c; c = next) {
		next = c->gone;
		if (call_of(c))
			calls_leg_gone(t, call_of(c), c);
		legs_drop(t, c);
	}
	t->round++;
	calls_tell(t);
}
