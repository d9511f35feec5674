# An agent that is killed in the middle of a load, or keeps silent: callers who were not connected yet get the fallback. In full, five
# rounds of 1,000 calls. An agent that accepts and does not answer the WebSocket's request blocks calls before Asterisk 22.11.

number=+15551230430
victim_host=127.0.0.32
url_agent na-1 victim victim
db_put na-1 ws/websocket_client td-victim "$(db_get na-1 ws/websocket_client td-victim | sed "s/$LAB_AGENT_HOST/$victim_host/")"
url_agent na-1 spare spare
url_agent na-1 silent silent 0 2
number_key na-1 $number agent=victim fallback=spare

# Calls come while the victim is asked, has not answered yet, and has answered.
start_victim() {
	rm -f "$LAB_RUN/victim.log"
	: >"$LAB_RUN/victim.log"
	enter setsid --fork sh -c 'echo $$ >"$1" && shift && exec "$@"' sh "$LAB_RUN/victim.pid" "$LAB_PYTHON" "$LAB_DIR/agents.py" \
		--host $victim_host --answer-ms 300 --log "$LAB_RUN/victim.log" </dev/null >"$LAB_RUN/victim.err" 2>&1
	wait_for 10 "the agent" victim_listens
}
victim_listens() { enter ss -Hltn src $victim_host | grep -q :8787; }
kill_victim() { enter kill -KILL "$(cat "$LAB_RUN/victim.pid")"; }
victim_served() { [ "$(wc -l <"$LAB_RUN/victim.log")" -ge "$1" ]; }
# round CALLS RATE: the agent is killed after a third of the calls.
round() {
	local before calls=$1
	before=$(served_by spare)
	rm -f "$LAB_RUN/round.call"
	lab_call $number --count "$calls" --rate "$2" --hold 1000 </dev/null >"$LAB_RUN/round.call" 2>&1 &
	wait_for 60 "a third of the calls" victim_served $((calls / 3)) && kill_victim
	wait_for 180 "the end of the calls" grep -q '"codes"' "$LAB_RUN/round.call"
	cat "$LAB_RUN/round.call"
	echo "asked: the agent $(wc -l <"$LAB_RUN/victim.log"), its fallback $(($(served_by spare) - before))"
	[ "$(served_by spare)" -gt "$before" ] && grep -q "\"codes\": {\"200\": $calls}" "$LAB_RUN/round.call"
}

for n in $(seq "$(size 5 1)"); do
	check "an agent" start_victim
	check "is killed: every caller is answered, round $n" round "$(size 1000 150)" 50
	check "all calls end" wait_for 15 "no channel" quiet na-1
done
number_key na-1 $number agent=silent fallback=spare
heard_within() {
	local watcher
	enter "$LAB_PYTHON" "$LAB_DIR/heard.py" "$(address_of twilio)" "$2" "$1" >"$LAB_RUN/heard.log" 2>&1 &
	watcher=$!
	wait_for 10 "the watcher" grep -q watching "$LAB_RUN/heard.log"
	for n in $(seq "$2"); do
		lab_call $number --hold 2500 || return 1
	done
	wait $watcher
	set -- $?
	cat "$LAB_RUN/heard.log"
	return "$1"
}
check "an agent with a guard of 2 s keeps silent: the fallback is heard within 3 s" heard_within 3 "$(size 10 2)"
burst_within() {
	local said
	said=$(lab_call $number --count 20 --rate 100) || return 1
	echo "$said"
	[ "$(sed -n 's/.*"slowest_ms": \([0-9]*\).*/\1/p' <<<"$said")" -le 3000 ]
}
check "20 callers at once: each is connected within 3 s" burst_within
db_del na-1 ws/websocket_client td-victim
db_del na-1 trunkdeck $number
