#include "config.h"
#include "store_fixture.h"
int run_race_tests(const char *name) { (void)name; return 0; }
