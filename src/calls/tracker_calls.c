/*
 * What the legs mean for a call: its start, its states, and its one outcome.
 *
 * The outcome is decided when the caller's leg hangs up. The first rule that applies counts:
 *   1. An agent leg answered: answered. The signs are DialEnd ANSWER of a Dial by the caller's leg, and a bridge that
 *      the caller's leg, while up, shares with an agent leg. Neither counts once the caller has hung up.
 *   2. Asterisk reported that the caller gave up in a queue: abandoned.
 *   3. The dialplan reported TrunkdeckUnmapped: unmapped; or TrunkdeckRefused: as its reason says.
 *   4. The last Dial ended with a status, or TrunkdeckAttempt reported how the last attempt ended: busy, no_answer or
 *      unreachable. CANCEL is not used: the caller may have left.
 *   5. The caller's leg was up, and there was neither an agent leg nor a queue: see application_outcome().
 *   6. The caller hung up: abandoned.
 *   7. The cause of the hang-up decides, then the SIP code, by the tables of cause.c. If they give no reason, a call
 *      that waited in a queue is no_answer.
 * `lost` means that the end of the call was not seen; it is not decided here.
 */
#include "config.h"

#include "tracker_internal.h"

#include <string.h>

#include "trunkdeck/calls/cause.h"
#include "trunkdeck/model/e164.h"

/* Answer() waits up to 0.5 s for media, res_audiosocket up to 2 s for a connection. */
#define APPLICATION_CONNECT_US 3000000

/* Causes 0, 16 and 127 only say that the call was cleared, so the SIP code decides. Other causes are more exact:
 * chan_pjsip sends 480 for 19, 20 and 31. A call with an agent leg had a route, so it is not `unmapped`. */
static enum call_outcome outcome_of_cause(const struct tracked *k, int cause, int sip_code)
{
	bool cleared = cause == 0 || cause == 16 || cause == 127;
	enum call_outcome o = cleared ? sip_code_outcome(sip_code) : cause_outcome(cause);

	return o == OUTCOME_UNMAPPED && k->agent_seen ? OUTCOME_FAILED : o;
}

/* The dialplan answered without an agent leg, as with the AudioSocket() application. Asterisk does not report whether
 * the agent took the call, so the rules in tracker.h decide. */
static enum call_outcome application_outcome(const struct tracked *k, int cause, int sip_code, int64_t at_us)
{
	enum call_outcome o;

	if (k->call.first_audio_us)
		return OUTCOME_ANSWERED;
	if (k->caller_left_us)
		return k->application || cause == 0 ? OUTCOME_ANSWERED : OUTCOME_ABANDONED;
	o = outcome_of_cause(k, cause, sip_code);
	if (o != OUTCOME_FAILED && o != OUTCOME_ABANDONED)
		return o;
	return call_span_us(k->trunk_up_us, at_us) >= APPLICATION_CONNECT_US ? OUTCOME_ANSWERED : OUTCOME_UNREACHABLE;
}

static enum call_outcome call_outcome_of(const struct tracked *k, int cause, int sip_code, int64_t at_us)
{
	static const enum call_outcome by_verdict[] = {
		[DIAL_BUSY] = OUTCOME_BUSY,
		[DIAL_NO_ANSWER] = OUTCOME_NO_ANSWER,
		[DIAL_UNREACHABLE] = OUTCOME_UNREACHABLE,
	};
	static const enum call_outcome by_reason[] = {
#define REASON_OUTCOME(id, name, text, outcome) outcome,
		REASON_TABLE(REASON_OUTCOME)
#undef REASON_OUTCOME
	};
	enum call_outcome o;

	if (k->agent_answered_us)
		return OUTCOME_ANSWERED;
	if (k->queue_left)
		return OUTCOME_ABANDONED;
	if (k->unmapped)
		return OUTCOME_UNMAPPED;
	if (k->refused)
		return by_reason[k->call.reason];
	/* DialEnd says NOANSWER also for a leg that ended without a cause. The caller's cause is more exact. */
	if (k->verdict == DIAL_NO_ANSWER && outcome_of_cause(k, cause, sip_code) == OUTCOME_UNREACHABLE)
		return OUTCOME_UNREACHABLE;
	if (k->verdict != DIAL_OPEN)
		return by_verdict[k->verdict];
	if (k->trunk_up_us && !k->agent_seen)
		return application_outcome(k, cause, sip_code, at_us);
	if (k->caller_left_us)
		return OUTCOME_ABANDONED;
	o = outcome_of_cause(k, cause, sip_code);
	return o == OUTCOME_FAILED && k->queued ? OUTCOME_NO_ANSWER : o;
}

static void tell(const struct tracker *t, const struct tracked *k, void (*fn)(void *arg, const struct call_detail *d))
{
	struct call_detail d = { .call = k->call, .story = k->story };

	fn(t->config.arg, &d);
}

void calls_tell(struct tracker *t)
{
	struct tracked *k = t->dirty;

	t->dirty = NULL;
	if (k)
		t->config.on_call(t->config.arg, &k->call, CALL_CHANGE_UPDATED);
	if (t->watched_changed) {
		t->watched_changed = false;
		tell(t, t->watched, t->config.on_detail);
	}
}

void calls_touch(struct tracker *t, struct tracked *k)
{
	if (t->dirty && t->dirty != k)
		calls_tell(t);
	t->dirty = k;
	if (t->watched == k)
		t->watched_changed = true;
}

/* Sets the state and the answer of the call from its legs. */
static void settle(struct tracker *t, struct tracked *k)
{
	struct call *c = &k->call;
	int64_t answered = k->agent_seen ? k->agent_answered_us : k->trunk_up_us;
	enum call_state state = CALL_RINGING;

	if (answered)
		state = k->held ? CALL_HELD : CALL_TALKING;
	else if (k->agent_seen)
		state = CALL_CONNECTING;
	if (c->answered_us == answered && c->state == state)
		return;
	c->answered_us = answered;
	c->state = state;
	calls_touch(t, k);
}

/* Is the item in the comma list? An empty list contains every item. */
static bool list_has(const char *list, struct str item)
{
	size_t len;

	if (!*list)
		return true;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (str_eq_nocase((struct str){ list, len }, item))
			return true;
		if (!list[len])
			return false;
	}
}

static struct str channel_tech(struct str channel)
{
	const char *slash = channel.len ? memchr(channel.p, '/', channel.len) : NULL;

	return (struct str){ channel.p, slash ? (size_t)(slash - channel.p) : 0 };
}

/* Returns the endpoint of a channel name: PJSIP/twilio-00000a5f has it between the slash and the last dash. */
static struct str channel_endpoint(struct str channel)
{
	size_t skip = channel_tech(channel).len + 1;
	struct str name;
	const char *dash;

	if (skip > channel.len)
		return (struct str){ NULL, 0 };
	name = (struct str){ channel.p + skip, channel.len - skip };
	dash = name.len ? memrchr(name.p, '-', name.len) : NULL;
	if (dash)
		name.len = (size_t)(dash - name.p);
	return name;
}

bool tracker_is_trunk(const char *techs, struct str channel)
{
	struct str tech = channel_tech(channel);

	return tech.len && list_has(techs, tech);
}

/* Is it the oldest channel of its linked set, of a trunk technology, with an id of bounded length? */
static bool may_be_trunk(const struct tracker *t, const struct event_leg *leg)
{
	return tracker_is_trunk(t->trunk_techs, leg->channel) && leg->uniqueid.len < sizeof(((struct call *)0)->linkedid) &&
		(!leg->linkedid.len || str_eq(leg->linkedid, leg->uniqueid));
}

#define STATE_RING 4
#define STATE_UP 6

bool calls_starts(const struct tracker *t, const struct event_leg *leg)
{
	return (leg->state == STATE_RING || leg->state == -1) && may_be_trunk(t, leg) &&
		list_has(t->trunk_contexts, leg->context);
}

/* A call that is up may have left the context in which it arrived. Then the extension must read as a number. */
bool calls_joins_late(const struct tracker *t, const struct event_leg *leg)
{
	char number[E164_SIZE];

	if ((leg->state != STATE_RING && leg->state != STATE_UP) || !may_be_trunk(t, leg))
		return false;
	return list_has(t->trunk_contexts, leg->context) ||
		(e164_from_wire(leg->exten, "+", number) && strlen(number) > 7);
}

static void copy_caller(struct call *c, struct str caller, const char *prefix)
{
	static const char *const withheld[] = {
		"<unknown>", "unknown", "anonymous", "restricted", "unavailable", "withheld", "private",
	};
	char number[E164_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(withheld); i++)
		if (str_eq_nocase(caller, str_of(withheld[i])))
			return;
	if (e164_of_caller(caller, prefix, number))
		caller = str_of(number);
	str_copy(c->caller, sizeof(c->caller), caller);
}

static struct tracked *call_new(struct tracker *t, const struct event_leg *leg, int64_t at_us)
{
	struct str endpoint = channel_endpoint(leg->channel);
	const char *prefix = t->config.prefix_of ? t->config.prefix_of(t->config.arg, endpoint) : NULL;
	char number[E164_SIZE];
	struct tracked *k;
	struct call *c;

	if (t->stats.live >= TRACKER_MAX_CALLS) {
		calls_lose(t, t->live, at_us);
		t->stats.evicted++;
	}
	k = pool_take(&t->call_pool);
	c = &k->call;
	str_copy(c->server, sizeof(c->server), str_of(t->server));
	str_copy(c->linkedid, sizeof(c->linkedid), leg->uniqueid);
	str_copy(c->channel, sizeof(c->channel), leg->channel);
	str_copy(c->endpoint, sizeof(c->endpoint), endpoint);
	str_copy(c->number, sizeof(c->number), e164_from_wire(leg->exten, prefix, number) ? str_of(number) : leg->exten);
	copy_caller(c, leg->caller, prefix);
	c->started_us = at_us;
	call_init_quality(c);
	DL_APPEND(t->live, k);
	t->stats.live++;
	t->stats.calls++;
	return k;
}

void calls_start(struct tracker *t, struct channel *trunk, const struct event_leg *leg, int64_t at_us, bool late)
{
	struct tracked *k = call_new(t, leg, at_us);
	struct channel *c;

	k->trunk = trunk;
	k->call.joined_late = late;
	trunk->group->call = k;
	story_begins(t, k);
	t->config.on_call(t->config.arg, &k->call, CALL_CHANGE_STARTED);
	DL_FOREACH(trunk->group->channels, c)
		if (c->announced && c != trunk)
			calls_leg_joined(t, k, c);
}

/* Until a leg has answered, a real leg is preferred to a Local half, and the latest dialled leg to an earlier one. */
static void name_agent_leg(struct tracker *t, struct tracked *k, struct str name, bool local, bool answered)
{
	struct call *c = &k->call;
	bool empty = !c->agent_leg[0] || k->agent_leg_gone;

	if (!name.len || str_eq(name, str_of(c->agent_leg)))
		return;
	if (!empty && local && !k->agent_leg_local)
		return;
	if (!empty && !answered && k->agent_answered_us && !(k->agent_leg_local && !local))
		return;
	str_copy(c->agent_leg, sizeof(c->agent_leg), name);
	k->agent_leg_local = local;
	k->agent_leg_gone = false;
	story_agent_named(t, k);
	calls_touch(t, k);
}

static void agent_answered(struct tracker *t, struct tracked *k, int64_t at_us)
{
	if (!k->agent_answered_us && !k->caller_left_us) {
		k->agent_answered_us = at_us;
		route_answered(k, at_us);
	}
	settle(t, k);
}

void calls_leg_joined(struct tracker *t, struct tracked *k, struct channel *c)
{
	k->agent_seen = true;
	story_leg_joined(t, k, c);
	k->held = k->held || c->held;
	if (!c->local || !k->call.agent_leg[0])
		name_agent_leg(t, k, str_of(c->name), c->local, false);
	if (k->call.joined_late && k->trunk_up_us && c->up)
		agent_answered(t, k, k->trunk_up_us);
	settle(t, k);
}

void calls_trunk_up(struct tracker *t, struct tracked *k, int64_t at_us)
{
	struct channel *c;

	if (k->trunk_up_us)
		return;
	k->trunk_up_us = k->call.joined_late ? k->call.started_us : at_us;
	if (!k->call.joined_late)
		story_step(t, k, STEP_CALL_ANSWERED, k->trunk);
	if (k->call.joined_late)
		DL_FOREACH(k->trunk->group->channels, c)
			if (c != k->trunk && c->announced)
				calls_leg_joined(t, k, c);
	calls_bridged(t, k, at_us);
	settle(t, k);
}

/* A new attempt cancels the status of the attempt before. */
void calls_dialled(struct tracker *t, struct tracked *k, const struct event_leg *dest, int64_t at_us)
{
	k->agent_seen = true;
	k->verdict = DIAL_OPEN;
	k->dialled_us = at_us;
	if (k->call.hung_up_by != HUNG_UP_CALLER)
		k->call.hung_up_by = HUNG_UP_UNKNOWN;
	if (!k->call.agent_dialled_us) {
		k->call.agent_dialled_us = at_us;
		calls_touch(t, k);
	}
	name_agent_leg(t, k, dest->channel, str_starts(dest->channel, STR("Local/")), false);
	story_step_named(t, k, STEP_DIALLED, dest->channel);
	settle(t, k);
}

static enum dial_verdict verdict_of(struct str status)
{
	static const struct {
		const char *status;
		enum dial_verdict verdict;
	} rows[] = {
		{ "BUSY", DIAL_BUSY },
		{ "NOANSWER", DIAL_NO_ANSWER },
		{ "CHANUNAVAIL", DIAL_UNREACHABLE },
		{ "CONGESTION", DIAL_UNREACHABLE },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(status, str_of(rows[i].status)))
			return rows[i].verdict;
	return DIAL_OPEN;
}

void calls_dial_ended(struct tracker *t, struct tracked *k, const struct event_leg *dest, struct str status, int64_t at_us)
{
	static const enum call_step_kind steps[] = {
		[DIAL_BUSY] = STEP_AGENT_BUSY,
		[DIAL_NO_ANSWER] = STEP_AGENT_NO_ANSWER,
		[DIAL_UNREACHABLE] = STEP_AGENT_UNREACHABLE,
	};
	enum dial_verdict verdict = verdict_of(status);

	k->agent_seen = true;
	if (str_eq(status, STR("ANSWER"))) {
		name_agent_leg(t, k, dest->channel, str_starts(dest->channel, STR("Local/")), true);
		story_step_named(t, k, STEP_AGENT_ANSWERED, dest->channel);
		agent_answered(t, k, at_us);
		return;
	}
	if (verdict != DIAL_OPEN)
		story_step_named(t, k, steps[verdict], dest->channel);
	if (!k->caller_left_us)
		k->verdict = verdict;
	settle(t, k);
}

void calls_bridged(struct tracker *t, struct tracked *k, int64_t at_us)
{
	struct channel *trunk = k->trunk, *c;

	if (!trunk->bridge)
		return;
	DL_FOREACH2(trunk->bridge->members, c, bridge_next) {
		if (c == trunk || c->group != trunk->group)
			continue;
		story_connected(t, k, c);
		name_agent_leg(t, k, str_of(c->name), c->local, true);
		if (k->trunk_up_us)
			agent_answered(t, k, at_us);
	}
}

void calls_leg_leaving(struct tracked *k, const struct channel *c)
{
	if (k->call.hung_up_by == HUNG_UP_UNKNOWN && c != k->trunk && !c->transferring && legs_together(c, k->trunk))
		k->call.hung_up_by = HUNG_UP_AGENT;
}

void calls_goes_on(struct tracked *k)
{
	if (k->call.hung_up_by == HUNG_UP_AGENT)
		k->call.hung_up_by = HUNG_UP_UNKNOWN;
}

/* A caller on hold hears no agent. Nor does the caller hear an agent who first consults another one for a transfer. */
void calls_audio(struct tracker *t, struct tracked *k, const struct channel *c, int64_t at_us)
{
	if (k->call.first_audio_us || k->held)
		return;
	k->call.first_audio_us = at_us;
	story_step(t, k, STEP_FIRST_AUDIO, c);
	calls_touch(t, k);
}

/* In a queue, too, only the leg of an agent answers the call. */
void calls_queued(struct tracker *t, struct tracked *k)
{
	k->queued = k->agent_seen = true;
	settle(t, k);
}

static void settle_hold(struct tracker *t, struct tracked *k)
{
	struct channel *c;

	k->held = false;
	DL_FOREACH(k->trunk->group->channels, c)
		k->held = k->held || c->held;
	settle(t, k);
}

void calls_hold(struct tracker *t, struct tracked *k, struct channel *c, bool held)
{
	if (c->held == held)
		return;
	c->held = held;
	story_leg_held(t, k, c);
	settle_hold(t, k);
}

/* An agent who transfers the call leaves the call but does not end it. A caller who transfers the call ends it. */
void calls_transferred(struct tracker *t, struct tracked *k, struct channel *by, struct str to)
{
	story_transferred(t, k, by, to);
	if (by == k->trunk) {
		k->call.hung_up_by = HUNG_UP_CALLER;
		return;
	}
	by->transferring = true;
	calls_goes_on(k);
}

/* Names another agent leg that is up and stays; a real leg is preferred to a Local half. */
static void name_another_agent_leg(struct tracker *t, struct tracked *k, const struct channel *gone)
{
	const struct channel *c, *other = NULL;

	k->agent_leg_gone = true;
	DL_FOREACH(k->trunk->group->channels, c)
		if (c->announced && c->up && c != gone && c != k->trunk && (!other || other->local))
			other = c;
	if (other)
		name_agent_leg(t, k, str_of(other->name), other->local, true);
}

void calls_leg_gone(struct tracker *t, struct tracked *k, struct channel *c)
{
	story_leg_left(t, k, c);
	if (strcmp(c->name, k->call.agent_leg) == 0)
		name_another_agent_leg(t, k, c);
	if (!c->held)
		return;
	c->held = false;
	settle_hold(t, k);
}

void calls_caller_left(struct tracker *t, struct tracked *k, int cause, int64_t at_us)
{
	if (k->caller_left_us)
		return;
	k->caller_left_us = at_us;
	k->caller_left_cause = cause;
	k->call.hung_up_by = HUNG_UP_CALLER;
	story_step(t, k, STEP_CALLER_HUNG_UP, k->trunk);
}

void calls_system_hangup(struct tracker *t, struct tracked *k)
{
	if (k->call.hung_up_by != HUNG_UP_UNKNOWN)
		return;
	k->call.hung_up_by = HUNG_UP_SYSTEM;
	story_step(t, k, STEP_SYSTEM_HUNG_UP, k->trunk);
}

void calls_uncertain(struct tracker *t, struct tracked *k, enum call_step_kind why)
{
	story_step(t, k, why, NULL);
	if (k->call.uncertain)
		return;
	k->call.uncertain = true;
	calls_touch(t, k);
}

void calls_renamed(struct tracker *t, struct tracked *k, struct channel *c, struct str old_name)
{
	char *shown = c == k->trunk ? k->call.channel : k->call.agent_leg;

	story_leg_renamed(t, k, c);
	if (c != k->trunk && !str_eq(old_name, str_of(shown)))
		return;
	str_copy(shown, CALL_TEXT, str_of(c->name));
	calls_touch(t, k);
}

static void call_end(struct tracker *t, struct tracked *k, int64_t at_us)
{
	if (t->dirty == k)
		t->dirty = NULL;
	k->call.state = CALL_ENDED;
	/* The end is by our clock, the start by the server's. They may differ until a Ping compares them. */
	k->call.ended_us = at_us > CALL_NO_TIME && at_us < k->call.started_us ? k->call.started_us : at_us;
	story_ends(t, k);
	DL_DELETE(t->live, k);
	t->stats.live--;
	k->trunk->group->call = NULL;
	legs_drop_group(t, k->trunk->group);
	if (k->call.outcome != OUTCOME_ANSWERED && t->config.on_story)
		tell(t, k, t->config.on_story);
	t->config.on_call(t->config.arg, &k->call, CALL_CHANGE_FINISHED);
	if (t->watched == k) {
		t->watched_changed = false;
		tell(t, k, t->config.on_detail);
		t->watched = NULL;
	}
	pool_give(&t->call_pool, k);
}

void calls_finish(struct tracker *t, struct tracked *k, int cause, int sip_code, int64_t at_us)
{
	struct call *c = &k->call;

	c->cause = cause > 0 ? cause : 0;
	c->sip_code = sip_code > 0 ? sip_code : 0;
	c->outcome = call_outcome_of(k, c->cause, c->sip_code, at_us);
	if (c->outcome == OUTCOME_ABANDONED)
		c->hung_up_by = HUNG_UP_CALLER;
	if (c->outcome == OUTCOME_ABANDONED || c->outcome == OUTCOME_ANSWERED)
		c->reason = REASON_NONE;
	if (c->outcome != OUTCOME_ANSWERED)
		c->answered_us = c->first_audio_us = 0;
	else if (call_span_us(k->trunk_up_us, at_us) > 0)
		c->talk_us = call_span_us(k->trunk_up_us, at_us);
	call_end(t, k, at_us);
}

void calls_lose(struct tracker *t, struct tracked *k, int64_t at_us)
{
	k->call.outcome = OUTCOME_LOST;
	k->call.uncertain = true;
	k->call.hung_up_by = HUNG_UP_UNKNOWN;
	call_end(t, k, at_us);
}
