/* Office hours are busy, nights and weekends quiet, and 9 of 10 calls are answered. The random seed is fixed. */
#include "config.h"

#include "history.h"

#include <stdio.h>
#include <stdlib.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define HOUR_US INT64_C(3600000000)
#define DAYS 7
#define CALLS_MAX 2000

static const char *const callers[] = {
	"+4915112345678", "+49301234567", "+14155550187", "+14155550142", "+41791234567", "+41445550199", "+442071230001",
	"+33612345678", "",
};

/* Calls in an hour of the day, in percent of noon on a working day. */
static const int busy_percent[24] = {
	5, 2, 2, 2, 3, 8, 20, 45, 80, 100, 100, 90, 75, 90, 100, 95, 80, 55, 35, 25, 18, 14, 10, 8,
};

/* The generator is xorshift. */
static uint32_t next_random(uint32_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % below;
}

static void set_end(struct call *c, uint32_t *random)
{
	static const struct { enum call_outcome outcome; int cause, sip_code; } failures[] = {
		{ OUTCOME_ABANDONED, 16, 487 }, { OUTCOME_ABANDONED, 16, 487 }, { OUTCOME_BUSY, 17, 486 },
		{ OUTCOME_NO_ANSWER, 19, 480 }, { OUTCOME_UNREACHABLE, 20, 500 },
	};
	uint32_t kind = next_random(random, 50);

	c->state = CALL_ENDED;
	c->hung_up_by = HUNG_UP_CALLER;
	if (kind < ARRAY_LEN(failures)) {
		c->outcome = failures[kind].outcome;
		c->cause = failures[kind].cause;
		c->sip_code = failures[kind].sip_code;
		c->ended_us = c->started_us + (1 + next_random(random, 20)) * INT64_C(1000000);
		return;
	}
	c->outcome = OUTCOME_ANSWERED;
	c->cause = 16;
	c->sip_code = 200;
	c->answered_us = c->started_us + (80 + next_random(random, 90)) * INT64_C(1000);
	c->first_audio_us = c->answered_us + (220 + next_random(random, 500)) * INT64_C(1000);
	c->talk_us = (12 + next_random(random, 60) + next_random(random, 260)) * INT64_C(1000000);
	c->ended_us = c->answered_us + c->talk_us;
}

/* The way to the agent, and how it sounded. By the serial number alone, so that the calls stay the same. */
static void set_told(struct call *c, unsigned serial)
{
	static const enum attempt_result results[OUTCOME_COUNT] = {
		[OUTCOME_ANSWERED] = ATTEMPT_ANSWER, [OUTCOME_BUSY] = ATTEMPT_BUSY, [OUTCOME_NO_ANSWER] = ATTEMPT_NO_ANSWER,
		[OUTCOME_UNREACHABLE] = ATTEMPT_UNREACHABLE,
	};
	const int chance = (int)((serial * 2654435761u) >> 16);
	struct call_attempt a = { .way = SERVED_AGENT, .result = results[c->outcome] };

	call_init_quality(c);
	c->served = SERVED_AGENT;
	if (c->outcome == OUTCOME_ABANDONED)
		return;
	str_copy(a.agent, sizeof(a.agent), str_of(c->agent));
	a.ms = ((c->outcome == OUTCOME_ANSWERED ? c->answered_us : c->ended_us) - c->started_us) / 1000;
	call_attempt_add(c, &a);
	if (c->outcome != OUTCOME_ANSWERED)
		return;
	c->loss = chance % 23 == 0 ? 10 + chance % 37 : chance % 4;
	c->jitter_us = 2000 + chance % 9000;
	c->score = 445 - 3 * c->loss - chance % 7;
	c->rtt_us = 18000 + chance % 41000;
}

static struct call make_call(json_t *numbers, unsigned serial, int64_t at_us, uint32_t *random)
{
	struct call c = { .started_us = at_us };
	const struct { char *to; size_t size; const char *key; } members[] = {
		{ c.number, sizeof(c.number), "number" }, { c.provider, sizeof(c.provider), "trunkId" },
		{ c.endpoint, sizeof(c.endpoint), "trunkId" }, { c.agent, sizeof(c.agent), "agentId" },
		{ c.region, sizeof(c.region), "region" },
	};
	json_t *number;

	/* Numbers at the top of the list are the busy ones; disabled numbers have no calls. */
	do {
		uint32_t count = (uint32_t)json_array_size(numbers), a = next_random(random, count), b = next_random(random, count);

		number = json_array_get(numbers, a < b ? a : b);
	} while (json_is_false(json_object_get(number, "enabled")));
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		str_copy(members[i].to, members[i].size, str_of(json_string_value(json_object_get(number, members[i].key))));
	snprintf(c.server, sizeof(c.server), "%s-1", c.region);
	snprintf(c.linkedid, sizeof(c.linkedid), "demo.%u", serial);
	str_copy(c.caller, sizeof(c.caller), str_of(callers[next_random(random, ARRAY_LEN(callers))]));
	set_end(&c, random);
	set_told(&c, serial);
	return c;
}

bool demo_history_fill(struct store *s, json_t *numbers, int64_t now_us, struct err *e)
{
	struct call *calls = xcalloc(CALLS_MAX, sizeof(*calls));
	int64_t first = (now_us / HOUR_US - DAYS * 24) * HOUR_US;
	/* The servers are recorded from before the first call until after the demonstration. */
	const struct span heard = { first - DAYS * 24 * HOUR_US * 5, now_us + 24 * HOUR_US };
	const struct covered_span spans[] = { { "na-1", heard, false }, { "eu-1", heard, false } };
	uint32_t random = 20260105;
	size_t count = 0;
	bool ok;

	for (int64_t hour = first; hour < now_us; hour += HOUR_US) {
		int64_t days = hour / (24 * HOUR_US), weekday = (days + 3) % 7;
		int busy = busy_percent[hour / HOUR_US % 24] / (weekday >= 5 ? 5 : 1);

		for (uint32_t n = (next_random(&random, 100) + (uint32_t)busy * 14) / 100; n > 0 && count < CALLS_MAX; n--) {
			struct call c = make_call(numbers, (unsigned)count, hour + next_random(&random, 3600) * INT64_C(1000000),
						  &random);

			if (c.ended_us < now_us)
				calls[count++] = c;
		}
	}
	ok = store_record_calls(s, calls, count, e) && store_record_coverage(s, "demo", spans, ARRAY_LEN(spans), e);
	free(calls);
	return ok;
}
