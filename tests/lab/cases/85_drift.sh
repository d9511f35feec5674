# Routes that change outside the program: changed, deleted or left over by hand, lost in a crash, deleted while the
# server or the program is away, written by another store. Each is reported and repaired. Routes of another store are
# changed only on request.

need_program
number=+15551230150
second=+15551230151
foreign=+15551230152
fresh=+15551230153
european=+442071230150
forget_routes
make_desk ann
check "the workspace is made" furnish ann
check "with numbers" eval "deck ann number add $number --provider twilio --agent support &&
	deck ann number add $second --provider twilio --agent sales &&
	deck ann number add $european --provider twilio --agent support --region eu"
by_hand() { inside asterisk_cli "$1" "database $2" | grep -Ei 'updated|removed'; }
# tells WHAT SYNC_ARGUMENTS...: a line of sync has all the words of WHAT.
tells() {
	local what=$1
	shift
	{ deck ann sync --json "$@" || :; } | "$LAB_PYTHON" -c 'import sys
lines = sys.stdin.read().splitlines()
print(*lines, sep="\n")
sys.exit(not any(all(word in line for word in sys.argv[1:]) for line in lines))' $what
}
# exits CODE SYNC_ARGUMENTS...
exits() {
	local want=$1
	shift
	deck ann sync "$@"
	[ $? = "$want" ]
}

check "a dry run says what is missing" tells "$number missing" --dry-run
check "and writes nothing" refuted db_get na-1 trunkdeck $number
check "not even the owner" refuted db_get na-1 trunkdeckmeta owner
check "its status is 1" exits 1 --dry-run
check "sync says what it writes" tells "$number verified written"
check "all is right then" exits 0
check "and quiet" test "$(deck ann sync --json | grep -c '"number"')" = 0

# lists CODE PART...: number list --routes exits with CODE, and one of its lines has the parts.
lists() {
	local want=$1 said rc=0
	shift
	said=$(deck ann number list --routes --json) || rc=$?
	printf '%s\n' "$said"
	for part in "$@"; do
		said=$(grep -F -- "$part" <<<"$said") || return 1
	done
	[ "$rc" = "$want" ]
}
check "the list of numbers tells it, when asked" lists 0 "\"number\":\"$number\"" '"routes":{"na-1":{"state":"verified","found":""}}'
check "each on the server of its region" lists 0 "$european" '"routes":{"eu-1":{"state":"verified"'
check "and not unasked" refuted grep -q '"routes"' <<<"$(deck ann number list --json)"

check "a key is changed by hand" by_hand na-1 "put trunkdeck $number sales"
check "callers reach the wrong agent" answered_by sales $number
check "the list of numbers says so, and changes nothing" lists 0 "$number" '"na-1":{"state":"stale","found":"sales"}'
check "it can be searched" test "$(deck ann number list --routes --where routes:stale --csv | grep -c '^+')" = 1
check "it is told as stale, and where it leads" tells "$number stale sales" --dry-run
check "a screen that may not write opens" open_screen ann --read-only
check "the row says so" screen_shows ann $number stale
check "and the card" screen_shows ann Twilio '1 stale'
close_screen ann
check "nothing was repaired" answered_by sales $number
check "sync repairs it" tells "$number verified written"
check "callers reach the right one" answered_by support $number
check "a dial string is changed by hand" by_hand na-1 "put trunkdeckagent support Local/busy@lab-agents"
check "it is told as stale" tells "$number stale" --dry-run
check "sync repairs it" exits 0
check "callers reach the agent" answered_by support $number
check "a key is deleted by hand" by_hand na-1 "del trunkdeck $number"
check "it is told as missing" tells "$number missing" --dry-run
check "sync repairs it" exits 0
check "callers reach the agent" answered_by support $number

check "a route is left behind" by_hand na-1 "put trunkdeck $foreign support"
check "it still works" answered_by support $foreign
check "it is told as foreign" tells "$foreign foreign support"
check "with status 1" exits 1
check "and left alone" test "$(agent_of na-1 $foreign)" = support
check "the word deletes it" exits 0 --delete-foreign
check "callers get 404" status_is 404 $foreign
check "the others are there" answered_by support $number

check "the screen opens" open_screen ann
check "and is connected" screen_shows ann 'na-1 ok' 'eu-1 ok'
check "a route is left behind again" by_hand na-1 "put trunkdeck $foreign support"
check "a key is changed by hand" by_hand na-1 "put trunkdeck $number sales"
press ann 4 s
check "the Servers view counts what it does not know" screen_shows ann Routes '1 foreign'
check "the changed key is repaired" wait_for 10 "the key" test "$(agent_of na-1 $number)" = support
press ann s
check "it asks" screen_shows ann 'Delete routes the store does not know?'
check "and names the route" screen_has ann "$foreign on na-1 leads to support"
press ann Enter
check "Keep is the default" eval "screen_drops ann 'Delete routes' && db_get na-1 trunkdeck $foreign"
check "the result of the reading is told" screen_shows ann 'na-1: 2 verified' '1 foreign'
press ann s
check "asked again" screen_shows ann 'Delete routes the store does not know?'
press ann y
check "it is deleted" screen_shows ann "$foreign is deleted from na-1"
check "callers get 404" status_is 404 $foreign
press ann 1

# A server that dies within 100 ms of the acknowledgement. Asterisk writes its database once a second, but the first
# change at once; so another key is changed just before.
kill_when() {
	local pid
	pid=$(inside server_process na-1) || return 1
	AMI_SECRET=$LAB_SECRET enter "$LAB_PYTHON" "$LAB_DIR/ami.py" "$(address_of na-1)" trunkdeck-ctl kill-when trunkdeck "$1" "$pid"
}
rm -f "$LAB_RUN/killed"
{ kill_when $fresh && touch "$LAB_RUN/killed"; } &
check "Asterisk has something to write down" db_put na-1 trunkdecklab some thing
check "a number is added" deck ann number add $fresh --provider twilio --agent support
check "na-1 is killed as it has acknowledged it" wait_for 20 "the route" test -e "$LAB_RUN/killed"
check "and is gone" wait_for 5 "the end" refuted inside server_process na-1
check "the screen says so" screen_shows ann 'na-1 retry'
printf '# what the server has kept of it: "%s"\n' "$(inside astdb_file_key na-1 /trunkdeck/$fresh)"
check "a number is deleted during the outage" delete_number ann $second
press ann 4
check "the Servers view lists it" screen_shows ann Routes '1 deletion not verified: server away'
check "sync says that a server is away" exits 3
check "so does the list of numbers, and what it knows of the others" lists 3 "$european" '"eu-1":{"state":"verified"'
check "what the one that is away holds is unknown" lists 3 "$number" '"na-1":{"state":"unknown"'
check "the other server is none the worse" answered_by support $european --to eu-1
check "na-1 starts" inside start_server na-1
check "the deletion is verified" screen_shows ann "$second is deleted from na-1"
check "and no longer listed" screen_drops ann 'not verified'
press ann 1
check "the new route is there again, unasked" screen_shows ann $fresh 'na ok'
check "callers reach the agent" answered_by support $fresh
check "the deleted number is 404" status_is 404 $second
close_screen ann

# A route that is deleted while the server and, later, the program are away.
check "na-1 is killed" inside kill_server na-1
check "a number is deleted" deck ann number delete $fresh --yes
check "na-1 starts" inside start_server na-1
check "it still works" answered_by support $fresh
check "sync knows that it was deleted" tells "$fresh gone deleted"
check "callers get 404" status_is 404 $fresh

# Another store's server.
make_desk ben
check "another store is made" furnish ben
check "with a number" deck ben number add $foreign --provider twilio --agent support
ben_exits() {
	local want=$1
	shift
	deck ben sync "$@"
	[ $? = "$want" ]
}
check "its sync is refused" ben_exits 1
check "nothing was written" refuted db_get na-1 trunkdeck $foreign
check "taken over on one server" ben_exits 0 --server na-1 --take-over --delete-foreign
check "its number is answered" answered_by support $foreign
check "the first store's is not" status_is 404 $number
check "the first store is told" exits 1 --server na-1
check "and writes nothing" refuted db_get na-1 trunkdeck $number
check "its other server is its own" exits 0 --server eu-1
check "it takes na-1 back" exits 0 --server na-1 --take-over --delete-foreign
check "its number is answered again" answered_by support $number
check "an unknown server is a usage error" exits 2 --server xx-1
