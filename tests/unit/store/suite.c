/*
 * One suite for all databases: the same tests on SQLite (test_sqlite) and on a real PostgreSQL (test_postgres), then the
 * tests for one of them. They are two programs, so that two processors can run them at the same time.
 */
#include "config.h"

#include <signal.h>

#include "fixture.h"

int run_suite(int argc, char **argv, enum backend b, const char *name)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	backend_use(b);
	return run_record_tests(name) + run_reference_tests(name) + run_batch_tests(name) + run_feed_tests(name) +
	       run_call_tests(name) + run_coverage_tests(name) + run_live_tests(name) + run_metrics_tests(name) + run_race_tests(name) + run_undo_tests(name) +
	       run_upgrade_tests(name);
}
