# Calls in bursts to one agent, each to a number with parameters of its own, while these are edited: every call tells one whole set of
# its own number, old or new. With routes = astdb and with odbc, and while PostgreSQL is away. At a tenth of the size unless
# LAB_FULL is set.

need_program
rounds=10
[ -z "${LAB_FULL:-}" ] || rounds=100
numbers=$(seq -f '+155512373%02.0f' 10 19)

# set_of NUMBER REVISION: two values that must be of one revision, and a long one between them, so that there are two chunks.
set_of() { printf '{"own":"%s","a":"%s","m":"%s","z":"%s"}' "$1" "$2" "$(printf "%.0s$2." {1..200})" "$2"; }

edit_all() { for n in $numbers; do deck ann number edit "$n" --params "$(set_of "$n" "$1")" || return; done; }

# Edits the numbers one after the other until the file is gone.
keep_editing() {
	local revision=100 n
	while [ -e "$LAB_RUN/editing" ]; do
		for n in $numbers; do
			[ -e "$LAB_RUN/editing" ] || break
			revision=$((revision + 1))
			deck ann number edit "$n" --params "$(set_of "$n" $revision)" >/dev/null 2>&1 || echo "edit of $n failed"
		done
	done
	echo "$revision" >"$LAB_RUN/edited"
}

# burst: calls to all numbers at the same time. All are answered.
burst() {
	local n pids=() failed=0
	for n in $numbers; do
		lab_call "$n" --count 10 --rate 20 --hold 200 >"$LAB_RUN/burst.$n" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	for n in $numbers; do
		grep -q "\"answered\": 10," "$LAB_RUN/burst.$n" || { cat "$LAB_RUN/burst.$n"; failed=1; }
	done
	return $failed
}

# all_told FROM CALLS [REVISION]: the lines of agents.log after line FROM are so many calls, each with a whole set of its own number.
all_told() { "$LAB_PYTHON" - "$LAB_RUN/agents.log" "$@" <<'PY'
import collections, json, sys
log, first, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
lines = [json.loads(l) for l in open(log, encoding="utf-8").read().splitlines()[first:]]
wrong, revisions = [], collections.Counter()
for l in lines:
    t, v = l["told"], l["variables"]
    r = t.get("td_p_a", "")
    revisions[r] += 1
    for got in (t, v):
        if (got.get("td_p_own"), got.get("td_p_a"), got.get("td_p_z"), got.get("td_p_m")) != (got.get("td_number"), r, r, (r + ".") * 200):
            wrong.append(got)
    if len(sys.argv) > 4 and r != sys.argv[4]:
        wrong.append(t)
print(len(lines), "calls,", len(revisions), "revisions, wrong:", wrong[:3])
sys.exit(len(lines) != calls or bool(wrong))
PY
}

bursts() {
	local round
	for round in $(seq $rounds); do
		check "burst $round of 100 calls is answered" burst
	done
}

run_bursts() {
	local from mode=$1
	check "an agent by URL" eval 'echo "ws://$LAB_AGENT_HOST:8787/one" >"$(desk_dir ann)/url" && deck ann agent add one --title One --url-file "$(desk_dir ann)/url"'
	for n in $numbers; do
		check "$n is added" deck ann number add "$n" --provider twilio --agent one --params "$(set_of "$n" 100)"
	done
	check "trunkdeck is connected" open_screen ann
	check "and has them verified" screen_shows ann +15551237319 'na ok'
	: >"$LAB_RUN/editing"
	keep_editing >"$LAB_RUN/edits" 2>&1 &
	editor=$!
	from=$(served)
	bursts
	rm "$LAB_RUN/editing"
	wait $editor
	check "all edits were made" test ! -s "$LAB_RUN/edits"
	check "there were many of them" test "$(cat "$LAB_RUN/edited")" -ge 130
	check "every call told a whole set of its own" all_told "$from" $((100 * rounds))
	[ "$mode" = odbc ] || { close_screen ann; return; }
	check "a last edit" edit_all 7777
	check "is in force with the next calls" eval "from=\$(served); burst && all_told \$from 100 7777"
	check "PostgreSQL stops" inside halt_postgres
	from=$(served)
	bursts
	check "what was kept is whole, and the last" all_told "$from" $((100 * rounds)) 7777
	check "PostgreSQL returns" inside run_postgres
	close_screen ann
}

for modes in "odbc astdb" "astdb astdb"; do
	printf '# %s\n' "$modes"
	begin_modes $modes
	run_bursts ${modes% *}
	end_modes
done
