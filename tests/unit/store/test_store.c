/*
 * One suite for all databases: the same tests on SQLite and on a real PostgreSQL, then the tests for one of them. A
 * PostgreSQL that cannot be started is a failure and no reason to skip. The argument "sqlite" or "postgres" runs only
 * that half; any other argument runs only the tests whose names match this pattern.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static int run_all(enum backend b, const char *name)
{
	backend_use(b);
	return run_record_tests(name) + run_batch_tests(name) + run_feed_tests(name) + run_call_tests(name) +
	       run_coverage_tests(name) + run_live_tests(name) + run_metrics_tests(name) + run_race_tests(name) + run_undo_tests(name);
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : "";
	int failed = 0;

	signal(SIGPIPE, SIG_IGN);
	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	if (strcmp(only, "postgres"))
		failed += run_all(BACKEND_SQLITE, "sqlite") + run_sqlite_tests() + run_damage_tests();
	if (strcmp(only, "sqlite"))
		failed += run_all(BACKEND_POSTGRES, "postgres") + run_postgres_tests() + run_server_tests();
	backend_end();
	return failed ? 1 : 0;
}
