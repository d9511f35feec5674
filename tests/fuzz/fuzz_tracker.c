/*
 * The tracker on events that no parser would accept: any kind, about any channel, in any order, with any time. The
 * input has four bytes for each event: kind, channels, bridge and flags, time. Besides not crashing: every call starts
 * once and ends once, its members are well formed, and nothing is left when all channels have ended.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/tracker.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/tracker";

#define CHANNELS 8
#define NOTHING_OF_A_TIME 7

static const struct { const char *name, *id; } channels[CHANNELS] = {
	{ "PJSIP/twilio-00000001", "1700000000.1" }, { "PJSIP/twilio-00000002", "1700000000.2" },
	{ "AudioSocket/a-00000003", "1700000000.3" }, { "Local/b@ctx-00000004;1", "1700000000.4" },
	{ "Local/b@ctx-00000004;2", "1700000000.5" }, { "WebSocket/c/6", "1700000000.6" },
	{ "PJSIP/desk-00000007", "sys-1700000000.7" }, { "", "" },
};
static const char *const bridges[] = { "", "bridge-1", "bridge-2", "bridge-3" };
static const char *const statuses[] = { "", "ANSWER", "BUSY", "NOANSWER", "CHANUNAVAIL", "CANCEL", "RINGING", "?" };

struct run {
	struct tracker *tracker;
	uint64_t started, finished, details;
	bool live[CHANNELS];		/* a call that began with this channel */
};

static void check_attempts(const struct call *c)
{
	const char *next = c->attempts;
	struct call_attempt a;
	size_t words = *next != '\0', read = 0;

	for (const char *p = next; *p; p++)
		words += *p == ' ';
	while ((next = call_attempt_next(next, &a)))
		read++;
	FUZZ_ASSERT(read == words);
}

static void on_call(void *arg, const struct call *c, enum call_change change)
{
	struct run *r = arg;
	size_t trunk = 0;

	while (trunk < CHANNELS && strcmp(c->linkedid, channels[trunk].id) != 0)
		trunk++;
	FUZZ_ASSERT(trunk < CHANNELS);
	FUZZ_ASSERT(r->live[trunk] == (change != CALL_CHANGE_STARTED));
	FUZZ_ASSERT((c->state == CALL_ENDED) == (change == CALL_CHANGE_FINISHED));
	FUZZ_ASSERT(change != CALL_CHANGE_FINISHED || c->ended_us >= c->started_us || c->ended_us == CALL_NO_TIME);
	FUZZ_ASSERT(c->served < SERVED_COUNT && c->reason < REASON_COUNT && c->loss >= -1 && c->loss <= 1000 && c->score <= 500);
	FUZZ_ASSERT(change != CALL_CHANGE_FINISHED || c->outcome != OUTCOME_ANSWERED || c->reason == REASON_NONE);
	check_attempts(c);
	FUZZ_ASSERT(c->outcome < OUTCOME_COUNT && c->talk_us >= 0);
	FUZZ_ASSERT(change != CALL_CHANGE_FINISHED || c->outcome == OUTCOME_ANSWERED || c->outcome == OUTCOME_LOST || !c->answered_us);
	r->live[trunk] = change != CALL_CHANGE_FINISHED;
	r->started += change == CALL_CHANGE_STARTED;
	r->finished += change == CALL_CHANGE_FINISHED;
}

static void on_detail(void *arg, const struct call_detail *d)
{
	struct run *r = arg;

	FUZZ_ASSERT(d->story.leg_count <= CALL_LEGS && d->story.step_count <= CALL_STEPS);
	for (size_t i = 0; i < d->story.step_count; i++)
		FUZZ_ASSERT(d->story.steps[i].kind < STEP_COUNT &&
			    (d->story.steps[i].leg == CALL_NO_LEG || d->story.steps[i].leg < d->story.leg_count));
	r->details++;
}

/* What the dialplan tells. The values are those that some key may have, for any key. */
static const char *const user_events[] = {
	"AgentAttach", "AgentReady", "TrunkdeckUnmapped", "TrunkdeckCall", "TrunkdeckAttempt", "TrunkdeckRefused", "TrunkdeckQuality",
	"TrunkdeckLeg",
};
static const char *const user_values[] = {
	"", "5f1c0a7e-1111-4222-8333-0123456789ab", "+14155550102", "sales", "fallback", "routing", "busy", "silent", "dialling", "over_cap",
	"closed", "number", "4294967295", "0.004375", "nan", "99999999999999999999", "a:b c",
};

static struct str user_value(const void *frame, const char *key)
{
	const uint8_t *op = frame;

	return str_of(user_values[(size_t)(op[1] * 7 + op[3] + key[0] * 3 + key[1]) % ARRAY_LEN(user_values)]);
}

static void set_leg(struct event_leg *leg, size_t channel, size_t linked, bool up)
{
	leg->channel = str_of(channels[channel].name);
	leg->uniqueid = str_of(channels[channel].id);
	leg->linkedid = str_of(channels[linked].id);
	leg->exten = STR("+14155550100");
	leg->caller = STR("+4915112345678");
	leg->state = up ? 6 : 4;
}

static void apply(struct run *r, const uint8_t *op)
{
	const size_t one = op[1] % CHANNELS, two = op[1] / CHANNELS % CHANNELS, bridge = op[2] % ARRAY_LEN(bridges);
	const int64_t at_us = op[3] == NOTHING_OF_A_TIME ? CALL_NO_TIME : op[3] == 255 ? INT64_MAX : (int64_t)(op[3] + 1) * 1000000;
	struct call_event e;

	switch (op[0] % (EVENT_KIND_COUNT + 6)) {
	case EVENT_KIND_COUNT:
		tracker_gap(r->tracker, at_us);
		return;
	case EVENT_KIND_COUNT + 1:
		tracker_resync_begin(r->tracker);
		return;
	case EVENT_KIND_COUNT + 2:
		tracker_resync_end(r->tracker, at_us);
		return;
	case EVENT_KIND_COUNT + 3:
		tracker_taint(r->tracker, str_of(channels[one].id));
		return;
	case EVENT_KIND_COUNT + 4:
		tracker_watch(r->tracker, str_of(channels[one].id));
		return;
	case EVENT_KIND_COUNT + 5:
		tracker_flush(r->tracker);
		return;
	default:
		break;
	}
	call_event_init(&e, (enum event_kind)(op[0] % (EVENT_KIND_COUNT + 6)), at_us);
	set_leg(&e.leg, one, op[2] & 64 ? two : one, op[2] & 128);
	set_leg(&e.dest, two, one, op[2] & 32);
	e.bridge = str_of(bridges[bridge]);
	e.to_bridge = str_of(bridges[(bridge + 1) % ARRAY_LEN(bridges)]);
	e.dial_status = str_of(statuses[op[2] / 4 % ARRAY_LEN(statuses)]);
	e.new_name = str_of(channels[two].name);
	e.user_event = str_of(user_events[op[2] / 4 % ARRAY_LEN(user_events)]);
	e.user_value = user_value;
	e.user_frame = op;
	e.transfer_result = op[2] & 4 ? STR("Success") : STR("Fail");
	e.transfer_to = STR("200");
	e.application = op[2] & 4 ? STR("Queue") : STR("AudioSocket");
	e.duration = op[2] & 4 ? STR("00:10:00") : STR("::9999999999");
	e.cause = op[2] & 16 ? 16 : -1;
	e.tech_cause = op[2] & 8 ? 486 : -1;
	e.uptime_s = op[3];
	tracker_apply(r->tracker, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct run r = { 0 };
	const struct tracker_config config = {
		.server = "fuzz", .trunk_techs = "PJSIP", .on_call = on_call, .on_detail = on_detail, .arg = &r,
	};
	struct tracker_stats stats;

	r.tracker = tracker_new(&config);
	for (size_t at = 0; at + 4 <= len; at += 4)
		apply(&r, bytes + at);
	tracker_get_stats(r.tracker, &stats);
	FUZZ_ASSERT(stats.calls == r.started && stats.live == r.started - r.finished);
	/* A server that lists no channel has none, so nothing may be left of any call. */
	tracker_resync_begin(r.tracker);
	tracker_resync_end(r.tracker, INT64_MAX);
	tracker_get_stats(r.tracker, &stats);
	FUZZ_ASSERT(stats.live == 0 && stats.channels == 0 && r.started == r.finished);
	tracker_free(&r.tracker);
	return 0;
}
