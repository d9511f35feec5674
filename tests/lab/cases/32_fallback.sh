# The fallback is dialled after every failure of the agent, while the caller hears ringing, and never after an answer.

url_agent na-1 spare spare
url_agent na-1 url support
agent_key na-1 local-busy other Local/busy@lab-agents
sip_agent na-1 sip-busy 486
sip_agent na-1 sip-480 480
sip_agent na-1 sip-503 503
sip_agent na-1 sip-404 404
sip_agent na-1 sip-603 603
agent_key na-1 no-contact pjsip PJSIP/twilio-nowhere
agent_key na-1 audio-down audiosocket "AudioSocket/$LAB_AGENT_HOST:9999/{uuid}"
agent_key na-1 section-down section 'WebSocket/down/c(ulaw)'
agent_key na-1 no-object url 'WebSocket/td-nobody/c(ulaw)f(json)'
agent_key na-1 no-codec section 'WebSocket/support/c(g999)'
url_agent na-1 reject reject
url_agent na-1 refuse refuse
agent_key na-1 refuse url 'WebSocket/td-refuse/nc(ulaw)f(json)'
agent_key na-1 slow section 'WebSocket/slow/nc(ulaw)'
url_agent na-1 silent silent 0 2
url_agent na-1 speaks support 0 4
agent_key na-1 off off ''

code() { case $1 in
	*busy) echo 486 ;;
	slow | refuse | sip-480) echo 480 ;;
	*) echo 500 ;;
	esac; }
n=15551230320
for agent in local-busy sip-busy sip-480 sip-503 sip-404 sip-603 no-contact audio-down section-down no-object no-codec reject refuse slow \
	silent off no-key; do
	number_key na-1 +$n agent=$agent
	check "$agent: $(code $agent) without a fallback" status_is "$(code $agent)" +$n
	number_key na-1 +$n agent=$agent fallback=spare
	before=$(served_by spare)
	check "$agent: with one, the caller is answered" status_is 200 +$n
	check "$agent: by it" test "$(served_by spare)" = $((before + 1))
done

number_key na-1 +$n agent=url fallback=spare
check "an agent that answers has no fallback" answered_by support +$n
number_key na-1 +$n agent=slow fallback=spare
before=$(served_by spare)
check "nor has a caller who gives up" status_is 487 +$n --cancel-after 500
check "it was not dialled" test "$(served_by spare)" = "$before"
number_key na-1 +$n agent=sip-busy fallback=sip-503
check "the fallback's failure is the call's" status_is 500 +$n
number_key na-1 +$n agent=sip-busy fallback=off
check "unless it is off" status_is 486 +$n
number_key na-1 +$n agent=sip-busy fallback=sip-busy
check "an agent is not its own fallback" watch_call na-1 +$n
check "it is dialled once" said TrunkdeckAttempt 'Agent=sip-busy Way=agent Result=busy'

number_key na-1 +$n agent=sip-busy fallback=spare
check "what happened is told" watch_call na-1 +$n
check "first the call" said TrunkdeckCall "Number=+$n Agent=sip-busy Way=agent"
check "then each attempt" said TrunkdeckAttempt 'Agent=sip-busy Way=agent Result=busy' 'Agent=spare Way=fallback Result=dialling'

# An agent that is known to speak first, and does not.
number_key na-1 +$n agent=silent fallback=spare
check "a silent agent is found" watch_call na-1 +$n
check "and told" said TrunkdeckAttempt 'Agent=silent Way=agent Result=silent' 'Agent=spare Way=fallback Result=dialling'
within() { "$LAB_PYTHON" -c 'import json, sys
a, b = (json.loads(l)["at"] for l in open(sys.argv[1]).read().splitlines()[-2:])
print(b - a)
sys.exit(not float(sys.argv[2]) <= b - a <= float(sys.argv[3]))' "$LAB_RUN/agents.log" "$@"; }
check "the fallback is connected within a second after the guard" within 2 3
number_key na-1 +$n agent=speaks
check "an agent that speaks passes its guard" answered_by support +$n

# The call ends after its longest duration.
number_key na-1 +$n agent=url seconds=1
check "a call of limited duration is answered" watch_call na-1 +$n --hold 20000
lasted() { [ "$(sed -n 's/^BillableSeconds: //p' "$LAB_RUN/call.ami" | tail -n 1 | tr -d '\r')" -le 5 ]; }
check "and ends" lasted

# The agent is killed in the middle of a load: every caller is connected to it or to the fallback.
killed_in_load() {
	local load
	lab_call +$n --count 100 --rate 20 --hold 300 >"$LAB_RUN/load.call" 2>&1 &
	load=$!
	wait_for 20 "calls of the agent" eval '[ "$(wc -l <"$LAB_RUN/second.log")" -ge 20 ]' && inside kill_second_agent
	wait $load
	cat "$LAB_RUN/load.call"
	grep -q '"codes": {"200": 100}' "$LAB_RUN/load.call"
}
url_agent na-1 victim victim 0 0 8788
number_key na-1 +$n agent=victim fallback=spare
check "another agent is started" inside start_second_agent
before=$(served_by spare)
check "it is killed in a load, and all callers are answered" killed_in_load
check "the later ones by the fallback" test "$(served_by spare)" -gt $((before + 10))
db_del na-1 trunkdeck +$n
