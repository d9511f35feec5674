# The keys that the dialplan reads (docs/asterisk.md), and what an agent was told, for cases about the dialplan.

# agent_key SERVER ID KIND DIAL [MAX_CALLS [GUARD]]
agent_key() { db_put "$1" trunkdeckagent "$2" "3,$3,${5:-0},${6:-0},$4"; }

# url_agent SERVER ID NAME [MAX_CALLS [GUARD [PORT]]]: an agent that was given by its URL; NAME says what agents.py does.
url_agent() {
	db_put "$1" ws/websocket_client "td-$2" "{\"uri\":\"ws://$LAB_AGENT_HOST:${6:-8787}/$3\",\"protocols\":\"media\",\
\"connection_type\":\"per_call_config\",\"reconnect_attempts\":\"1\",\"connection_timeout\":\"1000\",\"tls_enabled\":\"no\"}" &&
		agent_key "$1" "$2" url "WebSocket/td-$2/c(ulaw)f(json)" "${4:-0}" "${5:-0}"
}

# A second process of agents, to be killed in the middle of calls: a WebSocket agent at port 8788. Both must run inside the lab.
start_second_agent() {
	: >"$LAB_RUN/second.log"
	daemon "$LAB_RUN/second.err" "$LAB_PYTHON" "$LAB_DIR/agents.py" --host "$LAB_AGENT_HOST" --websocket-port 8788 \
		--audiosocket-port 9093 --sip-port 5071 --log "$LAB_RUN/second.log"
	wait_for 10 "the second agent" eval "ss -Hltn src $LAB_AGENT_HOST | grep -q :8788"
}
kill_second_agent() { kill -KILL "$(pgrep -f -- '--websocket-port 8788')"; }

# sip_agent SERVER ID USER [MAX_CALLS]: USER is a name, or the code that it answers with.
sip_agent() { agent_key "$1" "$2" pjsip "PJSIP/voice/sip:$3@$LAB_AGENT_HOST:5070" "${4:-0}"; }

# number_key SERVER NUMBER [NAME=VALUE...]: names are those of the words below.
number_key() {
	local server=$1 e164=$2 state=on gen= bytes=0 provider=twilio endpoint=twilio agent= split= fallback= schedule= closed= max=0 seconds=0
	shift 2
	[ $# -eq 0 ] || local "$@"
	db_put "$server" trunkdeck "$e164" "3,$state,$gen,$bytes,$provider,$endpoint,$agent,$split,$fallback,$schedule,$closed,$max,$seconds"
}

# has_key SERVER [NAME=VALUE...]: says what else there is on the server.
has_key() {
	local server=$1 exact=0 lengths= anonymous=0 trunks=0 per_caller=0 seconds=0
	shift
	[ $# -eq 0 ] || local "$@"
	db_put "$server" trunkdeckmeta has "3,$exact,$lengths,$anonymous,$trunks,$per_caller,$seconds"
}

# trunk_key SERVER ENDPOINT [NAME=VALUE...]
trunk_key() {
	local server=$1 endpoint=$2 provider=$2 prefix=+ max=0 routing= default= default_max=0 region=na
	shift 2
	[ $# -eq 0 ] || local "$@"
	db_put "$server" trunkdecktrunk "$endpoint" "3,$provider,$prefix,$max,$routing,$default,$default_max,$region"
}

# tell_key SERVER NUMBER NAME=VALUE...: writes the parameters of a number, prints gen= and bytes= for number_key.
tell_key() {
	local server=$1 e164=$2 gen n=0 text chunk
	shift 2
	text=$("$LAB_PYTHON" "$LAB_DIR/told.py" encode "$@")
	gen=$(sha256sum <<<"$text" | cut -c1-16)
	while read -r chunk; do
		db_put "$server" trunkdecktell "$e164.$gen.$((n += 1))" "$chunk" || return
	done < <(fold -w 900 <<<"$text")
	echo "gen=$gen bytes=${#text}"
}

# told HOW NUMBER CALLER NAME=VALUE...: what the last call's agent was told is this and nothing else. HOW: uri, json, headers.
told() { "$LAB_PYTHON" "$LAB_DIR/told.py" "$1" "$LAB_RUN/agents.log" "${@:2}"; }

# watch_call SERVER CALL_ARGUMENTS...: places a call and keeps the events of it in $LAB_RUN/call.ami.
watch_call() {
	local file=$LAB_RUN/call.ami recorder server=$1
	shift
	rm -f "$file"
	"$LAB_DIR/lab" record "$server" "$file" &
	recorder=$!
	wait_for 10 "the login" grep -aqs '^Event: FullyBooted' "$file"
	lab_call "$@" --to "$server" || :
	wait_for 10 "the end of the call" grep -aq '^Event: Cdr' "$file"
	kill "$recorder"
}

# said EVENT TEXT...: the events of that name in call.ami hold these lines, the first event the first text, and there are no
# others. A text is words KEY=VALUE, in any order.
said() { "$LAB_PYTHON" "$LAB_DIR/told.py" events "$LAB_RUN/call.ami" "$@"; }
