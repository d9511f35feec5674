# Recorders at desks, and calls whose result SIPp reports.

# start_recorder NAME [ARGUMENT...]: starts a recorder at the desk, in the background.
start_recorder() {
	local dir arguments=("${@:2}")
	dir=$(desk_dir "$1")
	at_desk "$1" sh -c 'echo $$ >"$HOME/recorder.pid"; "$@" 2>"$HOME/recorder.log"; echo $? >"$HOME/recorder.ended"' sh \
		sh -c 'echo $$ >"$HOME/recorder.pid"; exec "$@"' sh "$TRUNKDECK" --config "$dir/config" record "${arguments[@]}" </dev/null >/dev/null 2>&1 &
	wait_for 20 "the recorder to listen" recorder_says "$1" 'na-1 connected' &&
		wait_for 20 "the store" recorder_says "$1" 'store is open'
}
recorder_says() { grep -q "$2" "$(desk_dir "$1")/recorder.log"; }
recorder_ended() { [ "$(cat "$(desk_dir "$1")/recorder.ended" 2>/dev/null)" = 0 ]; }
stop_recorder() {
	enter kill -TERM "$(cat "$(desk_dir "$1")/recorder.pid")" &&
		wait_for 15 "the recorder to end well" recorder_ended "$1"
}

# place CODE CALL_ARGUMENTS...: places calls that all end with this code. `any`: with any code.
place() {
	local want=$1 said
	shift
	said=$(lab_call "$@") || :
	echo "$said" | tee -a "$sipp_said"
	[ "$want" = any ] || grep -q "\"codes\": {\"$want\": [0-9]*}" <<<"$said"
}
