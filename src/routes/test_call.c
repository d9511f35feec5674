/*
 * Events are matched by identity: the test chooses the Uniqueids of both halves of the Local channel, and the agent's
 * leg has the first of them as its Linkedid. If the channel can't be made, its event has no Uniqueid. Then the caller's
 * number, made from the same seed, identifies the test.
 *
 * If this program ends, the call still ends by itself: the caller's half waits only as long as the test may take.
 */
#include "config.h"

#include "trunkdeck/routes/test_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "trunkdeck/ami/session.h"
#include "trunkdeck/ami/event.h"
#include "trunkdeck/ami/rights.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/routes/route.h"

#define ID_PREFIX "trunkdeck-test-"
#define CALLER_PREFIX "test"
#define ANSWER_MS 10000			/* for an action */
#define HANG_UP_MS 1000

WORDS_DEFINE(test_step, enum test_step, TEST_STEP_TABLE)

void test_call_init(struct test_call *t, uint64_t seed)
{
	*t = (struct test_call){ .cause = 0 };
	snprintf(t->id, sizeof(t->id), ID_PREFIX "%016" PRIx64, seed);
	snprintf(t->other_id, sizeof(t->other_id), ID_PREFIX "%016" PRIx64 "-2", seed);
	for (int i = 0; i < TEST_STEP_COUNT; i++)
		t->at_us[i] = -1;
}

bool test_call_ok(const struct test_call *t)
{
	return t->at_us[TEST_STEP_AUDIO] >= 0;
}

/* --- events --- */

static void reach(struct test_call *t, enum test_step step, int64_t at_us)
{
	if (t->at_us[step] >= 0)
		return;
	if (t->arrived_us == 0)
		t->arrived_us = at_us;
	t->at_us[step] = at_us > t->arrived_us ? at_us - t->arrived_us : 0;
	if (step == TEST_STEP_AUDIO)
		t->done = true;
}

/* A word of the dialplan's events: "no_answer". Anything else is left out. */
static void take_word(char *to, size_t size, const struct ami_frame *f, const char *key)
{
	struct str word = ami_find(f, key);

	for (size_t i = 0; i < word.len; i++)
		if (word.p[i] != '_' && !(word.p[i] >= 'a' && word.p[i] <= 'z'))
			return;
	str_copy(to, size, word);
}

static void take_attempt(struct test_call *t, const struct ami_frame *f)
{
	struct test_attempt a = { .ms = 0 };

	take_word(a.result, sizeof(a.result), f, "Result");
	take_word(a.way, sizeof(a.way), f, "Way");
	str_copy(a.agent, sizeof(a.agent), ami_find(f, "Agent"));
	str_to_i64(ami_find(f, "Ms"), &a.ms);
	if (strcmp(a.result, "dialling") == 0) {
		memcpy(t->agent, a.agent, sizeof(t->agent));
		memcpy(t->way, a.way, sizeof(t->way));
	} else if (t->attempt_count < TEST_ATTEMPTS) {
		t->attempts[t->attempt_count++] = a;
	}
}

/* The dialplan's own events. */
static void take_user_event(struct test_call *t, const struct ami_frame *f, int64_t at_us)
{
	struct str name = ami_get(f, AMI_KEY_USEREVENT), agent = ami_find(f, "Agent");
	bool routed = str_eq(name, STR("TrunkdeckCall"));

	if (str_eq(name, STR("TrunkdeckUnmapped"))) {
		t->unmapped = true;
	} else if (str_eq(name, STR("TrunkdeckAttempt"))) {
		take_attempt(t, f);
	} else if (str_eq(name, STR("TrunkdeckRefused"))) {
		take_word(t->turned_away, sizeof(t->turned_away), f, "Reason");
		take_word(t->cap, sizeof(t->cap), f, "Cap");
	} else if (routed || str_eq(name, STR("TrunkdeckTest"))) {
		reach(t, TEST_STEP_ARRIVED, at_us);
		if (routed)
			take_word(t->way, sizeof(t->way), f, "Way");
		if (agent.len == 0)
			return;
		if (t->at_us[TEST_STEP_ROUTE] < 0 || routed)
			str_copy(t->agent, sizeof(t->agent), agent);
		reach(t, TEST_STEP_ROUTE, at_us);
	}
}

void test_call_event(struct test_call *t, const struct ami_frame *f, int64_t now_us)
{
	struct str event = ami_get(f, AMI_KEY_EVENT), uniqueid = ami_get(f, AMI_KEY_UNIQUEID), caller = ami_get(f, AMI_KEY_CALLERIDNUM);
	bool in_dialplan = str_eq(uniqueid, str_of(t->other_id));
	int64_t stamp = ami_event_time(ami_get(f, AMI_KEY_TIMESTAMP)), at_us = stamp < 0 ? now_us : stamp, cause;

	if (f->kind != AMI_EVENT || f->reject)
		return;
	if (str_eq(event, STR("OriginateResponse")) && str_eq_nocase(ami_get(f, AMI_KEY_RESPONSE), STR("Failure")) &&
	    str_starts(caller, STR(CALLER_PREFIX)) &&
	    str_eq((struct str){ caller.p + strlen(CALLER_PREFIX), caller.len - strlen(CALLER_PREFIX) },
		   str_of(t->id + strlen(ID_PREFIX)))) {
		t->refused = t->refused || t->arrived_us == 0;
		t->done = t->done || t->refused;
		return;
	}
	if (!str_eq(ami_get(f, AMI_KEY_LINKEDID), str_of(t->id)))
		return;
	if (str_eq(event, STR("Newchannel")) && str_eq(uniqueid, str_of(t->id))) {
		str_copy(t->channel, sizeof(t->channel), ami_get(f, AMI_KEY_CHANNEL));
	} else if (str_eq(event, STR("UserEvent"))) {
		take_user_event(t, f, at_us);
	} else if (str_eq(event, STR("DialBegin")) && in_dialplan) {
		reach(t, TEST_STEP_DIALLED, at_us);
	} else if (str_eq(event, STR("DialEnd")) && in_dialplan) {
		str_copy(t->dial_status, sizeof(t->dial_status), ami_find(f, "DialStatus"));
		if (strcmp(t->dial_status, "ANSWER") == 0)
			reach(t, TEST_STEP_ANSWERED, at_us);
	} else if (str_eq(event, STR("ChannelTalkingStart"))) {
		reach(t, TEST_STEP_AUDIO, at_us);
	} else if (str_eq(event, STR("Hangup")) && in_dialplan) {
		if (str_to_i64(ami_get(f, AMI_KEY_CAUSE), &cause))
			t->cause = (int)cause;
		/* The channel ended before the dialplan began: it could not be made. OriginateResponse may come later. */
		t->refused = t->refused || t->arrived_us == 0;
		t->done = true;
	}
}

/* --- why a call failed --- */

static const struct {
	const char *status;
	const char *text;
	const char *todo;
} dial_statuses[] = {
	{ "BUSY", N_("the agent is busy"), N_("the agent platform refuses more calls: check its limits") },
	{ "NOANSWER", N_("the agent did not answer in the time the dialplan gives it"),
	  N_("check the agent platform; TRUNKDECK_TIMEOUT in globals_trunkdeck.conf sets the time") },
	{ "CHANUNAVAIL", N_("the agent could not be reached: nothing answers at its dial string"),
	  N_("check the dial string, and whether the address answers from the server") },
	{ "CONGESTION", N_("the agent could not be reached: the server has no free connection to it"),
	  N_("check the dial string, and whether the address answers from the server") },
};

static void why_not_answered(const struct test_call *t, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(dial_statuses); i++) {
		if (strcmp(dial_statuses[i].status, t->dial_status) != 0)
			continue;
		err_set_message(e, ERR_FOUND_WRONG, "%s", _(dial_statuses[i].text));
		err_hint(e, "%s", _(dial_statuses[i].todo));
		return;
	}
	if (t->done)
		err_set_message(e, ERR_FOUND_WRONG, _("the call ended before the agent answered, cause %d"), t->cause);
	else
		err_set_message(e, ERR_FOUND_WRONG, "%s", _("the agent did not answer in time"));
	err_hint(e, "%s", _("check the agent platform; --timeout waits longer"));
}

static void why_turned_away(const struct test_call *t, const char *number, struct err *e)
{
	if (strcmp(t->turned_away, "closed") == 0) {
		err_set_message(e, ERR_FOUND_WRONG, "%s", _("the number is closed at that time: callers are told 480"));
		err_hint(e, _("trunkdeck number edit %s --closed-agent ID names an agent for closed hours"), number);
	} else if (strcmp(t->turned_away, "over_cap") == 0) {
		err_set_message(e, ERR_FOUND_WRONG, _("the cap of the %s is reached on this server: callers are told 486"),
				*t->cap ? t->cap : "?");
		err_hint(e, "%s", _("try again when fewer calls are up, or raise the cap (--max-calls)"));
	} else {
		err_set_message(e, ERR_FOUND_WRONG, _("the server refused the call: %s"), t->turned_away);
		err_hint(e, "%s", _("'trunkdeck block list' shows the callers that are blocked"));
	}
}

void test_call_why(const struct test_call *t, const char *number, struct err *e)
{
	static const char *const database =
	N_("with routes = odbc: check with 'odbc show' on the server whether the database answers");

	if (t->at_us[TEST_STEP_ARRIVED] < 0 && t->refused) {
		err_set_message(e, ERR_FOUND_WRONG, "%s", _("the server has no context trunkdeck-test"));
		err_hint(e, "%s", _("its extensions_trunkdeck.conf is missing or old: 'trunkdeck server setup' prints the file"));
	} else if (t->at_us[TEST_STEP_ARRIVED] < 0) {
		err_set_message(e, ERR_FOUND_WRONG, "%s", t->arrived_us ? _("no event of the dialplan was received") :
				_("no event of the call was received"));
		err_hint(e, "%s", _("manager.conf: our AMI user needs read = call,user"));
	} else if (*t->turned_away) {
		why_turned_away(t, number, e);
	} else if (t->at_us[TEST_STEP_ROUTE] < 0 && t->unmapped) {
		err_set_message(e, ERR_FOUND_WRONG, "%s", _("the server has no route for the number"));
		err_hint(e, _("'trunkdeck doctor %s' says what it should be"), number);
	} else if (t->at_us[TEST_STEP_ROUTE] < 0 && t->done) {
		err_set_message(e, ERR_FOUND_WRONG, _("the server could not look the route up, cause %d"), t->cause);
		err_hint(e, "%s", _(database));
	} else if (t->at_us[TEST_STEP_ROUTE] < 0) {
		err_set_message(e, ERR_FOUND_WRONG, "%s",
				_("the call entered the dialplan, which did not look the route up in time"));
		err_hint(e, "%s", _(database));
	} else if (t->at_us[TEST_STEP_DIALLED] < 0) {
		err_set_message(e, ERR_FOUND_WRONG, _("the server could not dial %s"), t->agent);
		err_hint(e, _("its address refuses the connection, or the server has no dial string for it: 'trunkdeck doctor %s'"), number);
	} else if (t->at_us[TEST_STEP_ANSWERED] < 0) {
		why_not_answered(t, e);
	} else {
		err_set_message(e, ERR_FOUND_WRONG, "%s", t->done ? _("the agent answered, and hung up without a sound") :
				_("the agent answered, but no sound came from it in time"));
		err_hint(e, "%s", _("the connection works: check the voice of the agent, and its logs"));
	}
}

/* --- placing the call --- */

struct placing {
	struct test_call *t;
	const struct test_call_options *options;
	struct err outside;		/* why a dialled channel was not allowed */
	bool over;
};

static int steps_reached(const struct test_call *t)
{
	int reached = 0;

	for (int i = 0; i < TEST_STEP_COUNT; i++)
		reached += t->at_us[i] >= 0;
	return reached;
}

static void on_event(void *arg, const struct ami_frame *f)
{
	struct placing *p = arg;
	int before = steps_reached(p->t);

	if (f->kind == AMI_EVENT && !f->reject && str_eq(ami_get(f, AMI_KEY_EVENT), STR("Newchannel")) &&
	    str_eq(ami_get(f, AMI_KEY_LINKEDID), str_of(p->t->id))) {
		/* "PJSIP/twilio-0000001f" is a channel of PJSIP/twilio. */
		char *channel = str_dup(ami_get(f, AMI_KEY_CHANNEL)), *serial = strrchr(channel, '-');

		if (serial)
			*serial = '\0';
		p->over = p->over || !p->options->may_dial(p->options->arg, channel, &p->outside);
		free(channel);
	}
	test_call_event(p->t, f, clock_wall_us(&clock_system));
	p->over = p->over || p->t->done;
	if (steps_reached(p->t) > before)
		p->options->progress(p->options->arg, p->t);
}

static void hint_right(struct err *e, const struct server_config *server, const char *action)
{
	char *line = ami_right_line(server->user, ami_right_of(action));

	err_hint(e, "%s", line);
	free(line);
}

/* An agent of the number in the server's key: what the server would dial for it. */
static bool check_agent(struct ami_session *q, const struct test_call_options *o, struct str id, struct err *e)
{
	char *name = str_dup(id), *value;
	const char *dial;
	bool ok = ami_session_key(q, o->server->routes, route_family_name(ROUTE_FAMILY_AGENT), name, &value, e);

	free(name);
	if (!ok)
		return false;
	dial = str_starts(str_of(value), STR(ROUTE_VALUE_FORMAT)) ? route_value_field(value, ROUTE_AGENT_DIAL).p : value;
	ok = *dial == '\0' || o->may_dial(o->arg, dial, e);
	free(value);
	return ok;
}

/* The agents that the call can be led to besides the first one. */
static bool check_other_agents(struct ami_session *q, const struct test_call_options *o, struct err *e)
{
	static const size_t one[] = { ROUTE_NUMBER_FALLBACK, ROUTE_NUMBER_CLOSED };
	char *value;
	struct str split, id;
	bool ok = ami_session_key(q, o->server->routes, route_family_name(ROUTE_FAMILY_NUMBER), o->number, &value, e);

	if (!ok)
		return false;
	split = route_value_field(value, ROUTE_NUMBER_SPLIT);
	for (size_t i = 0; ok && (id = str_field(str_field(split, '/', i), ':', 0)).len > 0; i++)
		ok = check_agent(q, o, id, e);
	for (size_t i = 0; ok && i < ARRAY_LEN(one); i++) {
		id = route_value_field(value, one[i]);
		ok = id.len == 0 || check_agent(q, o, id, e);
	}
	free(value);
	return ok;
}

/* Checks what the server would dial, because a wrong route must not lead to the telephone network. */
static bool check_route(struct ami_session *q, const struct test_call_options *o, struct err *e)
{
	char *agent, *dial;
	bool ok;

	if (!ami_session_route(q, o->server->routes, o->number, &agent, &dial, e)) {
		if (ami_is_denied(str_of(e->message))) {
			err_set_message(e, ERR_SERVER_REFUSED, "%s", _("our AMI user may not read what would be dialled"));
			hint_right(e, o->server, "Getvar");
		}
		return false;
	}
	ok = (*dial == '\0' || o->may_dial(o->arg, dial, e)) && check_other_agents(q, o, e);
	free(agent);
	free(dial);
	return ok;
}

static bool originate(struct ami_session *q, const struct test_call *t, const struct test_call_options *o, struct err *e)
{
	const char *key = t->id + strlen(ID_PREFIX);
	char *channel = xasprintf("Local/%s@trunkdeck-test/n", o->number);
	char *caller = xasprintf("\"trunkdeck test\" <" CALLER_PREFIX "%s>", key);
	char *timeout = xasprintf("%" PRId64, o->timeout_ms + 1000);	/* we hang up first, if we may */
	char *seconds = xasprintf("%" PRId64, o->timeout_ms / 1000 + 1);
	char *at = xasprintf("TRUNKDECK_AT=%" PRId64, o->at_us / 1000000);
	const struct ami_field fields[] = {
		{ "Channel", channel }, { "Application", "Wait" }, { "Data", seconds }, { "Async", "true" },
		{ "Timeout", timeout }, { "CallerID", caller }, { "ChannelId", t->id }, { "OtherChannelId", t->other_id },
		{ o->at_us ? "Variable" : NULL, at }, { NULL, NULL },
	};
	bool ok = ami_session_action(q, "Originate", fields, NULL, NULL, e);

	if (!ok && ami_is_denied(str_of(e->message))) {
		err_set_message(e, ERR_SERVER_REFUSED, "%s", _("our AMI user may not place test calls"));
		hint_right(e, o->server, "Originate");
	}
	free(channel);
	free(caller);
	free(timeout);
	free(seconds);
	free(at);
	return ok;
}

static bool place(struct ami_session *q, struct placing *p, struct err *e)
{
	struct test_call result = *p->t;
	const struct ami_field fields[] = { { "Channel", result.channel }, { "Cause", "16" }, { NULL, NULL } };
	struct err ignored;
	bool ok;

	if (!check_route(q, p->options, e) || !originate(q, p->t, p->options, e))
		return false;
	ok = ami_session_listen(q, p->options->timeout_ms, &p->over, e);
	/* Without the permission to hang up, the call ends by itself. Later events are no part of the result. */
	result = *p->t;
	ami_session_hurry(q, HANG_UP_MS);
	if (result.channel[0] != '\0')
		ami_session_action(q, "Hangup", fields, NULL, NULL, &ignored);
	*p->t = result;
	if (ok && p->outside.code != ERR_NONE) {
		*e = p->outside;
		return false;
	}
	return ok;
}

bool test_call_run(struct test_call *t, const struct test_call_options *options, struct err *e)
{
	struct placing p = { .t = t, .options = options, .outside = { .code = ERR_NONE } };
	const struct ami_session_options query = {
		.server = options->server, .events = "call,user", .timeout_ms = ANSWER_MS, .stop = options->stop,
		.on_event = on_event, .arg = &p,
	};
	struct ami_session *q;
	uint64_t seed;
	bool ok;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)clock_wall_us(&clock_system);
	test_call_init(t, seed);
	if (!ami_session_open(&q, &query, e))
		return false;
	ok = place(q, &p, e);
	ami_session_close(&q);
	return ok;
}
