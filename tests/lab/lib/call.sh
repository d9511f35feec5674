# Calls into the lab: SIPp as the provider. sipp/call.xml is a template, because SIPp's time-outs take no variables.

call_usage() {
	cat >&2 <<'END'
usage: lab call NUMBER [--to SERVER] [--provider NAME] [--from CALLER] [--name TEXT] [--hold MS] [--cancel-after MS]
                [--on-hold MS] [--count N] [--rate CALLS_PER_S]
Prints one JSON line; exit 0 when every call was answered, 1 when one was not, 3 when a call had no final answer.
END
	exit 2
}

# fill_scenario HOLD_MS ANSWER_MS PAUSE_MS: writes the scenario; PAUSE_MS is the time on hold, 0 = none.
fill_scenario() {
	sed -e "/@ON_HOLD@/{$([ "$3" = 0 ] || echo "r $LAB_DIR/sipp/hold.xml")
		d}" "$LAB_DIR/sipp/call.xml" | sed -e "s|@HOLD_MS@|$1|g" -e "s|@ANSWER_MS@|$2|g" -e "s|@PAUSE_MS@|$3|g"
}

# summarise LOG NUMBER CALLER COUNT: prints the JSON line, from the lines "final CODE" that SIPp logged, and the times that it
# wrote beside the log.
summarise() {
	"$LAB_PYTHON" - "$@" <<'END'
import collections, glob, json, os, re, sys
log, number, caller, count = sys.argv[1:]
codes = collections.Counter(re.findall(r"^final (\d+)", open(log).read(), re.M))
calls, done = int(count), sum(codes.values())
times = [float(line.split(";")[1]) for name in glob.glob(os.path.dirname(log) + "/*_rtt.csv") for line in open(name) if line[:1].isdigit()]
out = {"number": number, "from": caller, "calls": calls, "answered": codes["200"], "codes": dict(codes),
       "slowest_ms": int(max(times, default=0))}
if calls == 1:
    out.update(status=int(next(iter(codes), 0)), answered=codes["200"] == 1)
print(json.dumps(out))
sys.exit(3 if done < calls else 0 if codes["200"] == calls else 1)
END
}

# Must run inside the lab.
run_sipp() {
	local work=$1 to=$2 from=$3 caller=$4 number=$5 count=$6 rate=$7 name=$8
	cd "$work" || return 3
	TERM=xterm sipp "$to:5060" -sf scenario.xml -s "$number" -key caller "$caller" -key name "$name" -i "$from" -mi "$from" \
		-m "$count" -l "$count" -r "$rate" -timeout "$((120 + count / rate))s" -recv_timeout 60000 -nostdin \
		-trace_logs -log_file final.log -trace_rtt -rtt_freq 1 -trace_err -error_file errors.log ${LAB_SIPP_OPTIONS:-} \
		</dev/null >screen.log 2>&1
	[ -e final.log ] || : >final.log
}

lab_call() {
	local number= to=na-1 provider=twilio caller=+14155550100 name= hold=500 pause=0 answer=60000 count=1 rate=10 work rc=0
	while [ $# -gt 0 ]; do
		case $1 in
		--*) [ $# -ge 2 ] || call_usage ;;&
		--to) to=$2; shift 2 ;;
		--provider) provider=$2; shift 2 ;;
		--from) caller=$2; shift 2 ;;
		--name) name=$2; shift 2 ;;
		--hold) hold=$2; shift 2 ;;
		--on-hold) pause=$2; shift 2 ;;
		--cancel-after) answer=$2; shift 2 ;;
		--count) count=$2; shift 2 ;;
		--rate) rate=$2; shift 2 ;;
		-*) call_usage ;;
		*) [ -z "$number" ] || call_usage; number=$1; shift ;;
		esac
	done
	[ -n "$number" ] || call_usage
	to=$(address_of "$to") || exit 2
	provider=$(address_of "$provider") || exit 2
	work=$(mktemp -d "$LAB_RUN/call.XXXXXX")
	fill_scenario "$hold" "$answer" "$pause" >"$work/scenario.xml"
	inside run_sipp "$work" "$to" "$provider" "$caller" "$number" "$count" "$rate" "$name" || :
	summarise "$work/final.log" "$number" "$caller" "$count" || rc=$?
	[ $rc -eq 3 ] && cat "$work"/errors.log "$work/screen.log" >&2
	[ $rc -eq 3 ] || rm -rf "$work"
	return $rc
}

# Drops every tenth RTP packet that comes from providers. Must run inside the lab.
enter_loss() { nft 'add table ip loss; add chain ip loss in { type filter hook input priority 0; }; add rule ip loss in udp dport 10000-19999 numgen inc mod 10 == 0 drop'; }
leave_loss() { nft delete table ip loss; }

# begin_call NAME CALL_ARGUMENTS...: starts a call in the background that lasts until the server ends it.
begin_call() {
	local name=$1
	shift
	rm -f "$LAB_RUN/$name.call"
	lab_call "$@" --hold 120000 </dev/null >"$LAB_RUN/$name.call" 2>&1 &
}

# end_calls SERVER: hangs up all its calls.
end_calls() { inside asterisk_cli "$1" 'channel request hangup all' >/dev/null; }

# call_ended NAME CODE
call_ended() {
	wait_for 15 "the end of the call" grep -q '"codes"' "$LAB_RUN/$1.call"
	cat "$LAB_RUN/$1.call"
	grep -q "\"status\": $2}" "$LAB_RUN/$1.call"
}

# --- transfers, as an application of the operator would make them ---

# up_channel SERVER TECHNOLOGY: prints the first channel of this technology that is up.
up_channel() { inside asterisk_cli "$1" 'core show channels concise' | grep "^$2/.*!Up!" | head -n 1 | cut -d'!' -f1 | grep .; }

# transfer SERVER HOW [EXTEN]: transfers a WebSocket agent's call to EXTEN of lab-agents. blind: the agent does it. redirect:
# AMI moves the caller. attended: the agent, with option t in Dial, speaks with sales and leaves; consult: the agent stays.
transfer() {
	local server=$1 how=$2 exten=${3:-sales} agent
	wait_for 10 "an agent that is up" up_channel "$server" WebSocket && agent=$(up_channel "$server" WebSocket) || return 1
	case $how in
	blind) site "$server" 'Action: BlindTransfer' "Channel: $agent" 'Context: lab-agents' "Exten: $exten" ;;
	redirect) site "$server" 'Action: Redirect' "Channel: $(up_channel "$server" PJSIP)" 'Context: lab-agents' \
		"Exten: $exten" 'Priority: 1' ;;
	consult) site "$server" 'Action: Atxfer' "Channel: $agent" 'Context: lab-agents' "Exten: $exten" ;;
	attended) transfer "$server" consult 2001 && wait_for 15 "sales" up_channel "$server" AudioSocket &&
		site "$server" 'Action: Hangup' "Channel: $agent" ;;
	*) die "no transfer is called '$how'" ;;
	esac
}

site() { ami "$1" site "${@:2}"; }
