/* The store's tests on SQLite. An argument runs only the tests whose names match this pattern. */
#include "config.h"

#include "fixture.h"

int main(int argc, char **argv)
{
	int failed = run_suite(argc, argv, BACKEND_SQLITE, "sqlite") + run_sqlite_tests() + run_damage_tests();

	backend_end();
	return failed ? 1 : 0;
}
