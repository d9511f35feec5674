# Test calls: how far each one gets, in words. They call nobody else and are not shown among live calls.

need_program
number=+15551230120

# tells RESULT_KEY=VALUE... -- ARGUMENTS...: the output of 'trunkdeck test' for its one server; ok=True, cause~PART.
tells() {
	local wanted=()
	while [ "$1" != -- ]; do
		wanted+=("$1")
		shift
	done
	shift
	{ deck ann test "$@" --json 2>/dev/null || :; } | "$LAB_PYTHON" -c 'import json, sys
rows = [json.loads(line) for line in sys.stdin]
print(rows)
row, = rows
for w in sys.argv[1:]:
    sep = "~" if "~" in w else "="
    key, value = w.split(sep, 1)
    if sep == "=" and str(row[key]) != value or value not in str(row[key]):
        sys.exit("not " + w)' "${wanted[@]}"
}

steps_in_order() {
	deck ann test "$1" --json | "$LAB_PYTHON" -c 'import json, sys
row = json.loads(sys.stdin.read())
times = [row[k + "_ms"] for k in ("arrived", "route", "agent_dialled", "agent_answered", "first_audio")]
print(times)
sys.exit(None in times or times != sorted(times) or not 0 < times[4] < 20000)'
}

reroute() { deck ann number edit $number --agent "$1" && route na-1 $number "$1"; }

forget_routes
make_desk ann
check "the workspace is made in batch" furnish ann
check "with an agent that does not answer" deck ann agent add slow --title Slow --dial 'WebSocket/slow/nc(ulaw)'
check "a number is added" deck ann number add $number --provider twilio --agent support
give_agents na-1
route na-1 $number support

check "without permission the line is named" tells ok=False "todo~add 'originate' to write" -- $number
check "with status 1" eval "deck ann test $number; test \$? = 1"
allow system,reporting,originate
check "a test call reaches the agent" tells ok=True agent=support cause= -- $number
before=$(served)
check "and again" tells ok=True -- $number
check "that of the number and no other" eval "test \$(served) = $((before + 1)) && tail -n 1 $LAB_RUN/agents.log | grep -q support"
check "every step has a time, in order" steps_in_order $number
check "nothing stays behind" wait_for 5 "the end of the channels" quiet na-1
check "the other agent too" eval "reroute sales && tells ok=True agent=sales -- $number"
check "people get a line for each step" eval "deck ann test $number | grep -q 'first audio'"

check "a route to nobody" db_del na-1 trunkdeck $number
check "is told" tells ok=False 'cause~no route' agent_dialled_ms=None -- $number
check "with status 1" eval "deck ann test $number; test \$? = 1"
check "a busy agent" eval "reroute busy && tells ok=False cause~busy agent=busy -- $number"
check "an agent that is down" eval "reroute down && tells ok=False 'cause~could not dial down' 'todo~refuses' -- $number"
check "an agent without dial string" eval \
	"reroute down && db_del na-1 trunkdeckagent down && tells ok=False 'cause~could not dial down' 'todo~no dial string' -- $number"
check "an agent that does not answer" eval "reroute slow && tells ok=False 'cause~did not answer' -- $number"
check "a shorter wait" tells ok=False 'cause~did not answer in time' -- $number --timeout 1
check "ends the call" wait_for 5 "the end of the channels" quiet na-1

check "a test is no call on the screen" open_screen ann
check "which is connected" screen_shows ann 'na-1 ok'
deck ann test $number >/dev/null 2>&1 &
check "while the agent rings" wait_for 5 "the call" inside says na-1 'core show channels concise' WebSocket
check "there is no live call" screen_has ann 'No live calls'
wait $!
check "nor after it" screen_has ann 'No live calls'
check "a real call is one" eval "reroute support && begin_call real $number && screen_shows ann $number talking"
check "also beside a test" eval "tells ok=True -- $number && screen_has ann $number talking"
end_calls na-1
check "and counts once" eval "call_ended real 200 && screen_shows ann 'No live calls' && screen_shows ann $number '1 today'"
check "in the store too" eval "test \$(deck ann calls --number $number --json | wc -l) = 1"
close_screen ann

inside asterisk_cli na-1 'dialplan remove context trunkdeck-test' >/dev/null
check "an old dialplan is told" tells ok=False 'cause~no context trunkdeck-test' 'todo~server setup' -- $number
inside asterisk_cli na-1 'dialplan reload' >/dev/null
check "an agent behind a provider's trunk is not dialled" eval \
	"deck ann agent add out --title Out --dial PJSIP/1@twilio && deck ann number edit $number --agent out && refuted deck ann test $number"
check "and the reason is told" eval "{ deck ann test $number 2>&1 || :; } | grep -q 'through the provider Twilio'"
check "nothing was placed" quiet na-1

# At another time, the way is that of then.
allow system,reporting,originate
check "opening times" deck ann schedule add office --title Office --zone Asia/Kathmandu --open 'mon-fri 09:00-18:00'
check "with an agent for closed hours and a fallback" deck ann number edit $number --agent support --schedule office --closed-agent sales --fallback sales
check "are written" deck ann sync --server na-1
check "open: the number's agent" tells ok=True agent=support way=agent -- $number --at 'Wed 10:00'
check "to the minute" tells ok=True agent=sales way=closed -- $number --at 'Wed 18:00'
check "closed: the agent for closed hours" tells ok=True agent=sales way=closed -- $number --at 'Sat 22:00'
check "none" deck ann number edit $number --agent busy --closed-agent ''
check "is written" deck ann sync --server na-1
check "closed: nobody" tells ok=False reason=closed 'cause~closed' -- $number --at 'Sat 22:00'
check "open, and the agent is busy: the fallback" tells ok=True agent=sales way=fallback "attempts~'agent': 'busy', 'way': 'agent', 'result': 'busy'" \
	-- $number --at 'Wed 10:00'
check "an unknown number is refused" refuted deck ann test +15551230129
check "an unknown server is a mistake" eval "deck ann test $number --server nowhere; test \$? = 2"
allow ''
