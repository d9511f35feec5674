/*
 * The store's tests on PostgreSQL. A server that cannot be started is a failure and no reason to skip. An argument runs
 * only the tests whose names match this pattern.
 */
#include "config.h"

#include "fixture.h"

int main(int argc, char **argv)
{
	int failed = run_suite(argc, argv, BACKEND_POSTGRES, "postgres") + run_postgres_tests() + run_server_tests() +
		     run_asterisk_tests();

	backend_end();
	return failed ? 1 : 0;
}
