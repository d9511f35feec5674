/* Calls: each is stored once, even if several programs record it, and all query conditions find it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/str.h"

static struct call call_of(const char *id, int64_t started_us)
{
	struct call c = { .started_us = started_us, .state = CALL_RINGING };

	str_copy(c.server, sizeof(c.server), STR("na-1"));
	str_copy(c.linkedid, sizeof(c.linkedid), str_of(id));
	str_copy(c.number, sizeof(c.number), STR("+15551234567"));
	return c;
}

static struct call ended_call(const char *id, int64_t started_us, enum call_outcome outcome)
{
	struct call c = call_of(id, started_us);

	c.state = CALL_ENDED;
	c.outcome = outcome;
	c.ended_us = started_us + 1000;
	return c;
}

static void must_record(struct store *s, const struct call *calls, size_t n)
{
	struct err e;

	if (!store_record_calls(s, calls, n, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

struct found {
	struct buf ids;
	struct call last;
};

static void keep_call(void *arg, const struct call *c)
{
	struct found *found = arg;

	buf_addf(&found->ids, "%s ", c->linkedid);
	found->last = *c;
}

static struct call expect_calls(struct store *s, struct call_query q, const char *ids)
{
	struct found found;
	struct err e;

	buf_init(&found.ids, BUF_UNBOUNDED);
	if (!store_calls(s, &q, keep_call, &found, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	assert_string_equal(found.ids.p, ids);
	buf_clear(&found.ids);
	return found.last;
}

static void a_call_is_read_as_it_was_recorded(void **state)
{
	struct fixture *f = *state;
	struct call c = ended_call("1700000000.1", 1700000000000001, OUTCOME_BUSY), back;

	str_copy(c.channel, sizeof(c.channel), STR("PJSIP/twilio-00000001"));
	str_copy(c.endpoint, sizeof(c.endpoint), STR("twilio"));
	str_copy(c.caller, sizeof(c.caller), STR("anna'; DROP TABLE call; --"));
	str_copy(c.agent_leg, sizeof(c.agent_leg), STR("WebSocket/x"));
	str_copy(c.provider, sizeof(c.provider), STR("twilio"));
	str_copy(c.agent, sizeof(c.agent), STR("support"));
	str_copy(c.region, sizeof(c.region), STR("eu"));
	c.agent_dialled_us = 1700000000000002;
	c.answered_us = 1700000000000003;
	c.first_audio_us = 1700000000000004;
	c.talk_us = 5;
	c.hung_up_by = HUNG_UP_AGENT;
	c.cause = 17;
	c.sip_code = 486;
	c.joined_late = c.uncertain = c.is_test = true;
	str_copy(c.uuid, sizeof(c.uuid), STR("5f1c0a7e-1111-4222-8333-0123456789ab"));
	str_copy(c.arrived, sizeof(c.arrived), STR("0015551234567"));
	str_copy(c.gen, sizeof(c.gen), STR("0123456789abcdef"));
	str_copy(c.attempts, sizeof(c.attempts), STR("sales:agent:busy:120"));
	str_copy(c.sip_call_id, sizeof(c.sip_call_id), STR("8a7f@pstn.twilio.com"));
	str_copy(c.agent_sip_call_id, sizeof(c.agent_sip_call_id), STR("leg-1"));
	c.served = SERVED_FALLBACK;
	c.reason = REASON_OVER_CAP;
	c.cached_s = 90;
	c.loss = 1;
	c.jitter_us = 2;
	c.score = 3;
	c.far_loss = 4;
	c.far_jitter_us = 5;
	c.far_score = -1;
	c.rtt_us = 7;
	must_record(f->store, &c, 1);
	back = expect_calls(f->store, (struct call_query){ 0 }, "1700000000.1 ");
	assert_string_equal(back.server, c.server);
	assert_string_equal(back.channel, c.channel);
	assert_string_equal(back.endpoint, c.endpoint);
	assert_string_equal(back.number, c.number);
	assert_string_equal(back.caller, c.caller);
	assert_string_equal(back.agent_leg, c.agent_leg);
	assert_string_equal(back.provider, c.provider);
	assert_string_equal(back.agent, c.agent);
	assert_string_equal(back.region, c.region);
	assert_true(back.started_us == c.started_us && back.agent_dialled_us == c.agent_dialled_us &&
		    back.answered_us == c.answered_us && back.first_audio_us == c.first_audio_us &&
		    back.ended_us == c.ended_us && back.talk_us == c.talk_us);
	assert_true(back.state == c.state && back.outcome == c.outcome && back.hung_up_by == c.hung_up_by);
	assert_true(back.cause == 17 && back.sip_code == 486);
	assert_true(back.joined_late && back.uncertain && back.is_test);
	assert_string_equal(back.uuid, c.uuid);
	assert_string_equal(back.arrived, c.arrived);
	assert_string_equal(back.gen, c.gen);
	assert_string_equal(back.attempts, c.attempts);
	assert_string_equal(back.sip_call_id, c.sip_call_id);
	assert_string_equal(back.agent_sip_call_id, c.agent_sip_call_id);
	assert_true(back.served == c.served && back.reason == c.reason && back.cached_s == 90);
	assert_true(back.loss == 1 && back.jitter_us == 2 && back.score == 3 && back.rtt_us == 7);
	assert_true(back.far_loss == 4 && back.far_jitter_us == 5 && back.far_score == -1);
}

static void a_call_is_stored_once(void **state)
{
	struct fixture *f = *state;
	struct store *other = open_store(f->url, "bob");
	struct call calls[] = { ended_call("2", 2000, OUTCOME_ANSWERED), ended_call("1", 1000, OUTCOME_BUSY),
				ended_call("2", 2000, OUTCOME_ANSWERED) };

	must_record(f->store, calls, ARRAY_LEN(calls));
	must_record(other, calls, ARRAY_LEN(calls));
	expect_calls(other, (struct call_query){ 0 }, "2 1 ");
	/* The same id on another server is another call. */
	str_copy(calls[0].server, sizeof(calls[0].server), STR("eu-1"));
	must_record(other, calls, 1);
	expect_calls(other, (struct call_query){ 0 }, "2 2 1 ");
	store_close(&other);
}

static void a_better_record_replaces_a_worse_one(void **state)
{
	struct fixture *f = *state;
	struct call live = call_of("1", 1000), lost = ended_call("1", 1000, OUTCOME_LOST);
	struct call busy = ended_call("1", 1000, OUTCOME_BUSY), there;

	must_record(f->store, &live, 1);
	live.state = CALL_TALKING;
	must_record(f->store, &live, 1);
	there = expect_calls(f->store, (struct call_query){ 0 }, "1 ");
	assert_int_equal(there.state, CALL_TALKING);
	lost.uncertain = true;
	must_record(f->store, &lost, 1);
	must_record(f->store, &live, 1);
	there = expect_calls(f->store, (struct call_query){ 0 }, "1 ");
	assert_int_equal(there.state, CALL_ENDED);
	assert_int_equal(there.outcome, OUTCOME_LOST);
	must_record(f->store, &busy, 1);
	must_record(f->store, &lost, 1);
	must_record(f->store, &live, 1);
	there = expect_calls(f->store, (struct call_query){ 0 }, "1 ");
	assert_int_equal(there.outcome, OUTCOME_BUSY);
	assert_false(there.uncertain);
	busy.cause = 17;
	must_record(f->store, &busy, 1);
	there = expect_calls(f->store, (struct call_query){ 0 }, "1 ");
	assert_int_equal(there.cause, 17);
}

static void each_query_condition_selects_calls(void **state)
{
	struct fixture *f = *state;
	struct call c[5];

	for (int i = 0; i < 5; i++) {
		char id[] = { (char)('a' + i), '\0' };

		c[i] = ended_call(id, 1000 * (i + 1), i % 2 ? OUTCOME_ANSWERED : OUTCOME_BUSY);
	}
	str_copy(c[1].number, sizeof(c[1].number), STR("+442071234567"));
	str_copy(c[2].provider, sizeof(c[2].provider), STR("twilio"));
	str_copy(c[3].agent, sizeof(c[3].agent), STR("support"));
	str_copy(c[4].server, sizeof(c[4].server), STR("eu-1"));
	c[4].state = CALL_TALKING;
	must_record(f->store, c, 5);
	expect_calls(f->store, (struct call_query){ 0 }, "e d c b a ");
	expect_calls(f->store, (struct call_query){ .max = 2 }, "e d ");
	expect_calls(f->store, (struct call_query){ .number = "+442071234567" }, "b ");
	expect_calls(f->store, (struct call_query){ .provider = "twilio" }, "c ");
	expect_calls(f->store, (struct call_query){ .agent = "support" }, "d ");
	expect_calls(f->store, (struct call_query){ .server = "eu-1" }, "e ");
	expect_calls(f->store, (struct call_query){ .outcome = "answered" }, "d b ");
	/* A live call has no outcome yet. */
	expect_calls(f->store, (struct call_query){ .outcome = "busy" }, "c a ");
	expect_calls(f->store, (struct call_query){ .since_us = 2000, .until_us = 4000 }, "c b ");
	expect_calls(f->store, (struct call_query){ .since_us = 2000, .outcome = "answered", .max = 1 }, "d ");
	expect_calls(f->store, (struct call_query){ .number = "' OR '1' = '1" }, "");
}

/* The order oldest first, ended calls only, and calls by when they were written. */
static void calls_are_found_by_when_they_were_written(void **state)
{
	struct fixture *f = *state;
	struct td_clock clock;
	struct store_options options = { .actor = "recorder", .clock = &clock };
	struct call old = ended_call("old", 1000, OUTCOME_LOST), new = ended_call("new", 2000, OUTCOME_BUSY);
	struct call live = call_of("live", 3000);
	struct store *s;
	struct err e;

	clock_init_virtual(&clock, 5000000);
	assert_true(store_open(&s, f->url, &options, &e));
	must_record(s, &new, 1);
	must_record(s, &live, 1);
	clock_advance(&clock, 1000);
	must_record(s, &old, 1);
	expect_calls(s, (struct call_query){ .oldest_first = true }, "old new live ");
	expect_calls(s, (struct call_query){ .oldest_first = true, .max = 2 }, "old new ");
	expect_calls(s, (struct call_query){ .ended = true }, "new old ");
	expect_calls(s, (struct call_query){ .recorded_since_us = 5000000 }, "live new old ");
	expect_calls(s, (struct call_query){ .recorded_since_us = 5000001 }, "old ");
	/* A record that knows no more changes nothing, not even the time. A record that knows more is written. */
	clock_advance(&clock, 1000);
	must_record(s, &new, 1);
	expect_calls(s, (struct call_query){ .recorded_since_us = 6000001 }, "");
	new.cause = 17;
	must_record(s, &new, 1);
	expect_calls(s, (struct call_query){ .recorded_since_us = 6000001 }, "new ");
	store_close(&s);
}

/* Two calls start at the same time. The mark tells which one was read. */
static void reading_continues_after_a_mark(void **state)
{
	struct fixture *f = *state;
	struct call c[4];
	struct call_mark mark;

	for (int i = 0; i < 4; i++) {
		char id[] = { (char)('a' + i), '\0' };

		c[i] = ended_call(id, i < 2 ? 1000 : 1000 * i, OUTCOME_BUSY);
		c[i].ended_us = 9000 - 1000 * i;
	}
	must_record(f->store, c, 4);
	expect_calls(f->store, (struct call_query){ .by_end = true }, "a b c d ");
	expect_calls(f->store, (struct call_query){ 0 }, "d c a b ");
	mark = call_mark_of(&c[0], false);
	expect_calls(f->store, (struct call_query){ .after = &mark }, "b ");
	expect_calls(f->store, (struct call_query){ .after = &mark, .oldest_first = true }, "b c d ");
	mark = call_mark_of(&c[2], false);
	expect_calls(f->store, (struct call_query){ .after = &mark }, "a b ");
	expect_calls(f->store, (struct call_query){ .after = &mark, .number = "+15551234567", .max = 1 }, "a ");
	mark = call_mark_of(&c[1], true);
	expect_calls(f->store, (struct call_query){ .after = &mark, .by_end = true }, "c d ");
	expect_calls(f->store, (struct call_query){ .after = &mark, .by_end = true, .oldest_first = true }, "a ");
}

static size_t must_expire(struct store *s, int64_t before_us, size_t max)
{
	size_t deleted;
	struct err e;

	if (!store_expire_calls(s, before_us, max, &deleted, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	return deleted;
}

static void old_calls_are_deleted(void **state)
{
	struct fixture *f = *state;
	struct store_options options = { .actor = "alice", .read_only = true };
	struct call calls[5];
	struct store *reader;
	struct err e;
	size_t deleted;

	for (int i = 0; i < 5; i++) {
		char id[] = { (char)('a' + i), '\0' };

		calls[i] = ended_call(id, 1000 * (5 - i), OUTCOME_ANSWERED);
	}
	must_record(f->store, calls, 5);
	assert_int_equal(must_expire(f->store, 1000, 10), 0);
	assert_int_equal(must_expire(f->store, 4000, 2), 2);
	expect_calls(f->store, (struct call_query){ 0 }, "a b c ");
	assert_int_equal(must_expire(f->store, 4000, 2), 1);
	assert_int_equal(must_expire(f->store, 4000, 2), 0);
	expect_calls(f->store, (struct call_query){ 0 }, "a b ");
	assert_true(store_open(&reader, f->url, &options, &e));
	assert_false(store_expire_calls(reader, 9000, 10, &deleted, &e));
	assert_refused(&e, ERR_READ_ONLY, "");
	expect_calls(reader, (struct call_query){ 0 }, "a b ");
	store_close(&reader);
}

static void bytes_from_the_network_are_stored(void **state)
{
	struct fixture *f = *state;
	struct call c = call_of("x\xff\xfe", 1000), back;

	str_copy(c.caller, sizeof(c.caller), STR("a\x1b[31m\xc3(\xf0\x9f\x93\x9e"));
	must_record(f->store, &c, 1);
	must_record(f->store, &c, 1);
	back = expect_calls(f->store, (struct call_query){ 0 }, "x\xef\xbf\xbd\xef\xbf\xbd ");
	assert_string_equal(back.caller, "a\x1b[31m\xef\xbf\xbd(\xf0\x9f\x93\x9e");
}

struct told {
	struct buf text;
	char story[64];
};

static void keep_story(void *arg, const char *story)
{
	struct told *t = arg;

	str_copy(t->story, sizeof(t->story), str_of(story));
}

static void keep_call_and_story(void *arg, const struct call *c)
{
	struct told *t = arg;

	buf_addf(&t->text, "%s=%s ", c->linkedid, t->story);
}

/* The longest story is kept, because its recorder saw most of the call. */
static void stories_are_stored_with_calls(void **state)
{
	struct fixture *f = *state;
	struct call calls[] = { ended_call("1", 1000, OUTCOME_BUSY), ended_call("2", 2000, OUTCOME_ANSWERED),
				ended_call("x\xff", 3000, OUTCOME_FAILED) };
	struct stored_story stories[] = {
		{ .server = "na-1", .linkedid = "1", .started_us = 1000, .text = (char *)"{\"long\"}" },
		{ .server = "na-1", .linkedid = "x\xff", .started_us = 3000, .text = (char *)"{}" },
	};
	struct call_query q = { .oldest_first = true, .story = keep_story };
	struct told t = { .story = "" };
	struct store *reader;
	size_t deleted;
	struct err e;

	must_record(f->store, calls, 3);
	assert_true(store_record_stories(f->store, stories, 2, &e));
	stories[0].text = (char *)"{}";
	assert_true(store_record_stories(f->store, stories, 1, &e));
	reader = open_store(f->url, "reader");
	buf_init(&t.text, BUF_UNBOUNDED);
	assert_true(store_calls(reader, &q, keep_call_and_story, &t, &e));
	assert_string_equal(t.text.p, "1={\"long\"} 2= x\xef\xbf\xbd={} ");
	assert_true(store_find_story(reader, "na-1", "1", keep_story, &t, &e));
	assert_string_equal(t.story, "{\"long\"}");
	t.story[0] = '\0';
	assert_true(store_find_story(reader, "na-1", "2", keep_story, &t, &e));
	assert_string_equal(t.story, "");
	store_close(&reader);
	/* Stories are deleted with their calls. */
	assert_true(store_expire_calls(f->store, 2500, 10, &deleted, &e));
	assert_true(store_find_story(f->store, "na-1", "1", keep_story, &t, &e));
	assert_string_equal(t.story, "");
	buf_reset(&t.text);
	assert_true(store_calls(f->store, &q, keep_call_and_story, &t, &e));
	assert_string_equal(t.text.p, "x\xef\xbf\xbd={} ");
	buf_clear(&t.text);
}

int run_call_tests(const char *name)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_call_is_read_as_it_was_recorded),
		STORE_TEST(a_call_is_stored_once),
		STORE_TEST(a_better_record_replaces_a_worse_one),
		STORE_TEST(each_query_condition_selects_calls),
		STORE_TEST(calls_are_found_by_when_they_were_written),
		STORE_TEST(reading_continues_after_a_mark),
		STORE_TEST(old_calls_are_deleted),
		STORE_TEST(bytes_from_the_network_are_stored),
		STORE_TEST(stories_are_stored_with_calls),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
