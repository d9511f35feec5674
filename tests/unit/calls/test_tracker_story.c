/* The tracker: transfers and holds, made by hand and recorded from a real Asterisk, and the story of a live call. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/ami_stream.h"
#include "kit/call_script.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/call_json.h"
#include "trunkdeck/calls/cause.h"

#define PLAY(s, ...) stage_play((s), (const char *const []){ __VA_ARGS__, NULL })
#define ANSWERED_CALL "dial T A", "state T A RINGING", "up A", "dialend T A ANSWER", "up T", "enter A B1", "enter T B1"
#define ANSWERED_STORY "arrived:T agent_dialled:A ringing:A agent_answered:A call_answered:T connected:A "
#define LEGS 4

/* Appends the story with a letter for each leg, in the order in which the legs joined. */
static void add_story(struct buf *b, const struct call_story *s, const char *letters)
{
	buf_reset(b);
	for (uint8_t i = 0; i < s->step_count; i++) {
		uint8_t leg = s->steps[i].leg;

		buf_addf(b, "%s%s", i ? " " : "", call_step_name((enum call_step_kind)s->steps[i].kind));
		if (leg != CALL_NO_LEG)
			buf_addf(b, ":%c", letters[leg]);
	}
}

static const struct transfer {
	const char *name;
	enum hung_up_by by;
	const char *agent_leg;		/* its beginning */
	const char *letters;
	const char *legs[LEGS];		/* besides T, announced before the answer */
	const char *lines[30];
	const char *story;		/* after ANSWERED_STORY */
} transfers[] = {
	{ "blind, and the caller ends it", HUNG_UP_CALLER, "WebSocket/", "TAW", { "new A" },
	  { "talk A", "unhold A", "blind A sales Success", "leave A B1", "leave T B1", "destroy B1", "hangup A 16", "new W",
	    "dial T W", "up W", "dialend T W ANSWER", "enter W B2", "enter T B2", "talk W", "request T 16", "leave T B2",
	    "soft T", "leave W B2", "hangup W 16", "hangup T 16" },
	  "first_audio:A transferred:A parted:A leg_ended:A agent_dialled:W agent_answered:W connected:W caller_hung_up:T "
	  "leg_ended:W ended" },
	{ "blind, and the second agent ends it", HUNG_UP_AGENT, "WebSocket/", "TAW", { "new A" },
	  { "blind A sales Success", "leave A B1", "leave T B1", "hangup A 16", "new W", "dial T W", "up W",
	    "dialend T W ANSWER", "enter W B2", "enter T B2", "talk W", "request W 16", "leave W B2", "hangup W 16",
	    "leave T B2", "soft T", "hangup T 16" },
	  "transferred:A parted:A leg_ended:A agent_dialled:W agent_answered:W connected:W first_audio:W agent_hung_up:W "
	  "parted:W leg_ended:W ended" },
	{ "blind, to nobody", HUNG_UP_SYSTEM, "AudioSocket/", "TA", { "new A" },
	  { "blind A nobody Success", "leave A B1", "leave T B1", "hangup A 16", "soft T", "hangup T 16" },
	  "transferred:A parted:A leg_ended:A system_hung_up:T ended" },
	{ "blind, refused: the agent is still there", HUNG_UP_AGENT, "AudioSocket/", "TA", { "new A" },
	  { "blind A nobody Failure", "leave A B1", "hangup A 16", "leave T B1", "soft T", "hangup T 16" },
	  "transfer_failed:A parted:A leg_ended:A ended" },
	{ "by the caller, who is gone by that", HUNG_UP_CALLER, "AudioSocket/", "TA", { "new A" },
	  { "blind T elsewhere Success", "leave T B1", "leave A B1", "soft T", "hangup T 16" }, "transferred:T ended" },
	{ "attended, into the caller's bridge", HUNG_UP_CALLER, "WebSocket/", "TALMW", { "new A", "new L", "new M", "local L M" },
	  { "hold A", "enter L B3", "leave A B1", "enter A B3", "new W", "dial M W", "up W", "dialend M W ANSWER", "talk W",
	    "enter W B4", "enter M B4", "leave L B3", "enter L B1", "leave A B3", "attended A Bridge", "hangup A 16",
	    "leave W B4", "leave L B1", "enter W B1", "optimized L M", "leave M B4", "hangup L 16", "hangup M 16", "talk W",
	    "request T 16", "leave T B1", "leave W B1", "hangup T 16" },
	  "held:A parted:A connected:L transferred:A leg_ended:A connected:W first_audio:W caller_hung_up:T ended" },
	{ "attended, but the other one is busy", HUNG_UP_AGENT, "AudioSocket/", "TALM", { "new A", "new L", "new M" },
	  { "hold A", "leave A B1", "enter A B3", "enter L B3", "dialend L L BUSY", "hangup M 17", "leave L B3", "leave A B3",
	    "enter A B1", "unhold A", "hangup L 17", "talk A", "leave A B1", "hangup A 16", "leave T B1", "hangup T 16" },
	  "held:A parted:A connected:A resumed:A first_audio:A parted:A leg_ended:A ended" },
	{ "attended, an operator ends it meanwhile", HUNG_UP_SYSTEM, "AudioSocket/", "TAL", { "new A", "new L" },
	  { "hold A", "leave A B1", "enter A B3", "enter L B3", "soft T", "leave T B1", "hangup T 16" },
	  "held:A parted:A system_hung_up:T ended" },
	{ "attended, by a link between the bridges", HUNG_UP_CALLER, "WebSocket/", "TALMW", { "new A", "new L", "new M", "new W" },
	  { "hold A", "leave A B1", "enter A B3", "up W", "enter W B3", "attended A Link", "enter L B1", "enter M B3", "local L M",
	    "leave A B3", "hangup A 16", "talk W", "request T 16", "hangup T 16" },
	  "held:A parted:A transferred:A connected:L leg_ended:A first_audio:W caller_hung_up:T ended" },
	{ "three of them, then the agent leaves", HUNG_UP_CALLER, "WebSocket/", "TAW", { "new A", "new W" },
	  { "up W", "enter W B3", "attended A Threeway", "merge B3 B1", "leave A B1", "hangup A 16", "talk W", "request T 16",
	    "hangup T 16" },
	  "transferred:A connected:W parted:A leg_ended:A first_audio:W caller_hung_up:T ended" },
	{ "attended, to an application", HUNG_UP_SYSTEM, "AudioSocket/", "TA", { "new A" },
	  { "attended A App", "leave A B1", "hangup A 16", "leave T B1", "soft T", "hangup T 16" },
	  "transferred:A parted:A leg_ended:A system_hung_up:T ended" },
	{ "attended, failed", HUNG_UP_CALLER, "AudioSocket/", "TA", { "new A" },
	  { "attended A Fail", "talk A", "request T 16", "hangup T 16" },
	  "transfer_failed:A first_audio:A caller_hung_up:T ended" },
	{ "the caller is sent elsewhere", HUNG_UP_CALLER, "WebSocket/", "TAW", { "new A" },
	  { "leave T B1", "leave A B1", "new W", "hangup A 16", "dial T W", "up W", "dialend T W ANSWER", "enter W B2",
	    "enter T B2", "talk W", "request T 16", "hangup T 16" },
	  "leg_ended:A agent_dialled:W agent_answered:W connected:W first_audio:W caller_hung_up:T ended" },
	{ "hold by the caller", HUNG_UP_CALLER, "AudioSocket/", "TA", { "new A" },
	  { "hold T", "talk A", "unhold T", "talk A", "request T 16", "hangup T 16" },
	  "held:T resumed:T first_audio:A caller_hung_up:T ended" },
};

static void play_twice(struct stage *s, const char *const *lines, bool twice)
{
	for (; *lines; lines++) {
		stage_event(s, *lines);
		if (!twice)
			continue;
		s->now_us -= 10000;
		stage_event(s, *lines);
	}
}

static void play_transfer(struct stage *s, const struct transfer *x, bool twice)
{
	const char *legs[LEGS + 1] = { NULL };

	memcpy(legs, x->legs, sizeof(x->legs));
	stage_open(s, "from-trunk");
	PLAY(s, "new T");
	assert_true(tracker_watch(s->tracker, STR("1700000000.1")));
	play_twice(s, legs, twice);
	play_twice(s, (const char *const []){ ANSWERED_CALL, NULL }, twice);
	play_twice(s, x->lines, twice);
}

static void check_transfer(const struct transfer *x, bool twice)
{
	const char *const prefix = ANSWERED_STORY;
	struct stage s;
	struct buf story;
	const struct call *c;

	play_transfer(&s, x, twice);
	c = stage_call(&s);
	buf_init(&story, BUF_UNBOUNDED);
	add_story(&story, &s.detail.story, x->letters);
	if (strncmp(story.p, prefix, strlen(prefix)) || strcmp(story.p + strlen(prefix), x->story))
		fail_msg("%s: %s", x->name, story.p);
	if (c->outcome != OUTCOME_ANSWERED || c->hung_up_by != x->by || strncmp(c->agent_leg, x->agent_leg, strlen(x->agent_leg)))
		fail_msg("%s: %s, %s, %s", x->name, outcome_name(c->outcome), hung_up_by_name(c->hung_up_by), c->agent_leg);
	assert_int_equal(s.started, 1);
	assert_int_equal(c->talk_us, c->ended_us - s.detail.story.legs[0].up_us);
	assert_memory_equal(&s.detail.call, c, sizeof(*c));
	assert_int_equal(stage_channels(&s), 0);
	buf_clear(&story);
	stage_close(&s);
}

static void transfers_keep_the_call(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(transfers); i++) {
		check_transfer(&transfers[i], false);
		check_transfer(&transfers[i], true);
	}
}

/* A call is held while any leg holds it. A leg that has ended holds nothing. */
static void hold_ends_with_its_leg(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "new A", "new W", ANSWERED_CALL, "enter W B1", "hold A", "hold T", "unhold T");
	assert_int_equal(s.seen.state, CALL_HELD);
	PLAY(&s, "hangup A 16");
	assert_int_equal(s.seen.state, CALL_TALKING);
	PLAY(&s, "hold W", "unhold A");
	assert_int_equal(s.seen.state, CALL_HELD);
	tracker_resync_begin(s.tracker);
	stage_event(&s, "list T up 0:00:01 B1");
	tracker_resync_end(s.tracker, s.now_us);
	assert_int_equal(s.seen.state, CALL_TALKING);
	stage_close(&s);
}

/* A group that joins as a whole keeps its hold. */
static void a_joining_group_keeps_its_hold(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "up T", "new X", "hold X", "dial T X", "up X", "dialend T X ANSWER");
	assert_int_equal(s.seen.state, CALL_HELD);
	stage_close(&s);
}

/* Of a long story the beginning and the end are kept; legs that are still there keep their place. */
static void the_story_is_bounded(void **state)
{
	struct stage s;
	const struct call_story *story = &s.detail.story;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "new A", ANSWERED_CALL);
	assert_true(tracker_watch(s.tracker, STR("1700000000.1")));
	for (int i = 0; i < 70000; i++)
		PLAY(&s, "hold A", "unhold A");
	assert_int_equal(story->step_count, CALL_STEPS);
	assert_int_equal(story->steps[0].kind, STEP_ARRIVED);
	assert_int_equal(story->steps[5].kind, STEP_CONNECTED);
	assert_int_equal(story->steps[CALL_STEPS / 2].kind, STEP_HELD);
	assert_int_equal(story->steps[CALL_STEPS - 1].at_us, s.now_us);
	assert_int_equal(story->steps_lost, UINT16_MAX);
	stage_close(&s);
}

static void legs_that_left_are_replaced(void **state)
{
	struct stage s;
	char line[32];

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "new A", ANSWERED_CALL);
	assert_true(tracker_watch(s.tracker, STR("1700000000.1")));
	for (int i = 0; i < 20; i++) {
		struct call_event e;
		char id[32];

		snprintf(id, sizeof(id), "1700000000.%d", 1000 + i);
		snprintf(line, sizeof(line), "WebSocket/%d", i);
		call_event_init(&e, EVENT_NEWCHANNEL, s.now_us += 10000);
		e.leg.channel = str_of(line);
		e.leg.uniqueid = str_of(id);
		e.leg.linkedid = STR("1700000000.1");
		tracker_apply(s.tracker, &e);
		e.kind = i == 3 ? EVENT_NEWSTATE : EVENT_HANGUP;
		tracker_apply(s.tracker, &e);
	}
	assert_int_equal(s.detail.story.leg_count, CALL_LEGS);
	assert_int_equal(s.detail.story.legs_lost, 20 + 2 - CALL_LEGS);
	assert_int_equal(s.detail.story.legs[0].role, LEG_TRUNK);
	assert_int_equal(s.detail.story.legs[1].role, LEG_AGENT);
	assert_string_equal(s.detail.story.legs[5].channel, "WebSocket/3");
	stage_close(&s);
}

static void only_the_watched_call_is_reported(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "new U");
	assert_int_equal(s.details, 0);
	assert_false(tracker_watch(s.tracker, STR("1700000000.7")));
	assert_true(tracker_watch(s.tracker, STR("1700000000.1")));
	assert_int_equal(s.details, 1);
	PLAY(&s, "up U", "request U 16", "line T");
	assert_int_equal(s.details, 1);
	PLAY(&s, "new A");
	assert_int_equal(s.details, 2);
	assert_int_equal(s.detail.story.leg_count, 2);
	assert_true(tracker_watch(s.tracker, STR("1700000000.2")));
	PLAY(&s, "up A", "hangup U 16");
	assert_int_equal(s.detail.call.state, CALL_ENDED);
	assert_string_equal(s.detail.call.linkedid, "1700000000.2");
	assert_false(tracker_watch(s.tracker, STR("1700000000.2")));
	PLAY(&s, "hangup T 16");
	assert_int_equal(s.details, 4);
	stage_close(&s);
}

static void missed_events_are_steps(void **state)
{
	struct stage s;
	struct buf story;

	(void)state;
	stage_open(&s, NULL);
	buf_init(&story, BUF_UNBOUNDED);
	tracker_resync_begin(s.tracker);
	PLAY(&s, "list T up 0:01:40 B1", "list A up 0:01:40 B1");
	tracker_resync_end(s.tracker, s.now_us);
	assert_true(tracker_watch(s.tracker, STR("1700000000.1")));
	tracker_taint(s.tracker, STR("1700000000.1"));
	tracker_gap(s.tracker, s.now_us + 1000000);
	add_story(&story, &s.detail.story, "TA");
	assert_string_equal(story.p, "arrived:T joined_late:T connected:A doubted gap");
	assert_true(s.detail.call.uncertain);
	buf_clear(&story);
	stage_close(&s);
}

/* --- recordings of Asterisk 22 (tests/lab/fixtures) --- */

static const struct recording {
	const char *file;
	enum hung_up_by by;
	const char *agent_leg;
	int64_t talk_ms;		/* minimum: SIPp's time from its ACK to its BYE */
	const char *letters;
	const char *story;		/* contained in this order, with others between: Asterisk's order varies */
} recordings[] = {
	{ "lab_hold", HUNG_UP_CALLER, "WebSocket/", 2300, "TA",
	  "arrived:T agent_dialled:A agent_answered:A connected:A first_audio:A held:T resumed:T caller_hung_up:T ended" },
	{ "lab_local", HUNG_UP_CALLER, "WebSocket/", 2500, "TLMA",
	  "agent_dialled:L agent_answered:L connected:L first_audio:A caller_hung_up:T ended" },
	{ "lab_blind_transfer", HUNG_UP_CALLER, "AudioSocket/", 3500, "TAS",
	  "connected:A transferred:A agent_dialled:S agent_answered:S connected:S first_audio:S caller_hung_up:T ended" },
	{ "lab_blind_transfer_busy", HUNG_UP_SYSTEM, "WebSocket/", 1000, "TA",
	  "connected:A transferred:A leg_ended:A system_hung_up:T ended" },
	{ "lab_redirect", HUNG_UP_CALLER, "AudioSocket/", 3500, "TAS", "connected:A agent_dialled:S connected:S caller_hung_up:T" },
	{ "lab_attended_transfer", HUNG_UP_CALLER, "AudioSocket/", 9000, "TALMS",
	  "connected:A held:A connected:L transferred:A leg_ended:A connected:S caller_hung_up:T ended" },
	{ "lab_attended_transfer_busy", HUNG_UP_CALLER, "WebSocket/", 7000, "TALM",
	  "connected:A held:A parted:A connected:A resumed:A caller_hung_up:T ended" },
};

/* Watches the first call as soon as it starts. */
static void apply_watched(void *arg, const struct call_event *e)
{
	struct stage *s = arg;

	tracker_apply(s->tracker, e);
	if (e->kind == EVENT_NEWCHANNEL && !s->details)
		tracker_watch(s->tracker, e->leg.uniqueid);
}

/* Are these words contained, in this order? */
static bool holds_in_order(const char *words, const char *wanted)
{
	char *copy = xstrdup(wanted), *rest = copy, *word;

	while (words && (word = strtok_r(rest, " ", &rest))) {
		words = strstr(words, word);
		words = words ? words + strlen(word) : NULL;
	}
	free(copy);
	return words;
}

static void recorded_transfers(void **state)
{
	struct buf story;

	(void)state;
	buf_init(&story, BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
		const struct recording *r = &recordings[i];
		struct stage s;
		const struct call *c;

		stage_open(&s, NULL);
		stage_play_recording(&s, r->file, apply_watched);
		c = stage_call(&s);
		add_story(&story, &s.detail.story, r->letters);
		if (!holds_in_order(story.p, r->story))
			fail_msg("%s: %s", r->file, story.p);
		if (c->outcome != OUTCOME_ANSWERED || c->hung_up_by != r->by ||
		    strncmp(c->agent_leg, r->agent_leg, strlen(r->agent_leg)))
			fail_msg("%s: %s, %s, %s; %s", r->file, outcome_name(c->outcome), hung_up_by_name(c->hung_up_by),
				 c->agent_leg, story.p);
		if (c->talk_us < r->talk_ms * 1000 || c->talk_us > (r->talk_ms + 1000) * 1000)
			fail_msg("%s: talked for %lld us", r->file, (long long)c->talk_us);
		assert_int_equal(s.started, 1);
		assert_int_equal(stage_live(&s), 0);
		stage_close(&s);
	}
	buf_clear(&story);
}

static void causes_in_words(void **state)
{
	(void)state;
	assert_string_equal(cause_text(17), "busy");
	assert_string_equal(cause_text(0), "no cause given");
	assert_string_equal(cause_text(-1), "other cause");
	assert_string_equal(sip_code_text(487), "cancelled");
	assert_string_equal(sip_code_text(0), "other code");
	assert_int_equal(cause_outcome(17), OUTCOME_BUSY);
	assert_int_equal(cause_outcome(500), OUTCOME_FAILED);
	assert_int_equal(sip_code_outcome(487), OUTCOME_ABANDONED);
	assert_int_equal(sip_code_outcome(480), OUTCOME_FAILED);
}

/* The story of an answered call is not reported at its end. Another call's story is unchanged after a round trip in
 * JSON. */
static void the_story_of_an_unanswered_call_is_kept(void **state)
{
	struct call_story back;
	struct stage s;
	json_t *json;
	char *text;

	(void)state;
	stage_open(&s, NULL);
	PLAY(&s, "new T", "new A", ANSWERED_CALL, "soft T", "hangup A 16", "hangup T 16");
	assert_int_equal(s.finished, 1);
	assert_int_equal(s.stories, 0);
	stage_close(&s);
	stage_open(&s, NULL);
	PLAY(&s, "new T", "new A", "dial T A", "state T A RINGING", "dialend T A BUSY", "hangup A 17", "hangup T 17 486");
	assert_int_equal(s.finished, 1);
	assert_int_equal(s.stories, 1);
	assert_string_equal(s.story.call.linkedid, s.ended[0].linkedid);
	json = call_story_to_json(&s.story);
	text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
	assert_true(strlen(text) < STORY_MAX);
	assert_true(call_story_from_json(&back, text));
	assert_int_equal(back.step_count, s.story.story.step_count);
	for (size_t i = 0; i < back.step_count; i++) {
		assert_int_equal(back.steps[i].kind, s.story.story.steps[i].kind);
		assert_int_equal(back.steps[i].leg, s.story.story.steps[i].leg);
		assert_int_equal(back.steps[i].at_us, s.story.story.steps[i].at_us);
	}
	assert_memory_equal(back.legs, s.story.story.legs, sizeof(back.legs));
	json_decref(json);
	free(text);
	stage_close(&s);
}

static void damaged_stories_are_refused(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "{\"legs\":1,\"steps\":{}}", "{\"legs\":[]}", "{\"steps\":[{\"step\":\"ended\"}]}",
	};
	struct call_story s;
	struct buf many;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(call_story_from_json(&s, texts[i]));
	/* More than the story can hold, and words that are not known. */
	buf_init(&many, BUF_UNBOUNDED);
	buf_adds(&many, "{\"legs\":[{}");
	for (int i = 0; i < 100; i++)
		buf_adds(&many, ",{\"channel\":7,\"role\":\"king\",\"joined\":\"never\"}");
	buf_adds(&many, "],\"steps_lost\":-5,\"steps\":[{\"step\":\"flew\"}");
	for (int i = 0; i < 100; i++)
		buf_adds(&many, ",{\"step\":\"ended\",\"channel\":\"none\"}");
	buf_adds(&many, "]}");
	assert_true(call_story_from_json(&s, many.p));
	assert_int_equal(s.leg_count, CALL_LEGS);
	assert_int_equal(s.step_count, CALL_STEPS);
	assert_int_equal(s.steps_lost, 0);
	assert_int_equal(s.steps[3].leg, CALL_NO_LEG);
	buf_clear(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transfers_keep_the_call),
		cmocka_unit_test(hold_ends_with_its_leg),
		cmocka_unit_test(a_joining_group_keeps_its_hold),
		cmocka_unit_test(the_story_is_bounded),
		cmocka_unit_test(legs_that_left_are_replaced),
		cmocka_unit_test(only_the_watched_call_is_reported),
		cmocka_unit_test(missed_events_are_steps),
		cmocka_unit_test(the_story_of_an_unanswered_call_is_kept),
		cmocka_unit_test(damaged_stories_are_refused),
		cmocka_unit_test(recorded_transfers),
		cmocka_unit_test(causes_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
