# The same dialplan with routes read from PostgreSQL: a change is effective with its commit, on the servers of its region.

number=+15551230070
read_route() { ami na-1 trunkdeck-tail "Action: Getvar" "Variable: TRUNKDECK_ROUTE($number)" | grep -Fx "Value: $1"; }

check "PostgreSQL starts" inside start_postgres
check "with the view of routes" inside make_routes_view
check "na-1 changes to odbc" inside use_routes na-1 odbc
check "and says so" wait_for 5 "the global" inside global_is na-1 odbc
check "a number without a route is 404" status_is 404 $number
check "a route is committed" \
	inside sql lab "INSERT INTO route VALUES ('$number', 'na', 'support', 'WebSocket/support/c(ulaw)')"
check "the number is answered by its agent" answered_by support $number
check "a user that only reads can verify it" read_route 'support,WebSocket/support/c(ulaw)'
check "the agent is changed" inside sql lab \
	"UPDATE route SET agent = 'sales', dial = 'AudioSocket/$LAB_AGENT_HOST:9092/{uuid}' WHERE number = '$number'"
check "the number is answered by the new agent" answered_by sales $number
check "a dial string keeps its commas" inside sql lab \
	"UPDATE route SET agent = 'support', dial = 'WebSocket/support/c(ulaw)v(a=1,b=2)' WHERE number = '$number'"
check "and is dialled whole" answered_by support $number
check "a route of the other region" inside sql lab "UPDATE route SET region = 'eu'"
check "is not this server's" status_is 404 $number
check "back in the region" inside sql lab "UPDATE route SET region = 'na'"
check "it is answered again" answered_by support $number
check "the route is deleted" inside sql lab 'DELETE FROM route'
check "the next call is 404" status_is 404 $number
check "the database goes away" inside halt_postgres
check "a call is then 503, not 404" status_is 503 $number
check "the database returns" inside run_postgres
check "and calls are 404 again" wait_for 15 "404" status_is 404 $number
check "na-1 changes back to astdb" inside use_routes na-1 astdb
check "and says so" wait_for 5 "the global" inside global_is na-1 astdb
check "PostgreSQL stops" inside stop_postgres
