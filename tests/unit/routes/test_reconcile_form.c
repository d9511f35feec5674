/*
 * The reconciler with the present form of keys: numbers that need agents, objects, schedules and chunks of parameters. No
 * call may meet half of two generations, the server may be a former one, and Asterisk may not read the objects.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/routes_sim.h"
#include "trunkdeck/base/mem.h"

#define A "+15551234567"
#define B "+442071234567"

static void tell(struct sim *s, struct route_key k)
{
	routes_tell(s->r, &k, s->now);
}

/* An agent that is given by its URL. */
static void tell_agent(struct sim *s, const char *id, const char *uri)
{
	char client[80], object[100], dial[120];
	const struct route_need need = { ROUTE_FAMILY_OBJECT, client, false };

	snprintf(client, sizeof(client), "td-%s", id);
	snprintf(object, sizeof(object), "{\"uri\":\"%s\"}", uri);
	snprintf(dial, sizeof(dial), "3,url,0,0,WebSocket/%s", client);
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_OBJECT, .name = client, .value = object, .uri = uri });
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = id, .value = dial, .spare = "3,off,0,0,", .former = "dial",
				    .needs = &need, .need_count = 1 });
}

/* A number with two chunks of parameters; gen changes with them. */
static void tell_number(struct sim *s, const char *number, const char *agent, unsigned gen)
{
	char first[ROUTE_NAME_SIZE], second[ROUTE_NAME_SIZE], value[160];
	const struct route_need needs[] = {
		{ ROUTE_FAMILY_AGENT, agent, true }, { ROUTE_FAMILY_TELL, first, false }, { ROUTE_FAMILY_TELL, second, false },
	};

	snprintf(first, sizeof(first), "%s.%016x.1", number, gen);
	snprintf(second, sizeof(second), "%s.%016x.2", number, gen);
	snprintf(value, sizeof(value), "3,on,%016x,1000,twilio,twilio,%s,,,,,0,0", gen, agent);
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_TELL, .name = first, .value = "td_label=a" });
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_TELL, .name = second, .value = "b" });
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_NUMBER, .name = number, .value = value, .former = agent, .needs = needs,
				    .need_count = 3 });
}

static void tell_standing(struct sim *s, const char *block, const char *has)
{
	struct buf packed;

	buf_init(&packed, BUF_UNBOUNDED);
	if (block)
		route_pack(&packed, &(struct route_key){ .family = ROUTE_FAMILY_BLOCK, .name = block, .value = "3,0" });
	route_pack(&packed, &(struct route_key){ .family = ROUTE_FAMILY_HAS, .name = "has", .value = has });
	routes_tell_standing(s->r, packed.p, packed.len, s->now);
	buf_clear(&packed);
}

static struct sim *sim_of_version(int version, const struct routes_config *config)
{
	struct sim *s = sim_new(config);

	s->wizard = true;
	routes_set_version(s->r, version, s->now);
	return s;
}

static void wait_ms(struct sim *s, int64_t ms)
{
	int64_t until = s->now + ms;

	for (sim_run(s); s->now < until; sim_run(s))
		s->now += 100;
}

static void needed_keys_are_written_first(void **state)
{
	static const char *const order[] = {
		"trunkdeckmeta/owner", "trunkdeckblock/+4479*", "ws/websocket_client/td-support", ("trunkdecktell/" A ".0000000000000001.1"),
		("trunkdecktell/" A ".0000000000000001.2"), "trunkdeckmeta/has", "trunkdeckagent/support", ("trunkdeck/" A),
	};
	struct sim *s = sim_of_version(3, NULL);

	(void)state;
	tell_number(s, A, "support", 1);
	tell_agent(s, "support", "ws://x");
	tell_standing(s, "+4479*", "3,0,5,0,0,0,0");
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_int_equal(s->puts, ARRAY_LEN(order));
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_string_equal(s->put[i], order[i]);
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_true(sim_last(s, A)->written);
	assert_int_equal(sim_stats(s).others_verified, 2);
	assert_string_equal(sim_held(s, "trunkdeck", A), "3,on,0000000000000001,1000,twilio,twilio,support,,,,,0,0");
	/* Nothing is written again. */
	routes_disconnected(s->r, s->now);
	routes_connected(s->r, s->now);
	s->puts = 0;
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_int_equal(s->puts + s->dels, 0);
	sim_free(s);
}

static void an_edit_of_an_agent_is_one_write(void **state)
{
	struct sim *s = sim_of_version(3, NULL);

	(void)state;
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = "support", .value = "3,other,0,0,Local/1@x" });
	tell_number(s, A, "support", 1);
	tell_number(s, B, "support", 2);
	sim_begin(s);
	assert_true(sim_settle(s));
	s->puts = 0;
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = "support", .value = "3,other,0,0,Local/2@x,y" });
	sim_assert_state(s, A, ROUTE_PENDING);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_assert_state(s, B, ROUTE_VERIFIED);
	assert_int_equal(s->puts, 1);
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "3,other,0,0,Local/2@x,y");
	sim_free(s);
}

/* The simulation checks with each write that the values of the last 10 s lead to whole sets. */
static void former_chunks_stay_until_no_call_can_read_them(void **state)
{
	struct sim *s = sim_of_version(3, NULL);
	int64_t edited;

	(void)state;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	tell_number(s, A, "support", 2);
	sim_run(s);
	edited = s->now;
	assert_string_equal(sim_held(s, "trunkdeck", A), "3,on,0000000000000002,1000,twilio,twilio,support,,,,,0,0");
	wait_ms(s, ROUTES_GRACE_MS - 100);
	assert_non_null(sim_held(s, "trunkdecktell", A ".0000000000000001.1"));
	assert_true(sim_stats(s).settled);
	assert_int_equal(sim_stats(s).leaving, 2);
	wait_ms(s, WAIT_MS + 200);
	assert_null(sim_held(s, "trunkdecktell", A ".0000000000000001.1"));
	assert_null(sim_held(s, "trunkdecktell", A ".0000000000000001.2"));
	assert_non_null(sim_held(s, "trunkdecktell", A ".0000000000000002.1"));
	assert_true(s->now > edited + ROUTES_GRACE_MS);
	/* The former parameters come back within the grace: nothing was lost. */
	tell_number(s, A, "support", 1);
	wait_ms(s, 3000);
	tell_number(s, A, "support", 2);
	wait_ms(s, 2 * ROUTES_GRACE_MS);
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_non_null(sim_held(s, "trunkdecktell", A ".0000000000000002.2"));
	assert_null(sim_held(s, "trunkdecktell", A ".0000000000000001.1"));
	routes_untell(s->r, ROUTE_FAMILY_NUMBER, A, s->now);
	wait_ms(s, 3 * ROUTES_GRACE_MS);
	assert_true(sim_last(s, A)->gone);
	assert_null(sim_held(s, "trunkdecktell", A ".0000000000000002.1"));
	assert_null(sim_held(s, "trunkdeckagent", "support"));
	assert_null(sim_held(s, "ws/websocket_client", "td-support"));
	sim_free(s);
}

static void a_number_waits_for_a_chunk_that_is_refused(void **state)
{
	struct sim *s = sim_of_version(3, NULL);

	(void)state;
	s->refuse = "line too long";
	s->refuse_family = "trunkdecktell";
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_REFUSED);
	assert_string_equal(sim_last(s, A)->fault, "trunkdecktell/" A ".0000000000000001.1");
	assert_null(sim_held(s, "trunkdeck", A));
	s->refuse = NULL;
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

/* Asterisk acknowledges a chunk and crashes before it commits it. */
static void a_lost_chunk_is_shown_and_repaired(void **state)
{
	struct sim *s = sim_of_version(3, NULL);
	size_t from;

	(void)state;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	sim_run(s);
	from = s->reported;
	s->check_order = false;
	sim_del(s, "trunkdecktell", A ".0000000000000001.2");
	s->now += WAIT_MS;
	sim_run(s);
	assert_true(sim_was(s, A, ROUTE_MISSING, from));
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_non_null(sim_held(s, "trunkdecktell", A ".0000000000000001.2"));
	sim_free(s);
}

/* --- objects --- */

static void without_the_wizard_an_agent_takes_no_calls(void **state)
{
	struct sim *s = sim_of_version(3, NULL);

	(void)state;
	s->wizard = false;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "3,off,0,0,");
	assert_non_null(sim_held(s, "trunkdeck", A));
	sim_assert_state(s, A, ROUTE_REFUSED);
	assert_string_equal(sim_last(s, A)->fault, "ws/websocket_client/td-support");
	assert_non_null(strstr(sim_stats(s).refusal, "td-support"));
	for (size_t i = 0; i < s->puts; i++)
		assert_true(i == 0 || strcmp(s->put[i], s->put[i - 1]) != 0);
	/* The operator prepares sorcery.conf and restarts Asterisk. */
	s->wizard = true;
	routes_disconnected(s->r, s->now);
	routes_connected(s->r, s->now);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "3,url,0,0,WebSocket/td-support");
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

static void another_url_is_in_force_before_the_number_is_right(void **state)
{
	struct sim *s = sim_of_version(3, NULL);

	(void)state;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	s->puts = 0;
	tell_agent(s, "support", "ws://y");
	sim_assert_state(s, A, ROUTE_PENDING);
	assert_true(sim_settle(s));
	assert_int_equal(s->puts, 1);
	assert_string_equal(sim_held(s, "ws/websocket_client", "td-support"), "{\"uri\":\"ws://y\"}");
	sim_assert_state(s, A, ROUTE_VERIFIED);
	/* The agent gets a dial string instead: its object goes when no call can need it. */
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = "support", .value = "3,other,0,0,Local/1@x" });
	wait_ms(s, 2 * ROUTES_GRACE_MS);
	assert_null(sim_held(s, "ws/websocket_client", "td-support"));
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "3,other,0,0,Local/1@x");
	sim_free(s);
}

/* The question to Asterisk has room for the longest id. */
static void a_long_id_is_asked_for_in_full(void **state)
{
	struct sim *s = sim_of_version(3, NULL);
	char id[65];

	(void)state;
	memset(id, 'a', 64);
	id[64] = '\0';
	tell_agent(s, id, "ws://x");
	tell_number(s, A, id, 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

/* --- versions --- */

static void another_dialplan_gets_its_form(void **state)
{
	struct sim *s = sim_of_version(2, NULL);

	(void)state;
	tell_agent(s, "support", "ws://x");
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = "urlonly", .value = "3,url,0,0,WebSocket/td-u" });
	tell_number(s, A, "support", 1);
	tell_number(s, B, "urlonly", 1);
	tell_standing(s, "+4479*", "3,0,5,0,0,0,0");
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_int_equal(s->puts, 3);
	assert_string_equal(sim_held(s, "trunkdeck", A), "support");
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "dial");
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_null(sim_held(s, "trunkdeck", B));
	assert_true(sim_stats(s).former);
	/* The dialplan is reloaded. */
	routes_set_version(s->r, 3, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_assert_state(s, B, ROUTE_VERIFIED);
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "3,url,0,0,WebSocket/td-support");
	assert_non_null(sim_held(s, "trunkdecktell", B ".0000000000000001.2"));
	assert_non_null(sim_held(s, "trunkdeckblock", "+4479*"));
	assert_int_equal(s->dels, 0);
	/* The former one is put back. */
	s->check_order = false;
	routes_set_version(s->r, 2, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_true(sim_last(s, B)->gone);
	assert_string_equal(sim_held(s, "trunkdeck", A), "support");
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "dial");
	assert_null(sim_held(s, "trunkdeck", B));
	assert_null(sim_held(s, "trunkdeckblock", "+4479*"));
	assert_null(sim_held(s, "trunkdeckmeta", "has"));
	assert_null(sim_held(s, "trunkdecktell", A ".0000000000000001.1"));
	sim_free(s);
}

/* An agent that a former dialplan can't use takes its numbers from the server, and gives them back. */
static void a_former_server_has_no_number_without_its_agent(void **state)
{
	struct sim *s = sim_of_version(2, NULL);

	(void)state;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = "support", .value = "3,off,0,0," });
	assert_true(sim_settle(s));
	assert_null(sim_held(s, "trunkdeck", A));
	assert_null(sim_held(s, "trunkdeckagent", "support"));
	assert_true(sim_last(s, A)->gone);
	tell_agent(s, "support", "ws://x");
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", A), "support");
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

/* --- other keys --- */

static void tell_off(struct sim *s, const char *number)
{
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_NUMBER, .name = number, .value = "3,off,,,,,,,,,,,", .off = true });
}

static void a_number_that_is_off_has_a_key_and_is_gone(void **state)
{
	struct sim *s = sim_of_version(3, NULL);

	(void)state;
	s->check_order = false;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	tell_off(s, B);
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", B), "3,off,,,,,,,,,,,");
	assert_true(sim_last(s, B)->gone && !sim_last(s, B)->was_there);
	tell_off(s, A);
	sim_run(s);
	sim_assert_state(s, A, ROUTE_PENDING);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", A), "3,off,,,,,,,,,,,");
	assert_true(sim_last(s, A)->gone && sim_last(s, A)->was_there);
	assert_int_equal(sim_stats(s).by_state[ROUTE_VERIFIED], 0);
	/* Somebody deletes the key: then the default agent would answer. */
	sim_del(s, "trunkdeck", A);
	routes_verify_all(s->r, s->now);
	sim_run(s);
	assert_true(sim_was(s, A, ROUTE_MISSING, 0));
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", A), "3,off,,,,,,,,,,,");
	tell_number(s, A, "support", 1);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

static void a_block_that_is_not_there_is_every_numbers_fault(void **state)
{
	struct sim *s = sim_of_version(3, NULL);

	(void)state;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	tell_standing(s, "anonymous", "3,0,,1,0,0,0");
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	s->refuse = "Permission denied";
	s->refuse_family = "trunkdeckblock";
	tell_standing(s, "+4479*", "3,0,5,0,0,0,0");
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_REFUSED);
	s->refuse = NULL;
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_null(sim_held(s, "trunkdeckblock", "anonymous"));
	assert_string_equal(sim_held(s, "trunkdeckmeta", "has"), "3,0,5,0,0,0,0");
	sim_free(s);
}

/* A program that ended before it could delete them. */
static void keys_left_behind_are_deleted(void **state)
{
	struct routes_config read_only = { .owner = "store-1", .window = 8, .read_only = true };
	static const char *const ours[][2] = {
		{ "trunkdecktell", A ".00000000000000ff.1" }, { "trunkdeckblock", "+4915112345678" },
		{ "trunkdeckagent", "gone" }, { "ws/websocket_client", "td-gone" }, { "trunkdeckschedule", "old" },
	};

	(void)state;
	for (int writes = 0; writes < 2; writes++) {
		struct sim *s = sim_of_version(3, writes ? NULL : &read_only);

		sim_put(s, "trunkdeckmeta", "owner", "store-1");
		for (size_t i = 0; i < ARRAY_LEN(ours); i++)
			sim_put(s, ours[i][0], ours[i][1], "3,other,0,0,x");
		sim_put(s, "trunkdeckagent", "somebody", "Local/1@x");
		sim_put(s, "ws/websocket_client", "of-another-program", "{}");
		sim_begin(s);
		assert_true(sim_settle(s));
		assert_int_equal(sim_stats(s).foreign_keys, writes ? 1 : ARRAY_LEN(ours) + 1);
		wait_ms(s, 2 * ROUTES_GRACE_MS);
		for (size_t i = 0; i < ARRAY_LEN(ours); i++)
			assert_int_equal(sim_held(s, ours[i][0], ours[i][1]) == NULL, writes);
		assert_non_null(sim_held(s, "trunkdeckagent", "somebody"));
		assert_non_null(sim_held(s, "ws/websocket_client", "of-another-program"));
		assert_int_equal(s->puts, 0);
		sim_free(s);
	}
}

/* One operator takes an edit back while the other one's program still waits with the deletion of the former chunks. */
static void two_operators_do_not_delete_each_others_chunks(void **state)
{
	struct routes_config c = { .owner = "store-1", .window = 8, .verify_wait_ms = WAIT_MS };
	struct sim *s = sim_of_version(3, NULL);
	struct routes *mine = s->r, *theirs = routes_new(&c);

	(void)state;
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	tell_number(s, A, "support", 2);
	wait_ms(s, 5000);
	/* Their program knows of both edits already, ours only of the first. */
	s->r = theirs;
	routes_set_version(s->r, 3, s->now);
	tell_agent(s, "support", "ws://x");
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	s->r = mine;
	s->check_order = false;
	wait_ms(s, 2 * ROUTES_GRACE_MS);
	assert_string_equal(sim_held(s, "trunkdeck", A), "3,on,0000000000000001,1000,twilio,twilio,support,,,,,0,0");
	assert_non_null(sim_held(s, "trunkdecktell", A ".0000000000000001.1"));
	assert_non_null(sim_held(s, "trunkdecktell", A ".0000000000000001.2"));
	routes_free(&theirs);
	sim_free(s);
}

/* --- servers that read the store themselves --- */

static void put_row(struct sim *s, const char *family, const char *key, const char *value)
{
	char both[ROUTE_NAME_SIZE + 24];

	snprintf(both, sizeof(both), "%s,%s", family, key);
	sim_put(s, "TRUNKDECK_KEY", both, value);
}

static void every_key_is_looked_up(void **state)
{
	struct routes_config c = { .owner = "store-1", .window = 8, .lookup = true };
	struct sim *s = sim_of_version(3, &c);

	(void)state;
	s->check_order = false;
	sim_put(s, "TRUNKDECK_STORE", "", "store-1");
	put_row(s, "trunkdeck", A, "3,on,0000000000000001,1000,twilio,twilio,support,,,,,0,0");
	put_row(s, "trunkdeckagent", "support", "3,other,0,0,Local/1@x");
	put_row(s, "trunkdecktell", A ".0000000000000001.1", "td_label=a");
	tell(s, (struct route_key){ .family = ROUTE_FAMILY_AGENT, .name = "support", .value = "3,other,0,0,Local/1@x" });
	tell_number(s, A, "support", 1);
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_MISSING);
	assert_string_equal(sim_last(s, A)->fault, "trunkdecktell/" A ".0000000000000001.2");
	put_row(s, "trunkdecktell", A ".0000000000000001.2", "b");
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_int_equal(s->puts + s->scans, 0);
	sim_free(s);
}

/* The server has kept a row for when its database is away. A change of the number deletes it, where that is allowed. */
static void a_changed_number_is_forgotten(void **state)
{
	struct routes_config c = { .owner = "store-1", .window = 8, .lookup = true };

	(void)state;
	for (int allowed = 0; allowed < 2; allowed++) {
		struct sim *s = sim_of_version(3, &c);

		s->check_order = false;
		s->refuse = allowed ? NULL : "Permission denied";
		sim_put(s, "TRUNKDECK_STORE", "", "store-1");
		sim_put(s, "trunkdeckcache", "seen/" A, "1,2");
		sim_put(s, "trunkdeckcache", "trunkdeck/" A, "3,on");
		tell_off(s, A);
		tell_off(s, B);
		put_row(s, "trunkdeck", A, "3,off,,,,,,,,,,,");
		sim_begin(s);
		sim_settle(s);
		assert_non_null(sim_held(s, "trunkdeckcache", "seen/" A));
		assert_int_equal(sim_stats(s).keeps_rows, !allowed);
		sim_del(s, "TRUNKDECK_KEY", "trunkdeck," A);
		routes_untell(s->r, ROUTE_FAMILY_NUMBER, A, s->now);
		assert_true(sim_settle(s));
		assert_true(sim_last(s, A)->gone);
		assert_int_equal(sim_held(s, "trunkdeckcache", "seen/" A) == NULL, allowed);
		assert_int_equal(sim_held(s, "trunkdeckcache", "trunkdeck/" A) == NULL, allowed);
		assert_int_equal(sim_stats(s).keeps_rows, !allowed);
		assert_int_equal(s->dels, allowed ? 3 : 0);
		sim_free(s);
	}
}

/* Edits, crashes, lost writes and reloads in any order; at the end everything is as told. */
static void converges_in_every_case(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 200; seed++) {
		struct sim *s = sim_of_version(3, NULL);
		char number[E164_SIZE], agent[8], chunk[ROUTE_NAME_SIZE];
		unsigned gens[8] = { 0 };
		size_t chunks = 0;

		s->random = seed;
		s->check_order = seed % 2;
		s->lose_percent = s->check_order ? 0 : 20;
		sim_begin(s);
		for (int i = 0; i < 600; i++) {
			unsigned n = sim_roll(s, 8);

			snprintf(number, sizeof(number), "+1555000%04u", n);
			snprintf(agent, sizeof(agent), "a%u", sim_roll(s, 3));
			if (s->reported > REPORTS_MAX - 200)
				s->reported = 0;
			switch (sim_roll(s, 12)) {
			case 0:
				tell_agent(s, agent, sim_roll(s, 2) ? "ws://x" : "ws://y");
				break;
			case 1:
				tell_number(s, number, agent, gens[n] = 1 + sim_roll(s, 3));
				break;
			case 2:
				routes_untell(s->r, ROUTE_FAMILY_NUMBER, number, s->now);
				gens[n] = 0;
				break;
			case 3:
				s->now += sim_roll(s, 4000);
				break;
			case 4:
				if (!s->check_order)
					routes_set_version(s->r, sim_roll(s, 3) ? 3 : 2, s->now);
				break;
			case 5:
				s->wizard = sim_roll(s, 4);
				routes_verify_all(s->r, s->now);
				break;
			default:
				sim_fill(s);
				if (s->flying)
					sim_perform(s, s->check_order ? 0 : sim_roll(s, (unsigned)s->flying));
			}
		}
		s->lose_percent = 0;
		s->wizard = true;
		s->reported = 0;
		for (unsigned n = 0; n < 3; n++) {
			snprintf(agent, sizeof(agent), "a%u", n);
			tell_agent(s, agent, "ws://z");
		}
		routes_set_version(s->r, 3, s->now);
		while (s->flying)
			sim_perform(s, 0);
		routes_verify_all(s->r, s->now);
		assert_true(sim_settle(s));
		wait_ms(s, 2 * ROUTES_GRACE_MS);
		routes_verify_all(s->r, s->now);
		assert_true(sim_settle(s));
		wait_ms(s, 2 * ROUTES_GRACE_MS);
		for (unsigned n = 0; n < 8; n++) {
			snprintf(number, sizeof(number), "+1555000%04u", n);
			assert_int_equal(sim_held(s, "trunkdeck", number) != NULL, gens[n] > 0);
			for (unsigned gen = 1; gen <= 3; gen++) {
				snprintf(chunk, sizeof(chunk), "%s.%016x.1", number, gen);
				assert_int_equal(sim_held(s, "trunkdecktell", chunk) != NULL, gens[n] == gen);
			}
			chunks += gens[n] > 0;
		}
		assert_int_equal(sim_stats(s).by_state[ROUTE_VERIFIED], chunks);
		assert_int_equal(sim_stats(s).leaving, 0);
		sim_free(s);
	}
}

static void keys_are_packed_and_unpacked(void **state)
{
	const struct route_need need = { ROUTE_FAMILY_AGENT, "support", true };
	const struct route_key keys[] = {
		{ .family = ROUTE_FAMILY_NUMBER, .name = A, .value = "", .off = true, .needs = &need, .need_count = 1 },
		{ .family = ROUTE_FAMILY_OBJECT, .name = "td-x", .value = "{}", .former = "f", .spare = "s", .uri = "u", .wants_new = true },
	};
	struct route_need *needs = NULL;
	struct route_key k;
	struct buf packed;
	const char *at;
	char agent[16];

	(void)state;
	buf_init(&packed, BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		route_pack(&packed, &keys[i]);
	at = packed.p;
	assert_true(route_unpack(&at, packed.p + packed.len, &k, &needs));
	assert_string_equal(k.name, A);
	assert_string_equal(k.value, "");
	assert_null(k.former);
	assert_true(k.off && !k.wants_new);
	assert_string_equal(k.needs[0].name, "support");
	assert_true(route_unpack(&at, packed.p + packed.len, &k, &needs));
	assert_string_equal(k.former, "f");
	assert_string_equal(k.spare, "s");
	assert_string_equal(k.uri, "u");
	assert_true(k.wants_new && !k.need_count);
	assert_false(route_unpack(&at, packed.p + packed.len, &k, &needs));
	free(needs);
	buf_clear(&packed);
	route_value_agent("3,on,g,1,p,e,sales,x", agent, sizeof(agent));
	assert_string_equal(agent, "sales");
	route_value_agent("3,on", agent, sizeof(agent));
	assert_string_equal(agent, "");
	route_value_agent("sales", agent, sizeof(agent));
	assert_string_equal(agent, "sales");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needed_keys_are_written_first),
		cmocka_unit_test(an_edit_of_an_agent_is_one_write),
		cmocka_unit_test(former_chunks_stay_until_no_call_can_read_them),
		cmocka_unit_test(a_number_waits_for_a_chunk_that_is_refused),
		cmocka_unit_test(a_lost_chunk_is_shown_and_repaired),
		cmocka_unit_test(without_the_wizard_an_agent_takes_no_calls),
		cmocka_unit_test(another_url_is_in_force_before_the_number_is_right),
		cmocka_unit_test(a_long_id_is_asked_for_in_full),
		cmocka_unit_test(another_dialplan_gets_its_form),
		cmocka_unit_test(a_former_server_has_no_number_without_its_agent),
		cmocka_unit_test(a_number_that_is_off_has_a_key_and_is_gone),
		cmocka_unit_test(a_block_that_is_not_there_is_every_numbers_fault),
		cmocka_unit_test(keys_left_behind_are_deleted),
		cmocka_unit_test(two_operators_do_not_delete_each_others_chunks),
		cmocka_unit_test(every_key_is_looked_up),
		cmocka_unit_test(a_changed_number_is_forgotten),
		cmocka_unit_test(converges_in_every_case),
		cmocka_unit_test(keys_are_packed_and_unpacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
