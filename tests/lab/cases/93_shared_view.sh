# Three screens that read live calls from the store need no AMI session besides the recorder's. Each shows every call,
# reports when the recorder falls silent, and goes on with the next recorder.

need_program
store=postgresql://postgres@127.0.0.1/shared
number=+15551230170
screens='ann ben cas'
forget_routes
give_agents na-1
route na-1 $number support

on_all() {
	local name
	for name in $screens; do
		"$1" "$name" "${@:2}" || return 1
	done
}
# follow NAME: a desk whose screen reads live calls from the store, and writes no routes.
follow() {
	make_desk "$1" $store && configure "$1" 's/^\(routes *=\).*/\1 none/' &&
		printf '\n[screen]\nlive = store\n' >>"$(desk_dir "$1")/config"
}
seen_on_all() { on_all screen_shows "$@"; }
gone_from_all() { on_all screen_drops "$@"; }
recorder_pid() { cat "$(desk_dir rec)/recorder.pid"; }

check "PostgreSQL starts" inside start_postgres
check "with a database" inside sql postgres 'CREATE DATABASE shared'
make_desk rec $store
check "the workspace is made in batch" furnish rec
check "with a number" deck rec number add $number --provider twilio --agent support
check "a recorder listens" start_recorder rec
sessions=$(ami_sessions na-1)
check "in its own two sessions" test "$(wc -l <<<"$sessions")" = 2
check "three desks follow" on_all follow
check "their screens open" on_all open_screen
check "a call is answered" begin_call held $number --from +14155550210
check "all three show it" seen_on_all $number +14155550210 talking
check "Asterisk has the recorder's sessions and no other" test "$(ami_sessions na-1)" = "$sessions"
check "twenty calls come and go" lab_call $number --count 20 --rate 20 --hold 300
check "all three have counted them" seen_on_all $number '21 today'
check "in the same sessions" test "$(ami_sessions na-1)" = "$sessions"
press ann 4
check "the Servers view says where they come from" screen_shows ann 'from the store, recorder heard'
press ann 1
check "the recorder dies" enter kill -KILL "$(recorder_pid)"
check "all three say that what they show is old" seen_on_all 'na-1' 'its recorder is silent'
check "and still show it" on_all screen_has $number +14155550210
rm -f "$(desk_dir rec)"/recorder.*
check "another recorder listens" start_recorder rec
check "it is shown as before" gone_from_all 'its recorder is silent'
check "with the call that is still up" seen_on_all $number +14155550210 talking
end_calls na-1
check "the call ends" call_ended held 200
check "and leaves all three" gone_from_all +14155550210
check "the recorder ends well" stop_recorder rec
check "all three say that nobody listens" seen_on_all 'na-1' 'no recorder listens'
check "the screens end" on_all close_screen
check "PostgreSQL stops" inside stop_postgres
forget_routes
