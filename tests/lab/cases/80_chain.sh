# The whole chain: a number is added on the screen, its agent answers, the call is shown and counted, and the number is
# deleted on the screen.

need_program
number=+15551230080
busy=+15551230081
down=+15551230082
european=+442071230080
forget_routes
make_desk ann

check "the workspace is made in batch" furnish ann
check "the screen opens" open_screen ann
check "and is connected to everything, over TLS too" screen_shows ann 'lab' 'store ok' 'na-1 ok' 'eu-1 ok'
check "a number is added in the form" add_number ann $number support
check "its route is verified" screen_shows ann $number 'Customer Su' 'na ok'
check "the server has it" test "$(agent_of na-1 $number)" = support
check "with the agent's dial string" test "$(dial_of na-1 support)" = 'WebSocket/support/c(ulaw)'
check "the server of the other region has not" refuted db_get eu-1 trunkdeck $number
check "the store has it" in_store ann $number trunkId=twilio agentId=support region=na enabled=True

before=$(served_by support)
begin_call first $number --from +14155550123
check "the panel shows the call: number, agent, caller, state" \
	screen_shows ann $number 'Customer S' +14155550123 US talking
check "the row says that it is live" screen_has ann $number 'na ok' '1 live'
check "the right agent serves it" test "$(served_by support)" = $((before + 1))
end_calls na-1
check "the caller was answered" call_ended first 200
check "the call leaves the panel" screen_shows ann 'No live calls'
check "and is counted" screen_shows ann $number '1 today' '100%'

check "a number of a busy agent" add_number ann $busy busy
check "a number of an agent that is down" add_number ann $down down
check "are both verified" eval "screen_shows ann $busy 'na ok' && screen_shows ann $down 'na ok'"
check "busy: 486" status_is 486 $busy
check "unreachable: 500" status_is 500 $down
check "unmapped: 404" status_is 404 +15551230089
check "the busy call is counted as not answered" screen_shows ann $busy '1 today' ' 0%'
check "the unreachable one too" screen_shows ann $down '1 today' ' 0%'

check "a number of the other region" add_number ann $european sales e
check "is verified" screen_shows ann $european 'eu ok'
check "its server has it" test "$(agent_of eu-1 $european)" = sales
check "the first has not" refuted db_get na-1 trunkdeck $european
check "it is answered there" answered_by sales $european --to eu-1
check "and not here" status_is 404 $european
check "both calls are counted" screen_shows ann $european '2 today' '50%'

begin_call second $number --from +14155550124
check "a call is up" screen_shows ann $number +14155550124 talking
check "the cursor finds the number" find_number ann $number
check "its deletion says what breaks" eval "press ann d && screen_shows ann 'no longer reach Customer Support'"
check "and that a call is live" screen_has ann '1 call is live'
check "and where a route goes" screen_has ann 'na-1'
check "the safe answer is the default" eval "press ann Enter && screen_drops ann 'Delete $number?' && in_store ann $number"
press ann Escape
check "it is deleted" delete_number ann $number
check "the server says that it is gone" screen_shows ann "$number is deleted from na-1"
check "and it is" refuted db_get na-1 trunkdeck $number
check "the store has it no more" refuted in_store ann $number
check "its row is gone" screen_drops ann "$number" 'na ok'
check "the call in flight goes on" screen_has ann $number +14155550124 talking
check "the next call is 404" status_is 404 $number
end_calls na-1
check "the call in flight was a good one to its end" call_ended second 200

check "undo brings it back" eval "press ann u && screen_shows ann Undone '$number'"
check "verified" screen_shows ann $number 'Customer Su' 'na ok'
check "in the store" in_store ann $number agentId=support
check "and served" answered_by support $number
check "q leaves, with status 0" quit_screen ann
