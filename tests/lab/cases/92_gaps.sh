# The connection is cut while calls come and go: recorded calls are right, the rest is reported as a gap, and nothing is
# wrong. Then PostgreSQL hangs: events are read all the same, and later every call is stored.

need_program
store=postgresql://postgres@127.0.0.1/gaps
answered=+15551230180 busy=+15551230181 slow=+15551230182 down=+15551230183 unmapped=+15551230184
sipp_said=$LAB_RUN/gaps.sipp
relay=127.0.0.1:5999
forget_routes
give_agents na-1
route na-1 $answered support
route na-1 $busy busy
route na-1 $slow slow
route na-1 $down down

start_relay() {
	enter sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$LAB_RUN/relay.pid" "$LAB_PYTHON" "$LAB_DIR/relay.py" $relay \
		"$(address_of na-1):5038" </dev/null >/dev/null 2>"$LAB_RUN/relay.err" &
	wait_for 10 "the relay" relay_listens
}
relay_listens() { enter ss -Hltn sport = :${relay##*:} | grep -q .; }
cut_relay() { enter kill "$(cat "$LAB_RUN/relay.pid")" && wait_for 10 "its end" refuted relay_listens; }

# load TAG COUNT RATE: overlapping calls with every outcome. SIPp's results go to a file of the phase. An agent that was
# not reached in time is no failure here: the record must say so, too.
load() {
	local pids= pid
	sipp_said=$LAB_RUN/gaps.$1
	: >"$sipp_said"
	place any $answered --count "$2" --rate "$3" --hold 1500 & pids="$pids $!"
	place any $busy --count $(($2 / 3)) --rate "$3" & pids="$pids $!"
	place any $down --count $(($2 / 3)) --rate "$3" & pids="$pids $!"
	place any $unmapped --count $(($2 / 3)) --rate "$3" & pids="$pids $!"
	place any $slow --count $(($2 / 6)) --rate "$3" & pids="$pids $!"
	for pid in $pids; do
		wait "$pid" || return 1
	done
}

# judge exactly|honestly PHASE FILE...: compares the store's calls since that phase with SIPp's results in the files.
judge() {
	local how=$1 since
	since=$(cat "$LAB_RUN/gaps.since.$2")
	shift 2
	deck ann calls --since "$since" --json >"$LAB_RUN/gaps.calls" &&
		deck ann metrics --since "$since" --all --json >"$LAB_RUN/gaps.metrics" &&
		"$LAB_PYTHON" "$LAB_DIR/judge.py" "$how" "$LAB_RUN/gaps.calls" "$LAB_RUN/gaps.metrics" "${@/#/$LAB_RUN/gaps.}"
}

# whole_second PHASE: from this second on everything is complete; stores the second for 'since'.
whole_second() {
	local moment
	moment=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	deck ann metrics --since "$moment" --all --json | grep -q '"complete": *true' && echo "$moment" >"$LAB_RUN/gaps.since.$1"
}
loaded() { [ "$(cat "$LAB_RUN/gaps.loaded" 2>/dev/null)" = 0 ]; }
served_more() { [ "$(served_by support)" -ge "$1" ]; }
all_read_through_relay() { all_read na-1 && [ -z "$(enter ss -Htn dst ${relay%:*} dport = :${relay##*:} | awk '$2 > 0')" ]; }

check "PostgreSQL starts" inside start_postgres
check "with a database" inside sql postgres 'CREATE DATABASE gaps'
make_desk ann $store
configure ann "/^\[server na-1\]/,/^\$/{s/^host.*/host = ${relay%:*}/;s/^port.*/port = ${relay##*:}/}"
configure ann '/^\[server eu-1\]/,/^$/d'
check "the workspace is made in batch" furnish ann
check "a relay stands between" start_relay
check "a recorder listens" start_recorder ann
check "its figures are complete" wait_for 20 "completeness" whole_second first

check "two hundred calls, five outcomes" load before 96 30
check "are recorded and counted exactly" wait_for 15 "the calls" judge exactly first before

served=$(served_by support)
rm -f "$LAB_RUN/gaps.loaded"
(load during 96 15 >"$LAB_RUN/gaps.log" 2>&1; echo $? >"$LAB_RUN/gaps.loaded") &
check "in the middle of more" wait_for 20 "calls" served_more $((served + 20))
check "the connection is cut" cut_relay
check "the recorder says so" wait_for 20 "a word" recorder_says ann '^warning: na-1'
check "calls come and go meanwhile" wait_for 20 "calls" served_more $((served + 50))
check "the connection is there again" start_relay
check "what became of them is said" wait_for 40 "a word" recorder_says ann 'na-1: not heard for [0-9]* s: [0-9]* calls found again'
check "all callers got what they should" wait_for 60 "the end of the load" loaded
check "what is recorded is right, and the rest is declared" wait_for 20 "the calls" judge honestly first before during
check "after the gap" wait_for 20 "completeness" whole_second second
check "calls again" load after 48 30
check "are recorded and counted exactly" wait_for 15 "the calls" judge exactly second after

check "PostgreSQL hangs" eval 'enter pkill -STOP -x postgres'
check "calls go on" load hung 48 30
check "what na-1 sent has been read" wait_for 10 "empty queues" all_read_through_relay
check "the recorder says that the store is away" wait_for 40 "a word" recorder_says ann '^error: '
check "PostgreSQL goes on" eval 'enter pkill -CONT -x postgres'
check "every call is there, and nothing is missing" wait_for 60 "the calls" judge exactly second after hung
check "the recorder ends well" stop_recorder ann
check "the relay too" cut_relay
check "PostgreSQL stops" inside stop_postgres
forget_routes
