/*
 * The reconciler, second half: keys that the store does not know, prefixes, and servers that read the store themselves.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kit/routes_sim.h"

#define A "+15551234567"
#define B "+442071234567"

/* --- keys that the store does not need any more --- */

static void tell_key(struct sim *s, enum route_family family, const char *name, const char *value, const struct route_need *needs,
		     size_t count)
{
	struct route_key k = { .family = family, .name = name, .value = value, .needs = needs, .need_count = count };

	routes_tell(s->r, &k, s->now);
}

static void an_exception_that_is_removed_ends_at_once(void **state)
{
	static const struct route_need needs[] = {
		{ ROUTE_FAMILY_AGENT, "support", false }, { ROUTE_FAMILY_SCHEDULE, "office", false },
	};
	static const struct route_need days[] = {
		{ ROUTE_FAMILY_DAY, "office.20261231", false }, { ROUTE_FAMILY_DAY, "office.20261224", false },
	};
	struct sim *s = sim_new(NULL);

	(void)state;
	routes_set_version(s->r, 3, s->now);
	tell_key(s, ROUTE_FAMILY_AGENT, "support", "3,other,0,0,Local/1@x", NULL, 0);
	tell_key(s, ROUTE_FAMILY_DAY, days[0].name, "3,", NULL, 0);
	tell_key(s, ROUTE_FAMILY_DAY, days[1].name, "3,", NULL, 0);
	tell_key(s, ROUTE_FAMILY_SCHEDULE, "office", "3,UTC,1,,,,,,,", days, 2);
	tell_key(s, ROUTE_FAMILY_NUMBER, A, "3,on,,0,,,support,,,office,,0,0", needs, 2);
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_non_null(sim_held(s, "trunkdeckday", days[1].name));
	tell_key(s, ROUTE_FAMILY_SCHEDULE, "office", "3,UTC,1,,,,,,,", days, 1);
	sim_run(s);
	assert_null(sim_held(s, "trunkdeckday", days[1].name));
	assert_non_null(sim_held(s, "trunkdeckday", days[0].name));
	sim_free(s);
}

/* --- keys that the store does not know --- */

static struct sim *with_left_behind(bool read_only)
{
	struct routes_config c = { .owner = "store-1", .window = 8, .read_only = read_only };
	struct sim *s = sim_new(&c);

	sim_put(s, "trunkdeckmeta", "owner", "store-1");
	sim_put(s, "trunkdeckagent", "support", "Local/1@x");
	sim_put(s, "trunkdeck", A, "support");
	sim_put(s, "trunkdeck", B, "support");
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	assert_true(sim_settle(s));
	return s;
}

static void a_foreign_key_is_reported_and_not_changed(void **state)
{
	struct sim *s = with_left_behind(false);

	(void)state;
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_assert_state(s, B, ROUTE_FOREIGN);
	assert_string_equal(sim_last(s, B)->found_agent, "support");
	assert_int_equal(sim_stats(s).by_state[ROUTE_FOREIGN], 1);
	assert_int_equal(s->puts + s->dels, 0);
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_int_equal(s->scans, 2);
	assert_string_equal(sim_held(s, "trunkdeck", B), "support");
	sim_free(s);
}

static void a_foreign_key_is_deleted_on_request(void **state)
{
	struct sim *s = with_left_behind(false);

	(void)state;
	routes_delete_foreign(s->r, B, s->now);
	assert_true(sim_settle(s));
	assert_null(sim_held(s, "trunkdeck", B));
	assert_string_equal(sim_held(s, "trunkdeck", A), "support");
	assert_true(sim_last(s, B)->gone);
	assert_true(sim_last(s, B)->was_there);
	assert_int_equal(sim_stats(s).by_state[ROUTE_FOREIGN], 0);
	sim_free(s);
}

static void read_only_deletes_nothing(void **state)
{
	struct sim *s = with_left_behind(true);

	(void)state;
	sim_assert_state(s, B, ROUTE_FOREIGN);
	routes_delete_foreign(s->r, B, s->now);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeck", B), "support");
	assert_int_equal(s->puts + s->dels, 0);
	sim_free(s);
}

static void a_foreign_key_may_become_wanted_or_unwanted(void **state)
{
	struct sim *s = with_left_behind(false);

	(void)state;
	sim_want(s, B, "support", "Local/1@x");
	assert_true(sim_settle(s));
	sim_assert_state(s, B, ROUTE_VERIFIED);
	sim_free(s);
	s = with_left_behind(false);
	sim_unwant(s, B);
	assert_true(sim_settle(s));
	assert_null(sim_held(s, "trunkdeck", B));
	sim_free(s);
}

/* Somebody else wrote the key, and removes it again. */
static void a_foreign_key_that_is_removed_is_reported_gone(void **state)
{
	struct sim *s = with_left_behind(false);

	(void)state;
	sim_del(s, "trunkdeck", B);
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, B)->gone);
	assert_int_equal(sim_stats(s).by_state[ROUTE_FOREIGN], 0);
	sim_free(s);
}

static void a_foreign_key_is_unknown_while_the_server_is_away(void **state)
{
	struct sim *s = with_left_behind(false);

	(void)state;
	routes_disconnected(s->r, s->now);
	sim_assert_state(s, B, ROUTE_UNKNOWN);
	routes_connected(s->r, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, B, ROUTE_FOREIGN);
	assert_string_equal(sim_held(s, "trunkdeck", B), "support");
	sim_free(s);
}

static void a_scan_waits_for_access_and_may_fail(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	assert_false(routes_scan_due(s->r));
	routes_scan_found(s->r, ROUTE_FAMILY_NUMBER, B, "support", s->now);
	assert_null(sim_last(s, B));
	sim_put(s, "trunkdeckmeta", "owner", "store-2");
	sim_begin(s);
	sim_run(s);
	assert_false(routes_scan_due(s->r));
	sim_free(s);
	s = sim_new(NULL);
	s->scan_fails = true;
	sim_begin(s);
	assert_true(sim_settle(s));
	assert_true(sim_stats(s).scan_failed);
	s->scan_fails = false;
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_false(sim_stats(s).scan_failed);
	sim_free(s);
}

static void a_running_scan_is_not_settled(void **state)
{
	struct sim *s = with_left_behind(false);

	(void)state;
	routes_scan_begin(s->r);
	assert_false(sim_stats(s).settled);
	routes_scan_end(s->r, true);
	assert_true(sim_stats(s).settled);
	sim_free(s);
}

static void another_stores_server_can_be_taken_over_later(void **state)
{
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_put(s, "trunkdeckmeta", "owner", "store-2");
	sim_want(s, A, "support", "Local/1@x");
	sim_begin(s);
	sim_run(s);
	assert_true(sim_stats(s).foreign_owner);
	assert_string_equal(sim_stats(s).owner, "store-2");
	routes_take_over(s->r, s->now);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdeckmeta", "owner"), "store-1");
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_true(sim_last(s, A)->written);
	sim_free(s);
}

/* --- prefixes --- */

static void prefixes_are_written_verified_and_removed(void **state)
{
	const struct route_prefix both[] = { { "twilio", "" }, { "peoplefone", "+41" } };
	const struct route_prefix changed[] = { { "twilio", "+1" }, { "peoplefone", "+44" } };
	struct sim *s = sim_new(NULL);

	(void)state;
	sim_put(s, "trunkdecktrunk", "twilio", "+49");
	sim_set_prefixes(s, both, 2);
	sim_begin(s);
	assert_int_equal(sim_stats(s).prefixes, 2);
	assert_int_equal(sim_stats(s).prefixes_verified, 0);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdecktrunk", "peoplefone"), "+41");
	assert_null(sim_held(s, "trunkdecktrunk", "twilio"));
	assert_int_equal(sim_stats(s).prefixes, 1);
	assert_int_equal(sim_stats(s).prefixes_verified, 1);
	sim_set_prefixes(s, changed, 2);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdecktrunk", "peoplefone"), "+44");
	assert_string_equal(sim_held(s, "trunkdecktrunk", "twilio"), "+1");
	sim_put(s, "trunkdecktrunk", "twilio", "+7");
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_string_equal(sim_held(s, "trunkdecktrunk", "twilio"), "+1");
	sim_set_prefixes(s, changed, 1);
	assert_true(sim_settle(s));
	assert_null(sim_held(s, "trunkdecktrunk", "peoplefone"));
	sim_free(s);
}

/* --- servers that read the store themselves --- */

static struct sim *looking_up(void)
{
	struct routes_config c = { .owner = "store-1", .window = 8, .lookup = true };
	struct sim *s = sim_new(&c);

	s->check_order = false;
	sim_put(s, "TRUNKDECK_STORE", "", "store-1");
	sim_put(s, "TRUNKDECK_ROUTE", A, "support,WebSocket/support/c(ulaw)v(a=1,b=2)");
	sim_want(s, A, "support", "WebSocket/support/c(ulaw)v(a=1,b=2)");
	sim_begin(s);
	return s;
}

static void lookups_verify_and_write_nothing(void **state)
{
	struct sim *s = looking_up();

	(void)state;
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_unwant(s, B);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, B)->gone);
	assert_int_equal(s->puts + s->dels + s->scans, 0);
	sim_del(s, "TRUNKDECK_ROUTE", A);
	sim_unwant(s, A);
	assert_true(sim_settle(s));
	assert_true(sim_last(s, A)->gone);
	assert_true(sim_last(s, A)->was_there);
	sim_free(s);
}

static void a_difference_that_stays_is_reported(void **state)
{
	struct sim *s = looking_up();

	(void)state;
	sim_put(s, "TRUNKDECK_ROUTE", A, "sales,Local/2@x");
	sim_want(s, B, "support", "WebSocket/support/c(ulaw)v(a=1,b=2)");
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_STALE);
	assert_string_equal(sim_last(s, A)->found_agent, "sales");
	sim_assert_state(s, B, ROUTE_MISSING);
	sim_put(s, "TRUNKDECK_ROUTE", A, "support,Local/other@x");
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_STALE);
	assert_int_equal(s->puts + s->dels, 0);
	sim_free(s);
}

/* A replica may lag behind for a moment. */
static void a_difference_that_goes_away_is_not_reported(void **state)
{
	struct sim *s = looking_up();
	size_t from;

	(void)state;
	assert_true(sim_settle(s));
	from = s->reported;
	sim_want(s, A, "sales", "Local/2@x");
	sim_run(s);
	assert_false(sim_was(s, A, ROUTE_STALE, from));
	sim_put(s, "TRUNKDECK_ROUTE", A, "sales,Local/2@x");
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	assert_false(sim_was(s, A, ROUTE_STALE, from));
	sim_free(s);
}

static void a_new_dial_string_is_looked_up_for_each_number(void **state)
{
	struct sim *s = looking_up();

	(void)state;
	assert_true(sim_settle(s));
	sim_put(s, "TRUNKDECK_ROUTE", A, "support,Local/new@x");
	sim_put(s, "TRUNKDECK_ROUTE", B, "support,Local/new@x");
	sim_want(s, B, "support", "Local/new@x");
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_assert_state(s, B, ROUTE_VERIFIED);
	sim_free(s);
}

static void a_deleted_number_that_is_still_found_is_reported(void **state)
{
	struct sim *s = looking_up();

	(void)state;
	assert_true(sim_settle(s));
	sim_unwant(s, A);
	assert_true(sim_settle(s));
	sim_assert_state(s, A, ROUTE_FOREIGN);
	sim_free(s);
}

/* Without a database behind the server, its routes are unknown and not missing. They are known again when it returns. */
static void a_server_without_its_database_has_unknown_routes(void **state)
{
	struct sim *s = looking_up();
	size_t from;

	(void)state;
	assert_true(sim_settle(s));
	s->mute = true;
	from = s->reported;
	sim_want(s, B, "support", "WebSocket/support/c(ulaw)v(a=1,b=2)");
	sim_put(s, "TRUNKDECK_ROUTE", B, "support,WebSocket/support/c(ulaw)v(a=1,b=2)");
	sim_run(s);
	assert_true(sim_stats(s).mute);
	assert_true(sim_stats(s).refusal[0]);
	sim_assert_state(s, A, ROUTE_UNKNOWN);
	sim_assert_state(s, B, ROUTE_UNKNOWN);
	assert_false(sim_was(s, B, ROUTE_MISSING, from));
	s->mute = false;
	assert_true(sim_settle(s));
	assert_false(sim_stats(s).mute);
	sim_assert_state(s, A, ROUTE_VERIFIED);
	sim_assert_state(s, B, ROUTE_VERIFIED);
	sim_free(s);
}

/* What the server has kept is used only while its database is away, so the deletion can't wait for the database. */
static void a_deleted_number_is_forgotten_while_the_database_is_away(void **state)
{
	static const struct route_key off = { .family = ROUTE_FAMILY_NUMBER, .name = A, .value = "3,off,,,,,,,,,,,", .off = true };
	struct routes_config c = { .owner = "store-1", .window = 8, .lookup = true };

	(void)state;
	for (int seen = 0; seen < 2; seen++) {
		struct sim *s = sim_new(&c);

		s->check_order = false;
		s->mute = !seen;
		routes_set_version(s->r, 3, s->now);
		sim_put(s, "TRUNKDECK_STORE", "", "store-1");
		sim_put(s, "TRUNKDECK_KEY", "trunkdeck," A, off.value);
		sim_put(s, "trunkdeckcache", "seen/" A, "1,2");
		sim_put(s, "trunkdeckcache", "trunkdeck/" A, off.value);
		routes_tell(s->r, &off, s->now);
		sim_begin(s);
		sim_run(s);
		s->mute = true;
		routes_verify_all(s->r, s->now);
		sim_run(s);
		assert_true(sim_stats(s).mute);
		routes_untell(s->r, ROUTE_FAMILY_NUMBER, A, s->now);
		sim_run(s);
		assert_true(sim_stats(s).mute);
		/* A server that was never seen to read this store may read another one. */
		assert_int_equal(sim_held(s, "trunkdeckcache", "seen/" A) == NULL, seen);
		assert_int_equal(sim_held(s, "trunkdeckcache", "trunkdeck/" A) == NULL, seen);
		sim_del(s, "TRUNKDECK_KEY", "trunkdeck," A);
		s->mute = false;
		assert_true(sim_settle(s));
		assert_true(sim_last(s, A)->gone);
		assert_null(sim_held(s, "trunkdeckcache", "seen/" A));
		assert_null(sim_held(s, "trunkdeckcache", "trunkdeck/" A));
		sim_free(s);
	}
}

static void another_store_behind_the_server_is_reported(void **state)
{
	struct sim *s = looking_up();

	(void)state;
	sim_put(s, "TRUNKDECK_STORE", "", "store-2");
	assert_true(sim_settle(s));
	assert_true(sim_stats(s).foreign_owner);
	sim_assert_state(s, A, ROUTE_UNKNOWN);
	sim_free(s);
}

static void prefixes_are_looked_up_too(void **state)
{
	const struct route_prefix prefixes[] = { { "peoplefone", "+41" } };
	struct sim *s = looking_up();

	(void)state;
	sim_put(s, "TRUNKDECK_PREFIX", "peoplefone", "+41");
	sim_set_prefixes(s, prefixes, 1);
	assert_true(sim_settle(s));
	assert_int_equal(sim_stats(s).prefixes_verified, 1);
	sim_del(s, "TRUNKDECK_PREFIX", "peoplefone");
	routes_verify_all(s->r, s->now);
	assert_true(sim_settle(s));
	assert_int_equal(sim_stats(s).prefixes_verified, 0);
	sim_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exception_that_is_removed_ends_at_once),
		cmocka_unit_test(a_foreign_key_is_reported_and_not_changed),
		cmocka_unit_test(a_foreign_key_is_deleted_on_request),
		cmocka_unit_test(read_only_deletes_nothing),
		cmocka_unit_test(a_foreign_key_may_become_wanted_or_unwanted),
		cmocka_unit_test(a_foreign_key_that_is_removed_is_reported_gone),
		cmocka_unit_test(a_foreign_key_is_unknown_while_the_server_is_away),
		cmocka_unit_test(a_scan_waits_for_access_and_may_fail),
		cmocka_unit_test(a_running_scan_is_not_settled),
		cmocka_unit_test(another_stores_server_can_be_taken_over_later),
		cmocka_unit_test(prefixes_are_written_verified_and_removed),
		cmocka_unit_test(lookups_verify_and_write_nothing),
		cmocka_unit_test(a_difference_that_stays_is_reported),
		cmocka_unit_test(a_difference_that_goes_away_is_not_reported),
		cmocka_unit_test(a_new_dial_string_is_looked_up_for_each_number),
		cmocka_unit_test(a_deleted_number_that_is_still_found_is_reported),
		cmocka_unit_test(a_server_without_its_database_has_unknown_routes),
		cmocka_unit_test(a_deleted_number_is_forgotten_while_the_database_is_away),
		cmocka_unit_test(another_store_behind_the_server_is_reported),
		cmocka_unit_test(prefixes_are_looked_up_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
