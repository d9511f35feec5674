# A call that is transferred or put on hold stays one call. It is answered, its talk time is the caller's, and it has
# the party that hung up and the last agent.

need_program
number=+15551230210 transferring=+15551230211 local=+15551230212
forget_routes
give_agents na-1
db_put na-1 trunkdeckagent transferring 'WebSocket/support/c(ulaw),30,t'
db_put na-1 trunkdeckagent local Local/support@lab-agents
route na-1 $number support
route na-1 $transferring transferring
route na-1 $local local
make_desk ann
check "the workspace is made in batch" furnish ann
check "the screen opens" open_screen ann
check "it listens to na-1" screen_shows ann 'na-1 ok'
press ann 2

# transferred HOW CALL_ARGUMENTS...: HOW has the arguments of transfer.
transferred() {
	local how=$1 done
	shift
	transfer na-1 $how &
	done=$!
	status_is 200 "$@" && wait $done
}

# recorded COUNT WHO_HUNG_UP TALK_MS: so many calls are in the store. The last one was answered, WHO hung up, and its
# talk time is at least TALK_MS and at most the length of the call.
recorded() {
	deck ann calls --json >"$LAB_RUN/transfers.calls" && "$LAB_PYTHON" - "$LAB_RUN/transfers.calls" "$@" <<'END'
import datetime, json, sys
moment = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
calls = sorted(map(json.loads, open(sys.argv[1])), key=lambda c: c["started"])
count, who, talk = int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
print(calls[-1:])
last = calls[-1]
there = (moment(last["ended"]) - moment(last["started"])).total_seconds() * 1000
sys.exit(not (len(calls) == count and last["outcome"] == "answered" and last["hung_up_by"] == who and
              talk <= last["talk_ms"] <= there))
END
}
once_recorded() { wait_for 15 "the call in the store" recorded "$@" || { recorded "$@"; return 1; }; }

check "a call is transferred blind, to the other agent" transferred blind $number --hold 10000
check "it is one call, which the caller ended" once_recorded 1 caller 10000
check "a transfer to somebody busy ends it" transferred 'blind busy' $number --hold 9000
check "and that was neither caller nor agent" once_recorded 2 system 500
check "a call is sent elsewhere by Redirect" transferred redirect $number --hold 10000
check "it is one call" once_recorded 3 caller 10000
check "a call is transferred attended" transferred attended $transferring --hold 9000
check "it is one call too" once_recorded 4 caller 9000
check "a call comes back from somebody busy" transferred 'consult 2002' $transferring --hold 7000
check "and goes on as if nothing had been" once_recorded 5 caller 7000
check "an agent behind a Local channel answers" status_is 200 $local --hold 1500
check "its call is one" once_recorded 6 caller 1500

lab_call $number --on-hold 6000 --hold 1500 >"$LAB_RUN/on-hold.call" 2>&1 &
check "a caller who puts us on hold is seen doing it" screen_shows ann $number 'on hold'
check "and coming back" screen_shows ann $number talking
check "the call ends well" call_ended on-hold 200
check "time on hold is time of the call" once_recorded 7 caller 8200
check "nothing is left" eval "press ann 1 && screen_drops ann $number talking"
check "the program ends" quit_screen ann
forget_routes
