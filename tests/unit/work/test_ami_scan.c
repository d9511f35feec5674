/* Keys left behind on a server: they are found in its list of keys. A list that does not end is given up. And a server whose
 * database is away. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kit/ami_fixture.h"

static bool settled(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.routes.settled;
}

static bool none_is_foreign(void *arg)
{
	struct fixture *f = arg;

	return settled(f) && f->status.routes.by_state[ROUTE_FOREIGN] == 0;
}

static bool one_is_foreign(void *arg)
{
	struct fixture *f = arg;

	return settled(f) && f->status.routes.by_state[ROUTE_FOREIGN] == 1;
}

static bool two_are_foreign(void *arg)
{
	struct fixture *f = arg;

	return settled(f) && f->status.routes.by_state[ROUTE_FOREIGN] == 2;
}

/* Keys that an earlier run wrote and this run does not know. */
static void keys_left_behind_are_found_and_deleted_on_request(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct fixture *f = fixture_start(port);

	(void)state;
	fixture_want(f, 3);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(settled, f));
	fixture_stop(f);
	f = fixture_start(port);
	fixture_want(f, 1);
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(two_are_foreign, f));
	assert_int_equal(fixture_route(f, "+15550000002")->state, ROUTE_FOREIGN);
	assert_string_equal(fixture_route(f, "+15550000002")->found_agent, "agent-2");
	assert_false(f->status.routes.scan_failed);
	fixture_assert_key(port, "trunkdeck", "+15550000002", "agent-2");
	/* Keys found after the request stay: only listed ones are deleted. */
	ami_delete_foreign(f->ami, "na-1", "+15550000000");
	ami_delete_foreign(f->ami, "na-1", "+15550000002");
	assert_true(wait_until(one_is_foreign, f));
	fixture_assert_key(port, "trunkdeck", "+15550000002", NULL);
	fixture_assert_key(port, "trunkdeck", "+15550000001", "agent-1");
	ami_delete_foreign(f->ami, "na-1", "+15550000001");
	assert_true(wait_until(none_is_foreign, f));
	fixture_assert_key(port, "trunkdeck", "+15550000000", "agent-0");
	fixture_stop(f);
	demo_pbx_stop(&p);
}

struct stalled {
	struct fixture *f;
	struct fault_server *server;
	bool begun;
};

/* The list was begun, and its connection is closed. */
static bool scan_was_given_up(void *arg)
{
	struct stalled *t = arg;
	size_t stalled = fault_server_stalled(t->server);

	fixture_take(t->f);
	t->begun = t->begun || stalled;
	return t->begun && !stalled && t->f->status.routes.scan_failed;
}

/* Asterisk routes no call while it writes that list: see ami_scan.c. The other links are not affected. */
static void a_list_of_keys_that_stops_is_given_up(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct stalled t = { .server = s };
	size_t sessions;

	(void)state;
	fault_server_set(s, FAULT_STALL_TREE);
	t.f = fixture_start(port);
	ami_routes_complete(t.f->ami, "na-1");
	assert_true(wait_until(scan_was_given_up, &t));
	sessions = fault_server_sessions(s);
	assert_int_equal(sessions, 2);
	assert_true(fixture_is_up(t.f));
	fixture_stop(t.f);
	fault_server_stop(&s);
}

static bool is_mute(void *arg)
{
	struct fixture *f = arg;

	fixture_take(f);
	return f->status.routes.mute;
}

/* The functions of func_odbc.conf give nothing then. That does not make the dialplan an old one. */
static void a_database_that_is_away_does_not_change_the_version(void **state)
{
	int port;
	struct demo_pbx *p = fixture_demo(0, &port);
	struct server_config c = fixture_config(port);
	struct fixture *f;

	(void)state;
	c.routes = ROUTES_ODBC;
	f = fixture_start_with(&c, 256, "store-1");
	ami_routes_complete(f->ami, "na-1");
	assert_true(wait_until(is_mute, f));
	assert_true(f->status.routes.version >= ROUTES_NEW_DIALPLAN);
	assert_false(f->status.routes.former);
	fixture_stop(f);
	demo_pbx_stop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_left_behind_are_found_and_deleted_on_request),
		cmocka_unit_test(a_list_of_keys_that_stops_is_given_up),
		cmocka_unit_test(a_database_that_is_away_does_not_change_the_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
