# A stream recorded for a bug report is the server's own: its replay gives SIPp's results, and it contains no secret.

need_program
answered=+15551230210 busy=+15551230211 unmapped=+15551230212
raw=$LAB_RUN/raw
sipp_said=$LAB_RUN/raw.sipp
: >"$sipp_said"
forget_routes
give_agents na-1
route na-1 $answered support
route na-1 $busy busy

# replay_says NUMBER OUTCOME COUNT
replay_says() {
	"$LAB_PYTHON" - "$raw.json" "$@" <<'END'
import json, sys
figures, (number, outcome, count) = json.load(open(sys.argv[1])), sys.argv[2:]
got = figures["numbers"].get(number, {})
print(number, got, "rejected", figures["frames_rejected"], "live", figures["live"])
sys.exit(not (got.get("offered") == got.get(outcome) == int(count) and figures["frames_rejected"] == 0 == figures["live"]))
END
}

make_desk ann
check "the workspace is made in batch" furnish ann
check "the recorder listens" start_recorder ann --raw "$raw"
check "calls are answered" place 200 $answered --count 6 --rate 10 --hold 300
check "some meet a busy agent" place 486 $busy --count 2
check "one dials what has no route" place 404 $unmapped
check "the recorder ends well" stop_recorder ann
check "each server has a stream of its own" test -s "$raw.na-1" -a -s "$raw.eu-1"
check "nobody else may read it" test "$(stat -c %a "$raw.na-1")" = 600
check "the secret is not in it" eval "! grep -q lab-secret '$raw.na-1' '$raw.eu-1'"
check "it can be replayed" eval '"$TRUNKDECK" replay "$raw.na-1" --format json >"$raw.json"'
check "answered calls are in it" replay_says $answered answered 6
check "those of the busy agent too" replay_says $busy busy 2
check "and the one without a route" replay_says $unmapped unmapped 1
rm -f "$raw".*
forget_routes
