/*
 * What the dialplan tells of a call in UserEvents: which way it went to which agent, why it was refused, and how it
 * sounded. DESIGN.md 4.6 is the dialplan's side.
 *
 * The parser has checked that the events are Asterisk's own. Some values come from a caller or a carrier nevertheless
 * (Arrived, CallId), so each value is checked for its form here, and a value of another form counts as not told. Calls
 * of a former dialplan have none of these events, and everything about them is as it was.
 */
#include "config.h"

#include "tracker_internal.h"

#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/model/e164.h"

/* Asterisk's media experience score is a mean opinion score of 0..5, scaled to 0..100 (res_rtp_asterisk.c). */
#define SCORE_OF_MES(micro) ((micro) / 200000)

static struct str value_of(const struct call_event *e, const char *key)
{
	return e->user_value ? e->user_value(e->user_frame, key) : (struct str){ NULL, 0 };
}

/* Copies a value that has only these characters and fits; otherwise leaves *to alone. */
static void take(char *to, size_t size, const struct call_event *e, const char *key, const char *characters)
{
	struct str value = value_of(e, key);

	if (!value.len || value.len >= size)
		return;
	for (size_t i = 0; i < value.len; i++)
		if (!value.p[i] || !strchr(characters, value.p[i]))
			return;
	str_copy(to, size, value);
}

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define CALL_ID_CHARACTERS LETTERS DIGITS "_.-@"	/* what the dialplan's FILTER() leaves */
#define TAKE(member, e, key, characters) take(member, sizeof(member), e, key, characters)

/* Returns a value of non-negative decimal digits in millionths; -1 for any other text, such as "nan". */
static int64_t micro_of(const struct call_event *e, const char *key)
{
	struct str s = value_of(e, key);
	const char *dot = s.len ? memchr(s.p, '.', s.len) : NULL;
	size_t whole = dot ? (size_t)(dot - s.p) : s.len;
	int64_t n = 0;

	if (!whole || whole > 10)
		return -1;
	for (size_t i = 0; i < whole + 7; i++) {
		char c = i < s.len && i != whole ? s.p[i] : '0';

		if (c < '0' || c > '9')
			return -1;
		n = i == whole ? n : n * 10 + (c - '0');
	}
	return n;
}

static int bounded(int64_t n)
{
	return n < 0 ? -1 : n > INT32_MAX ? INT32_MAX : (int)n;
}

static bool number_is_whole(struct str s)
{
	char number[E164_SIZE];

	return s.len > 1 && s.p[0] == '+' && e164_from_wire(s, "+", number) && str_eq(s, str_of(number));
}

/* Sets the agent and the way to it. False: the event names none. */
static bool take_agent(struct call *c, const struct call_event *e)
{
	char agent[CALL_ID_SIZE] = "", way[16] = "";
	int served;

	TAKE(agent, e, "Agent", LETTERS DIGITS "_.-");
	TAKE(way, e, "Way", LETTERS);
	served = words_find(&call_served_words, way);
	if (served <= SERVED_UNKNOWN)
		return false;
	str_copy(c->agent, sizeof(c->agent), str_of(agent));
	c->served = (enum call_served)served;
	return true;
}

static void on_told(struct tracker *t, struct tracked *k, const struct call_event *e)
{
	struct call *c = &k->call;
	char uuid[sizeof(c->uuid)] = "";
	struct str number = value_of(e, "Number");
	int64_t cached;

	TAKE(uuid, e, "Uuid", DIGITS "abcdefABCDEF-");
	if (c->uuid[0] || strlen(uuid) != 36)
		return;
	str_copy(c->uuid, sizeof(c->uuid), str_of(uuid));
	if (number_is_whole(number))
		str_copy(c->number, sizeof(c->number), number);
	TAKE(c->arrived, e, "Arrived", DIGITS "+");
	TAKE(c->provider, e, "Provider", LETTERS DIGITS "_.-");
	TAKE(c->gen, e, "Gen", DIGITS "abcdef");
	take_agent(c, e);
	cached = micro_of(e, "Cached");
	c->cached_s = cached < 1000000 ? 0 : bounded(cached / 1000000);
	calls_touch(t, k);
}

static void on_attempt(struct tracker *t, struct tracked *k, const struct call_event *e)
{
	static const struct {
		enum dial_verdict verdict;
		enum call_reason reason;
		enum call_step_kind step;	/* STEP_COUNT: the end of the dial is a step already */
	} rows[] = {
		[ATTEMPT_ANSWER] = { DIAL_OPEN, REASON_NONE, STEP_COUNT },
		[ATTEMPT_BUSY] = { DIAL_BUSY, REASON_NONE, STEP_COUNT },
		[ATTEMPT_NO_ANSWER] = { DIAL_NO_ANSWER, REASON_NONE, STEP_COUNT },
		[ATTEMPT_UNREACHABLE] = { DIAL_UNREACHABLE, REASON_NONE, STEP_COUNT },
		[ATTEMPT_SILENT] = { DIAL_UNREACHABLE, REASON_SILENT, STEP_AGENT_SILENT },
		[ATTEMPT_OVER_CAP] = { DIAL_BUSY, REASON_OVER_CAP, STEP_AGENT_OVER_CAP },
		[ATTEMPT_OFF] = { DIAL_UNREACHABLE, REASON_NONE, STEP_AGENT_OFF },
	};
	struct call *c = &k->call;
	struct call_attempt a = { .ms = 0 };
	char result[16] = "";
	int how;

	TAKE(result, e, "Result", LETTERS "_");
	how = words_find(&attempt_result_words, result);
	if (k->agent_answered_us || k->caller_left_us || (how < 0 && strcmp(result, "dialling") != 0) || !take_agent(c, e))
		return;
	/* What an agent said that was given up is no answer to the caller. */
	c->first_audio_us = 0;
	c->reason = REASON_NONE;
	calls_touch(t, k);
	k->verdict = DIAL_OPEN;
	if (how < 0) {
		/* It was of the agent that was given up. */
		c->agent_sip_call_id[0] = '\0';
		return;
	}
	str_copy(a.agent, sizeof(a.agent), str_of(c->agent));
	a.way = c->served;
	a.result = (enum attempt_result)how;
	a.ms = micro_of(e, "Ms") / 1000000;
	call_attempt_add(c, &a);
	c->reason = rows[how].reason;
	k->verdict = rows[how].verdict;
	if (rows[how].step != STEP_COUNT)
		story_step(t, k, rows[how].step, NULL);
}

void route_answered(struct tracked *k, int64_t at_us)
{
	struct call *c = &k->call;
	struct call_attempt a = { .way = c->served, .result = ATTEMPT_ANSWER };
	int64_t us = call_span_us(k->dialled_us, at_us);

	c->reason = REASON_NONE;
	if (c->served == SERVED_UNKNOWN || !c->agent[0])
		return;
	str_copy(a.agent, sizeof(a.agent), str_of(c->agent));
	a.ms = us < 0 ? 0 : time_ms(us);
	call_attempt_add(c, &a);
}

static void on_refused(struct tracker *t, struct tracked *k, const struct call_event *e)
{
	static const struct { const char *cap; enum call_step_kind step; } caps[] = {
		{ "number", STEP_OVER_NUMBER }, { "provider", STEP_OVER_PROVIDER }, { "caller", STEP_OVER_CALLER },
		{ "agent", STEP_AGENT_OVER_CAP },
	};
	char reason[16] = "", cap[16] = "";
	struct str number = value_of(e, "Number");
	int why;

	TAKE(reason, e, "Reason", LETTERS "_");
	TAKE(cap, e, "Cap", LETTERS);
	why = words_find(&call_reason_words, reason);
	if (why <= REASON_NONE || k->agent_answered_us)
		return;
	k->refused = true;
	k->call.reason = (enum call_reason)why;
	if (number_is_whole(number))
		str_copy(k->call.number, sizeof(k->call.number), number);
	for (size_t i = 0; why == REASON_OVER_CAP && i < ARRAY_LEN(caps); i++)
		if (strcmp(caps[i].cap, cap) == 0)
			story_step(t, k, caps[i].step, NULL);
	if (why == REASON_CLOSED || why == REASON_BLOCKED)
		story_step(t, k, why == REASON_CLOSED ? STEP_CLOSED : STEP_BLOCKED, NULL);
	calls_touch(t, k);
}

/* A wrapped count of Asterisk (more packets came than were sent) is no loss. */
static int loss_of(int64_t lost_micro, int64_t got_micro)
{
	int64_t lost = lost_micro / 1000000, all = got_micro / 1000000;

	if (lost_micro < 0 || got_micro < 0)
		return -1;
	lost = lost > INT32_MAX ? 0 : lost;
	all += lost;
	return all ? (int)((lost * 1000 + all / 2) / all) : -1;
}

static int score_of(int64_t mes_micro)
{
	return mes_micro > 0 && mes_micro <= 100000000 ? (int)SCORE_OF_MES(mes_micro) : -1;
}

/* Where no packet came, and where the far end sent no report, Asterisk writes 0 for everything. */
static void on_quality(struct tracker *t, struct tracked *k, const struct call_event *e)
{
	struct call *c = &k->call;
	int64_t received = micro_of(e, "Received"), sent = micro_of(e, "FarSent"), lost = micro_of(e, "FarLost"), rtt = micro_of(e, "Rtt");

	TAKE(c->sip_call_id, e, "CallId", CALL_ID_CHARACTERS);
	c->score = score_of(micro_of(e, "Score"));
	c->far_score = score_of(micro_of(e, "FarScore"));
	c->loss = loss_of(micro_of(e, "Lost"), received);
	c->jitter_us = received > 0 ? bounded(micro_of(e, "Jitter")) : -1;
	if (c->far_score >= 0) {
		c->far_loss = loss_of(lost, sent < lost ? 0 : sent - lost);
		c->far_jitter_us = bounded(micro_of(e, "FarJitter"));
	}
	c->rtt_us = rtt > 0 ? bounded(rtt) : -1;
	calls_touch(t, k);
}

bool route_told(struct tracker *t, struct tracked *k, const struct channel *c, const struct call_event *e)
{
	static const struct {
		struct str name;
		void (*on)(struct tracker *t, struct tracked *k, const struct call_event *e);
	} events[] = {
		{ { "TrunkdeckCall", 13 }, on_told }, { { "TrunkdeckAttempt", 16 }, on_attempt },
		{ { "TrunkdeckRefused", 16 }, on_refused }, { { "TrunkdeckQuality", 16 }, on_quality },
	};

	if (k->trunk != c) {
		if (!str_eq(e->user_event, STR("TrunkdeckLeg")) || k->agent_answered_us)
			return false;
		TAKE(k->call.agent_sip_call_id, e, "CallId", CALL_ID_CHARACTERS);
		return true;
	}
	if (str_eq(e->user_event, STR("TrunkdeckUnmapped")))
		TAKE(k->call.arrived, e, "Arrived", DIGITS "+");
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (str_eq(e->user_event, events[i].name)) {
			events[i].on(t, k, e);
			return true;
		}
	return false;
}
