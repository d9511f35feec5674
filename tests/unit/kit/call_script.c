#include "config.h"

#include "call_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/ami_stream.h"
#include "trunkdeck/base/mem.h"

#define MAX_WORDS 16

static const struct {
	char letter;
	const char *channel;
	unsigned id, linked;
	const char *context, *exten;
} legs[] = {
	{ 'T', "PJSIP/twilio-00000001", 1, 1, "from-trunk", "+15551110001" },
	{ 'U', "PJSIP/telnyx-eu-00000002", 2, 2, "from-trunk", "442071110006" },
	{ 'A', "AudioSocket/127.0.0.1:9092-40325ec2", 11, 1, "default", "s" },
	{ 'W', "WebSocket/support/0x7fe450041", 12, 1, "default", "s" },
	{ 'L', "Local/echo@agents-00000003;1", 13, 1, "agents", "echo" },
	{ 'M', "Local/echo@agents-00000003;2", 14, 1, "agents", "echo" },
	{ 'X', "UnicastRTP/127.0.0.1:4000-0x1", 15, 15, "default", "s" },
	{ 'P', "PJSIP/desk-00000009", 16, 1, "phones", "s" },
};

struct ids {
	char unique[2][32];
	char linked[2][32];
};

static unsigned leg_index(char letter)
{
	for (unsigned i = 0; i < ARRAY_LEN(legs); i++)
		if (legs[i].letter == letter)
			return i;
	fail_msg("no leg %c", letter);
	return 0;
}

static void leg_fill(struct stage *s, struct event_leg *leg, const char *word, char unique[32], char linked[32])
{
	unsigned i = leg_index(word[0]), of = legs[i].linked;

	if (word[1] == '+')
		of = legs[leg_index(word[2])].id;
	snprintf(unique, 32, "1700000000.%u", s->base * 100 + legs[i].id);
	snprintf(linked, 32, "1700000000.%u", s->base * 100 + of);
	*leg = (struct event_leg){
		.channel = str_of(legs[i].channel),
		.uniqueid = str_of(unique),
		.linkedid = str_of(linked),
		.context = str_of(legs[i].context),
		.exten = str_of(legs[i].exten),
		.caller = STR("+4930123456"),
		.state = s->up & 1u << i ? 6 : legs[i].id == legs[i].linked ? 4 : 0,
	};
}

static const struct {
	const char *word;
	enum event_kind kind;
} verbs[] = {
	{ "new", EVENT_NEWCHANNEL }, { "up", EVENT_NEWSTATE }, { "dial", EVENT_DIAL_BEGIN }, { "dialend", EVENT_DIAL_END },
	{ "enter", EVENT_BRIDGE_ENTER }, { "leave", EVENT_BRIDGE_LEAVE }, { "destroy", EVENT_BRIDGE_DESTROY },
	{ "merge", EVENT_BRIDGE_MERGE }, { "request", EVENT_HANGUP_REQUEST }, { "soft", EVENT_SOFT_HANGUP_REQUEST },
	{ "hangup", EVENT_HANGUP }, { "cdr", EVENT_CDR }, { "queue", EVENT_QUEUE_JOINED }, { "giveup", EVENT_QUEUE_ABANDONED }, { "talk", EVENT_TALKING_START }, { "hold", EVENT_HOLD },
	{ "unhold", EVENT_UNHOLD }, { "local", EVENT_LOCAL_BRIDGE }, { "optimized", EVENT_LOCAL_OPTIMIZED },
	{ "line", EVENT_NEW_CONNECTED_LINE }, { "rename", EVENT_RENAME }, { "user", EVENT_USER }, { "ready", EVENT_USER },
	{ "state", EVENT_DIAL_STATE }, { "blind", EVENT_BLIND_TRANSFER }, { "attended", EVENT_ATTENDED_TRANSFER },
	{ "list", EVENT_CHANNEL_LISTED }, { "booted", EVENT_FULLY_BOOTED },
};

static enum event_kind verb_kind(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].word, word) == 0)
			return verbs[i].kind;
	fail_msg("no event %s", word);
	return EVENT_OTHER;
}

/* The frame of a user event is its words; the own keys are "Key=Value". */
static struct str user_value(const void *frame, const char *key)
{
	size_t len = strlen(key);

	for (char *const *w = frame; *w; w++)
		if (strncmp(*w, key, len) == 0 && (*w)[len] == '=')
			return str_of(*w + len + 1);
	return (struct str){ NULL, 0 };
}

static int number(const char *word, int otherwise)
{
	return word ? (int)strtol(word, NULL, 10) : otherwise;
}

/* Reads the words after the leg for each kind of event. */
static void fill(struct stage *s, struct call_event *e, char *const *w, struct ids *ids)
{
	switch (e->kind) {
	case EVENT_DIAL_BEGIN: case EVENT_DIAL_STATE: case EVENT_DIAL_END: case EVENT_LOCAL_BRIDGE: case EVENT_LOCAL_OPTIMIZED:
		leg_fill(s, &e->dest, w[2], ids->unique[1], ids->linked[1]);
		e->dial_status = str_of(w[3]);
		break;
	case EVENT_BRIDGE_ENTER: case EVENT_BRIDGE_LEAVE:
		e->bridge = str_of(w[2]);
		break;
	case EVENT_HANGUP: case EVENT_HANGUP_REQUEST:
		e->cause = number(w[2], -1);
		e->tech_cause = w[2] ? number(w[3], -1) : -1;
		break;
	case EVENT_BLIND_TRANSFER:
		e->transfer_to = str_of(w[2]);
		e->transfer_result = str_of(w[3]);
		break;
	case EVENT_ATTENDED_TRANSFER:
		leg_fill(s, &e->dest, "T", ids->unique[1], ids->linked[1]);
		e->transfer_kind = str_of(w[2]);
		e->transfer_result = strcmp(w[2], "Fail") ? STR("Success") : STR("Fail");
		break;
	case EVENT_RENAME:
		e->new_name = str_of(w[2]);
		break;
	case EVENT_USER:
		e->user_value = user_value;
		e->user_frame = w;
		e->user_event = strcmp(w[0], "ready") ? str_of(w[2]) : STR("AgentReady");
		if (!strcmp(w[0], "ready"))
			e->leg = (struct event_leg){ .linkedid = e->leg.linkedid, .state = -1 };
		break;
	case EVENT_CDR:
		e->application = str_of(w[2]);
		break;
	case EVENT_CHANNEL_LISTED:
		e->leg.state = strcmp(w[2], "up") ? 4 : 6;
		e->duration = str_of(w[3]);
		e->bridge = str_of(w[3] ? w[4] : NULL);
		break;
	default:
		break;
	}
}

static void without_leg(struct call_event *e, char *const *w)
{
	if (e->kind == EVENT_FULLY_BOOTED) {
		e->uptime_s = number(w[1], -1);
		return;
	}
	e->bridge = str_of(w[1]);
	e->to_bridge = str_of(w[2]);
}

void stage_event(struct stage *s, const char *line)
{
	char *copy = xstrdup(line), *w[MAX_WORDS + 1] = { NULL }, *rest = copy;
	struct call_event e;
	struct ids ids;

	for (size_t i = 0; i < MAX_WORDS; i++)
		w[i] = strtok_r(rest, " ", &rest);
	if (strcmp(w[0], "wait") == 0) {
		s->now_us += (int64_t)number(w[1], 0) * 1000;
		free(copy);
		return;
	}
	s->now_us += 10000;
	call_event_init(&e, verb_kind(w[0]), s->now_us);
	if (e.kind == EVENT_BRIDGE_DESTROY || e.kind == EVENT_BRIDGE_MERGE || e.kind == EVENT_FULLY_BOOTED) {
		without_leg(&e, w);
	} else {
		if (e.kind == EVENT_NEWSTATE)
			s->up |= 1u << leg_index(w[1][0]);
		leg_fill(s, &e.leg, w[1], ids.unique[0], ids.linked[0]);
		fill(s, &e, w, &ids);
	}
	tracker_apply(s->tracker, &e);
	free(copy);
}

void stage_play(struct stage *s, const char *const *lines)
{
	while (*lines)
		stage_event(s, *lines++);
}

static void apply_event(void *arg, const struct call_event *e)
{
	tracker_apply(((struct stage *)arg)->tracker, e);
}

void stage_play_recording(struct stage *s, const char *name, void (*apply)(void *arg, const struct call_event *e))
{
	char *relative = xasprintf("tests/data/ami/%s.ami", name), *path = source_path(relative), *bytes;
	struct stream stream;
	size_t len;

	bytes = read_whole(path, &len);
	stream_init(&stream, true);
	stream.on_event = apply ? apply : apply_event;
	stream.arg = s;
	ami_parser_feed(stream.parser, bytes, len);
	ami_parser_idle(stream.parser);
	stream_clear(&stream);
	free(bytes);
	free(path);
	free(relative);
}

static void on_call(void *arg, const struct call *c, enum call_change change)
{
	struct stage *s = arg;

	s->seen = *c;
	if (change == CALL_CHANGE_STARTED)
		s->started++;
	else if (change == CALL_CHANGE_UPDATED)
		s->updated++;
	else
		s->ended[s->finished++ % STAGE_MAX_CALLS] = *c;
}

static void on_detail(void *arg, const struct call_detail *d)
{
	struct stage *s = arg;

	s->detail = *d;
	s->details++;
}

static void on_story(void *arg, const struct call_detail *d)
{
	struct stage *s = arg;

	s->story = *d;
	s->stories++;
}

static const char *prefix_of(void *arg, struct str endpoint)
{
	(void)arg;
	return str_eq(endpoint, STR("telnyx-eu")) ? "+" : NULL;
}

void stage_open(struct stage *s, const char *trunk_contexts)
{
	struct tracker_config config = {
		.server = "na-1",
		.trunk_contexts = trunk_contexts,
		.on_call = on_call,
		.on_detail = on_detail,
		.on_story = on_story,
		.prefix_of = prefix_of,
		.arg = s,
	};

	*s = (struct stage){ .now_us = STAGE_START_US };
	s->tracker = tracker_new(&config);
}

void stage_close(struct stage *s)
{
	tracker_free(&s->tracker);
	assert_null(s->tracker);
}

const struct call *stage_call(struct stage *s)
{
	assert_int_equal(s->finished, 1);
	return &s->ended[0];
}

size_t stage_live(struct stage *s)
{
	struct tracker_stats stats;

	tracker_get_stats(s->tracker, &stats);
	return stats.live;
}

size_t stage_channels(struct stage *s)
{
	struct tracker_stats stats;

	tracker_get_stats(s->tracker, &stats);
	return stats.channels;
}

static void swap(unsigned *a, unsigned *b)
{
	unsigned t = *a;

	*a = *b;
	*b = t;
}

bool next_order(unsigned *order, size_t n)
{
	size_t i = n - 1, j = n - 1;

	while (i > 0 && order[i - 1] >= order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] <= order[i - 1])
		j--;
	swap(&order[i - 1], &order[j]);
	for (j = n - 1; i < j; i++, j--)
		swap(&order[i], &order[j]);
	return true;
}
