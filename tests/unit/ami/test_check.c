/*
 * Forged events. The attacker owns the fields that a real Asterisk copies raw, 79 bytes each. The test writes the
 * stream as Asterisk would, with a victim's events before and after. It asserts that nothing false is reported of the
 * victim's channel or of all calls. The first attacks were made by hand; a generator with a fixed seed combines many
 * more from their parts (AMI_FORGE_ROUNDS of them).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>

#include "kit/ami_stream.h"
#include "trunkdeck/base/mem.h"

#define FIELD 79			/* bytes of a number or an extension in Asterisk */

static const struct caller victim = { "+4930111", "+15550001", "", "PJSIP/good-00000001", "1795341781.3626" };

struct seen {
	size_t victim_events;		/* events that were reported of the victim: exactly those sent */
	size_t lies;
	const char *lie;
};

static bool is(struct str s, const char *text)
{
	return str_eq(s, str_of(text));
}

static bool about_victim(const struct call_event *e)
{
	return is(e->leg.uniqueid, victim.uniqueid) || is(e->leg.linkedid, victim.uniqueid) ||
	       is(e->leg.channel, victim.channel) || is(e->dest.uniqueid, victim.uniqueid) ||
	       is(e->dest.linkedid, victim.uniqueid);
}

/* Each event of the victim names both his channel and his id, and is of the one kind that was sent of him. */
static void note(void *arg, const struct call_event *e)
{
	struct seen *seen = arg;
	const char *lie = NULL;

	if (e->kind == EVENT_OTHER)
		return;
	if (e->kind == EVENT_FULLY_BOOTED || e->kind == EVENT_SHUTDOWN || e->kind == EVENT_BRIDGE_DESTROY)
		lie = "about all calls";
	else if (!about_victim(e))
		return;
	else if (e->kind != EVENT_TALKING_START || !is(e->leg.channel, victim.channel) ||
		 !is(e->leg.uniqueid, victim.uniqueid))
		lie = "about the victim";
	if (lie) {
		seen->lies++;
		seen->lie = lie;
	} else {
		seen->victim_events++;
	}
}

/* Adds all events that the attacker's call makes Asterisk send, each between two of the victim. */
static size_t add_attack(struct buf *b, const struct caller *a)
{
	static const char *const events[][2] = {
		{ "Newchannel", "" }, { "Newstate", "" }, { "HangupRequest", "" }, { "BridgeLeave", "" },
		{ "Hangup", "Cause: 16\r\nCause-txt: Normal Clearing\r\n" },
	};
	const struct caller leg = { "", "", a->number, "AudioSocket/x-1", "1795341790.9001" };
	size_t n = 0;

	add_event(b, "ChannelTalkingStart", &victim, "");
	n++;
	for (size_t i = 0; i < ARRAY_LEN(events); i++, n++) {
		add_event(b, events[i][0], a, events[i][1]);
		add_event(b, "ChannelTalkingStart", &victim, "");
	}
	buf_addf(b, "%s", HEAD("DialBegin"));
	add_block(b, "", a);
	add_block(b, "Dest", &leg);
	buf_addf(b, "DialString: x/%s\r\n\r\n", a->exten);
	add_event(b, "NewConnectedLine", &leg, "");
	buf_addf(b, HEAD("LocalBridge"));
	add_block(b, "LocalOne", a);
	add_block(b, "LocalTwo", &leg);
	buf_addf(b, "Context: in\r\nExten: %s\r\nLocalOptimization: Yes\r\n\r\n", a->exten);
	buf_addf(b, HEAD("Cdr") "AccountCode: \r\nSource: %s\r\nDestination: %s\r\nDestinationContext: in\r\n"
		 "CallerID: \"\" <%s>\r\nChannel: %s\r\nDestinationChannel: \r\nLastApplication: Dial\r\nLastData: x\r\n"
		 "StartTime: \r\nAnswerTime: \r\nEndTime: \r\nDuration: 1\r\nBillableSeconds: 1\r\nDisposition: ANSWERED\r\n"
		 "AMAFlags: DOCUMENTATION\r\nUniqueID: %s\r\nUserField: \r\nLinkedid: %s\r\n\r\n",
		 a->number, a->exten, a->number, a->channel, a->uniqueid, a->uniqueid);
	add_event(b, "ChannelTalkingStart", &victim, "");
	return n + 1;
}

/* Removes the time stamps, as if the server sent none. */
static void drop_stamps(struct buf *b)
{
	static const char stamp[] = "Timestamp: 1795341781.812617\r\n";
	char *at = b->p;

	while ((at = strstr(at, stamp))) {
		memmove(at, at + sizeof(stamp) - 1, strlen(at + sizeof(stamp) - 1) + 1);
		b->len -= sizeof(stamp) - 1;
	}
}

/* Returns how many of the victim's events were lost. The fields are cut as Asterisk cuts them. */
static size_t attack_once(struct stream *s, const char *number, const char *exten, bool stamped)
{
	char cut_number[FIELD + 1], cut_exten[FIELD + 1];
	const struct caller a = { cut_number, cut_exten, "<unknown>", "PJSIP/bad-00000002", "1795341789.3700" };
	struct seen seen = { 0 };
	struct buf b;
	size_t sent;

	str_copy(cut_number, sizeof(cut_number), str_of(number));
	str_copy(cut_exten, sizeof(cut_exten), str_of(exten));
	s->arg = &seen;
	buf_init(&b, BUF_UNBOUNDED);
	sent = add_attack(&b, &a);
	if (!stamped)
		drop_stamps(&b);
	ami_parser_restart(s->parser, false);
	buf_reset(&s->whole);
	stream_run(s, b.p);
	if (seen.lies)
		fail_msg("%zu lies %s by number [%s] exten [%s]", seen.lies, seen.lie, cut_number, cut_exten);
	assert_true(seen.victim_events <= sent);
	buf_clear(&b);
	return sent - seen.victim_events;
}

static size_t attack_in(struct stream *s, const char *number, const char *exten)
{
	return attack_once(s, number, exten, true) + attack_once(s, number, exten, false);
}

static size_t attack(const char *number, const char *exten)
{
	struct stream s;
	size_t lost;

	stream_init(&s, false);
	s.on_event = note;
	lost = attack_in(&s, number, exten);
	stream_clear(&s);
	return lost;
}

static void harmless_caller(void **state)
{
	(void)state;
	assert_int_equal(attack("+49301", "+15550002"), 0);
}

static void headers_in_the_number(void **state)
{
	(void)state;
	assert_int_equal(attack("1\r\nEvent: Hangup\r\nUniqueid: 1795341781.3626", "2"), 0);
	assert_int_equal(attack("1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1795341781.3626", "2"), 0);
	assert_int_equal(attack("1", "2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1.1"), 0);
	assert_int_equal(attack("1\r\nCallerIDName: \r\nCause: 17", "2"), 0);
	assert_int_equal(attack("1\nUniqueid: 1795341781.3626", "2\n\nEvent: Shutdown"), 0);
}

static void events_in_the_number(void **state)
{
	(void)state;
	attack("1\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\nUniqueid: 1795341781.3626", "2");
	attack("1\r\n\r\nEvent: Shutdown\r\nPrivilege: system,all\r\nShutdown: x\r\nRestart: \r\n", "2");
	attack("1\r\n\r\nX: \r\n\r\nEvent: FullyBooted\r\nPrivilege: a,all\r\nUptime: 0\r\n\r\n", "2");
	attack("1\r\n\r\nEvent: Rename\r\nPrivilege: a,all\r\nUniqueid: 1795341781.3626\r\n\r\n", "2");
	attack("1\r\n\r\nEvent: CoreShowChannel\r\nActionID: 1\r\nUniqueid: 1795341781.3626\r\n\r\n", "2");
	attack("1\r\n\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1.1\r\n\r\nEvent: Shutdown", "2");
	attack("1\r\n\r\n\r\n\r\nResponse: a\r\n\r\n", "2\r\n\r\nResponse: b\r\n\r\n");
}

/* The worst attack: the block ends early but whole, with the victim's id, and the rest gets a head of its own. */
static void block_closed_in_the_extension(void **state)
{
	(void)state;
	attack("1", "2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1795341781.3626\r\n\r\n");
	attack("1", "2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1.1\r\n\r\nResponse: x");
	attack("1", "2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1.1\r\n\r\nEvent: x\r\n");
	attack("1", "2\r\nPriority: 1\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\nEvent: Shutdown\r\nPrivilege: x");
	attack("1", "2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1.1\r\n\r\nResponse: \r\n\r\n");
	attack("1", "2\r\nPriority: \r\nUniqueid: 1795341781.3626\r\nLinkedid: 1\r\n\r\nResponse: \r\na\r\n\r\n");
	attack("1", "2\r\nPriority: \r\nUniqueid: 1795341781.3626\r\nLinkedid: 1\r\n\r\nResponse: \r\nA:\r\nA:1");
	attack("1", "2\r\nPriority: \r\nUniqueid: 1795341781.3626\r\nLinkedid: 1\r\n\r\nEvent: x\r\nActionID: ");
	attack("1", "2\r\nPriority: \r\nUniqueid: 1795341781.3626\r\nLinkedid: 1\r\nCause: \r\nCause-txt: ");
}

static void both_fields_at_once(void **state)
{
	(void)state;
	attack("1\r\n\r\nEvent: Hangup\r\nPrivilege: a,all\r\nChannel: b\r\nChannelState: 6",
	       "2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1795341781.3626\r\n\r\n");
	attack("1\r\n\r\nEvent: Hangup\r\nPrivilege: a,all\r\nTimestamp: 1.000000\r\nActionID: 1",
	       "2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1.1\r\n\r\nResponse: x");
}

/* A split frame does not remove the frames of other channels. */
static void neighbours_survive(void **state)
{
	(void)state;
	assert_int_equal(attack("1\r\n\r\nEvent: Hangup\r\nUniqueid: 1.1", "2"), 0);
	assert_int_equal(attack("1\r\n\r\nEvent: Hangup\r\n\r\nEvent: Hangup", "2"), 0);
	assert_int_equal(attack("1", "2\r\n\r\nEvent: Hangup"), 0);
	assert_int_equal(attack("1\r\n\r\n", "2\r\n\r\n"), 0);
}

/* If the rest of a broken block never comes, later frames are accepted again. */
static void frames_are_accepted_again(void **state)
{
	struct seen seen = { 0 };
	struct stream s;
	struct buf b;

	(void)state;
	stream_init(&s, false);
	s.on_event = note;
	s.arg = &seen;
	buf_init(&b, BUF_UNBOUNDED);
	add_event(&b, "ChannelTalkingStart", &victim, "");
	buf_adds(&b, HEAD("Newstate") "ChannelTransfererChannel: 1\r\nChannelTransfererChannelState: 1\r\n\r\n");
	for (int i = 0; i < 50; i++)
		add_event(&b, "ChannelTalkingStart", &victim, "");
	stream_run(&s, b.p);
	assert_int_equal(seen.lies, 0);
	assert_true(seen.victim_events > 30 && seen.victim_events < 50);
	buf_clear(&b);
	stream_clear(&s);
}

static unsigned next_random(unsigned *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void make_up(char *field, unsigned *random)
{
	static const char *const parts[] = {
		"\r\n", "\r\n", "\r\n", "\r\n", "\r\n\r\n", "\r\n\r\n", "\n", "\r", "1", "2", ": ", " ",
		"Event: Hangup", "Event: x", "Event: Shutdown", "Event: FullyBooted", "Event: Newstate", "Event: Rename",
		"Event: Cdr", "Event: UserEvent", "Event: BridgeDestroy", "Event: CoreShowChannel", "Event: ", "Response: x", "Response: ",
		"Privilege: a,all", "Privilege: call,all", "Timestamp: 1.000000", "Timestamp: 1795341781.812617",
		"ActionID: 1", "Channel: a", "Channel: PJSIP/good-00000001", "ChannelState: 6", "ChannelStateDesc: ",
		"CallerIDNum: ", "CallerIDName: ", "ConnectedLineNum: ", "ConnectedLineName: ", "Language: ",
		"AccountCode: ", "Context: ", "Exten: ", "Priority: 1", "Priority: ",
		"Uniqueid: 1795341781.3626", "Uniqueid: 1795341781.3626", "Uniqueid: 1.1",
		"Linkedid: 1795341781.3626", "Linkedid: 1.1", "Linkedid: 1795341789.3700", "Cause: ", "Cause-txt: ", "Uptime: 0", "LastReload: 0",
		"Status: Fully Booted", "Shutdown: ", "Restart: ", "Newname: ", "DestChannel: a", "DestChannelState: ",
		"DestUniqueid: 1795341781.3626", "DestLinkedid: ", "LocalOptimization: ", "BridgeUniqueid: x", "AMAFlags: ",
		"2\r\nPriority: \r\nUniqueid: 1795341781.3626\r\nLinkedid: 1\r\n\r\n", "Response:", "a", "A:", "A:1",
		"2\r\nPriority: 1\r\nUniqueid: 1795341781.3626\r\nLinkedid: 1.1", "\r\nPriority: 1\r\nUniqueid: 1.1\r\nLinkedid: 1.1",
	};
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	while (b.len < FIELD && next_random(random) % 12) {
		buf_adds(&b, parts[next_random(random) % ARRAY_LEN(parts)]);
		if (next_random(random) % 3)
			buf_adds(&b, "\r\n");
	}
	str_copy(field, FIELD + 1, (struct str){ b.p, b.len });
	buf_clear(&b);
}

static void generated_attacks(void **state)
{
	const char *count = getenv("AMI_FORGE_ROUNDS");
	const unsigned long rounds = count ? strtoul(count, NULL, 10) : 5000;
	unsigned random = 20260806;
	size_t lost = 0;
	struct stream s;

	(void)state;
	stream_init(&s, false);
	s.on_event = note;
	for (unsigned long i = 0; i < rounds; i++) {
		char number[FIELD + 1] = "1", exten[FIELD + 1] = "2";

		if (next_random(&random) % 3)
			make_up(number, &random);
		if (next_random(&random) % 3)
			make_up(exten, &random);
		lost += attack_in(&s, number, exten);
	}
	stream_clear(&s);
	print_message("%zu of %lu events of others were lost\n", lost, rounds * 14);
	assert_true(lost < rounds / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harmless_caller), cmocka_unit_test(headers_in_the_number),
		cmocka_unit_test(events_in_the_number), cmocka_unit_test(block_closed_in_the_extension),
		cmocka_unit_test(both_fields_at_once), cmocka_unit_test(neighbours_survive),
		cmocka_unit_test(frames_are_accepted_again), cmocka_unit_test(generated_attacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
