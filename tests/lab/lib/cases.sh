# The cases of 'lab test': each file of ../cases is sourced in its turn and calls check.

CASES_PASSED=0
CASES_FAILED=0

# check WHAT COMMAND...: prints one line and, on failure and in full loads, the command's output.
check() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		CASES_PASSED=$((CASES_PASSED + 1))
		printf 'ok - %s\n' "$what"
		[ "${LAB_LOAD:-}" != full ] || [ -z "$said" ] || sed 's/^/#     /' <<<"$said"
	else
		CASES_FAILED=$((CASES_FAILED + 1))
		printf 'FAIL - %s\n' "$what"
		printf '%s\n' "$*" "$said" | sed 's/^/#     /'
		is_up || die "the lab has gone: somebody ended it"
	fi
}

refuted() { ! "$@"; }

# give_agents SERVER: writes the dial strings of all agents of the lab.
give_agents() {
	db_put "$1" trunkdeckagent support 'WebSocket/support/c(ulaw)' &&
		db_put "$1" trunkdeckagent sales "AudioSocket/$LAB_AGENT_HOST:9092/{uuid}" &&
		db_put "$1" trunkdeckagent busy Local/busy@lab-agents &&
		db_put "$1" trunkdeckagent slow 'WebSocket/slow/nc(ulaw)' &&
		db_put "$1" trunkdeckagent down "AudioSocket/$LAB_AGENT_HOST:9999/{uuid}" &&
		db_put "$1" trunkdeckagent down-websocket 'WebSocket/down/c(ulaw)'
}

route() { db_put "$1" trunkdeck "$2" "$3"; }

# status_is CODE CALL_ARGUMENTS...
status_is() {
	local want=$1 said
	shift
	said=$(lab_call "$@") || :
	echo "$said"
	[ "$(sed -n 's/.*"status": \([0-9]*\).*/\1/p' <<<"$said")" = "$want" ]
}

served_by() { grep -c "\"agent\": \"$1\"" "$LAB_RUN/agents.log" || :; }

served() { wc -l <"$LAB_RUN/agents.log"; }

# answered_by AGENT CALL_ARGUMENTS...: checks that this agent answers the call, and no other.
answered_by() {
	local agent=$1 of_agent of_all
	shift
	of_agent=$(served_by "$agent")
	of_all=$(served)
	status_is 200 "$@" && [ "$(served_by "$agent")" = $((of_agent + 1)) ] && [ "$(served)" = $((of_all + 1)) ]
}

# says SERVER COMMAND PATTERN: checks that the output of an Asterisk console command contains PATTERN. Must run inside the lab.
says() { asterisk_cli "$1" "$2" | grep -E "$3"; }

# allow WRITE_CLASSES: sets the rights of our user on na-1; '' = as shipped.
allow() {
	LAB_WRITE=$1 inside install_files na-1 "$LAB_DATA/manager_trunkdeck.conf"
	inside asterisk_cli na-1 'manager reload' >/dev/null
}

# quiet SERVER: checks that the server has no channel.
quiet() { ! inside says "$1" 'core show channels concise' .; }

case_files() {
	local name
	[ $# -gt 0 ] || { echo "$LAB_DIR"/cases/*.sh; return; }
	for name in "$@"; do
		compgen -G "$LAB_DIR/cases/*$name*.sh" || die "no case is called '$name'; see $LAB_DIR/cases"
	done
}

show_logs() {
	local log
	keep_logs
	for log in "$LAB_RUN"/*.log "$LAB_RUN"/*.err "$LAB_RUN"/desk.*/state/trunkdeck/log; do
		[ ! -s "$log" ] || { say "end of $log:"; tail -n 25 "$log" | cut -c1-400 >&2; }
	done
}

end_cases() {
	trap '' PIPE
	[ "$CASES_FAILED" = 0 ] || show_logs
	[ "$CASES_OWN" = yes ] && cmd_down || close_screens
	printf '%d passed, %d failed\n' "$CASES_PASSED" "$CASES_FAILED"
}

run_cases() {
	local file files
	files=$(case_files "$@")
	! grep -q '^need_program' $files || need_program
	CASES_OWN=no
	is_up || { cmd_up && CASES_OWN=yes; }
	trap end_cases EXIT
	set +e
	for file in $files; do
		printf '# %s\n' "$(basename "$file" .sh)"
		. "$file"
	done
	[ "$CASES_FAILED" = 0 ] && [ "$CASES_PASSED" -gt 0 ]
}
