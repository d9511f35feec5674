/*
 * The public functions of the call tracker, and one handler per kind of event. A handler finds the legs. tracker_legs.c
 * keeps the legs, tracker_calls.c draws the conclusions, tracker_resync.c compares with the server's own list.
 *
 * Every event about a known channel first refreshes the channel (Linkedid, whether it is up). Thus the next event
 * repairs a missing Newstate, or a change of Linkedid without an event. Events about unknown channels are late,
 * repeated or of other channels. They are counted and change nothing. A handler returns whether it used its event.
 *
 * A Cdr only tells which application had the caller last: not every call has a Cdr, it may come too late, and ANSWERED
 * means something else to Asterisk (ami.md 0, fact 5).
 */
#include "config.h"

#include "trunkdeck/calls/tracker.h"

#include <stdlib.h>
#include <string.h>

#include "tracker_internal.h"
#include "trunkdeck/base/clock.h"

#define STATE_UP 6
/* FullyBooted reports whole seconds, and booting takes time. The computed boot may be wrong by this much. */
#define BOOT_SLACK_US 2000000

typedef bool handler(struct tracker *t, const struct call_event *e);

void call_event_init(struct call_event *e, enum event_kind kind, int64_t at_us)
{
	*e = (struct call_event){
		.kind = kind,
		.at_us = at_us,
		.leg.state = -1,
		.dest.state = -1,
		.cause = -1,
		.tech_cause = -1,
		.uptime_s = -1,
	};
}

struct tracker *tracker_new(const struct tracker_config *config)
{
	struct tracker *t = xcalloc(1, sizeof(*t));

	t->config = *config;
	t->server = xstrdup(config->server ? config->server : "");
	t->trunk_techs = xstrdup(config->trunk_techs && *config->trunk_techs ? config->trunk_techs : TRACKER_TRUNK_TECHS);
	t->trunk_contexts = xstrdup(config->trunk_contexts ? config->trunk_contexts : "");
	t->call_pool.size = sizeof(struct tracked);
	t->channel_pool.size = sizeof(struct channel);
	t->group_pool.size = sizeof(struct group);
	t->bridge_pool.size = sizeof(struct bridge);
	return t;
}

void tracker_free(struct tracker **t)
{
	struct tracker *x = *t;
	struct tracked *k, *next;

	if (!x)
		return;
	/* The tracker is freed, but the calls have not ended. */
	DL_FOREACH_SAFE(x->live, k, next)
		pool_give(&x->call_pool, k);
	while (x->channels)
		legs_drop_group(x, x->channels->group);
	pool_clear(&x->call_pool);
	pool_clear(&x->channel_pool);
	pool_clear(&x->group_pool);
	pool_clear(&x->bridge_pool);
	free(x->finished);
	free(x->server);
	free(x->trunk_techs);
	free(x->trunk_contexts);
	FREE(t);
}

void tracker_refresh(struct tracker *t, struct channel *c, const struct event_leg *leg, int64_t at_us)
{
	legs_set_linkedid(t, c, leg->linkedid);
	if (leg->state != STATE_UP || c->up)
		return;
	c->up = true;
	if (call_of(c))
		story_leg_up(t, call_of(c), c);
	if (is_trunk(c))
		calls_trunk_up(t, call_of(c), at_us);
}

/* Returns the known channel of a leg after refreshing it; NULL = not known. */
static struct channel *leg_channel(struct tracker *t, const struct event_leg *leg, int64_t at_us)
{
	struct channel *c = legs_find(t, leg->uniqueid);

	if (c)
		tracker_refresh(t, c, leg, at_us);
	return c;
}

static bool on_any(struct tracker *t, const struct call_event *e)
{
	return leg_channel(t, &e->leg, e->at_us) != NULL;
}

struct channel *tracker_announce(struct tracker *t, const struct call_event *e, bool caller, bool *fresh)
{
	struct channel *c = legs_announce(t, &e->leg, caller, fresh);
	struct tracked *k;

	if (!c)
		return NULL;
	c->round = t->round;
	tracker_refresh(t, c, &e->leg, e->at_us);
	k = call_of(c);
	if (*fresh && k)
		calls_leg_joined(t, k, c);
	return c;
}

static bool on_newchannel(struct tracker *t, const struct call_event *e)
{
	bool fresh, caller = calls_starts(t, &e->leg);
	struct channel *c = tracker_announce(t, e, caller, &fresh);

	if (!c)
		return false;
	if (fresh && !call_of(c) && caller)
		calls_start(t, c, &e->leg, e->at_us, false);
	return true;
}

static bool on_rename(struct tracker *t, const struct call_event *e)
{
	struct channel *c = legs_find(t, e->leg.uniqueid);
	char old[CALL_TEXT];

	if (!c || !e->new_name.len)
		return false;
	str_copy(old, sizeof(old), str_of(c->name));
	str_copy(c->name, sizeof(c->name), e->new_name);
	if (call_of(c))
		calls_renamed(t, call_of(c), c, str_of(old));
	return true;
}

/* Returns the call that a dial is about. Only a dial by the caller's own leg counts: a Local channel's dial reports
 * what happens behind that channel. */
static struct tracked *dialling_call(struct channel *from)
{
	return from && is_trunk(from) ? call_of(from) : NULL;
}

/* A dialled leg has the Linkedid of the dialling leg. They are joined here too, in case the Linkedid was garbled. */
static struct channel *dialled_leg(struct tracker *t, const struct call_event *e, struct channel *from)
{
	struct channel *to = leg_channel(t, &e->dest, e->at_us);

	if (from && to)
		legs_join(t, from, to);
	return to;
}

static bool on_dial_begin(struct tracker *t, const struct call_event *e)
{
	struct channel *from = leg_channel(t, &e->leg, e->at_us);
	struct channel *to = dialled_leg(t, e, from);
	struct tracked *k = dialling_call(from);

	if (!to && legs_is_finished(t, e->dest.uniqueid))
		return false;
	if (k && !(to && to->dial_ended))
		calls_dialled(t, k, &e->dest, e->at_us);
	return from || to;
}

static bool on_dial_state(struct tracker *t, const struct call_event *e)
{
	struct channel *from = leg_channel(t, &e->leg, e->at_us);
	struct channel *to = dialled_leg(t, e, from);
	struct tracked *k = dialling_call(from);

	if (k && to && str_eq(e->dial_status, STR("RINGING")))
		story_step(t, k, STEP_RINGING, to);
	return from || to;
}

static bool on_dial_end(struct tracker *t, const struct call_event *e)
{
	struct channel *from = leg_channel(t, &e->leg, e->at_us);
	struct channel *to = dialled_leg(t, e, from);
	struct tracked *k = dialling_call(from);

	if (to)
		to->dial_ended = true;
	if (k)
		calls_dial_ended(t, k, &e->dest, e->dial_status, e->at_us);
	return from || to;
}

static bool on_bridge_enter(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);

	if (!c)
		return false;
	if (!legs_enter_bridge(t, c, e->bridge) || !call_of(c))
		return true;
	calls_goes_on(call_of(c));
	calls_bridged(t, call_of(c), e->at_us);
	return true;
}

static bool on_bridge_leave(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);

	if (!c || !c->bridge || !str_eq(e->bridge, str_of(c->bridge->id)))
		return c != NULL;
	if (call_of(c)) {
		calls_leg_leaving(call_of(c), c);
		story_parted(t, call_of(c), c);
	}
	legs_leave_bridge(t, c);
	return true;
}

static bool on_bridge_destroy(struct tracker *t, const struct call_event *e)
{
	legs_destroy_bridge(t, e->bridge);
	return true;
}

static bool on_bridge_merge(struct tracker *t, const struct call_event *e)
{
	struct bridge *b = legs_merge_bridges(t, e->bridge, e->to_bridge);
	struct channel *c;

	if (!b)
		return false;
	DL_FOREACH2(b->members, c, bridge_next)
		if (is_trunk(c)) {
			calls_goes_on(call_of(c));
			calls_bridged(t, call_of(c), e->at_us);
		}
	return true;
}

static bool on_hangup_request(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);
	struct tracked *k = call_of(c);

	if (k && is_trunk(c)) {
		calls_caller_left(t, k, e->cause, e->at_us);
	} else if (k) {
		if (legs_together(c, k->trunk) && !c->local)
			story_step(t, k, STEP_AGENT_HUNG_UP, c);
		calls_leg_leaving(k, c);
	}
	return c != NULL;
}

static bool on_soft_hangup_request(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);

	if (c && is_trunk(c))
		calls_system_hangup(t, call_of(c));
	return c != NULL;
}

static bool on_hangup(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);

	if (!c)
		return false;
	if (is_trunk(c)) {
		calls_finish(t, call_of(c), e->cause, e->tech_cause, e->at_us);
		return true;
	}
	if (call_of(c)) {
		calls_leg_leaving(call_of(c), c);
		calls_leg_gone(t, call_of(c), c);
	}
	legs_drop(t, c);
	return true;
}

static bool on_hold(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);

	if (call_of(c))
		calls_hold(t, call_of(c), c, e->kind == EVENT_HOLD);
	else if (c)
		c->held = e->kind == EVENT_HOLD;
	return c != NULL;
}

static bool on_talking_start(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);

	if (call_of(c) && !is_trunk(c))
		calls_audio(t, call_of(c), c, e->at_us);
	return c != NULL;
}

/* The events of the bridges report where the legs go. A failed transfer moves no leg. */
static bool on_transfer(struct tracker *t, const struct call_event *e)
{
	struct channel *by = leg_channel(t, &e->leg, e->at_us);
	struct channel *whom = leg_channel(t, &e->dest, e->at_us);
	bool done = str_eq(e->transfer_result, STR("Success")) && !str_eq(e->transfer_kind, STR("Fail"));

	if (!by || !call_of(by))
		return by || whom;
	if (done)
		calls_transferred(t, call_of(by), by, e->transfer_to);
	else
		story_step(t, call_of(by), STEP_TRANSFER_FAILED, by);
	return true;
}

static bool on_local_pair(struct tracker *t, const struct call_event *e)
{
	struct channel *one = leg_channel(t, &e->leg, e->at_us);
	struct channel *two = leg_channel(t, &e->dest, e->at_us);

	if (one && two)
		legs_join(t, one, two);
	return one || two;
}

/* The dialplan sends these events with a channel block; the agent platform adds a Linkedid or Uniqueid itself. */
static bool on_user(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);
	struct tracked *k = call_of(c ? c : legs_find(t, e->leg.linkedid));

	if (!k)
		return false;
	if (c && route_told(t, k, c, e))
		return true;
	if (str_eq(e->user_event, STR("TrunkdeckUnmapped"))) {
		k->unmapped = true;
		story_step(t, k, STEP_UNMAPPED, NULL);
	} else if (str_eq(e->user_event, STR("AgentReady"))) {
		calls_audio(t, k, NULL, e->at_us);
	} else if (str_eq(e->user_event, STR("AgentAttach"))) {
		k->application = true;
	} else {
		return c != NULL;
	}
	return true;
}

static bool on_cdr(struct tracker *t, const struct call_event *e)
{
	struct channel *c = legs_find(t, e->leg.uniqueid);

	if (!c || !is_trunk(c))
		return false;
	if (str_eq(e->application, STR("Queue")))
		calls_queued(t, call_of(c));
	else if (str_eq(e->application, STR("AudioSocket")))
		call_of(c)->application = true;
	return true;
}

static bool on_queue(struct tracker *t, const struct call_event *e)
{
	struct channel *c = leg_channel(t, &e->leg, e->at_us);

	if (!c || !is_trunk(c))
		return c != NULL;
	call_of(c)->queue_left = e->kind == EVENT_QUEUE_ABANDONED;
	calls_queued(t, call_of(c));
	return true;
}

/* Ends the calls that are older than the server's boot. FullyBooted has no time stamp, so the boot is computed from the
 * last event. That is never too late, and a resync ends the calls that this misses. */
static bool on_fully_booted(struct tracker *t, const struct call_event *e)
{
	struct tracked *k, *next;
	int64_t boot_us = time_minus(time_minus(t->last_us, time_times(e->uptime_s, 1000000)), BOOT_SLACK_US);

	if (e->uptime_s < 0)
		return false;
	DL_FOREACH_SAFE(t->live, k, next)
		if (k->call.started_us < boot_us)
			calls_lose(t, k, e->at_us);
	return true;
}

static bool on_listed(struct tracker *t, const struct call_event *e)
{
	tracker_resync_channel(t, e);
	return true;
}

static handler *const handlers[EVENT_KIND_COUNT] = {
	[EVENT_NEWCHANNEL] = on_newchannel,
	[EVENT_NEWSTATE] = on_any,
	[EVENT_RENAME] = on_rename,
	[EVENT_DIAL_BEGIN] = on_dial_begin,
	[EVENT_DIAL_STATE] = on_dial_state,
	[EVENT_DIAL_END] = on_dial_end,
	[EVENT_BRIDGE_ENTER] = on_bridge_enter,
	[EVENT_BRIDGE_LEAVE] = on_bridge_leave,
	[EVENT_BRIDGE_DESTROY] = on_bridge_destroy,
	[EVENT_BRIDGE_MERGE] = on_bridge_merge,
	[EVENT_HANGUP_REQUEST] = on_hangup_request,
	[EVENT_SOFT_HANGUP_REQUEST] = on_soft_hangup_request,
	[EVENT_HANGUP] = on_hangup,
	[EVENT_HOLD] = on_hold,
	[EVENT_UNHOLD] = on_hold,
	[EVENT_TALKING_START] = on_talking_start,
	[EVENT_NEW_CONNECTED_LINE] = on_any,
	[EVENT_LOCAL_BRIDGE] = on_local_pair,
	[EVENT_LOCAL_OPTIMIZED] = on_local_pair,
	[EVENT_BLIND_TRANSFER] = on_transfer,
	[EVENT_ATTENDED_TRANSFER] = on_transfer,
	[EVENT_CDR] = on_cdr,
	[EVENT_QUEUE_JOINED] = on_queue,
	[EVENT_QUEUE_ABANDONED] = on_queue,
	[EVENT_USER] = on_user,
	[EVENT_CHANNEL_LISTED] = on_listed,
	[EVENT_FULLY_BOOTED] = on_fully_booted,
};

void tracker_apply(struct tracker *t, const struct call_event *e)
{
	handler *handle = handlers[e->kind];

	t->stats.events++;
	t->now_us = e->at_us;
	if (e->kind != EVENT_FULLY_BOOTED)
		t->last_us = e->at_us;
	if (!handle || !handle(t, e))
		t->stats.ignored++;
	if (t->dirty || t->watched_changed)
		calls_tell(t);
}

void tracker_gap(struct tracker *t, int64_t at_us)
{
	struct tracked *k;

	t->now_us = at_us;
	DL_FOREACH(t->live, k)
		calls_uncertain(t, k, STEP_GAP);
	calls_tell(t);
}

void tracker_flush(struct tracker *t)
{
	struct tracked *k, *next;

	DL_FOREACH_SAFE(t->live, k, next)
		if (k->caller_left_us)
			calls_finish(t, k, k->caller_left_cause, -1, k->caller_left_us);
}

void tracker_taint(struct tracker *t, struct str uniqueid)
{
	struct tracked *k = call_of(legs_find(t, uniqueid));

	if (k)
		calls_uncertain(t, k, STEP_DOUBTED);
	calls_tell(t);
}

bool tracker_watch(struct tracker *t, struct str linkedid)
{
	struct channel *c = legs_find(t, linkedid);

	t->watched = c && is_trunk(c) ? call_of(c) : NULL;
	t->watched_changed = t->watched != NULL;
	calls_tell(t);
	return t->watched != NULL;
}

void tracker_each_live(const struct tracker *t, void (*fn)(void *arg, const struct call *c), void *arg)
{
	const struct tracked *k;

	DL_FOREACH(t->live, k)
		fn(arg, &k->call);
}

void tracker_get_stats(const struct tracker *t, struct tracker_stats *out)
{
	*out = t->stats;
}
