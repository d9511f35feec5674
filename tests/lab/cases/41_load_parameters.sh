# Calls in bursts to one agent by URL, each number with parameters of its own, while the program edits these numbers: every agent is
# told one whole set, its own call's and no older one than was on the server when the call began. In both modes, and from what a
# server keeps while its database is stopped. In full, 10,000 calls to 500 numbers each.

need_program
numbers=$(size 500 100)
calls=$(size 10000 600)
all_verified() { deck ann number list --routes --json | "$LAB_PYTHON" -c 'import json, sys
states = [next(iter(json.loads(line)["routes"].values()))["state"] for line in sys.stdin]
sys.exit(len(states) != int(sys.argv[1]) or set(states) != {"verified"})' "$numbers"; }

forget_routes
make_desk ann
check "the workspace is made" furnish_load ann
check "with $numbers numbers" load ann add --numbers "$numbers"
check "a screen writes them to the server" open_screen ann
check "all of them" wait_for 120 "the routes" all_verified
check "astdb: every call is told its own parameters" load ann parameters --numbers "$numbers" --calls "$calls"
close_screen ann
forget_routes

check "PostgreSQL starts" inside start_postgres
check "with a database" inside make_database
make_desk ann $LAB_STORE
configure ann "/server na-1/,/server eu-1/s/^routes = .*/routes = odbc/"
check "the workspace is made" furnish_load ann
check "Asterisk may read it" inside let_asterisk_read
check "na-1 changes to odbc" inside use_routes na-1 odbc
check "and says so" wait_for 5 "the global" inside global_is na-1 odbc
check "with $numbers numbers" load ann add --numbers "$numbers"
check "odbc: every call is told its own parameters" load ann parameters --mode odbc --numbers "$numbers" --calls "$calls"

check "every number is called once" load ann parameters --mode odbc --numbers "$numbers" --each --edits 0
check "PostgreSQL stops" inside halt_postgres
check "odbc without its database: every call is told its own parameters" \
	load ann parameters --mode odbc --numbers "$numbers" --calls "$calls" --edits 0
check "PostgreSQL returns" inside run_postgres
check "na-1 changes back to astdb" inside use_routes na-1 astdb
check "and says so" wait_for 5 "the global" inside global_is na-1 astdb
check "PostgreSQL stops" inside stop_postgres
inside asterisk_cli na-1 'database deltree trunkdeckcache' >/dev/null
