/*
 * Each call is two legs and a script: what its caller and its agent do decides which step follows which, chance how long
 * a step takes. The events and their order are those of a real Asterisk (ami.md 2.3).
 *
 * Arrivals are a Poisson process. Popular numbers, slow agents and the trunk a number comes in by are drawn from the
 * number itself, so that they stay what they are.
 */
#include "config.h"

#include "calls.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#include <utlist.h>

#define LIVE_MAX 200
#define STATE_DOWN 0
#define STATE_RING 4
#define STATE_UP 6

enum fate {
	FATE_ANSWERED, FATE_CALLER_GIVES_UP, FATE_BUSY, FATE_NO_ANSWER, FATE_UNREACHABLE, FATE_UNMAPPED, FATE_COUNT,
};

enum step { STEP_DIAL, STEP_ANSWER, STEP_AUDIO, STEP_END };

struct leg {
	char channel[96];
	char uniqueid[40];
	char caller[24];
	char connected[24];
	const char *context;
	char exten[24];
	int state;			/* as Asterisk numbers them; -1 = there is no such channel */
};

struct demo_call {
	enum fate fate;
	enum step next_step;
	int64_t at_ms;
	int64_t began_s;
	uint64_t number_hash;
	char dial[256];
	char bridge[40];
	bool bridged;
	bool ordered_to_end;
	struct leg trunk, agent;
	struct demo_call *prev, *next;
};

struct demo_calls {
	struct demo_calls_config config;
	uint64_t random;
	uint64_t sequence;
	int64_t next_arrival_ms;	/* -1 = never */
	struct demo_call *live;
	size_t live_count;
};

/* Of 100 calls. */
static const unsigned odds[FATE_COUNT] = { 84, 6, 3, 2, 3, 2 };

static const struct cause {
	int code;
	int sip;			/* 0 = none said */
	const char *text;
	const char *dial_status;	/* NULL = no leg was dialled */
} causes[FATE_COUNT] = {
	[FATE_ANSWERED] = { 16, 0, "Normal Clearing", "ANSWER" },
	[FATE_CALLER_GIVES_UP] = { 16, 0, "Normal Clearing", "CANCEL" },
	[FATE_BUSY] = { 17, 486, "User busy", "BUSY" },
	[FATE_NO_ANSWER] = { 19, 480, "User alerting, no answer", "NOANSWER" },
	[FATE_UNREACHABLE] = { 38, 500, "Network out of order", NULL },
	[FATE_UNMAPPED] = { 1, 404, "Unallocated (unassigned) number", NULL },
};

/* Prefix and how many digits follow it. */
static const struct { const char *prefix; int digits; } callers[] = {
	{ "+1415", 7 }, { "+1212", 7 }, { "+1312", 7 }, { "+1604", 7 }, { "+44207", 7 }, { "+447", 9 }, { "+4930", 7 },
	{ "+49151", 8 }, { "+3314", 7 }, { "+346", 8 }, { "+3902", 8 }, { "+3120", 7 }, { "+4144", 7 }, { "+4670", 7 },
	{ "+52155", 8 }, { "+5511", 9 }, { "+9198", 8 }, { "+8190", 8 }, { "+6141", 7 }, { "+4822", 7 },
};

/* splitmix64 */
static uint64_t draw(struct demo_calls *c)
{
	uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static double unit(struct demo_calls *c)
{
	return ((double)(draw(c) >> 11) + 0.5) / 9007199254740992.0;
}

/* Exponentially distributed around 1, by von Neumann's method: falling runs of uniform numbers. */
static double exponential(struct demo_calls *c)
{
	for (double whole = 0;; whole++) {
		double first = unit(c), last = first, next;
		bool odd = true;

		for (next = unit(c); next < last; next = unit(c)) {
			last = next;
			odd = !odd;
		}
		if (odd)
			return whole + first;
	}
}

static int64_t between(struct demo_calls *c, double low_ms, double high_ms)
{
	return (int64_t)((low_ms + unit(c) * (high_ms - low_ms)) / c->config.speed);
}

/* Many short ones, a few long ones. */
static int64_t talk_ms(struct demo_calls *c)
{
	double ms = 12000 + 70000 * exponential(c);

	return (int64_t)((ms < 600000 ? ms : 600000) / c->config.speed);
}

static void plan_arrival(struct demo_calls *c, int64_t now_ms)
{
	if (c->config.calls_per_minute > 0)
		c->next_arrival_ms = now_ms + 1 + (int64_t)(exponential(c) * 60000 / c->config.calls_per_minute);
	else
		c->next_arrival_ms = -1;
}

struct demo_calls *demo_calls_new(const struct demo_calls_config *config, int64_t now_ms)
{
	struct demo_calls *c = xcalloc(1, sizeof(*c));

	c->config = *config;
	if (c->config.speed <= 0)
		c->config.speed = 1;
	if (!c->config.endpoint)
		c->config.endpoint = "twilio";
	c->random = config->seed;
	c->sequence = 1;
	plan_arrival(c, now_ms);
	return c;
}

static void drop(struct demo_calls *c, struct demo_call *k)
{
	DL_DELETE(c->live, k);
	c->live_count--;
	free(k);
}

void demo_calls_free(struct demo_calls **c)
{
	if (!*c)
		return;
	while ((*c)->live)
		drop(*c, (*c)->live);
	FREE(c);
}

static void head(struct buf *out, const char *event, const char *class)
{
	int64_t now = clock_wall_us(&clock_system);

	buf_addf(out, "Event: %s\r\nPrivilege: %s,all\r\nTimestamp: %lld.%06lld\r\n", event, class,
		 (long long)(now / 1000000), (long long)(now % 1000000));
}

static const char *state_text(int state)
{
	return state == STATE_UP ? "Up" : state == STATE_RING ? "Ring" : "Down";
}

static void block(struct buf *out, const char *prefix, const struct leg *l, const char *linkedid)
{
	const char *p = prefix;

	buf_addf(out, "%sChannel: %s\r\n%sChannelState: %d\r\n%sChannelStateDesc: %s\r\n", p, l->channel, p, l->state, p,
		 state_text(l->state));
	buf_addf(out, "%sCallerIDNum: %s\r\n%sCallerIDName: <unknown>\r\n", p, l->caller, p);
	buf_addf(out, "%sConnectedLineNum: %s\r\n%sConnectedLineName: <unknown>\r\n", p, l->connected, p);
	buf_addf(out, "%sLanguage: en\r\n%sAccountCode: \r\n%sContext: %s\r\n%sExten: %s\r\n", p, p, p, l->context, p,
		 l->exten);
	buf_addf(out, "%sPriority: 1\r\n%sUniqueid: %s\r\n%sLinkedid: %s\r\n", p, p, l->uniqueid, p, linkedid);
}

static void leg_event(const struct demo_call *k, struct buf *out, const char *event, const struct leg *l,
		      const char *rest)
{
	head(out, event, "call");
	block(out, "", l, k->trunk.uniqueid);
	buf_addf(out, "%s\r\n", rest);
}

static void dial_event(const struct demo_call *k, struct buf *out, const char *event, const char *key,
		       const char *value)
{
	head(out, event, "call");
	block(out, "", &k->trunk, k->trunk.uniqueid);
	block(out, "Dest", &k->agent, k->trunk.uniqueid);
	buf_addf(out, "%s: %s\r\n\r\n", key, value);
}

static void bridge_event(const struct demo_call *k, struct buf *out, const char *event, const struct leg *l, int channels)
{
	head(out, event, "call");
	buf_addf(out, "BridgeUniqueid: %s\r\nBridgeType: basic\r\nBridgeTechnology: simple_bridge\r\n", k->bridge);
	buf_addf(out, "BridgeCreator: <unknown>\r\nBridgeName: <unknown>\r\nBridgeNumChannels: %d\r\n", channels);
	buf_adds(out, "BridgeVideoSourceMode: none\r\n");
	if (l)
		block(out, "", l, k->trunk.uniqueid);
	buf_adds(out, "\r\n");
}

static void hang_up(const struct demo_call *k, struct buf *out, struct leg *l, bool with_sip)
{
	const struct cause *cause = &causes[k->fate];
	char rest[96];
	int len = snprintf(rest, sizeof(rest), "Cause: %d\r\nCause-txt: %s\r\n", cause->code, cause->text);

	if (with_sip && cause->sip)
		snprintf(rest + len, sizeof(rest) - (size_t)len, "TechCause: %d\r\n", cause->sip);
	leg_event(k, out, "Hangup", l, rest);
	l->state = -1;
}

static void name_leg(struct demo_calls *c, struct leg *l)
{
	snprintf(l->uniqueid, sizeof(l->uniqueid), "%lld.%llu", (long long)(clock_wall_us(&clock_system) / 1000000),
		 (unsigned long long)c->sequence++);
}

static void choose_caller(struct demo_calls *c, char *to, size_t size)
{
	size_t i = (size_t)(draw(c) % ARRAY_LEN(callers));
	uint64_t digits = draw(c);
	size_t len;

	if (draw(c) % 20 == 0) {
		snprintf(to, size, "anonymous");
		return;
	}
	len = (size_t)snprintf(to, size, "%s", callers[i].prefix);
	for (int n = 0; n < callers[i].digits && len + 1 < size; n++, digits /= 10)
		to[len++] = (char)('0' + digits % 10);
	to[len] = '\0';
}

static enum fate choose_fate(struct demo_calls *c)
{
	unsigned roll = (unsigned)(draw(c) % 100);
	unsigned fate = 0;

	while (fate + 1 < FATE_COUNT && roll >= odds[fate])
		roll -= odds[fate++];
	return (enum fate)fate;
}

/* Two are drawn, the one with the smaller hash is called: some numbers are busier than others, and remain so. */
static bool choose_route(struct demo_calls *c, struct demo_call *k)
{
	struct demo_route a, b;
	uint64_t first = draw(c), second = draw(c);

	if (!c->config.route(c->config.arg, first, &a) || !c->config.route(c->config.arg, second, &b))
		return false;
	if (mail_key(b.number, strlen(b.number)) < mail_key(a.number, strlen(a.number)))
		a = b;
	str_copy(k->trunk.exten, sizeof(k->trunk.exten), str_of(a.number));
	str_copy(k->dial, sizeof(k->dial), str_of(a.dial));
	k->number_hash = mail_key(a.number, strlen(a.number));
	if (k->fate == FATE_UNMAPPED)
		snprintf(k->trunk.exten, sizeof(k->trunk.exten), "+1555%07u", (unsigned)(draw(c) % 10000000));
	return true;
}

static void fill_trunk(struct demo_calls *c, struct demo_call *k)
{
	struct leg *l = &k->trunk;

	choose_caller(c, l->caller, sizeof(l->caller));
	snprintf(l->connected, sizeof(l->connected), "<unknown>");
	l->context = "trunkdeck-in";
	l->state = STATE_RING;
	snprintf(l->channel, sizeof(l->channel), "PJSIP/%s-%08llx", c->config.endpoint,
		 (unsigned long long)c->sequence);
	name_leg(c, l);
	k->agent.state = -1;
}

/* The agent's channel, named after what is dialled: "WebSocket/support/c(ulaw)" gives WebSocket/support-... */
static void fill_agent(struct demo_calls *c, struct demo_call *k)
{
	struct leg *l = &k->agent;
	const char *slash = strchr(k->dial, '/');
	size_t len = slash ? (size_t)(slash - k->dial) + 1 + strcspn(slash + 1, "/@,") : strlen(k->dial);

	snprintf(l->channel, sizeof(l->channel), "%.*s-%08llx", len < 64 ? (int)len : 64, k->dial,
		 (unsigned long long)c->sequence);
	str_copy(l->caller, sizeof(l->caller), str_of(k->trunk.exten));
	str_copy(l->connected, sizeof(l->connected), str_of(k->trunk.caller));
	l->context = "trunkdeck-agent";
	str_copy(l->exten, sizeof(l->exten), STR("s"));
	l->state = STATE_DOWN;
	name_leg(c, l);
	snprintf(k->bridge, sizeof(k->bridge), "%016llx-%08llx", (unsigned long long)draw(c),
		 (unsigned long long)c->sequence);
}

static void arrive(struct demo_calls *c, int64_t now_ms, struct buf *out)
{
	struct demo_call *k = xcalloc(1, sizeof(*k));

	k->fate = choose_fate(c);
	if (c->live_count >= LIVE_MAX || !choose_route(c, k)) {
		free(k);
		return;
	}
	fill_trunk(c, k);
	k->began_s = clock_wall_us(&clock_system) / 1000000;
	k->next_step = causes[k->fate].dial_status ? STEP_DIAL : STEP_END;
	k->at_ms = now_ms + between(c, 2, 6);
	DL_APPEND(c->live, k);
	c->live_count++;
	leg_event(k, out, "Newchannel", &k->trunk, "");
}

static void dial(struct demo_calls *c, struct demo_call *k, int64_t now_ms, struct buf *out)
{
	fill_agent(c, k);
	leg_event(k, out, "Newchannel", &k->agent, "");
	dial_event(k, out, "DialBegin", "DialString", strchr(k->dial, '/') ? strchr(k->dial, '/') + 1 : k->dial);
	k->next_step = k->fate == FATE_ANSWERED ? STEP_ANSWER : STEP_END;
	if (k->fate == FATE_ANSWERED)
		k->at_ms = now_ms + between(c, 20, 400);
	else if (k->fate == FATE_BUSY)
		k->at_ms = now_ms + between(c, 60, 300);
	else
		k->at_ms = now_ms + between(c, 4000, 20000);
}

static void answer(struct demo_calls *c, struct demo_call *k, int64_t now_ms, struct buf *out)
{
	double slowness = 250 + (double)(k->number_hash % 700);

	k->agent.state = STATE_UP;
	leg_event(k, out, "Newstate", &k->agent, "");
	dial_event(k, out, "DialEnd", "DialStatus", "ANSWER");
	k->trunk.state = STATE_UP;
	leg_event(k, out, "Newstate", &k->trunk, "");
	bridge_event(k, out, "BridgeCreate", NULL, 0);
	bridge_event(k, out, "BridgeEnter", &k->agent, 1);
	bridge_event(k, out, "BridgeEnter", &k->trunk, 2);
	k->bridged = true;
	k->next_step = STEP_AUDIO;
	k->at_ms = now_ms + between(c, slowness, slowness * 2);
}

static void audio(struct demo_calls *c, struct demo_call *k, int64_t now_ms, struct buf *out)
{
	leg_event(k, out, "ChannelTalkingStart", &k->agent, "");
	k->next_step = STEP_END;
	k->at_ms = now_ms + talk_ms(c);
}

/* One side hangs up, the other is hung up. */
static void end_talk(struct demo_calls *c, struct demo_call *k, struct buf *out)
{
	bool caller_first = draw(c) % 3 != 0;
	struct leg *first = caller_first ? &k->trunk : &k->agent;
	struct leg *second = caller_first ? &k->agent : &k->trunk;

	leg_event(k, out, "HangupRequest", first, "Cause: 16\r\n");
	bridge_event(k, out, "BridgeLeave", first, 1);
	leg_event(k, out, "SoftHangupRequest", second, "Cause: 16\r\n");
	bridge_event(k, out, "BridgeLeave", second, 0);
	bridge_event(k, out, "BridgeDestroy", NULL, 0);
}

/* What the dialplan says of a number without a route. */
static void unmapped(const struct demo_call *k, struct buf *out)
{
	head(out, "UserEvent", "user");
	block(out, "", &k->trunk, k->trunk.uniqueid);
	buf_addf(out, "UserEvent: TrunkdeckUnmapped\r\nNumber: %s\r\n\r\n", k->trunk.exten);
}

static void end(struct demo_calls *c, struct demo_call *k, struct buf *out)
{
	bool gave_up = k->fate == FATE_CALLER_GIVES_UP;

	if (k->bridged)
		end_talk(c, k, out);
	else if (gave_up)
		leg_event(k, out, "HangupRequest", &k->trunk, "Cause: 127\r\n");
	if (k->fate == FATE_UNMAPPED)
		unmapped(k, out);
	if (k->agent.state >= 0) {
		if (!k->bridged)
			dial_event(k, out, "DialEnd", "DialStatus", causes[k->fate].dial_status);
		hang_up(k, out, &k->agent, false);
	}
	if (!k->bridged && !gave_up)
		leg_event(k, out, "SoftHangupRequest", &k->trunk, "Cause: 16\r\n");
	hang_up(k, out, &k->trunk, true);
	drop(c, k);
}

/* By a Hangup action. */
static void end_as_ordered(struct demo_calls *c, struct demo_call *k, struct buf *out)
{
	k->fate = FATE_ANSWERED;	/* for its cause: normal clearing */
	leg_event(k, out, "SoftHangupRequest", &k->trunk, "Cause: 16\r\n");
	if (k->bridged) {
		bridge_event(k, out, "BridgeLeave", &k->trunk, 1);
		bridge_event(k, out, "BridgeLeave", &k->agent, 0);
		bridge_event(k, out, "BridgeDestroy", NULL, 0);
	} else if (k->agent.state >= 0) {
		dial_event(k, out, "DialEnd", "DialStatus", "CANCEL");
	}
	if (k->agent.state >= 0)
		hang_up(k, out, &k->agent, false);
	hang_up(k, out, &k->trunk, false);
	drop(c, k);
}

static void take_step(struct demo_calls *c, struct demo_call *k, int64_t now_ms, struct buf *out)
{
	switch (k->next_step) {
	case STEP_DIAL:
		dial(c, k, now_ms, out);
		break;
	case STEP_ANSWER:
		answer(c, k, now_ms, out);
		break;
	case STEP_AUDIO:
		audio(c, k, now_ms, out);
		break;
	case STEP_END:
		if (k->ordered_to_end)
			end_as_ordered(c, k, out);
		else
			end(c, k, out);
		break;
	}
}

bool demo_calls_hang_up(struct demo_calls *c, struct str channel, int64_t now_ms)
{
	struct demo_call *k;

	DL_FOREACH(c->live, k) {
		if (!str_eq(channel, str_of(k->trunk.channel)))
			continue;
		k->ordered_to_end = true;
		k->next_step = STEP_END;
		k->at_ms = now_ms;
		return true;
	}
	return false;
}

void demo_calls_turn(struct demo_calls *c, int64_t now_ms, struct buf *out)
{
	struct demo_call *k, *next;

	DL_FOREACH_SAFE(c->live, k, next)
		if (now_ms >= k->at_ms)
			take_step(c, k, now_ms, out);
	if (c->next_arrival_ms >= 0 && now_ms >= c->next_arrival_ms) {
		arrive(c, now_ms, out);
		plan_arrival(c, now_ms);
	}
}

int64_t demo_calls_next_at_ms(const struct demo_calls *c)
{
	int64_t at = c->next_arrival_ms;
	struct demo_call *k;

	DL_FOREACH(c->live, k)
		if (at < 0 || k->at_ms < at)
			at = k->at_ms;
	return at;
}

static size_t list_leg(const struct demo_call *k, const struct leg *l, const char *id_text, struct buf *out)
{
	int64_t age = clock_wall_us(&clock_system) / 1000000 - k->began_s;

	if (l->state < 0)
		return 0;
	buf_addf(out, "Event: CoreShowChannel\r\n%s", id_text);
	block(out, "", l, k->trunk.uniqueid);
	buf_addf(out, "Application: %s\r\nApplicationData: %s\r\n", l == &k->trunk ? "Dial" : "AppDial",
		 l == &k->trunk ? k->dial : "(Outgoing Line)");
	buf_addf(out, "Duration: %02lld:%02lld:%02lld\r\nBridgeId: %s\r\n\r\n", (long long)(age / 3600),
		 (long long)(age / 60 % 60), (long long)(age % 60), k->bridged ? k->bridge : "");
	return 1;
}

size_t demo_calls_list(const struct demo_calls *c, const char *id_text, struct buf *out)
{
	struct demo_call *k;
	size_t n = 0;

	DL_FOREACH(c->live, k)
		n += list_leg(k, &k->trunk, id_text, out) + list_leg(k, &k->agent, id_text, out);
	return n;
}
