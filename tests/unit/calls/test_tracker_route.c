/* The tracker: what the dialplan tells of a call, in the order in which Asterisk sends it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/call_script.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/snapshot.h"

#define UUID "5f1c0a7e-1111-4222-8333-0123456789ab"
#define TOLD "user T TrunkdeckCall Uuid=" UUID " Number=+14155550102 Arrived=0014155550102 Provider=twilio Agent=sales Way=agent " \
	     "Gen=0123456789abcdef"
#define ATTEMPT(agent, way, result, ms) "user T TrunkdeckAttempt Agent=" agent " Way=" way " Result=" result " Ms=" ms
#define BUSY_SALES "new A", "dial T A", "dialend T A BUSY", "hangup A 17", ATTEMPT("sales", "agent", "busy", "120")
#define TALK_AND_LEAVE "dialend T W ANSWER", "up T", "enter W B1", "enter T B1", "talk W", "request T 16", "hangup W 16"

static struct call play(const char *const *lines)
{
	struct stage s;
	struct call c;

	stage_open(&s, NULL);
	stage_play(&s, lines);
	c = *stage_call(&s);
	assert_int_equal(stage_live(&s), 0);
	stage_close(&s);
	return c;
}

static void the_plain_way(void **state)
{
	static const char *const lines[] = {
		"new T", TOLD, "new A", "dial T A", "wait 300", "dialend T A ANSWER", "up T", "enter A B1", "enter T B1", "talk A",
		"request T 16",
		"user T TrunkdeckQuality Received=1000 Lost=1 Jitter=0.004375 Score=88.372540 FarLost=20 FarSent=1000 FarJitter=0.012 "
			"FarScore=50.000000 Rtt=0.048100 CallId=8a7f@pstn.twilio.com",
		"hangup A 16", "hangup T 16", NULL,
	};
	struct call c = play(lines);

	(void)state;
	assert_int_equal(c.outcome, OUTCOME_ANSWERED);
	assert_string_equal(c.uuid, UUID);
	assert_string_equal(c.number, "+14155550102");
	assert_string_equal(c.arrived, "0014155550102");
	assert_string_equal(c.provider, "twilio");
	assert_string_equal(c.agent, "sales");
	assert_string_equal(c.gen, "0123456789abcdef");
	assert_int_equal(c.served, SERVED_AGENT);
	assert_int_equal(c.reason, REASON_NONE);
	assert_int_equal(c.cached_s, 0);
	assert_string_equal(c.attempts, "sales:agent:answer:310");
	assert_string_equal(c.sip_call_id, "8a7f@pstn.twilio.com");
	assert_int_equal(c.loss, 1);
	assert_int_equal(c.jitter_us, 4375);
	assert_int_equal(c.score, 441);
	assert_int_equal(c.far_loss, 20);
	assert_int_equal(c.far_jitter_us, 12000);
	assert_int_equal(c.far_score, 250);
	assert_int_equal(c.rtt_us, 48100);
}

static void the_fallback_answers(void **state)
{
	static const char *const lines[] = {
		"new T", TOLD, "talk T", BUSY_SALES, ATTEMPT("reception", "fallback", "dialling", "0"), "new W", "dial T W", "wait 600",
		TALK_AND_LEAVE, "hangup T 16", NULL,
	};
	struct call c = play(lines);

	(void)state;
	assert_int_equal(c.outcome, OUTCOME_ANSWERED);
	assert_string_equal(c.agent, "reception");
	assert_int_equal(c.served, SERVED_FALLBACK);
	assert_string_equal(c.attempts, "sales:agent:busy:120 reception:fallback:answer:610");
}

/* The first agent hears something but does not speak soon enough; its noise is no answer to the caller. */
static void a_silent_agent(void **state)
{
#define SILENCE "new T", TOLD, "new A", "user A TrunkdeckLeg CallId=leg-1", "dial T A", "up A", "talk A", "dialend T A CHANUNAVAIL", \
		ATTEMPT("sales", "agent", "silent", "6000"), "hangup A 16"
	static const char *const alone[] = { SILENCE, "soft T", "hangup T 38 500", NULL };
	static const char *const helped[] = {
		SILENCE, ATTEMPT("reception", "fallback", "dialling", "0"), "new W", "dial T W", "dialend T W ANSWER", "up T",
		"enter W B1", "enter T B1", "wait 500", "talk W", "request T 16", "hangup W 16", "hangup T 16", NULL,
	};
	struct call c = play(alone);

	(void)state;
	assert_int_equal(c.outcome, OUTCOME_UNREACHABLE);
	assert_int_equal(c.reason, REASON_SILENT);
	assert_string_equal(c.attempts, "sales:agent:silent:6000");
	assert_string_equal(c.agent_sip_call_id, "leg-1");
	c = play(helped);
	assert_string_equal(c.agent_sip_call_id, "");
	assert_int_equal(c.outcome, OUTCOME_ANSWERED);
	assert_int_equal(c.reason, REASON_NONE);
	assert_true(c.first_audio_us > c.answered_us);
}

static void refusals(void **state)
{
	static const struct {
		const char *told, *end;
		enum call_outcome outcome;
		enum call_reason reason;
		enum call_step_kind step;
	} rows[] = {
		{ "Reason=closed Cap= Number=+14155550102", "hangup T 19 480", OUTCOME_NO_ANSWER, REASON_CLOSED, STEP_CLOSED },
		{ "Reason=blocked Cap= Number=+14155550102", "hangup T 21 603", OUTCOME_FAILED, REASON_BLOCKED, STEP_BLOCKED },
		{ "Reason=over_cap Cap=number Number=+14155550102", "hangup T 17 486", OUTCOME_BUSY, REASON_OVER_CAP, STEP_OVER_NUMBER },
		{ "Reason=over_cap Cap=provider Number=+14155550102", "hangup T 17 486", OUTCOME_BUSY, REASON_OVER_CAP, STEP_OVER_PROVIDER },
		{ "Reason=over_cap Cap=caller Number=+14155550102", "hangup T 17 486", OUTCOME_BUSY, REASON_OVER_CAP, STEP_OVER_CALLER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stage s;
		char *refused = xasprintf("user T TrunkdeckRefused %s", rows[i].told);
		const char *const lines[] = { "new T", refused, "soft T", rows[i].end, NULL };
		const struct call *c;

		stage_open(&s, NULL);
		stage_play(&s, lines);
		c = stage_call(&s);
		assert_int_equal(c->outcome, rows[i].outcome);
		assert_int_equal(c->reason, rows[i].reason);
		assert_string_equal(c->number, "+14155550102");
		assert_int_equal(s.story.story.steps[1].kind, rows[i].step);
		stage_close(&s);
		free(refused);
	}
}

/* Agents that were not dialled leave no Dial status: the last attempt decides. */
static void agents_that_were_skipped(void **state)
{
	static const char *const over_cap[] = {
		"new T", TOLD, ATTEMPT("sales", "agent", "over_cap", "0"), ATTEMPT("reception", "fallback", "over_cap", "0"),
		"soft T", "hangup T 17 486", NULL,
	};
	static const char *const off[] = {
		"new T", TOLD, BUSY_SALES, ATTEMPT("reception", "fallback", "off", "0"), "soft T", "hangup T 38 500", NULL,
	};
	struct call c = play(over_cap);

	(void)state;
	assert_int_equal(c.outcome, OUTCOME_BUSY);
	assert_int_equal(c.reason, REASON_OVER_CAP);
	assert_string_equal(c.agent, "reception");
	c = play(off);
	assert_int_equal(c.outcome, OUTCOME_UNREACHABLE);
	assert_int_equal(c.reason, REASON_NONE);
	assert_string_equal(c.attempts, "sales:agent:busy:120 reception:fallback:off:0");
}

static void the_caller_leaves_while_the_fallback_rings(void **state)
{
	static const char *const lines[] = {
		"new T", TOLD, BUSY_SALES, ATTEMPT("reception", "fallback", "dialling", "0"), "new W", "dial T W", "request T 127 487",
		"dialend T W CANCEL", "hangup W 127", "hangup T 127 487", NULL,
	};
	struct call c = play(lines);
	struct call_attempt a;
	const char *next = call_attempt_next(c.attempts, &a);

	(void)state;
	assert_int_equal(c.outcome, OUTCOME_ABANDONED);
	assert_int_equal(c.reason, REASON_NONE);
	assert_string_equal(c.attempts, "sales:agent:busy:120");
	assert_true(call_attempt_fell_back(&c, &a, next));
}

/* A call that the operator's own context keeps has no agent: none is guessed. */
static void own_routing_keeps_the_call(void **state)
{
	static const char *const lines[] = {
		"new T", "user T TrunkdeckCall Uuid=" UUID " Number=+15551110001 Way=routing Agent= Cached=90", "up T", "wait 5000", "soft T",
		"hangup T 16", NULL,
	};
	struct snapshot *s = snapshot_new();
	struct record r;
	struct call c = play(lines);

	(void)state;
	record_init(&r, ENTITY_NUMBER);
	free(r.number.e164);
	free(r.number.agent);
	r.number.e164 = xstrdup("+15551110001");
	r.number.agent = xstrdup("support");
	snapshot_put(s, &r);
	snapshot_resolve_call(s, &c);
	assert_int_equal(c.outcome, OUTCOME_ANSWERED);
	assert_int_equal(c.served, SERVED_ROUTING);
	assert_string_equal(c.agent, "");
	assert_int_equal(c.cached_s, 90);
	c.uuid[0] = '\0';
	c.served = SERVED_UNKNOWN;
	snapshot_resolve_call(s, &c);
	assert_string_equal(c.agent, "support");
	snapshot_free(&s);
}

/* What a real Asterisk sent: tests/lab/fixtures. */
static void recorded_calls(void **state)
{
	static const struct {
		const char *file;
		enum call_outcome outcome;
		enum call_served served;
		enum call_reason reason;
		const char *agent, *attempts, *arrived;	/* attempts without their times */
	} rows[] = {
		{ "lab_fallback", OUTCOME_ANSWERED, SERVED_FALLBACK, REASON_NONE, "spare", "refusing:agent:busy spare:fallback:answer",
		  "15551230090" },
		{ "lab_silent", OUTCOME_UNREACHABLE, SERVED_AGENT, REASON_SILENT, "quiet", "quiet:agent:silent", "+15551230090" },
		{ "lab_silent_fallback", OUTCOME_ANSWERED, SERVED_FALLBACK, REASON_NONE, "calling",
		  "quiet:agent:silent calling:fallback:answer", "+15551230090" },
		{ "lab_off", OUTCOME_UNREACHABLE, SERVED_AGENT, REASON_NONE, "nobody", "nobody:agent:off", "+15551230090" },
		{ "lab_closed", OUTCOME_NO_ANSWER, SERVED_UNKNOWN, REASON_CLOSED, "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stage s;
		struct call c;
		struct call_attempt a;
		const char *next;
		char attempts[192] = "";

		stage_open(&s, NULL);
		stage_play_recording(&s, rows[i].file, NULL);
		c = *stage_call(&s);
		for (next = c.attempts; (next = call_attempt_next(next, &a));)
			snprintf(attempts + strlen(attempts), sizeof(attempts) - strlen(attempts), "%s%s:%s:%s", *attempts ? " " : "", a.agent,
				 call_served_name(a.way), attempt_result_name(a.result));
		if (c.outcome != rows[i].outcome || c.served != rows[i].served || c.reason != rows[i].reason ||
		    strcmp(c.agent, rows[i].agent) != 0 || strcmp(attempts, rows[i].attempts) != 0 || strcmp(c.arrived, rows[i].arrived) != 0)
			fail_msg("%s: %s %s %s %s \"%s\" %s", rows[i].file, outcome_name(c.outcome), call_served_name(c.served),
				 call_reason_name(c.reason), c.agent, attempts, c.arrived);
		assert_string_equal(c.number, "+15551230090");
		assert_non_null(strstr(c.sip_call_id, "@127.0.0.21"));
		if (i == 0) {
			assert_int_equal(c.score, 440);
			assert_int_equal(c.loss, 0);
			assert_int_equal(c.far_loss, -1);
			assert_int_equal(c.rtt_us, -1);
		} else {
			assert_int_equal(c.score, -1);
			assert_int_equal(c.loss, -1);
		}
		/* Of the agent that answered: refusing is a SIP agent too, but was given up. */
		assert_true((strlen(c.agent_sip_call_id) > 20) == (strcmp(c.agent, "calling") == 0));
		stage_close(&s);
	}
}

/* Values of another form than the dialplan's are not taken, and events of another leg than the caller's are not used. */
static void hostile_values(void **state)
{
	static const char *const before[] = { "new T", "new P", NULL };
	static const char *const events[] = {
		"user T TrunkdeckCall Uuid=x Number=+1 Way=agent Agent=a",
		"user T TrunkdeckCall Uuid=5f1c0a7e-1111-4222-8333-0123456789ag Way=agent Agent=a",
		"user P TrunkdeckCall Uuid=" UUID " Way=agent Agent=a",
		"user T TrunkdeckAttempt Agent=a Way=nowhere Result=busy Ms=1",
		"user T TrunkdeckAttempt Agent=a Way= Result=busy Ms=1",
		"user T TrunkdeckAttempt Agent=a Way=agent Result=exploded Ms=1",
		"user P TrunkdeckAttempt Agent=a Way=agent Result=busy Ms=1",
		"user T TrunkdeckRefused Reason=bored", "user P TrunkdeckRefused Reason=closed",
		"user T TrunkdeckQuality Received=-1 Lost=nan Jitter=inf Score=1e9 FarScore=0.000000 Rtt=0x10 CallId=a\tb",
		"user T TrunkdeckQuality Received=0 Lost=0 Jitter=0.000000 Score=0.000000 FarLost=0 FarSent=0 FarScore=0 Rtt=0.000000",
		"user T TrunkdeckQuality Score=100.1 Received=999999999999999999999 CallId==1+1", "user T TrunkdeckLeg CallId=ours",
	};
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	stage_play(&s, before);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		stage_event(&s, events[i]);
	stage_event(&s, "request T 16");
	stage_event(&s, "hangup T 16");
	assert_string_equal(s.seen.uuid, "");
	assert_string_equal(s.seen.number, "+15551110001");
	assert_string_equal(s.seen.agent, "");
	assert_string_equal(s.seen.attempts, "");
	assert_string_equal(s.seen.sip_call_id, "");
	assert_string_equal(s.seen.agent_sip_call_id, "");
	assert_int_equal(s.seen.served, SERVED_UNKNOWN);
	assert_int_equal(s.seen.reason, REASON_NONE);
	assert_int_equal(s.seen.loss, -1);
	assert_int_equal(s.seen.jitter_us, -1);
	assert_int_equal(s.seen.score, -1);
	assert_int_equal(s.seen.far_loss, -1);
	assert_int_equal(s.seen.far_jitter_us, -1);
	assert_int_equal(s.seen.rtt_us, -1);
	stage_close(&s);
}

/* Values that are good beside ones that are not. */
static void part_of_a_report(void **state)
{
	static const char *const lines[] = {
		"new T",
		"user T TrunkdeckCall Uuid=" UUID " Number=sip:x Arrived=12;x Provider=a:b Agent=a,b Way=split Gen=XYZ",
		"new P", "user P TrunkdeckLeg CallId=leg-1@[2001:db8::1]", "user P TrunkdeckLeg CallId=leg-1",
		"user T TrunkdeckQuality Received=98 Lost=4294967295 Jitter=0.1 Score=100.0", "hangup P 16", "hangup T 16", NULL,
	};
	struct call c = play(lines);

	(void)state;
	assert_string_equal(c.number, "+15551110001");
	assert_string_equal(c.arrived, "");
	assert_string_equal(c.provider, "");
	assert_string_equal(c.agent, "");
	assert_string_equal(c.gen, "");
	assert_int_equal(c.served, SERVED_SPLIT);
	assert_string_equal(c.agent_sip_call_id, "leg-1");
	assert_int_equal(c.loss, 0);
	assert_int_equal(c.score, 500);
}

/* An id has up to 64 bytes. */
static void a_long_agent_id(void **state)
{
#define LONG_ID "sales-0123456789-0123456789-0123456789-0123456789-0123456789-123"
	static const char *const lines[] = {
		"new T", "user T TrunkdeckCall Uuid=" UUID " Number=+14155550102 Provider=twilio Agent=" LONG_ID " Way=agent",
		"new A", "dial T A", "dialend T A BUSY", "hangup A 17", ATTEMPT(LONG_ID, "agent", "busy", "120"), "hangup T 17", NULL,
	};
	struct call c = play(lines);
	struct call_attempt a;

	(void)state;
	assert_int_equal(strlen(LONG_ID), 64);
	assert_string_equal(c.agent, LONG_ID);
	assert_non_null(call_attempt_next(c.attempts, &a));
	assert_string_equal(a.agent, LONG_ID);
}

static void an_event_twice_changes_nothing(void **state)
{
	static const char *const lines[] = {
		"new T", TOLD, BUSY_SALES, ATTEMPT("reception", "fallback", "off", "0"), "soft T", "hangup T 38 500", NULL,
	};
	struct call once = play(lines), twice;
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	for (size_t i = 0; lines[i]; i++) {
		stage_event(&s, lines[i]);
		s.now_us -= 10000;
		stage_event(&s, lines[i]);
	}
	twice = *stage_call(&s);
	assert_memory_equal(&once, &twice, sizeof(once));
	stage_close(&s);
}

static void attempts_are_bounded(void **state)
{
	struct call c = { .attempts = "sales:agent:busy nonsense a:b:c:d :agent:answer:7  x:fallback:busy:8" };
	struct call_attempt a = { .way = SERVED_FALLBACK, .result = ATTEMPT_UNREACHABLE, .ms = 30000 };
	const char *next = c.attempts;

	(void)state;
	assert_non_null(next = call_attempt_next(next, &a));
	assert_string_equal(a.agent, "x");
	assert_true(a.ms == 8);
	assert_null(call_attempt_next(next, &a));
	c.attempts[0] = '\0';
	a.result = ATTEMPT_UNREACHABLE;
	a.ms = 30000;
	memset(a.agent, 'n', sizeof(a.agent) - 1);
	for (int i = 0; i < 5; i++) {
		a.agent[0] = (char)('a' + i);
		call_attempt_add(&c, &a);
	}
	assert_int_equal(strlen(c.attempts), 183);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plain_way),
		cmocka_unit_test(the_fallback_answers),
		cmocka_unit_test(a_silent_agent),
		cmocka_unit_test(refusals),
		cmocka_unit_test(agents_that_were_skipped),
		cmocka_unit_test(the_caller_leaves_while_the_fallback_rings),
		cmocka_unit_test(own_routing_keeps_the_call),
		cmocka_unit_test(recorded_calls),
		cmocka_unit_test(hostile_values),
		cmocka_unit_test(part_of_a_report),
		cmocka_unit_test(a_long_agent_id),
		cmocka_unit_test(an_event_twice_changes_nothing),
		cmocka_unit_test(attempts_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
