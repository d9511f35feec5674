/*
 * A call has two legs and takes the steps of its fate, one after another. A step has a wait and the events after it,
 * which are in the order of a real Asterisk (ami.md 2.3).
 *
 * Arrivals are a Poisson process. The hash of a number decides its popularity and its agent's slowness.
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
#define STEPS_MAX 6

enum { STATE_NONE = -1, STATE_DOWN = 0, STATE_RING = 4, STATE_UP = 6 };		/* as Asterisk numbers them */

struct leg {
	char channel[96];
	char uniqueid[48];
	char caller[24];
	char caller_name[24];
	char connected[24];
	const char *context;
	char exten[24];
	int state;
};

/*
 * One event. Legs: t = the trunk's (of a test: the caller's half), a = the agent's (of a test: the half in the
 * dialplan), 1 = the leg that hangs up first, 2 = the other leg, T and A = the leg goes up with the event, - = none.
 * The event is left out when a leg has no channel. A second leg is the destination of a dial. In a value, $ is the
 * number, @ is the dialled text, % is the dial status and # is the cause.
 */
struct line {
	const char *event, *legs, *key, *value;
};

#define CHANNELS "BridgeNumChannels"	/* makes the event one of the bridge */

static const struct line
	arrive[] = { { "Newchannel", "t", "", "" }, { 0 } },
	dial[] = { { "Newchannel", "a", "", "" }, { "DialBegin", "ta", "DialString", "@" }, { 0 } },
	answer[] = {
		{ "Newstate", "A", "", "" }, { "DialEnd", "ta", "DialStatus", "%" }, { "Newstate", "T", "", "" },
		{ "BridgeCreate", "-", CHANNELS, "0" }, { "BridgeEnter", "a", CHANNELS, "1" }, { "BridgeEnter", "t", CHANNELS, "2" }, { 0 },
	},
	audio[] = { { "ChannelTalkingStart", "a", "", "" }, { 0 } },
	talked[] = {
		{ "HangupRequest", "1", "Cause", "16" }, { "BridgeLeave", "1", CHANNELS, "1" },
		{ "SoftHangupRequest", "2", "Cause", "16" }, { "BridgeLeave", "2", CHANNELS, "0" },
		{ "BridgeDestroy", "-", CHANNELS, "0" }, { "Hangup", "a", "Cause", "#" }, { "Hangup", "t", "Cause", "#" }, { 0 },
	},
	gave_up[] = {
		{ "HangupRequest", "t", "Cause", "127" }, { "DialEnd", "ta", "DialStatus", "%" }, { "Hangup", "a", "Cause", "#" },
		{ "Hangup", "t", "Cause", "#" }, { 0 },
	},
	failed[] = {
		{ "DialEnd", "ta", "DialStatus", "%" }, { "Hangup", "a", "Cause", "#" }, { "SoftHangupRequest", "t", "Cause", "16" },
		{ "Hangup", "t", "Cause", "#" }, { 0 },
	},
	unmapped[] = {
		{ "UserEvent", "t", "UserEvent", "TrunkdeckUnmapped\r\nNumber: $" }, { "SoftHangupRequest", "t", "Cause", "16" },
		{ "Hangup", "t", "Cause", "#" }, { 0 },
	},
	cut_talk[] = {
		{ "SoftHangupRequest", "t", "Cause", "16" }, { "BridgeLeave", "t", CHANNELS, "1" }, { "BridgeLeave", "a", CHANNELS, "0" },
		{ "BridgeDestroy", "-", CHANNELS, "0" }, { "Hangup", "a", "Cause", "#" }, { "Hangup", "t", "Cause", "#" }, { 0 },
	},
	cut[] = {
		{ "SoftHangupRequest", "t", "Cause", "16" }, { "DialEnd", "ta", "DialStatus", "%" }, { "Hangup", "a", "Cause", "#" },
		{ "Hangup", "t", "Cause", "#" }, { 0 },
	},
	test_arrive[] = {
		{ "Newchannel", "t", "", "" }, { "Newchannel", "a", "", "" },
		{ "UserEvent", "a", "UserEvent", "TrunkdeckTest\r\nStage: arrived" }, { 0 },
	},
	test_route[] = { { "UserEvent", "a", "UserEvent", "TrunkdeckTest\r\nStage: route\r\nAgent: @" }, { 0 } },
	test_unmapped[] = { { "UserEvent", "a", "UserEvent", "TrunkdeckUnmapped" }, { "Hangup", "a", "Cause", "#" }, { 0 } },
	test_dial[] = { { "DialBegin", "a", "", "" }, { 0 } },
	test_answer[] = { { "DialEnd", "a", "DialStatus", "%" }, { 0 } };

/* Waits that are not two bounds in milliseconds: the response time of the number's agent, and the talk time. */
#define SLOWNESS -1
#define TALK -2

static const struct fate {
	unsigned odds;			/* in percent of inbound calls */
	int cause, sip;			/* sip 0 = not reported */
	const char *text;		/* of the cause */
	const char *dial_status;
	struct step {
		const struct line *lines;
		double low_ms, high_ms;	/* the wait before it */
	} steps[STEPS_MAX];
} fates[] = {
	{ 84, 16, 0, "Normal Clearing", "ANSWER",
	  { { arrive, 0, 0 }, { dial, 2, 6 }, { answer, 20, 400 }, { audio, SLOWNESS, 0 }, { talked, TALK, 0 } } },
	{ 6, 16, 0, "Normal Clearing", "CANCEL", { { arrive, 0, 0 }, { dial, 2, 6 }, { gave_up, 4000, 20000 } } },
	{ 3, 17, 486, "User busy", "BUSY", { { arrive, 0, 0 }, { dial, 2, 6 }, { failed, 60, 300 } } },
	{ 2, 19, 480, "User alerting, no answer", "NOANSWER", { { arrive, 0, 0 }, { dial, 2, 6 }, { failed, 4000, 20000 } } },
	{ 3, 38, 500, "Network out of order", "", { { arrive, 0, 0 }, { failed, 2, 6 } } },
	{ 2, 1, 404, "Unallocated (unassigned) number", "", { { arrive, 0, 0 }, { unmapped, 2, 6 } } },
};

static const struct fate
	cut_fate = { 0, 16, 0, "Normal Clearing", "CANCEL", { { cut, 0, 0 } } },
	cut_talk_fate = { 0, 16, 0, "Normal Clearing", "", { { cut_talk, 0, 0 } } },
	tested = { 0, 16, 0, "Normal Clearing", "ANSWER",
		   { { test_arrive, 0, 0 }, { test_route, 0.4, 0.4 }, { test_dial, 1.7, 1.7 }, { test_answer, 3.9, 11.9 },
		     { audio, 414, 806 } } },
	test_without_route = { 0, 1, 0, "Unallocated (unassigned) number", "", { { test_arrive, 0, 0 }, { test_unmapped, 0.4, 0.4 } } };

struct demo_call {
	const struct fate *fate;
	size_t step;			/* the next one */
	int64_t due_us;
	int64_t stamp_us;		/* of a test call, by its plan; 0 = not a test call */
	int64_t began_s;
	uint64_t hash;			/* of the number */
	char dial[256];
	char bridge[40];
	bool bridged;
	bool agent_first;		/* the agent hangs up first */
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

/* --- chance --- */

/* The generator is splitmix64. */
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

/* Returns an exponentially distributed number with mean 1, by von Neumann's method: falling runs of uniform numbers. */
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

/* Returns the wait before a step. Many talks are short, a few are long. */
static int64_t wait_us(struct demo_calls *c, const struct demo_call *k, const struct step *s)
{
	double low = s->low_ms, high = s->high_ms, ms;

	if (low == TALK) {
		ms = 12000 + 70000 * exponential(c);
		ms = ms < 600000 ? ms : 600000;
	} else {
		if (low == SLOWNESS)
			low = 250 + (double)(k->hash % 700);
		high = s->low_ms == SLOWNESS ? 2 * low : high;
		ms = low + (high - low) * (k->stamp_us ? (double)(k->hash % 400) / 400 : unit(c));
	}
	return (int64_t)(1000 * ms / (k->stamp_us ? 1 : c->config.speed) + 0.5);
}

static void plan_arrival(struct demo_calls *c, int64_t now_ms)
{
	if (c->config.calls_per_minute > 0)
		c->next_arrival_ms = now_ms + 1 + (int64_t)(exponential(c) * 60000 / c->config.calls_per_minute);
	else
		c->next_arrival_ms = -1;
}

/* --- events --- */

static void put_block(struct buf *out, const char *p, const struct leg *l, const char *linkedid)
{
	buf_addf(out, "%sChannel: %s\r\n%sChannelState: %d\r\n%sChannelStateDesc: %s\r\n", p, l->channel, p, l->state, p,
		 l->state == STATE_UP ? "Up" : l->state == STATE_RING ? "Ring" : "Down");
	buf_addf(out, "%sCallerIDNum: %s\r\n%sCallerIDName: %s\r\n", p, l->caller, p, l->caller_name);
	buf_addf(out, "%sConnectedLineNum: %s\r\n%sConnectedLineName: <unknown>\r\n", p, l->connected, p);
	buf_addf(out, "%sLanguage: en\r\n%sAccountCode: \r\n%sContext: %s\r\n%sExten: %s\r\n", p, p, p, l->context, p, l->exten);
	buf_addf(out, "%sPriority: 1\r\n%sUniqueid: %s\r\n%sLinkedid: %s\r\n", p, p, l->uniqueid, p, linkedid);
}

static void put_value(const struct demo_call *k, const char *legs, const char *value, struct buf *out)
{
	const char *slash = strchr(k->dial, '/');

	for (; *value; value++) {
		if (*value == '$')
			buf_adds(out, k->trunk.exten);
		else if (*value == '@')
			buf_adds(out, slash ? slash + 1 : k->dial);
		else if (*value == '%')
			buf_adds(out, k->fate->dial_status);
		else if (*value == '#')
			buf_addf(out, "%d\r\nCause-txt: %s", k->fate->cause, k->fate->text);
		else
			buf_addc(out, *value);
		if (*value == '#' && *legs == 't' && k->fate->sip)
			buf_addf(out, "\r\nTechCause: %d", k->fate->sip);
	}
	buf_adds(out, "\r\n");
}

static struct leg *leg_of(struct demo_call *k, char which)
{
	return which == 't' || which == 'T' || which == (k->agent_first ? '2' : '1') ? &k->trunk : which == '-' ? NULL : &k->agent;
}

static void put_event(struct demo_call *k, const struct line *line, struct buf *out)
{
	int64_t at_us = k->stamp_us ? k->stamp_us : clock_wall_us(&clock_system);
	struct leg *leg = leg_of(k, line->legs[0]), *other = line->legs[1] ? leg_of(k, line->legs[1]) : NULL;
	bool is_bridge = strcmp(line->key, CHANNELS) == 0;

	if ((leg && leg->state == STATE_NONE) || (other && other->state == STATE_NONE))
		return;
	if (line->legs[0] == 'T' || line->legs[0] == 'A')
		leg->state = STATE_UP;
	buf_addf(out, "Event: %s\r\nPrivilege: %s,all\r\nTimestamp: %lld.%06lld\r\n", line->event,
		 strcmp(line->event, "UserEvent") == 0 ? "user" : "call", (long long)(at_us / 1000000), (long long)(at_us % 1000000));
	if (is_bridge) {
		buf_addf(out, "BridgeUniqueid: %s\r\nBridgeType: basic\r\nBridgeTechnology: simple_bridge\r\n", k->bridge);
		buf_adds(out, "BridgeCreator: <unknown>\r\nBridgeName: <unknown>\r\nBridgeVideoSourceMode: none\r\n");
		k->bridged = true;
	}
	if (leg)
		put_block(out, "", leg, k->trunk.uniqueid);
	if (other)
		put_block(out, "Dest", other, k->trunk.uniqueid);
	if (*line->key) {
		buf_addf(out, "%s: ", line->key);
		put_value(k, line->legs, line->value, out);
	}
	buf_adds(out, "\r\n");
	if (strcmp(line->event, "Hangup") == 0)
		leg->state = STATE_NONE;
}

/* --- calls --- */

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
	while (*c && (*c)->live)
		drop(*c, (*c)->live);
	FREE(c);
}

static void add_call(struct demo_calls *c, struct demo_call *k, int64_t now_ms)
{
	k->due_us = now_ms * 1000;
	k->began_s = clock_wall_us(&clock_system) / 1000000;
	DL_APPEND(c->live, k);
	c->live_count++;
}

static void name_leg(struct demo_calls *c, struct leg *l, const char *what, size_t len)
{
	snprintf(l->channel, sizeof(l->channel), "%.*s-%08llx", len < 64 ? (int)len : 64, what, (unsigned long long)c->sequence);
	snprintf(l->uniqueid, sizeof(l->uniqueid), "%lld.%llu", (long long)(clock_wall_us(&clock_system) / 1000000),
		 (unsigned long long)c->sequence++);
	str_copy(l->caller_name, sizeof(l->caller_name), STR("<unknown>"));
}

static void choose_caller(struct demo_calls *c, char *to, size_t size)
{
	/* Prefix, and the number of digits after it. */
	static const struct { const char *prefix; int digits; } callers[] = {
		{ "+1415", 7 }, { "+1212", 7 }, { "+1312", 7 }, { "+1604", 7 }, { "+44207", 7 }, { "+447", 9 }, { "+4930", 7 },
		{ "+49151", 8 }, { "+3314", 7 }, { "+346", 8 }, { "+3902", 8 }, { "+3120", 7 }, { "+4144", 7 }, { "+4670", 7 },
		{ "+52155", 8 }, { "+5511", 9 }, { "+9198", 8 }, { "+8190", 8 }, { "+6141", 7 }, { "+4822", 7 },
	};
	size_t i = (size_t)(draw(c) % ARRAY_LEN(callers)), len;
	uint64_t digits = draw(c);

	if (draw(c) % 20 == 0) {
		str_copy(to, size, STR("anonymous"));
		return;
	}
	len = (size_t)snprintf(to, size, "%s", callers[i].prefix);
	for (int n = 0; n < callers[i].digits && len + 1 < size; n++, digits /= 10)
		to[len++] = (char)('0' + digits % 10);
	to[len] = '\0';
}

/* Takes the number with the smaller hash of two, so that the same numbers are always busier than others. */
static bool choose_route(struct demo_calls *c, struct demo_call *k)
{
	for (int i = 0; i < 2; i++) {
		struct demo_route route;
		uint64_t hash;

		if (!c->config.route(c->config.arg, draw(c), &route))
			return false;
		hash = mail_key(route.number, strlen(route.number));
		if (i > 0 && hash >= k->hash)
			continue;
		k->hash = hash;
		str_copy(k->trunk.exten, sizeof(k->trunk.exten), str_of(route.number));
		str_copy(k->dial, sizeof(k->dial), str_of(route.dial));
	}
	return true;
}

static void begin_call(struct demo_calls *c, int64_t now_ms)
{
	struct demo_call *k = xcalloc(1, sizeof(*k));
	unsigned roll = (unsigned)(draw(c) % 100);
	char *trunk;

	for (k->fate = fates; roll >= k->fate->odds; k->fate++)
		roll -= k->fate->odds;
	if (c->live_count >= LIVE_MAX || !choose_route(c, k)) {
		free(k);
		return;
	}
	if (k->fate->steps[1].lines == unmapped)
		snprintf(k->trunk.exten, sizeof(k->trunk.exten), "+1555%07u", (unsigned)(draw(c) % 10000000));
	choose_caller(c, k->trunk.caller, sizeof(k->trunk.caller));
	str_copy(k->trunk.connected, sizeof(k->trunk.connected), STR("<unknown>"));
	k->trunk.context = "trunkdeck-in";
	k->trunk.state = STATE_RING;
	k->agent.state = STATE_NONE;
	k->agent_first = draw(c) % 3 == 0;
	trunk = xasprintf("PJSIP/%s", c->config.endpoint);
	name_leg(c, &k->trunk, trunk, strlen(trunk));
	free(trunk);
	add_call(c, k, now_ms);
}

/* The dialled text names the agent's channel: "WebSocket/support/c(ulaw)" gives WebSocket/support-... */
static void make_agent_leg(struct demo_calls *c, struct demo_call *k)
{
	const char *slash = strchr(k->dial, '/');

	snprintf(k->bridge, sizeof(k->bridge), "%016llx-%08llx", (unsigned long long)draw(c), (unsigned long long)c->sequence);
	name_leg(c, &k->agent, k->dial, slash ? (size_t)(slash - k->dial) + 1 + strcspn(slash + 1, "/@,") : strlen(k->dial));
	str_copy(k->agent.caller, sizeof(k->agent.caller), str_of(k->trunk.exten));
	str_copy(k->agent.connected, sizeof(k->agent.connected), str_of(k->trunk.caller));
	k->agent.context = "trunkdeck-agent";
	str_copy(k->agent.exten, sizeof(k->agent.exten), STR("s"));
	k->agent.state = STATE_DOWN;
}

void demo_calls_test(struct demo_calls *c, struct str number, struct str id, struct str other_id, const char *agent, int64_t now_ms)
{
	struct demo_call *k = xcalloc(1, sizeof(*k));

	k->fate = agent ? &tested : &test_without_route;
	k->hash = mail_key(number.p, number.len);
	k->stamp_us = clock_wall_us(&clock_system);
	str_copy(k->dial, sizeof(k->dial), str_of(agent));
	k->trunk.context = "trunkdeck-test";
	k->trunk.state = STATE_UP;
	str_copy(k->trunk.exten, sizeof(k->trunk.exten), number);
	str_copy(k->trunk.caller, sizeof(k->trunk.caller), STR("test"));
	str_copy(k->trunk.caller_name, sizeof(k->trunk.caller_name), STR("trunkdeck test"));
	str_copy(k->trunk.connected, sizeof(k->trunk.connected), STR("<unknown>"));
	k->agent = k->trunk;
	str_copy(k->trunk.uniqueid, sizeof(k->trunk.uniqueid), id);
	str_copy(k->agent.uniqueid, sizeof(k->agent.uniqueid), other_id);
	snprintf(k->trunk.channel, sizeof(k->trunk.channel), "Local/%s@trunkdeck-test-1;1", k->trunk.exten);
	snprintf(k->agent.channel, sizeof(k->agent.channel), "Local/%s@trunkdeck-test-1;2", k->trunk.exten);
	add_call(c, k, now_ms);
}

bool demo_calls_hang_up(struct demo_calls *c, struct str channel, int64_t now_ms)
{
	struct demo_call *k;

	DL_FOREACH(c->live, k) {
		if (k->stamp_us || !str_eq(channel, str_of(k->trunk.channel)))
			continue;
		k->fate = k->bridged ? &cut_talk_fate : &cut_fate;
		k->step = 0;
		k->due_us = now_ms * 1000;
		return true;
	}
	return false;
}

void demo_calls_turn(struct demo_calls *c, int64_t now_ms, struct buf *out)
{
	struct demo_call *k, *next;

	if (c->next_arrival_ms >= 0 && now_ms >= c->next_arrival_ms) {
		begin_call(c, now_ms);
		plan_arrival(c, now_ms);
	}
	DL_FOREACH_SAFE(c->live, k, next) {
		const struct step *s = &k->fate->steps[k->step];

		while (s->lines && now_ms >= k->due_us / 1000) {
			if (s->lines == dial)
				make_agent_leg(c, k);
			for (const struct line *line = s->lines; line->event; line++)
				put_event(k, line, out);
			s = &k->fate->steps[++k->step];
			if (s->lines) {
				int64_t wait = wait_us(c, k, s);

				k->due_us += wait;
				k->stamp_us += k->stamp_us ? wait : 0;
			}
		}
		if (!s->lines)
			drop(c, k);
	}
}

int64_t demo_calls_next_at_ms(const struct demo_calls *c)
{
	int64_t at = c->next_arrival_ms;
	struct demo_call *k;

	DL_FOREACH(c->live, k)
		at = clock_earlier(at, k->due_us / 1000);
	return at;
}

size_t demo_calls_list(const struct demo_calls *c, const char *id_text, struct buf *out)
{
	struct demo_call *k;
	size_t n = 0;

	DL_FOREACH(c->live, k) {
		const struct leg *legs[] = { &k->trunk, &k->agent };
		int64_t age = clock_wall_us(&clock_system) / 1000000 - k->began_s;

		for (int i = 0; i < 2 && k->step > 0 && !k->stamp_us; i++) {
			if (legs[i]->state == STATE_NONE)
				continue;
			buf_addf(out, "Event: CoreShowChannel\r\n%s", id_text);
			put_block(out, "", legs[i], k->trunk.uniqueid);
			buf_addf(out, "Application: %s\r\nApplicationData: %s\r\n", i ? "AppDial" : "Dial", i ? "(Outgoing Line)" : k->dial);
			buf_addf(out, "Duration: %02lld:%02lld:%02lld\r\nBridgeId: %s\r\n\r\n", (long long)(age / 3600),
				 (long long)(age / 60 % 60), (long long)(age % 60), k->bridged ? k->bridge : "");
			n++;
		}
	}
	return n;
}
