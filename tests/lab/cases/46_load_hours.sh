# Random opening times, written to the server by the program: at random instants, many of them near changes of the clock and exceptions,
# Asterisk says what the program says. In full, 10,000 instants of 20 schedules.

need_program
number=+15551230460
hours_at=$(dirname "$TRUNKDECK")/tests/lab/hours_at
check "the program's own answers" eval 'make -s -C "$(dirname "$TRUNKDECK")" tests/lab/hours_at && [ -x "$hours_at" ]'

forget_routes
make_desk ann
check "the workspace is made" furnish_load ann
check "with a number" deck ann number add $number --provider twilio --agent url
LAB_WRITE=system,reporting,originate inside install_files na-1 "$LAB_DATA/manager_trunkdeck_split.conf"
inside asterisk_cli na-1 'manager reload' >/dev/null

# asked SCHEDULE FILE COUNT FROM TO: has [lab-hours] asked about COUNT instants.
asked() {
	local schedule=$1 file=$2 recorder
	rm -f "$file"
	"$LAB_DIR/lab" record na-1 "$file" &
	recorder=$!
	wait_for 10 "the login" grep -aqs '^Event: FullyBooted' "$file"
	ami na-1 trunkdeck-ctl 'Action: Originate' 'Channel: Local/s@lab-hours/n' 'Application: Wait' 'Data: 60' 'Async: true' \
		"Variable: LAB_SCHEDULE=$schedule" "Variable: LAB_COUNT=$3" "Variable: LAB_FROM=$4" "Variable: LAB_TO=$5" >/dev/null
	wait_for 60 "the answers" grep -aq '^Schedule: none' "$file"
	kill "$recorder"
}

# one_schedule SEED COUNT
one_schedule() {
	local made span all=$LAB_RUN/hours.ami files=()
	mapfile -t made < <("$LAB_PYTHON" "$LAB_DIR/random_hours.py" make "$1")
	[ -n "${made[2]}" ] || made[2]=
	local words=(--zone "${made[0]}" --open "${made[1]}" --on "${made[2]}")
	printf '%s\n' "${made[@]}"
	deck ann schedule add "random$1" --title "Random $1" "${words[@]}" &&
		deck ann number edit $number --schedule "random$1" || return 1
	deck ann sync || return 1
	: >"$all"
	for span in "${made[@]:3}"; do
		asked "random$1" "$LAB_RUN/span.ami" $(($2 / (${#made[@]} - 3))) $span && cat "$LAB_RUN/span.ami" >>"$all" || return 1
	done
	"$LAB_PYTHON" "$LAB_DIR/random_hours.py" compare "$all" "$hours_at" "${made[@]:0:3}"
}
seed=${LAB_SEED:-$RANDOM}
for n in $(seq "$(size 20 3)"); do
	check "schedule $((seed + n)) of the random ones" one_schedule $((seed + n)) "$(size 510 200)"
done
inside install_files na-1 "$LAB_DATA/manager_trunkdeck_split.conf"
inside asterisk_cli na-1 'manager reload' >/dev/null
forget_routes
