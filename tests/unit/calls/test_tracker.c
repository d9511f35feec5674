/* The tracker: outcomes, which order and repetition of events do not change. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "kit/call_script.h"
#include "trunkdeck/base/mem.h"

#define MAX_LINES 40

/* Recorded calls: `head` comes in this order, `tail` in any order that Asterisk may choose. */
struct scenario {
	const char *name;
	enum call_outcome outcome;
	enum hung_up_by by;
	int cause, sip_code;
	const char *head[MAX_LINES];
	const char *tail[10];
};

static const struct scenario scenarios[] = {
	{ "an agent answers, the caller hangs up", OUTCOME_ANSWERED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "new A", "line A", "dial T A", "up A", "dialend T A ANSWER", "up T", "enter A B1", "enter T B1",
			"talk A", "request T 16" },
		{ "leave T B1", "soft T", "cdr T Dial", "leave A B1", "destroy B1", "hangup A 16", "hangup T 16" } },
	{ "DialEnd after BridgeEnter", OUTCOME_ANSWERED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "new A", "dial T A", "up A", "up T", "enter A B1", "enter T B1", "dialend T A ANSWER", "request T 16" },
		{ "leave T B1", "leave A B1", "hangup A 16", "hangup T 16" } },
	{ "the agent's request ends it", OUTCOME_ANSWERED, HUNG_UP_AGENT, 16, 0,
		{ "new T", "new A", "dial T A", "up A", "dialend T A ANSWER", "up T", "enter A B1", "enter T B1", "request A 16" },
		{ "leave T B1", "soft T", "leave A B1", "hangup A 16", "hangup T 16" } },
	{ "the agent's socket closes", OUTCOME_ANSWERED, HUNG_UP_AGENT, 16, 0,
		{ "new T", "new A", "dial T A", "up A", "dialend T A ANSWER", "up T", "enter A B1", "enter T B1", "leave A B1" },
		{ "leave T B1", "soft T", "hangup A 16", "hangup T 16" } },
	{ "an operator ends it", OUTCOME_ANSWERED, HUNG_UP_SYSTEM, 16, 0,
		{ "new T", "new A", "dial T A", "up A", "dialend T A ANSWER", "up T", "enter A B1", "enter T B1", "soft T" },
		{ "leave T B1", "leave A B1", "hangup A 16", "hangup T 16" } },
	{ "busy", OUTCOME_BUSY, HUNG_UP_SYSTEM, 17, 486,
		{ "new T", "new L", "new M", "local L M", "dial T L", "dialend T L BUSY", "request M 0", "soft T" },
		{ "hangup L 0", "soft M", "hangup M 17", "cdr T Dial", "hangup T 17 486" } },
	{ "busy, and the caller hears the tone out", OUTCOME_BUSY, HUNG_UP_CALLER, 16, 0,
		{ "new T", "new A", "dial T A", "dialend T A BUSY", "hangup A 17", "request T 16" },
		{ "soft T", "hangup T 16" } },
	{ "no answer", OUTCOME_NO_ANSWER, HUNG_UP_SYSTEM, 19, 480,
		{ "new T", "new L", "new M", "local L M", "dial T L", "dialend T L NOANSWER", "soft T" },
		{ "hangup L 0", "hangup M 0", "cdr T Dial", "hangup T 19 480" } },
	{ "no answer, by its cause alone", OUTCOME_NO_ANSWER, HUNG_UP_SYSTEM, 19, 480,
		{ "new T", "new A", "dial T A", "hangup A 0", "soft T" }, { "hangup T 19 480" } },
	{ "the caller gives up while it rings", OUTCOME_ABANDONED, HUNG_UP_CALLER, 127, 487,
		{ "new T", "new L", "new M", "dial T L" },
		{ "request T 127 487", "dialend T L CANCEL", "request M 127", "soft M", "hangup L 127", "hangup M 127",
			"soft T", "hangup T 127 487" } },
	{ "the caller gives up before a dial", OUTCOME_ABANDONED, HUNG_UP_CALLER, 127, 487,
		{ "new T", "request T 127 487" }, { "soft T", "hangup T 127 487" } },
	{ "an answer that comes after the caller left", OUTCOME_ABANDONED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "new A", "dial T A", "request T 127 487", "up A", "dialend T A ANSWER" },
		{ "hangup A 16", "hangup T 16" } },
	{ "a Dial that times out after the caller left", OUTCOME_ABANDONED, HUNG_UP_CALLER, 127, 0,
		{ "new T", "new A", "dial T A", "request T 127 487", "dialend T A NOANSWER" }, { "hangup A 127", "hangup T 127" } },
	{ "Dial cannot reach the agent (X)", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 38, 500,
		{ "new T", "soft T" }, { "hangup T 38 500" } },
	{ "subscriber absent, as the load stream has it", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 20, 480,
		{ "new T", "soft T" }, { "hangup T 20 480" } },
	{ "an agent leg that fails to connect", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 16, 0,
		{ "new T", "new W", "dial T W", "dialend T W CHANUNAVAIL", "soft T" }, { "hangup W 0", "hangup T 16" } },
	{ "an agent leg that fails without a cause of its own", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 38, 500,
		{ "new T", "new W", "dial T W", "dialend T W NOANSWER", "soft T" }, { "hangup W 0", "hangup T 38 500" } },
	{ "congestion", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 34, 503,
		{ "new T", "new W", "dial T W", "dialend T W CONGESTION", "soft T" }, { "hangup W 34", "hangup T 34 503" } },
	{ "only a SIP code", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 0, 503, { "new T", "soft T" }, { "hangup T 0 503" } },
	{ "unmapped, by its cause (U)", OUTCOME_UNMAPPED, HUNG_UP_SYSTEM, 1, 404,
		{ "new T", "soft T" }, { "hangup T 1 404" } },
	{ "unmapped, as our dialplan says", OUTCOME_UNMAPPED, HUNG_UP_SYSTEM, 16, 0,
		{ "new T", "user T TrunkdeckUnmapped", "soft T" }, { "hangup T 16" } },
	{ "no route for what the agent dialled is no unmapped number", OUTCOME_FAILED, HUNG_UP_SYSTEM, 1, 404,
		{ "new T", "new L", "new M", "dial T L", "soft T" }, { "hangup L 1", "hangup M 1", "hangup T 1 404" } },
	{ "rejected", OUTCOME_FAILED, HUNG_UP_SYSTEM, 21, 403, { "new T", "soft T" }, { "hangup T 21 403" } },
	{ "nothing known", OUTCOME_FAILED, HUNG_UP_UNKNOWN, 0, 0, { "new T" }, { "hangup T" } },
	{ "failover: the second agent answers", OUTCOME_ANSWERED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "new A", "dial T A", "dialend T A CHANUNAVAIL", "hangup A 20", "new W", "dial T W", "up W",
			"dialend T W ANSWER", "up T", "enter W B1", "enter T B1", "request T 16" },
		{ "leave T B1", "leave W B1", "hangup W 16", "hangup T 16" } },
	{ "failover: the caller leaves while the second rings", OUTCOME_ABANDONED, HUNG_UP_CALLER, 127, 487,
		{ "new T", "new A", "dial T A", "dialend T A BUSY", "hangup A 17", "new W", "dial T W", "request T 127 487" },
		{ "dialend T W CANCEL", "hangup W 127", "hangup T 127 487" } },
	{ "the AudioSocket application (A)", OUTCOME_ANSWERED, HUNG_UP_CALLER, 0, 0,
		{ "new T", "up T", "wait 500", "user T AgentAttach", "wait 400", "request T", "soft T" },
		{ "cdr T Dial", "hangup T 0" } },
	{ "the AudioSocket application, by its Cdr", OUTCOME_ANSWERED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "up T", "wait 900", "request T", "soft T", "cdr T AudioSocket" }, { "hangup T 16" } },
	{ "the caller gives up while the dialplan plays music", OUTCOME_ABANDONED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "up T", "wait 60000", "request T 16" }, { "hangup T 16", "soft T" } },
	{ "nobody is in the queue", OUTCOME_ABANDONED, HUNG_UP_CALLER, 0, 0,
		{ "new T", "up T", "queue T", "wait 60000", "giveup T" }, { "request T 16", "hangup T 0", "soft T" } },
	{ "the queue, by its Cdr", OUTCOME_ABANDONED, HUNG_UP_CALLER, 0, 0,
		{ "new T", "up T", "wait 60000", "request T 16", "cdr T Queue" }, { "hangup T 0", "soft T" } },
	{ "the queue's agents are rung in vain", OUTCOME_ABANDONED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "up T", "queue T", "new A", "dial T A", "wait 15000", "dialend T A NOANSWER", "hangup A 19", "new W",
			"dial T W", "wait 15000", "dialend T W NOANSWER", "hangup W 19", "wait 9000", "giveup T" },
		{ "request T 16", "soft T", "cdr T Queue", "hangup T 16" } },
	{ "an agent of the queue answers", OUTCOME_ANSWERED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "up T", "queue T", "new A", "dial T A", "dialend T A NOANSWER", "hangup A 19", "new W", "dial T W", "up W",
			"dialend T W ANSWER", "enter W B1", "enter T B1", "request T 16" },
		{ "leave T B1", "leave W B1", "hangup W 16", "hangup T 16", "cdr T Queue" } },
	{ "the queue's time is over", OUTCOME_NO_ANSWER, HUNG_UP_SYSTEM, 16, 0,
		{ "new T", "up T", "queue T", "wait 60000", "soft T" }, { "cdr T Queue", "hangup T 16" } },
	{ "the application's agent ends a conversation", OUTCOME_ANSWERED, HUNG_UP_SYSTEM, 0, 0,
		{ "new T", "up T", "wait 3000", "soft T" }, { "cdr T Dial", "hangup T 0" } },
	{ "the application cannot connect (Y)", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 0, 0,
		{ "new T", "up T", "wait 500", "soft T" }, { "cdr T Dial", "hangup T 0" } },
	{ "the application's agent said so", OUTCOME_ANSWERED, HUNG_UP_SYSTEM, 0, 0,
		{ "new T", "up T", "ready T", "soft T" }, { "hangup T 0" } },
	{ "answered by the dialplan, then no agent", OUTCOME_UNREACHABLE, HUNG_UP_SYSTEM, 38, 0,
		{ "new T", "up T", "wait 5000", "soft T" }, { "hangup T 38" } },
	{ "answered by the dialplan, no route", OUTCOME_UNMAPPED, HUNG_UP_SYSTEM, 1, 0,
		{ "new T", "up T", "wait 5000", "soft T" }, { "hangup T 1" } },
	{ "answered by the dialplan, the agent does not answer", OUTCOME_ABANDONED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "up T", "new A", "dial T A", "wait 9000", "request T 16" },
		{ "dialend T A CANCEL", "hangup A 16", "hangup T 16" } },
	{ "ExternalMedia, with a Linkedid of its own at first", OUTCOME_ANSWERED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "up T", "new X", "dialend X X ANSWER", "enter T B1", "up X", "enter X B1", "line X+T", "talk X+T",
			"request T 16" },
		{ "leave T B1", "leave X+T B1", "hangup X+T 16", "hangup T 16" } },
	{ "Local, optimised away", OUTCOME_ANSWERED, HUNG_UP_CALLER, 16, 0,
		{ "new T", "new L", "new M", "local L M", "dial T L", "new A", "dial M A", "up A", "dialend M A ANSWER", "up M",
			"up L", "dialend T L ANSWER", "up T", "enter A B1", "enter M B1", "enter L B2", "enter T B2", "leave A B1",
			"leave L B2", "enter A B2", "optimized L M", "leave M B1", "destroy B1", "soft M", "request L 16",
			"hangup M 16", "hangup L 16", "talk A", "request T 16" },
		{ "leave T B2", "leave A B2", "soft T", "destroy B2", "hangup A 16", "hangup T 16" } },
	{ "Local, optimised away, ended by an operator", OUTCOME_ANSWERED, HUNG_UP_SYSTEM, 16, 0,
		{ "new T", "new L", "new M", "dial T L", "new A", "dialend T L ANSWER", "up T", "enter A B1", "enter M B1",
			"enter L B2", "enter T B2", "leave A B1", "leave L B2", "enter A B2", "leave M B1", "hangup M 16",
			"request L 16", "hangup L 16", "soft T" },
		{ "leave T B2", "leave A B2", "hangup A 16", "hangup T 16" } },
};

static size_t count_lines(const char *const *lines)
{
	size_t n = 0;

	while (lines[n])
		n++;
	return n;
}

static void check(struct stage *s, const struct scenario *sc, bool exact)
{
	const struct call *c = stage_call(s);

	if (c->outcome != sc->outcome)
		fail_msg("%s: %s", sc->name, outcome_name(c->outcome));
	if (exact && c->hung_up_by != sc->by)
		fail_msg("%s: hung up by %s", sc->name, hung_up_by_name(c->hung_up_by));
	assert_int_equal(c->cause, sc->cause);
	assert_int_equal(c->sip_code, sc->sip_code);
	assert_int_equal(c->state, CALL_ENDED);
	assert_int_equal(s->started, 1);
	assert_int_equal(c->answered_us != 0, c->outcome == OUTCOME_ANSWERED);
	assert_int_equal(stage_live(s), 0);
	assert_int_equal(stage_channels(s), 0);
}

static void outcomes(void **state)
{
	struct stage s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		stage_open(&s, "from-trunk");
		stage_play(&s, scenarios[i].head);
		assert_int_equal(stage_live(&s), 1);
		stage_play(&s, scenarios[i].tail);
		check(&s, &scenarios[i], true);
		stage_close(&s);
	}
}

/* Stasis keeps the order of one channel's events; between channels, and for Cdr, any order is possible. The test tries
 * all orders, which is more. The party that hung up may be unknown then, as the request may come after the hang-up. */
static void any_order_of_the_tail(void **state)
{
	struct stage s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		size_t n = count_lines(scenarios[i].tail);
		unsigned order[ARRAY_LEN(scenarios[i].tail)];

		for (unsigned j = 0; j < n; j++)
			order[j] = j;
		do {
			stage_open(&s, "from-trunk");
			stage_play(&s, scenarios[i].head);
			for (size_t j = 0; j < n; j++)
				stage_event(&s, scenarios[i].tail[order[j]]);
			check(&s, &scenarios[i], false);
			stage_close(&s);
		} while (next_order(order, n));
	}
}

static void every_event_twice(void **state)
{
	struct stage once, twice;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		const struct scenario *sc = &scenarios[i];

		stage_open(&once, "from-trunk");
		stage_open(&twice, "from-trunk");
		for (size_t part = 0; part < 2; part++) {
			for (const char *const *line = part ? sc->tail : sc->head; *line; line++) {
				stage_event(&once, *line);
				stage_event(&twice, *line);
				twice.now_us -= 10000;
				stage_event(&twice, *line);
				twice.now_us = once.now_us;
			}
		}
		check(&twice, sc, true);
		assert_int_equal(once.updated, twice.updated);
		assert_memory_equal(&once.ended[0], &twice.ended[0], sizeof(struct call));
		stage_close(&once);
		stage_close(&twice);
	}
}

/* A whole call is played again after its end: it does not start again. */
static void a_stream_played_again(void **state)
{
	struct stage s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		stage_open(&s, "from-trunk");
		for (int round = 0; round < 2; round++) {
			stage_play(&s, scenarios[i].head);
			stage_play(&s, scenarios[i].tail);
		}
		check(&s, &scenarios[i], true);
		stage_close(&s);
	}
}

/* When one event is lost, only the agent's first audio is missed; the call still ends and its memory is freed. */
static void any_one_event_missing(void **state)
{
	struct stage s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
		const struct scenario *sc = &scenarios[i];
		size_t n = count_lines(sc->head);

		for (size_t skip = 1; skip < n; skip++) {
			stage_open(&s, "from-trunk");
			for (size_t j = 0; j < n; j++)
				if (j != skip)
					stage_event(&s, sc->head[j]);
			stage_play(&s, sc->tail);
			assert_int_equal(s.started, 1);
			assert_int_equal(s.finished, 1);
			assert_int_equal(stage_live(&s), 0);
			stage_close(&s);
		}
	}
}

static void interleaved_calls(void **state)
{
	struct stage s;
	const struct scenario *sc = scenarios;
	size_t longest = MAX_LINES + 10, n = ARRAY_LEN(scenarios);
	unsigned finished[OUTCOME_COUNT] = { 0 }, expected[OUTCOME_COUNT] = { 0 }, up[ARRAY_LEN(scenarios)] = { 0 };

	(void)state;
	stage_open(&s, "from-trunk");
	for (size_t line = 0; line < longest; line++) {
		for (size_t i = 0; i < n; i++) {
			size_t head = count_lines(sc[i].head), tail = count_lines(sc[i].tail);
			unsigned before = s.finished;

			if (line >= head + tail)
				continue;
			s.base = (unsigned)i + 1;
			s.up = up[i];
			/* "wait" is left out, because it would also pass time for the other calls. */
			if (strncmp(line < head ? sc[i].head[line] : sc[i].tail[line - head], "wait", 4) != 0)
				stage_event(&s, line < head ? sc[i].head[line] : sc[i].tail[line - head]);
			up[i] = s.up;
			if (s.finished > before)
				finished[s.ended[(s.finished - 1) % STAGE_MAX_CALLS].outcome]++;
		}
	}
	for (size_t i = 0; i < n; i++)
		expected[sc[i].outcome]++;
	assert_int_equal(s.finished, n);
	assert_int_equal(stage_live(&s), 0);
	assert_int_equal(finished[OUTCOME_BUSY], expected[OUTCOME_BUSY]);
	assert_int_equal(finished[OUTCOME_NO_ANSWER], expected[OUTCOME_NO_ANSWER]);
	assert_int_equal(finished[OUTCOME_ABANDONED], expected[OUTCOME_ABANDONED]);
	assert_int_equal(finished[OUTCOME_UNMAPPED], expected[OUTCOME_UNMAPPED]);
	assert_int_equal(finished[OUTCOME_FAILED], expected[OUTCOME_FAILED]);
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(any_order_of_the_tail),
		cmocka_unit_test(every_event_twice),
		cmocka_unit_test(a_stream_played_again),
		cmocka_unit_test(any_one_event_missing),
		cmocka_unit_test(interleaved_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
