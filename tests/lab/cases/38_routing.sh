# A provider's default agent, and the operator's own routing context. extensions.conf has [lab-routing].

number=+15551230380
for agent in one two; do
	url_agent na-1 $agent $agent
done
agent_key na-1 off off ''
url_agent na-1 held silent

check "an unknown number is 404" status_is 404 $number
trunk_key na-1 twilio default=one
check "also where nothing is announced" status_is 404 $number
has_key na-1 trunks=1
check "with a default agent it is answered" answered_by one $number
check "which is told the call" told uri $number +14155550100 td_provider=twilio td_region=na
check "it is told" watch_call na-1 ${number#+}
check "as the way" said TrunkdeckCall "Number=$number Arrived=${number#+} Provider=twilio Agent=one Way=default"
check "another provider has none" status_is 404 $number --provider peoplefone
number_key na-1 $number state=off
check "a disabled number is 404" status_is 404 $number
check "which is told" watch_call na-1 $number
check "as unmapped" said TrunkdeckUnmapped "Number=$number Endpoint=twilio Arrived=$number"
db_del na-1 trunkdeck $number
trunk_key na-1 twilio default=held default_max=1
begin_call one $number
check "a default agent's call" wait_for 10 "the call" up_channel na-1 WebSocket
check "over its cap" watch_call na-1 $number
check "is refused" said TrunkdeckRefused "Reason=over_cap Cap=provider Number=$number"
number_key na-1 ${number}1 agent=two
check "known numbers are not" answered_by two ${number}1
end_calls na-1
check "the call ends" call_ended one 200
db_del na-1 trunkdeck ${number}1

# The context answers what the parameter td_p_want says.
want() {
	# shellcheck disable=SC2046
	number_key na-1 $number agent=one $(tell_key na-1 $number td_provider=twilio td_region=na "td_p_want=$1") "${@:2}"
}
trunk_key na-1 twilio routing=lab-routing
want two
check "the context chooses an agent" answered_by two $number
check "it is told" watch_call na-1 $number
check "before it is asked" said TrunkdeckCall "Agent= Way=routing Number=$number"
check "and as an attempt" said TrunkdeckAttempt 'Agent=two Way=routing Result=dialling'
for other in '' off nobody '"' 'a,b' '${td_p_want}'; do
	want "$other"
	check "an answer of '$other' leaves the number's agent" answered_by one $number
done
check "which is an attempt of the plain way" watch_call na-1 $number
check "and told" said TrunkdeckAttempt 'Agent=one Way=agent Result=dialling'
want keep
check "the context may keep the call" watch_call na-1 $number
check "which it answers" grep -q '"status": 200' <(status_is 200 $number)
check "no agent is dialled" said TrunkdeckAttempt
want hangup
check "or end it" status_is 486 $number
want two fallback=one split=one:1
check "the choice is before the split" answered_by two $number
want off fallback=two split=one:1
check "without a choice there is a split" answered_by one $number
want two schedule=never closed=one
db_put na-1 trunkdeckschedule never '3,UTC,0,,,,,,,'
check "hours are after the choice" answered_by one $number
db_del na-1 trunkdeckschedule never
trunk_key na-1 twilio routing=no-such-context
want two
check "a context that is not there changes nothing" answered_by one $number
db_del na-1 trunkdeck $number
db_del na-1 trunkdecktrunk twilio
db_del na-1 trunkdeckmeta has
