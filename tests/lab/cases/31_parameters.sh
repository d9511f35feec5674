# Parameters reach the agent as they were given, byte for byte, and a caller changes none of them.

number=+15551230310
long=$(printf 'x%.0s' {1..1000})
named=(td_provider=twilio td_region=na 'td_label=Sales & Co, "west" (1)' td_p_dept=sales 'td_p_text=a,b)c(d&e=f;g%41\h' 'td_p_Dialplan.x=${EPOCH} $[1+1]'
	"td_p_quote=O'Brien \"q\" ~*!" 'td_p_evil-v=x)v(evil)n' 'td_p_unicode=Grüße 😀 日本' "td_p_long=$long" td_p_empty=
	'td_p_json={"a":[1,true,null]}' td_p_last=1)

url_agent na-1 url support
sip_agent na-1 sip answer
agent_key na-1 section section 'WebSocket/plain/c(ulaw)f(json)'
agent_key na-1 audio audiosocket "AudioSocket/$LAB_AGENT_HOST:9092/{uuid}"
key=$(tell_key na-1 $number "${named[@]}")
check "the parameters have chunks" test "$(db_get na-1 trunkdecktell "$number.$(sed 's/gen=\([^ ]*\).*/\1/' <<<"$key").2" | wc -c)" -gt 1

number_key na-1 $number agent=url $key
check "an agent by URL answers" answered_by support $number
check "with the parameters in its URI" told uri $number +14155550100 "${named[@]}"
check "an AMI user with reporting reads the URL of an agent" eval \
	"ami na-1 trunkdeck-tail 'Action: Getvar' 'Variable: AST_SORCERY(res_websocket_client,websocket_client,td-url,uri)' | grep -q ws://"
check "and as variables of MEDIA_START" told json $number +14155550100 "${named[@]}"
number_key na-1 $number agent=section $key
check "an agent of websocket_client.conf answers" answered_by support $number
check "with the parameters as variables" told json $number +14155550100 "${named[@]}"
check "and none in its URI" refuted grep -q '"query"' <(tail -n 1 "$LAB_RUN/agents.log")
number_key na-1 $number agent=sip $key
check "a SIP agent answers" answered_by answer $number
check "with the parameters in its headers" told headers $number +14155550100 "${named[@]}"
number_key na-1 $number agent=audio $key
check "an AudioSocket agent answers" watch_call na-1 $number
uuid=$(sed -n 's/.*"audiosocket", "id": "\([^"]*\)".*/\1/p' "$LAB_RUN/agents.log" | tail -n 1)
check "with the call's own UUID" said TrunkdeckCall "Uuid=$uuid Number=$number Arrived=$number Provider=twilio Agent=audio Way=agent Gen=$(sed 's/gen=\([^ ]*\).*/\1/' <<<"$key")"

# Callers choose these.
number_key na-1 $number agent=url $key
hostile() {
	local caller=$1
	shift
	check "$*: answered" answered_by support $number "$@"
	check "$*: the URI" told uri $number "$caller" "${named[@]}"
	check "$*: the variables" told json $number "$caller" "${named[@]}"
}
hostile anonymous --from anonymous
hostile anonymous --from Anonymous
hostile xvevil --from 'x)v(evil'
hostile OBrien --from "O'Brien"
hostile xn1 --from 'x,n=1'
hostile EPOCH --from '$%7bEPOCH%7d'
hostile +4930XInja --from '+4930%0d%0aX-Inj%3a%20a'
hostile a.btd_number1 --from '%22a.b%22%26td_number%3d1'
hostile +14155550100 --name '"x)v(evil, td_number=1 ${EPOCH}" '
hostile +14155550100 --name "\"O'Brien; \\\\ ) & %0d%0aX-td_number: 1\" "
number_key na-1 $number agent=sip $key
check "a SIP agent answers a hostile caller" answered_by answer $number --from '+4930%0d%0aX-td_number%3a%201' --name '"a\r\nX-td_label: b" '
check "with no header of the caller's" told headers $number +4930Xtd_number1 "${named[@]}"

# A number whose chunks are missing is still answered; so is one of the former form.
number_key na-1 $number agent=url gen=none bytes=99
check "without its chunks a number is answered" answered_by support $number
check "and told what the call knows" told uri $number +14155550100
db_put na-1 trunkdeck $number url
check "the former form of a number is answered" answered_by support $number
db_del na-1 trunkdeck $number
