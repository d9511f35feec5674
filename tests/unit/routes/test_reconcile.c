/*
 * The reconciler with a simulated database: writes that are lost, refused or undone by a crash, answers in any order,
 * other writers. The test sets the time. The server must always get its routes, and no caller may meet half a route.
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

#define A "+15551234567"
#define B "+442071234567"

static void nothing_is_sent_before_all_routes_are_known(void **state)
{
	struct routes_config no_owner = { .owner = "", .window = 8 };
	struct sim *s = sim_new(&no_owner);

	(void)state;
	routes_connected(s->r, s->now);
	sim_want(s, A, "support", "Local/1@x");
	sim_run(s);
	assert_int_equal(s->reads, 0);
	routes_complete(s->r, s->now);
	sim_run(s);
	assert_int_equal(s->reads, 0);
	assert_false(sim_stats(s).settled);
	routes_set_owner(s->r, "store-1", s->now);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", A), "support");
	assert_string_equal(sim_held(s, "trunkdeckmeta", "owner"), "store-1");
	sim_free(s);
}

static void a_route_is_written_and_reported_at_once(void **state)
{
	struct sim *s = sim_new(NULL);
	int64_t began = s->now;

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	sim_want(s, B, "sales", "Local/2@x");
	sim_begin(s);
	sim_run(s);
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_assert_state(s, B, ROUTE_VERIFIED);
	assert_int_equal(s->now, began);
	assert_int_equal(sim_stats(s).by_state[ROUTE_VERIFIED], 2);
	assert_false(sim_stats(s).settled);
	assert_true(sim_settle(s));
	assert_true(s->now >= began + WAIT_MS);
	assert_int_equal(s->puts, 5);
	sim_free(s);
}

static void a_right_key_is_not_written(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_put(s, "trunkdeckmeta", "owner", "store-1");
	sim_put(s, "trunkdeckagent", "support", "Local/1@x");
	sim_put(s, "trunkdeck", A, "support");
	sim_put(s, "trunkdeck", B, "support");
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_int_equal(s->puts + s->dels, 0);
	assert_non_null(sim_held(s, "trunkdeck", B));
	sim_free(s);
}

/* The second reading finds what a crash undid. The row shows it, and the key is written again. */
static void a_lost_write_is_shown_and_repaired(void **state)
{
	struct sim *s = sim_new(NULL);
	size_t from;

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	sim_run(s);
	from = s->reported;
	sim_del(s, "trunkdeck", A);
	s->now += WAIT_MS;
	sim_run(s);
	assert_true(sim_was(s, A, ROUTE_MISSING, from));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", A), "support");
	sim_free(s);
}

static void a_changed_key_is_shown_and_repaired(void **state)
{
	struct sim *s = sim_new(NULL);
	size_t from;

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_put(s, "trunkdeckagent", "other", "Local/9@x");
	sim_put(s, "trunkdeck", A, "other");
	from = s->reported;
	routes_verify_all(s->r, s->now);
	sim_run(s);
	assert_true(sim_was(s, A, ROUTE_STALE, from));
	assert_string_equal(s->reports[from].found_agent, "other");
	sim_put(s, "trunkdeckagent", "support", "Local/changed@x");
	from = s->reported;
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_true(sim_was(s, A, ROUTE_STALE, from));
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "Local/1@x");
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

/* After an edit by the operator, the old value on the server is no stale route. */
static void an_edit_is_pending_not_stale(void **state)
{
	struct sim *s = sim_new(NULL);
	size_t from;

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	from = s->reported;
	sim_want(s, A, "sales", "Local/2@x");
	assert_true(sim_settle(s));
	assert_true(sim_was(s, A, ROUTE_PENDING, from));
	assert_false(sim_was(s, A, ROUTE_STALE, from));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_null(sim_held(s, "trunkdeckagent", "support"));
	assert_string_equal(sim_held(s, "trunkdeck", A), "sales");
	sim_free(s);
}

static void deletes_number_then_agent_then_reports_gone(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	sim_want(s, B, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_unwant(s, A);
	sim_run(s);
	assert_null(sim_held(s, "trunkdeck", A));
	assert_false(sim_last(s, A)->gone);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, A)->gone);
	assert_true(sim_last(s, A)->was_there);
	assert_non_null(sim_held(s, "trunkdeckagent", "support"));
	sim_unwant(s, B);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, B)->gone);
	assert_null(sim_held(s, "trunkdeckagent", "support"));
	sim_free(s);
}

/* Numbers of other regions are deleted on a server too. The report says whether the server had the number. */
static void a_report_of_gone_says_if_the_key_was_there(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_put(s, "trunkdeck", A, "support");
	s->check_order = false;
	sim_unwant(s, A);
	sim_unwant(s, B);
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, A)->gone && sim_last(s, A)->was_there);
	assert_true(sim_last(s, B)->gone && !sim_last(s, B)->was_there);
	sim_free(s);
}

/* A number is deleted while the server is away, and a crash brings the key back: it is deleted again. */
static void a_deletion_is_read_back(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_put(s, "trunkdeck", A, "support");
	s->check_order = false;
	sim_unwant(s, A);
	sim_begin(s);
	sim_run(s);
	assert_null(sim_held(s, "trunkdeck", A));
	sim_put(s, "trunkdeck", A, "support");
	s->now += WAIT_MS;
	sim_run(s);
	assert_true(sim_was(s, A, ROUTE_FOREIGN, 0));
	assert_null(sim_held(s, "trunkdeck", A));
	assert_true(sim_settle(s));
	assert_true(sim_last(s, A)->gone);
	sim_free(s);
}

static void a_delete_survives_a_reconnect(void **state)
{
	struct sim *s = sim_new(NULL);
	uint64_t old;

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_unwant(s, A);
	sim_fill(s);
	routes_disconnected(s->r, s->now);
	sim_assert_state(s, A, ROUTE_UNKNOWN);
	/* An answer of the old connection must not count as one of the new connection. */
	routes_connected(s->r, s->now);
	s->flying = 0;
	sim_fill(s);
	old = s->flight[0].id;
	routes_disconnected(s->r, s->now);
	routes_connected(s->r, s->now);
	s->flying = 0;
	sim_fill(s);
	assert_int_equal(sim_stats(s).in_flight, 1);
	routes_answer(s->r, old, ROUTE_ANSWER_OK, NULL, s->now);
	assert_int_equal(sim_stats(s).in_flight, 1);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, A)->gone);
	assert_null(sim_held(s, "trunkdeck", A));
	sim_free(s);
}

static void a_number_deleted_and_added_again_is_added(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_begin(s);
	sim_run(s);
	sim_want(s, A, "support", "Local/1@x");
	sim_fill(s);
	sim_unwant(s, A);
	sim_want(s, A, "sales", "Local/2@x");
	sim_want(s, A, "sales", "Local/2@x");
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", A), "sales");
	sim_unwant(s, A);
	sim_fill(s);
	sim_want(s, A, "support", "Local/1@x");
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", A), "support");
	assert_string_equal(sim_held(s, "trunkdeckagent", "support"), "Local/1@x");
	assert_null(sim_held(s, "trunkdeckagent", "sales"));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_false(sim_last(s, A)->gone);
	assert_false(sim_was(s, A, ROUTE_FOREIGN, 0));
	assert_false(sim_was(s, A, ROUTE_STALE, 0));
	sim_free(s);
}

static void another_stores_server_is_left_alone(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_put(s, "trunkdeckmeta", "owner", "store-2");
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_int_equal(s->reads, 1);
	assert_int_equal(s->puts + s->dels, 0);
	assert_true(sim_stats(s).foreign_owner);
	assert_string_equal(sim_stats(s).owner, "store-2");
	assert_int_equal(sim_stats(s).by_state[ROUTE_UNKNOWN], 1);
	sim_unwant(s, A);
	assert_true(sim_last(s, A)->gone);
	sim_want(s, B, "support", "Local/1@x");
	sim_run(s);
	assert_int_equal(s->puts + s->dels, 0);
	/* The other store gives up the server. */
	sim_del(s, "trunkdeckmeta", "owner");
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_false(sim_stats(s).foreign_owner);
	sim_assert_state(s, B, ROUTE_VERIFIED);
	/* Another store takes the server over. */
	sim_put(s, "trunkdeckmeta", "owner", "store-3");
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_true(sim_stats(s).foreign_owner);
	sim_assert_state(s, B, ROUTE_UNKNOWN);
	sim_free(s);
}

/* The server turns out to belong to another store while actions are in flight: nothing more is sent. */
static void a_server_that_changes_its_owner_gets_no_more_writes(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_begin(s);
	sim_run(s);
	sim_put(s, "trunkdeckmeta", "owner", "store-2");
	sim_want(s, A, "support", "Local/1@x");
	sim_fill(s);
	routes_verify_all(s->r, s->now);
	sim_fill(s);
	s->puts = 0;
	sim_perform(s, s->flying - 1);
	assert_true(sim_stats(s).foreign_owner);
	assert_true(sim_settle(s));
	assert_int_equal(s->puts + s->dels, 0);
	sim_assert_state(s, A, ROUTE_UNKNOWN);
	sim_free(s);
}

static void take_over_writes_the_owner(void **state)
{
	struct routes_config c = { .owner = "store-1", .take_over = true, .window = 8 };
	struct sim *s = sim_new(&c);

	(void)state;
	sim_put(s, "trunkdeckmeta", "owner", "store-2");
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeckmeta", "owner"), "store-1");
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

static void read_only_writes_nothing(void **state)
{
	struct routes_config c = { .owner = "store-1", .read_only = true, .window = 8 };
	struct sim *s = sim_new(&c);

	(void)state;
	s->check_order = false;
	sim_put(s, "trunkdeck", A, "other");
	sim_put(s, "trunkdeckagent", "support", "Local/1@x");
	sim_want(s, A, "support", "Local/1@x");
	sim_want(s, B, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_STALE);
	assert_string_equal(sim_last(s, A)->found_agent, "other");
	sim_assert_state(s, B, ROUTE_MISSING);
	sim_unwant(s, A);
	sim_unwant(s, B);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_FOREIGN);
	assert_true(sim_last(s, B)->gone);
	assert_int_equal(s->puts + s->dels, 0);
	sim_free(s);
}

static void a_refusal_is_shown_and_tried_again_on_demand(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	s->refuse = "Permission denied";
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_REFUSED);
	assert_string_equal(sim_stats(s).refusal, "Permission denied");
	sim_put(s, "trunkdeckmeta", "owner", "store-1");
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_REFUSED);
	s->refuse = NULL;
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_string_equal(sim_stats(s).refusal, "");
	s->refuse = "Permission denied";
	sim_unwant(s, A);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_REFUSED);
	s->refuse = NULL;
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, A)->gone);
	assert_null(sim_held(s, "trunkdeckagent", "support"));
	sim_free(s);
}

static void no_number_is_written_before_its_agent(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	s->refuse = "Failed to update entry";
	s->refuse_family = "trunkdeckagent";
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_REFUSED);
	assert_null(sim_held(s, "trunkdeck", A));
	s->refuse = NULL;
	sim_want(s, A, "support", "Local/1@x");
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

/* A number that keeps failing waits long. One that was just written is read again after its own wait. */
static void each_key_waits_its_own_time(void **state)
{
	struct sim *s = sim_new(NULL);
	int64_t at;

	(void)state;
	s->lose_key = A;
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	for (sim_run(s); s->now < 60000; sim_run(s))
		s->now += 100;
	assert_true(routes_next_at_ms(s->r) > s->now);
	sim_want(s, B, "support", "Local/1@x");
	sim_run(s);
	at = routes_next_at_ms(s->r);
	assert_in_range(at, s->now, s->now + WAIT_MS);
	sim_free(s);
}

/* Two writers must not saturate the server. */
static void a_second_writer_slows_the_retries(void **state)
{
	struct sim *s = sim_new(NULL);
	int64_t began;

	(void)state;
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	s->lose_percent = 100;
	sim_del(s, "trunkdeck", A);
	s->puts = 0;
	began = s->now;
	routes_verify_all(s->r, s->now);
	for (sim_run(s); s->now < began + 60000; sim_run(s))
		s->now += 100;
	sim_assert_state(s, A, ROUTE_MISSING);
	assert_in_range(s->puts, 4, 12);
	s->lose_percent = 0;
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_free(s);
}

static void no_more_actions_than_the_window_are_in_flight(void **state)
{
	struct routes_config c = { .owner = "store-1", .window = 5 };
	struct sim *s = sim_new(&c);
	char number[E164_SIZE];

	(void)state;
	for (int i = 0; i < 300; i++) {
		snprintf(number, sizeof(number), "+1555%07d", i);
		sim_want(s, number, i % 2 ? "odd" : "even", "Local/1@x");
	}
	sim_begin(s);
	for (sim_fill(s); s->flying; sim_fill(s)) {
		assert_true(s->flying <= 5);
		assert_int_equal(sim_stats(s).in_flight, s->flying);
		sim_perform(s, 0);
	}
	assert_int_equal(sim_stats(s).by_state[ROUTE_VERIFIED], 300);
	sim_free(s);
}

static void random_edit(struct sim *s)
{
	char number[E164_SIZE], agent[8], dial[16];

	snprintf(number, sizeof(number), "+1555000%04u", sim_roll(s, 24));
	snprintf(agent, sizeof(agent), "a%u", sim_roll(s, 5));
	snprintf(dial, sizeof(dial), "Local/%s@x", agent);
	if (sim_roll(s, 3))
		sim_want(s, number, agent, dial);
	else
		sim_unwant(s, number);
}

static void random_step(struct sim *s)
{
	switch (sim_roll(s, 40)) {
	case 0:
		routes_disconnected(s->r, s->now);
		s->flying = 0;
		for (size_t i = 0; i < s->count; i++)
			if (s->keys[i].written_ms > s->now - 1000 && sim_roll(s, 2))
				s->keys[i].used = !s->keys[i].used && !strcmp(s->keys[i].family, "trunkdeckmeta");
		routes_connected(s->r, s->now);
		break;
	case 1:
		routes_verify_all(s->r, s->now);
		break;
	case 2:
	case 3:
		s->now += sim_roll(s, 2000);
		break;
	case 4:
		s->refuse = sim_roll(s, 4) ? NULL : "Asterisk is shutting down";
		break;
	default:
		if (sim_roll(s, 4) == 0)
			random_edit(s);
		sim_fill(s);
		if (s->flying)
			sim_perform(s, sim_roll(s, (unsigned)s->flying));
	}
}

/* What was last wanted for every number; the random numbers are those of want and unwant below. */
static void edits_checked(struct sim *s, const char *wanted[24])
{
	static const char *const agents[] = { "a0", "a1", "a2", "a3", "a4" };
	char number[E164_SIZE], dial[16];

	for (unsigned i = 0; i < 24; i++) {
		snprintf(number, sizeof(number), "+1555000%04u", i);
		wanted[i] = sim_roll(s, 3) ? agents[sim_roll(s, 5)] : NULL;
		if (wanted[i]) {
			snprintf(dial, sizeof(dial), "Local/%s@x", wanted[i]);
			sim_want(s, number, wanted[i], dial);
		} else {
			sim_unwant(s, number);
		}
	}
}

static void assert_as_wanted(struct sim *s, const char *wanted[24])
{
	char number[E164_SIZE], dial[16];
	size_t verified = 0;

	for (unsigned i = 0; i < 24; i++) {
		snprintf(number, sizeof(number), "+1555000%04u", i);
		if (!wanted[i]) {
			assert_null(sim_held(s, "trunkdeck", number));
			assert_true(sim_last(s, number)->gone);
			continue;
		}
		snprintf(dial, sizeof(dial), "Local/%s@x", wanted[i]);
		assert_string_equal(sim_held(s, "trunkdeck", number), wanted[i]);
		assert_string_equal(sim_held(s, "trunkdeckagent", wanted[i]), dial);
		sim_assert_state(s, number, ROUTE_VERIFIED);
		verified++;
	}
	assert_int_equal(sim_stats(s).by_state[ROUTE_VERIFIED], verified);
	assert_int_equal(sim_stats(s).by_state[ROUTE_PENDING], 0);
}

static void storm_then_calm(unsigned seed)
{
	struct sim *s = sim_new(NULL);
	const char *wanted[24];

	s->random = seed;
	s->check_order = false;
	s->lose_percent = 20;
	sim_begin(s);
	for (int i = 0; i < 1500; i++) {
		random_step(s);
		if (s->reported > REPORTS_MAX - 200)
			s->reported = 0;
	}
	s->lose_percent = 0;
	s->refuse = NULL;
	s->reported = 0;
	edits_checked(s, wanted);
	routes_disconnected(s->r, s->now);
	s->flying = 0;
	routes_connected(s->r, s->now);
	assert_true(sim_settle(s));
	assert_as_wanted(s, wanted);
	sim_free(s);
}

static void converges_in_every_case(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++)
		storm_then_calm(seed);
}

/* The same without a reconnect at the end: retries and waits are enough. */
static void converges_without_reconnect(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		struct sim *s = sim_new(NULL);
		const char *wanted[24];

		s->random = seed;
		s->check_order = false;
		s->lose_percent = 30;
		sim_begin(s);
		for (int i = 0; i < 400; i++) {
			if (sim_roll(s, 3) == 0)
				random_edit(s);
			sim_fill(s);
			if (s->flying)
				sim_perform(s, sim_roll(s, (unsigned)s->flying));
			s->now += sim_roll(s, 300);
		}
		s->lose_percent = 0;
		s->reported = 0;
		edits_checked(s, wanted);
		while (s->flying)
			sim_perform(s, sim_roll(s, (unsigned)s->flying));
		assert_true(sim_settle(s));
		for (unsigned i = 0; i < 24; i++) {
			char number[E164_SIZE];

			snprintf(number, sizeof(number), "+1555000%04u", i);
			if (wanted[i])
				assert_string_equal(sim_held(s, "trunkdeck", number), wanted[i]);
			else
				assert_null(sim_held(s, "trunkdeck", number));
		}
		sim_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_sent_before_all_routes_are_known),
		cmocka_unit_test(a_route_is_written_and_reported_at_once),
		cmocka_unit_test(a_right_key_is_not_written),
		cmocka_unit_test(a_lost_write_is_shown_and_repaired),
		cmocka_unit_test(a_changed_key_is_shown_and_repaired),
		cmocka_unit_test(an_edit_is_pending_not_stale),
		cmocka_unit_test(deletes_number_then_agent_then_reports_gone),
		cmocka_unit_test(a_report_of_gone_says_if_the_key_was_there),
		cmocka_unit_test(a_deletion_is_read_back),
		cmocka_unit_test(a_delete_survives_a_reconnect),
		cmocka_unit_test(a_number_deleted_and_added_again_is_added),
		cmocka_unit_test(another_stores_server_is_left_alone),
		cmocka_unit_test(a_server_that_changes_its_owner_gets_no_more_writes),
		cmocka_unit_test(take_over_writes_the_owner),
		cmocka_unit_test(read_only_writes_nothing),
		cmocka_unit_test(a_refusal_is_shown_and_tried_again_on_demand),
		cmocka_unit_test(no_number_is_written_before_its_agent),
		cmocka_unit_test(each_key_waits_its_own_time),
		cmocka_unit_test(a_second_writer_slows_the_retries),
		cmocka_unit_test(no_more_actions_than_the_window_are_in_flight),
		cmocka_unit_test(converges_in_every_case),
		cmocka_unit_test(converges_without_reconnect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
