# The record has each outcome as often as SIPp saw its code, with any number of recorders, and also for calls that
# finished while PostgreSQL was away.

need_program
store=postgresql://postgres@127.0.0.1/history
answered=+15551230190 busy=+15551230191 slow=+15551230192 down=+15551230193 unmapped=+15551230194
forget_routes
give_agents na-1
route na-1 $answered support
route na-1 $busy busy
route na-1 $slow slow
route na-1 $down down
sipp_said=$LAB_RUN/history.sipp
: >"$sipp_said"

# agrees COUNT_OF_CALLS: the store's calls and metrics are those that SIPp saw.
agrees() {
	deck ann calls --json >"$LAB_RUN/history.calls" && deck ann metrics --all --json >"$LAB_RUN/history.metrics" &&
		"$LAB_PYTHON" - "$LAB_RUN" "$1" <<'END'
import collections, json, sys
run, count = sys.argv[1], int(sys.argv[2])
words = {"200": "answered", "486": "busy", "480": "no_answer", "500": "unreachable", "404": "unmapped", "487": "abandoned"}
truth = collections.Counter()
for line in open(run + "/history.sipp"):
    for code, calls in json.loads(line)["codes"].items():
        truth[words[code]] += calls
calls = [json.loads(line) for line in open(run + "/history.calls")]
recorded = collections.Counter(call["outcome"] for call in calls)
metrics = json.load(open(run + "/history.metrics"))
counted = collections.Counter({word: metrics[word] for word in list(words.values()) + ["failed", "lost"] if metrics[word]})
print("sipp", dict(truth), "calls", dict(recorded), "metrics", dict(counted), metrics["offered"])
keys = {(call["server"], call["linkedid"]) for call in calls}
sys.exit(not (truth == recorded == counted and metrics["offered"] == sum(truth.values()) == len(keys) == len(calls) == count))
END
}

check "PostgreSQL starts" inside start_postgres
check "with a database" inside sql postgres 'CREATE DATABASE history'
make_desk ann $store
make_desk ben $store
check "the workspace is made in batch" furnish ann
check "one recorder listens" start_recorder ann
check "another too" start_recorder ben
check "ten calls are answered" place 200 $answered --count 10 --rate 10 --hold 300
check "three meet a busy agent" place 486 $busy --count 3
check "two meet one that does not answer" place 480 $slow --count 2
check "two give up before" place 487 $slow --count 2 --cancel-after 800
check "two meet one that is down" place 500 $down --count 2
check "three dial what has no route" place 404 $unmapped --count 3
check "each is recorded once by the two, and counted" wait_for 15 "the calls" agrees 22
check "response times say what they are to" grep -Eq '"source": *"(first_audio|answer|mixed)"' "$LAB_RUN/history.metrics"

check "PostgreSQL goes away" inside halt_postgres
check "calls go on" place 200 $answered --count 5 --rate 10 --hold 300
check "both say so" eval "wait_for 20 'a word' recorder_says ann '^error: ' && wait_for 20 'a word' recorder_says ben '^error: '"
check "PostgreSQL comes back" inside run_postgres
check "what finished meanwhile is there" wait_for 40 "the calls" agrees 27
check "one recorder ends well" stop_recorder ann
check "the other still records" eval "place 404 $unmapped && wait_for 15 'the call' agrees 28"
check "and ends well" stop_recorder ben
check "the routes were left alone" test "$(agent_of na-1 $answered)" = support
check "PostgreSQL stops" inside stop_postgres
forget_routes
