# The same dialplan with routes from the store: a change takes effect with its commit, on the servers of its region.

need_program
number=+15551230070
read_function() { ami na-1 trunkdeck-tail "Action: Getvar" "Variable: TRUNKDECK_$1" | grep -Fx "Value: $2"; }

check "PostgreSQL starts" inside start_postgres
check "with a database" inside make_database
make_desk ann $LAB_STORE
check "the store is made by the program" furnish ann
check "Asterisk may read its views" inside let_asterisk_read
check "na-1 changes to odbc" inside use_routes na-1 odbc
check "and says so" wait_for 5 "the global" inside global_is na-1 odbc
check "it reads this store" read_function 'STORE()' "$(inside sql lab 'SELECT id FROM workspace')"
check "a number without a route is 404" status_is 404 $number
check "a number is added" deck ann number add $number --provider twilio --agent support
check "it is answered by its agent" answered_by support $number
check "a user that only reads can verify it" read_function "ROUTE($number)" 'support,WebSocket/support/c(ulaw)'
check "the agent is changed" deck ann number edit $number --agent sales
check "the number is answered by the new agent" answered_by sales $number
check "a dial string keeps its commas" inside sql lab \
	"UPDATE agent SET dial_made = 'WebSocket/support/c(ulaw)v(a=1,b=2)' WHERE id = 'sales'"
check "and is dialled whole" answered_by support $number
check "in the other region" deck ann number edit $number --region eu
check "it is not this server's" status_is 404 $number
check "back in the region" deck ann number edit $number --region na
check "it is answered again" answered_by support $number
check "it is disabled" deck ann number edit $number --enabled no
check "the next call is 404" status_is 404 $number
check "it is enabled" deck ann number edit $number --enabled yes
check "in national form it is 404" status_is 404 05551230070
check "a prefix rule is given to its provider" deck ann provider edit twilio --inbound-prefix +1
check "in national form it is answered" answered_by support 05551230070
check "Asterisk may not run the function, as before an upgrade" inside sql lab \
	'REVOKE EXECUTE ON FUNCTION trunkdeck_call FROM lab_asterisk'
# The column of the former version has the dial string that the program has written.
check "the number is answered" answered_by sales $number
check "in national form too" answered_by sales 05551230070
check "another one is 404" status_is 404 +15551230079
check "it may again" inside sql lab 'GRANT EXECUTE ON FUNCTION trunkdeck_call TO lab_asterisk'
check "it is deleted" deck ann number delete $number --yes
check "the next call is 404" status_is 404 $number
check "the database goes away" inside halt_postgres
check "a call is then 503, not 404" status_is 503 $number
check "the database returns" inside run_postgres
check "and calls are 404 again" wait_for 15 "404" status_is 404 $number
check "na-1 changes back to astdb" inside use_routes na-1 astdb
check "and says so" wait_for 5 "the global" inside global_is na-1 astdb
check "PostgreSQL stops" inside stop_postgres
