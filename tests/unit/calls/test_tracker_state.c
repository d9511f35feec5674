/* The tracker: the members of a live call, late joining, resynchronising, and bounded memory. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "kit/call_script.h"
#include "trunkdeck/base/mem.h"

#define PLAY(s, ...) stage_play((s), (const char *const []){ __VA_ARGS__, NULL })
#define ANSWERED_CALL "new T", "new A", "dial T A", "up A", "dialend T A ANSWER", "up T", "enter A B1", "enter T B1"
#define CALLER_HANGS_UP "request T 16", "leave T B1", "leave A B1", "hangup A 16", "hangup T 16"

static void a_call_has_its_members(void **state)
{
	struct stage s;
	const struct call *c;
	bool first_audio;

	(void)state;
	stage_open(&s, "from-trunk");
	PLAY(&s, ANSWERED_CALL, "wait 700", "talk A", "wait 2000", "talk A", CALLER_HANGS_UP);
	c = stage_call(&s);
	assert_string_equal(c->server, "na-1");
	assert_string_equal(c->linkedid, "1700000000.1");
	assert_string_equal(c->channel, "PJSIP/twilio-00000001");
	assert_string_equal(c->endpoint, "twilio");
	assert_string_equal(c->number, "+15551110001");
	assert_string_equal(c->caller, "+4930123456");
	assert_string_equal(c->agent_leg, "AudioSocket/127.0.0.1:9092-40325ec2");
	assert_int_equal(c->started_us - STAGE_START_US, 10000);
	assert_int_equal(c->agent_dialled_us - STAGE_START_US, 30000);
	assert_int_equal(c->answered_us - STAGE_START_US, 50000);
	assert_int_equal(c->first_audio_us - STAGE_START_US, 790000);
	assert_int_equal(c->ended_us - STAGE_START_US, 2850000);
	assert_int_equal(c->talk_us, 2850000 - 60000);
	assert_false(c->joined_late || c->uncertain || c->is_test);
	assert_int_equal(call_response_us(c, &first_audio), 780000);
	assert_true(first_audio);
	stage_close(&s);
}

static void states_follow_the_events(void **state)
{
	static const struct {
		const char *line;
		enum call_state state;
	} steps[] = {
		{ "new T", CALL_RINGING }, { "new A", CALL_CONNECTING }, { "dial T A", CALL_CONNECTING },
		{ "dialend T A CHANUNAVAIL", CALL_CONNECTING }, { "dial T W", CALL_CONNECTING },
		{ "dialend T W ANSWER", CALL_TALKING }, { "hold T", CALL_HELD }, { "talk A", CALL_HELD },
		{ "unhold T", CALL_TALKING }, { "hangup T 16", CALL_ENDED },
	};
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		stage_event(&s, steps[i].line);
		if (s.seen.state != steps[i].state)
			fail_msg("%s: %s", steps[i].line, call_state_name(s.seen.state));
	}
	stage_close(&s);
}

/* Until an agent leg appears, the call is answered when the caller's leg is up; afterwards, when the agent's is. */
static void the_answer_moves_to_the_agent(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "up T");
	assert_int_equal(s.seen.state, CALL_TALKING);
	assert_int_equal(s.seen.answered_us - STAGE_START_US, 20000);
	PLAY(&s, "new A", "dial T A");
	assert_int_equal(s.seen.state, CALL_CONNECTING);
	assert_int_equal(s.seen.answered_us, 0);
	PLAY(&s, "dialend T A ANSWER");
	assert_int_equal(s.seen.answered_us - STAGE_START_US, 50000);
	stage_close(&s);
}

/* No number in an event causes an overflow. */
static void extreme_events(void **state)
{
	static const int64_t times[] = { INT64_MIN, -1, CALL_NO_TIME, STAGE_START_US, INT64_MAX };
	static const char *const durations[] = { "999999999999", "999999999:::", "::::::::::::", "-1", "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times) * ARRAY_LEN(times); i++) {
		struct stage s;
		struct call_event e;

		stage_open(&s, NULL);
		s.now_us = times[i % ARRAY_LEN(times)] - (times[i % ARRAY_LEN(times)] == INT64_MAX ? 20000 : 0);
		PLAY(&s, "new T", "up T");
		call_event_init(&e, EVENT_FULLY_BOOTED, times[i / ARRAY_LEN(times)]);
		e.uptime_s = INT64_C(999999999999999);
		tracker_apply(s.tracker, &e);
		call_event_init(&e, EVENT_CHANNEL_LISTED, times[i / ARRAY_LEN(times)]);
		e.leg = (struct event_leg){ .channel = STR("PJSIP/a-1"), .uniqueid = STR("x"), .linkedid = STR("x"), .state = 6,
			.exten = STR("+15551110001") };
		e.duration = str_of(durations[i % ARRAY_LEN(durations)]);
		tracker_resync_channel(s.tracker, &e);
		call_event_init(&e, EVENT_HANGUP, times[i / ARRAY_LEN(times)]);
		e.leg = (struct event_leg){ .channel = STR("PJSIP/a-1"), .uniqueid = STR("x"), .linkedid = STR("x"), .state = 6 };
		tracker_apply(s.tracker, &e);
		stage_close(&s);
	}
}

static void only_changes_are_reported(void **state)
{
	struct stage s;
	unsigned before;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, ANSWERED_CALL, "talk A");
	before = s.updated;
	PLAY(&s, "talk A", "line A", "line T", "cdr T Dial", "leave A B1", "enter A B1", "up T", "user T Other");
	assert_int_equal(s.updated, before);
	PLAY(&s, "hold T", "hold T");
	assert_int_equal(s.updated, before + 1);
	stage_close(&s);
}

static void names_follow_renames(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, ANSWERED_CALL, "rename T PJSIP/twilio-0000000f", "rename A AudioSocket/other");
	assert_string_equal(s.seen.channel, "PJSIP/twilio-0000000f");
	assert_string_equal(s.seen.agent_leg, "AudioSocket/other");
	PLAY(&s, CALLER_HANGS_UP);
	assert_int_equal(stage_call(&s)->outcome, OUTCOME_ANSWERED);
	stage_close(&s);
}

static void channels_that_start_no_call(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, "elsewhere,from-carrier");
	PLAY(&s, "new T", "up T", "hangup T 16");
	stage_close(&s);
	assert_int_equal(s.started, 0);
	stage_open(&s, NULL);
	PLAY(&s, "new P+P", "up P");
	stage_close(&s);
	assert_int_equal(s.started, 0);
	stage_open(&s, "elsewhere,from-trunk");
	PLAY(&s, "new L", "new M", "new A", "new W", "new X", "new P", "up P");
	assert_int_equal(s.started, 0);
	assert_int_equal(stage_channels(&s), 7);
	PLAY(&s, "new T");
	assert_int_equal(s.started, 1);
	PLAY(&s, "hangup T 16", "hangup L 16", "hangup M 16", "hangup A 16", "hangup W 16", "hangup P 16", "hangup X 16");
	assert_int_equal(stage_channels(&s), 0);
	stage_close(&s);
}

static void numbers_become_e164(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new U");
	assert_string_equal(s.seen.number, "+442071110006");
	assert_string_equal(s.seen.endpoint, "telnyx-eu");
	stage_close(&s);
}

static void start_with(struct stage *s, struct str exten, struct str caller)
{
	struct call_event e;

	call_event_init(&e, EVENT_NEWCHANNEL, STAGE_START_US);
	e.leg = (struct event_leg){
		.channel = STR("PJSIP/x-1"), .uniqueid = STR("1700000000.7"), .linkedid = STR("1700000000.7"),
		.exten = exten, .caller = caller, .state = 4,
	};
	tracker_apply(s->tracker, &e);
}

static void odd_numbers_and_callers(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	start_with(&s, STR("reception"), STR("Anonymous"));
	assert_string_equal(s.seen.number, "reception");
	assert_string_equal(s.seen.caller, "");
	stage_close(&s);
	stage_open(&s, NULL);
	start_with(&s, STR(""), STR("<unknown>"));
	assert_string_equal(s.seen.number, "");
	assert_string_equal(s.seen.caller, "");
	stage_close(&s);
}

/* Two callers in one bridge remain two calls, whoever has audio. */
static void two_callers_in_one_bridge(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, ANSWERED_CALL, "new U", "up U", "enter U B1", "talk A", "leave T B1", "request T 16", "hangup T 16");
	assert_int_equal(s.finished, 1);
	assert_string_equal(s.ended[0].number, "+15551110001");
	assert_int_not_equal(s.ended[0].first_audio_us, 0);
	PLAY(&s, "request U 16", "hangup U 16");
	assert_int_equal(s.finished, 2);
	assert_int_equal(s.ended[1].first_audio_us, 0);
	assert_int_equal(stage_channels(&s), 0);
	stage_close(&s);
}

static void a_caller_is_no_agent(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "up T", "enter T B1", "new U", "up U", "enter U B1", "talk T");
	assert_string_equal(s.seen.agent_leg, "");
	PLAY(&s, "request T 16", "hangup T 16");
	assert_string_equal(stage_call(&s)->agent_leg, "");
	assert_int_equal(stage_call(&s)->first_audio_us, 0);
	stage_close(&s);
}

/* Each way to join a leg to a call works alone: the leg's audio is the call's. */
static void legs_find_their_call(void **state)
{
	static const char *const ways[][6] = {
		{ "new X", "line X+T", "talk X+T" },
		{ "new X", "dial T X", "talk X" },
		{ "new X", "enter X B1", "enter T B1", "talk X" },
		{ "new L", "new M+X", "local L M+X", "talk M+X" },
		{ "new X", "new A+X", "hangup X 16", "new W+X", "line A", "talk W+X" },
		{ "new M+X", "new X", "line X+T", "talk M+X" },
	};
	struct stage s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		stage_open(&s, NULL);
		PLAY(&s, "new T", "up T");
		for (size_t j = 0; j < ARRAY_LEN(ways[i]) && ways[i][j]; j++) {
			assert_int_equal(s.seen.first_audio_us, 0);
			stage_event(&s, ways[i][j]);
		}
		if (!s.seen.first_audio_us)
			fail_msg("way %zu", i);
		PLAY(&s, "new X", "hangup T 16");
		assert_int_equal(stage_channels(&s), 0);
		stage_close(&s);
	}
}

/* The oldest leg of a set has ended; other legs still name it. */
static void ended_legs_stay_ended(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new X", "new A+X", "hangup X 16", "new X", "up X", "hangup A 16");
	assert_int_equal(stage_channels(&s), 0);
	stage_close(&s);
}

static void a_dial_without_status_keeps_the_outcome(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "new A", "dial T A", "dialend T A BUSY", "dial T A", "hangup A 17", "dial T A", "hangup T 16");
	assert_int_equal(stage_call(&s)->outcome, OUTCOME_BUSY);
	stage_close(&s);
}

/* The agent transfers the caller to a phone: it remains one call, and the agent did not hang it up. */
static void a_transfer_does_not_end_the_call(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, ANSWERED_CALL, "leave A B1", "hangup A 16", "leave T B1", "new P", "dial T P", "up P", "dialend T P ANSWER",
		"enter P B2", "enter T B2", "soft T", "leave P B2", "hangup P 16", "hangup T 16");
	assert_int_equal(stage_call(&s)->outcome, OUTCOME_ANSWERED);
	assert_int_equal(stage_call(&s)->hung_up_by, HUNG_UP_SYSTEM);
	assert_int_equal(stage_channels(&s), 0);
	stage_close(&s);
}

static void bridges_merge(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "up T", "enter T B1", "new X", "up X", "enter X B2", "merge B2 B1", "talk X", "request T 16",
		"hangup T 16");
	assert_int_not_equal(stage_call(&s)->first_audio_us, 0);
	assert_string_equal(stage_call(&s)->agent_leg, "UnicastRTP/127.0.0.1:4000-0x1");
	assert_int_equal(stage_channels(&s), 0);
	stage_close(&s);
}

static void resync(struct stage *s, const char *const *listed)
{
	tracker_resync_begin(s->tracker);
	stage_play(s, listed);
	tracker_resync_end(s->tracker, s->now_us);
}

#define RESYNC(s, ...) resync((s), (const char *const []){ __VA_ARGS__, NULL })

static void joins_late_in_any_order(void **state)
{
	static const char *const listed[] = { "list T up 0:01:40 B1", "list L up 0:01:40 B1", "list A up 0:01:39 B2",
		"list M up 0:01:40 B2" };
	unsigned order[] = { 0, 1, 2, 3 };
	const struct call *c;
	struct stage s;
	bool first_audio;

	(void)state;
	do {
		stage_open(&s, "from-trunk");
		s.now_us += 100 * 1000000;
		RESYNC(&s, listed[order[0]], listed[order[1]], listed[order[2]], listed[order[3]]);
		assert_int_equal(s.started, 1);
		assert_int_equal(s.seen.state, CALL_TALKING);
		assert_int_equal(stage_live(&s), 1);
		PLAY(&s, "talk A", "request T 16", "leave T B1", "hangup T 16", "hangup L 16", "hangup M 16", "hangup A 16");
		c = stage_call(&s);
		assert_true(c->joined_late);
		assert_string_equal(c->agent_leg, "AudioSocket/127.0.0.1:9092-40325ec2");
		assert_int_equal(c->started_us, STAGE_START_US);
		assert_int_equal(c->answered_us, c->started_us);
		assert_int_equal(c->talk_us, c->ended_us - c->started_us);
		assert_int_equal(c->outcome, OUTCOME_ANSWERED);
		assert_int_equal(call_response_us(c, &first_audio), -1);
		assert_int_equal(stage_channels(&s), 0);
		stage_close(&s);
	} while (next_order(order, ARRAY_LEN(order)));
}

/* Somebody chose the id (Originate, ARI), so the age is used. */
static void late_start_by_age(void **state)
{
	struct call_event e;
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	call_event_init(&e, EVENT_CHANNEL_LISTED, STAGE_START_US);
	e.leg = (struct event_leg){ .channel = STR("PJSIP/x-1"), .uniqueid = STR("mine"), .linkedid = STR("mine"),
		.exten = STR("+15551110001"), .context = STR("somewhere"), .state = 6 };
	e.duration = STR("01:01:40");
	tracker_resync_begin(s.tracker);
	tracker_resync_channel(s.tracker, &e);
	tracker_resync_end(s.tracker, STAGE_START_US);
	assert_int_equal(STAGE_START_US - s.seen.started_us, INT64_C(3700000000));
	stage_close(&s);
}

static void resync_ends_missing_calls(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, "from-trunk");
	PLAY(&s, ANSWERED_CALL, "new U", "new X");
	tracker_gap(s.tracker, s.now_us);
	assert_true(s.seen.uncertain);
	RESYNC(&s, "list U ring 0:00:01");
	assert_int_equal(s.finished, 1);
	assert_int_equal(s.ended[0].outcome, OUTCOME_LOST);
	assert_string_equal(s.ended[0].linkedid, "1700000000.1");
	assert_int_equal(s.ended[0].ended_us, s.now_us);
	assert_int_equal(stage_live(&s), 1);
	assert_int_equal(stage_channels(&s), 1);
	PLAY(&s, "hangup T 16", "hangup A 16", "new T");
	assert_int_equal(s.started, 2);
	RESYNC(&s, "list U ring 0:00:01");
	assert_int_equal(s.finished, 1);
	stage_close(&s);
}

/* Events and the list may come in either order: channels announced since the beginning stay, ended ones do not
 * return. */
static void events_during_a_resync(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, "from-trunk");
	PLAY(&s, "new U");
	tracker_resync_begin(s.tracker);
	PLAY(&s, "hangup U 1 404", ANSWERED_CALL, "list U ring 0:00:01");
	tracker_resync_end(s.tracker, s.now_us);
	assert_int_equal(s.started, 2);
	assert_int_equal(stage_live(&s), 1);
	assert_int_equal(s.ended[0].outcome, OUTCOME_UNMAPPED);
	PLAY(&s, CALLER_HANGS_UP);
	assert_int_equal(s.finished, 2);
	assert_int_equal(s.ended[1].outcome, OUTCOME_ANSWERED);
	assert_int_equal(stage_channels(&s), 0);
	stage_close(&s);
}

/* Neither a phone's call in its own context nor the leg that a call dials is a caller's. */
static void legs_that_do_not_join_late(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	RESYNC(&s, "list P up 0:00:10", "list A up 0:00:10", "list X up 0:00:10", "list L up 0:00:10");
	assert_int_equal(s.started, 0);
	/* ... and the one that three of them name by Linkedid */
	assert_int_equal(stage_channels(&s), 5);
	stage_close(&s);
	stage_open(&s, "phones");
	RESYNC(&s, "list P+P up 0:00:10", "list T up 0:00:10");
	assert_int_equal(s.started, 2);
	stage_close(&s);
	stage_open(&s, "elsewhere");
	RESYNC(&s, "list P+P up 0:00:10", "list T up 0:00:10");
	assert_int_equal(s.started, 1);
	assert_string_equal(s.seen.number, "+15551110001");
	stage_close(&s);
}

static void a_boot_ends_older_calls(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "wait 60000", "new U", "booted 500", "wait 999000", "booted 70");
	assert_int_equal(s.finished, 0);
	PLAY(&s, "booted 30");
	assert_string_equal(stage_call(&s)->linkedid, "1700000000.1");
	assert_int_equal(stage_call(&s)->outcome, OUTCOME_LOST);
	assert_int_equal(stage_live(&s), 1);
	stage_close(&s);
}

/* Gaps and lists have times of our clock until a Ping has compared it with the server's. A server that is ahead or
 * behind by an hour changes no outcome, and no call ends before it began. */
static void clocks_that_differ(void **state)
{
	static const int64_t skews_s[] = { -3600, -30, 0, 30, 3600 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(skews_s); i++) {
		struct stage s;

		stage_open(&s, "from-trunk");
		PLAY(&s, ANSWERED_CALL, "new U");
		tracker_gap(s.tracker, s.now_us - skews_s[i] * 1000000);
		tracker_resync_begin(s.tracker);
		PLAY(&s, "list U ring 0:00:01");
		tracker_resync_end(s.tracker, s.now_us - skews_s[i] * 1000000);
		assert_int_equal(stage_call(&s)->outcome, OUTCOME_LOST);
		assert_true(stage_call(&s)->ended_us >= stage_call(&s)->started_us);
		PLAY(&s, "booted 30");
		assert_int_equal(stage_live(&s), 1);
		stage_close(&s);
	}
}

static void taint_marks_the_call(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, ANSWERED_CALL);
	tracker_taint(s.tracker, STR("1700000000.99"));
	tracker_taint(s.tracker, STR(""));
	assert_false(s.seen.uncertain);
	tracker_taint(s.tracker, STR("1700000000.11"));
	assert_true(s.seen.uncertain);
	stage_close(&s);
}

static void flush_finishes_what_ended(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, ANSWERED_CALL, "new U", "request T 16");
	tracker_flush(s.tracker);
	assert_int_equal(stage_call(&s)->outcome, OUTCOME_ANSWERED);
	assert_int_equal(stage_call(&s)->ended_us, s.now_us);
	assert_int_equal(stage_live(&s), 1);
	stage_close(&s);
}

static void memory_is_flat(void **state)
{
	static const char *const call[] = { "new T", "new L", "new M", "local L M", "dial T L", "up L", "dialend T L ANSWER",
		"up T", "enter L B1", "enter T B1", "request T 16", "hangup L 16", "hangup T 16", "hangup M 16", NULL };
	struct stage s;

	(void)state;
	stage_open(&s, "from-trunk");
	for (s.base = 1; s.base <= 100000; s.base++) {
		s.up = 0;
		stage_play(&s, call);
		assert_int_equal(stage_channels(&s), 0);
	}
	assert_int_equal(s.finished, 100000);
	assert_int_equal(stage_live(&s), 0);
	stage_close(&s);
}

/* When ends never come, the oldest calls are dropped. */
static void live_calls_are_bounded(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, "from-trunk");
	for (s.base = 1; s.base <= 16384 + 3; s.base++)
		stage_event(&s, "new T");
	assert_int_equal(s.finished, 3);
	assert_int_equal(s.ended[0].outcome, OUTCOME_LOST);
	assert_string_equal(s.ended[0].linkedid, "1700000000.101");
	assert_int_equal(stage_live(&s), 16384);
	stage_close(&s);
}

static void channels_are_bounded(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, "from-trunk");
	for (s.base = 1; s.base <= 70000; s.base++)
		stage_event(&s, "new X");
	assert_int_equal(stage_channels(&s), 65536);
	stage_event(&s, "new T");
	assert_int_equal(s.started, 1);
	RESYNC(&s, "list T up 0:00:01");
	assert_int_equal(stage_channels(&s), 1);
	stage_close(&s);
}

/* Random events in random order: every call that started ends once, and no memory is left. */
static void random_events(void **state)
{
	static const char *const lines[] = {
		"new T", "new U", "new A", "new W+X", "new L", "new M+U", "new X", "new P+P", "up T", "up U", "up A", "up X",
		"dial T A", "dial T L", "dial M W", "dial U X", "dial A T", "dialend T A ANSWER", "dialend T L BUSY",
		"dialend U X NOANSWER", "dialend X X ANSWER", "enter T B1", "enter A B1", "enter X B1", "enter U B2", "enter L B2",
		"enter M B3", "leave T B1", "leave A B1", "leave U B1", "leave L B2", "destroy B1", "destroy B2", "merge B1 B2",
		"merge B2 B3", "merge B3 B3", "request T 16", "request A 16", "soft T", "soft U", "hangup T 16", "hangup U 17 486",
		"hangup A 16", "hangup W 16", "hangup L 0", "hangup M 0", "hangup X 16", "hangup P 16", "talk A", "talk X",
		"talk T", "hold T", "unhold A", "local L M", "optimized M L", "local T U", "line X+T", "line A+U", "line T+A",
		"line W+P", "rename A other", "rename T PJSIP/x", "user T TrunkdeckUnmapped", "ready U", "list T up 0:00:01 B1",
		"state T A RINGING", "state L X RINGING", "blind A sales Success", "blind T 2001 Success", "blind X x Failure",
		"attended A Bridge", "attended A Threeway", "attended M Link", "attended X App", "attended A Fail", "hold A",
		"hold X", "unhold T", "hold U", "list X up 0:00:01 B2", "list U ring 0:00:01", "booted 1", "booted 9999",
	};
	uint64_t seed = 7;
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	for (unsigned i = 1; i <= 200000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		s.base = i / 500 * 4 + (unsigned)(seed >> 62);
		stage_event(&s, lines[(seed >> 33) % ARRAY_LEN(lines)]);
		if (i % 53 == 0)
			tracker_watch(s.tracker, str_of(s.seen.linkedid));
		if (i % 97 == 0)
			tracker_resync_begin(s.tracker);
		if (i % 97 == 20)
			tracker_resync_end(s.tracker, s.now_us);
		if (i % 5000 == 0) {
			tracker_resync_begin(s.tracker);
			tracker_resync_end(s.tracker, s.now_us);
			assert_int_equal(stage_live(&s), 0);
			assert_int_equal(stage_channels(&s), 0);
		}
	}
	assert_int_equal(s.started, s.finished);
	assert_true(s.started > 1000);
	stage_close(&s);
}

static void keys_and_names(void **state)
{
	struct call a = { .server = "na-1", .linkedid = "1.1" }, b = { .server = "na-", .linkedid = "11.1" };
	enum call_outcome o;

	(void)state;
	assert_int_not_equal(call_key(&a), call_key(&b));
	assert_int_not_equal(call_key(&a), 0);
	assert_string_equal(outcome_name(OUTCOME_NO_ANSWER), "no_answer");
	assert_true(outcome_parse("unmapped", &o));
	assert_int_equal(o, OUTCOME_UNMAPPED);
	assert_false(outcome_parse("Unmapped", &o));
	assert_string_equal(call_state_name(CALL_HELD), "held");
	assert_string_equal(hung_up_by_name(HUNG_UP_AGENT), "agent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_has_its_members),
		cmocka_unit_test(states_follow_the_events),
		cmocka_unit_test(the_answer_moves_to_the_agent),
		cmocka_unit_test(extreme_events),
		cmocka_unit_test(only_changes_are_reported),
		cmocka_unit_test(names_follow_renames),
		cmocka_unit_test(channels_that_start_no_call),
		cmocka_unit_test(numbers_become_e164),
		cmocka_unit_test(odd_numbers_and_callers),
		cmocka_unit_test(two_callers_in_one_bridge),
		cmocka_unit_test(a_caller_is_no_agent),
		cmocka_unit_test(legs_find_their_call),
		cmocka_unit_test(ended_legs_stay_ended),
		cmocka_unit_test(a_dial_without_status_keeps_the_outcome),
		cmocka_unit_test(a_transfer_does_not_end_the_call),
		cmocka_unit_test(bridges_merge),
		cmocka_unit_test(joins_late_in_any_order),
		cmocka_unit_test(late_start_by_age),
		cmocka_unit_test(resync_ends_missing_calls),
		cmocka_unit_test(events_during_a_resync),
		cmocka_unit_test(legs_that_do_not_join_late),
		cmocka_unit_test(a_boot_ends_older_calls),
		cmocka_unit_test(clocks_that_differ),
		cmocka_unit_test(taint_marks_the_call),
		cmocka_unit_test(flush_finishes_what_ended),
		cmocka_unit_test(memory_is_flat),
		cmocka_unit_test(live_calls_are_bounded),
		cmocka_unit_test(channels_are_bounded),
		cmocka_unit_test(random_events),
		cmocka_unit_test(keys_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
