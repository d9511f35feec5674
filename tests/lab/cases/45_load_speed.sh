# In full loads only: calls per second of CPU, and of time, with the dialplan of version 2 and with this one, side by side on na-1: a plain
# number without parameters. Nothing is asserted. LAB_FORMER names the commit that has the former dialplan.

[ "${LAB_LOAD:-}" = full ] || return 0
number=+15551230450
former=$LAB_RUN/former/extensions_trunkdeck.conf
mkdir -p "$LAB_RUN/former"
check "the former dialplan is in the history" eval \
	'git -C "$LAB_SRC" show "${LAB_FORMER:-f337f5c}:data/asterisk/extensions_trunkdeck.conf" >"$former"'

cpu_ms() { inside cpu_of na-1; }
# use_dialplan FILE
use_dialplan() { inside install_files na-1 "$1" && inside asterisk_cli na-1 'dialplan reload' >/dev/null; }
run_former() {
	db_put na-1 trunkdeckagent plain 'WebSocket/support/c(ulaw)'
	db_put na-1 trunkdeck $number plain
}
run_new() {
	agent_key na-1 plain section 'WebSocket/support/c(ulaw)'
	number_key na-1 $number agent=plain $(tell_key na-1 $number td_provider=twilio td_region=na)
	has_key na-1
}
# series NAME FILE: 400 calls, 25 at once; prints what they took.
series() {
	local cpu began
	use_dialplan "$2" && "run_$1" || return 1
	began=$(date +%s%3N) cpu=$(cpu_ms)
	LAB_SIPP_OPTIONS="-l 25" lab_call $number --count 400 --rate 500 --hold 50 >/dev/null || return 1
	echo "$1 $(($(date +%s%3N) - began)) $(($(cpu_ms) - cpu))"
}
compare() {
	local round
	for round in 1 2 3 4 5; do
		series former "$former" && series new "$LAB_DATA/extensions_trunkdeck.conf" || return 1
		series new "$LAB_DATA/extensions_trunkdeck.conf" && series former "$former" || return 1
	done | "$LAB_PYTHON" -c 'import collections, sys
best = collections.defaultdict(list)
for line in sys.stdin:
    name, ms, cpu = line.split()
    best[name].append((int(ms), int(cpu)))
median = lambda values: sorted(values)[len(values) // 2]
rate = {name: [400000 / median([v[i] for v in values]) for i in (0, 1)] for name, values in best.items()}
for name, (per_s, per_cpu_s) in rate.items():
    print("%s: %.1f calls/s, %.1f calls/s of CPU (medians of %d series)" % (name, per_s, per_cpu_s, len(best[name])))
print("new/former: %.0f %% by time, %.0f %% by CPU" % tuple(100 * n / f for n, f in zip(rate["new"], rate["former"])))
sys.exit(len(best.get("new", ())) != 10 or len(best["former"]) != 10)'
}
check "both dialplans" compare
use_dialplan "$LAB_DATA/extensions_trunkdeck.conf"
db_del na-1 trunkdeck $number
