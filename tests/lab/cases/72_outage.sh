# A server with routes = odbc while its database is away: numbers that were called before are answered from what was kept, at
# once and by many calls at the same time. Nothing is answered longer than it may be.

need_program
number=+15551230072
other=+15551230073

# burst_is CODE NUMBER: 50 calls at once all end with CODE, and none waits longer than 3 s for it.
burst_is() {
	local said
	said=$(lab_call "$2" --count 50 --rate 50) || :
	echo "$said"
	grep -q "\"codes\": {\"$1\": 50}" <<<"$said" && [ "$(sed -n 's/.*"slowest_ms": \([0-9]*\).*/\1/p' <<<"$said")" -le 3000 ]
}

# As many calls may hang as there are connections.
most_are_answered() {
	local said
	said=$(lab_call "$1" --count 50 --rate 50 --cancel-after 4000) || :
	echo "$said"
	! grep -q '"503"' <<<"$said" && [ "$(sed -n 's/.*"answered": \([0-9]*\).*/\1/p' <<<"$said")" -ge 42 ]
}

database_answers() { ami na-1 trunkdeck-tail "Action: Getvar" "Variable: TRUNKDECK_STORE()" | grep -q '^Value: .'; }

kept() { db_get na-1 trunkdeckcache "$1"; }

check "PostgreSQL starts" inside start_postgres
check "with a database" inside make_database
make_desk ann $LAB_STORE
configure ann "/server na-1/,/server eu-1/s/^routes = .*/routes = odbc/"
check "the store is made by the program" furnish ann
check "Asterisk may read it" inside let_asterisk_read
check "na-1 changes to odbc" inside use_routes na-1 odbc
check "and says so" wait_for 5 "the global" inside global_is na-1 odbc
check "a number is added" deck ann number add $number --provider twilio --agent support --param department=sales
check "and another one" deck ann number add $other --provider twilio --agent support
check "a number is answered" answered_by support $number
check "and kept" kept "trunkdeck/$number"
check "with the time" kept "seen/$number"
check "a caller is blocked" deck ann block add +41791234567
check "and gets 603" status_is 603 $number --from +41791234567

check "PostgreSQL stops" inside halt_postgres
check "50 calls at once are answered" burst_is 200 $number
check "once more" burst_is 200 $number
check "a number that nobody called is 503" status_is 503 $other
check "a blocked caller gets through" answered_by support $number --from +41791234567
check "a call" watch_call na-1 $number
check "is marked" grep -aq '^Cached: [0-9]' "$LAB_RUN/call.ami"
check "PostgreSQL returns" inside run_postgres
check "Asterisk finds it again" wait_for 15 "200" status_is 200 $other
check "and the blocked caller gets 603 again" status_is 603 $number --from +41791234567

check "its packets are lost" inside lose_postgres
check "50 calls at once are answered" burst_is 200 $number
# Asterisk tries again every 5 s; one of these bursts meets that.
for round in 1 2 3 4; do
	check "again, burst $round" burst_is 200 $number
done
check "they arrive again" inside find_postgres
check "Asterisk finds it" wait_for 15 "the store" database_answers
check "50 calls at once are answered" burst_is 200 $number

check "it hangs, but its machine answers" inside signal_postgres STOP
# A call that finds an open connection waits until PostgreSQL goes on; see docs/troubleshooting.md. The others do not.
check "all but a few calls are answered from what was kept" most_are_answered $number
check "it goes on" inside signal_postgres CONT
check "no call hangs any more" wait_for 15 "the end of the calls" quiet na-1
check "Asterisk finds it" wait_for 15 "the store" database_answers

check "a number was read a day ago" db_put na-1 trunkdeckcache "seen/$number" "$(($(date +%s) - 86400)),1"
check "PostgreSQL stops" inside halt_postgres
check "it is not answered any more" status_is 503 $number
check "the other one is" answered_by support $other
check "PostgreSQL returns" inside run_postgres
check "both are answered" wait_for 15 "200" status_is 200 $number
check "and kept anew" wait_for 15 "the time" eval "kept seen/$number | grep -v ,1\$"

check "a number is deleted" deck ann number delete $number --yes
check "the next call is 404" wait_for 15 "404" status_is 404 $number
check "nothing of it is kept" refuted eval "kept trunkdeck/$number || kept seen/$number"
check "PostgreSQL stops" inside halt_postgres
check "it is not answered" status_is 503 $number
check "PostgreSQL returns" inside run_postgres

# Where trunkdeck may write, nobody has to call a deleted number first.
check "Asterisk finds it again" wait_for 15 "the store" database_answers
check "the other number is answered" answered_by support $other
check "and kept" kept "seen/$other"
check "the screen opens" open_screen ann
check "and verifies it" screen_shows ann $other 'na ok'
check "it is deleted" deck ann number delete $other --yes
check "the server forgets it" wait_for 10 "that" refuted kept "seen/$other"
close_screen ann
check "PostgreSQL stops" inside halt_postgres
check "it is not answered" status_is 503 $other
check "PostgreSQL returns" inside run_postgres
check "na-1 changes back to astdb" inside use_routes na-1 astdb
check "and says so" wait_for 5 "the global" inside global_is na-1 astdb
check "PostgreSQL stops" inside stop_postgres
