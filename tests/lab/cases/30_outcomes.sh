# The SIP codes that the provider gets when the agent does not take the call.

give_agents na-1
n=15551230030
for agent in support busy slow down down-websocket no-such-agent; do
	route na-1 +$((n++)) $agent
done
route na-1 +$n sales

check "busy agent: 486" status_is 486 +15551230031
check "agent that does not answer: 480" status_is 480 +15551230032
check "caller that gives up first: 487" status_is 487 +15551230032 --cancel-after 800
check "agent that is down (AudioSocket): 500" status_is 500 +15551230033
check "agent that is down (WebSocket): 500" status_is 500 +15551230034
check "route to an agent with no dial string: 500" status_is 500 +15551230035

fresh_uuids() { [ "$(sed -n 's/.*"audiosocket", "id": "\([^"]*\)".*/\1/p' "$LAB_RUN/agents.log" | sort | uniq -d)" = "" ]; }
before=$(served_by sales)
check "forty calls at twenty a second are answered" lab_call +$n --count 40 --rate 20 --hold 300
check "every one of them by the agent" test "$(served_by sales)" = $((before + 40))
check "each AudioSocket call has a UUID of its own" fresh_uuids
