# Every way that a call may take, on a server with routes = odbc: what the store says is in force with the next call. The cases 31
# to 38 test the ways themselves, with keys in astdb.

need_program
number=+15551230071
long=$(printf 'x%.0s' {1..1000})

# by_url ID NAME [OPTION...]: adds an agent by its URL. NAME says what agents.py does.
by_url() {
	local id=$1 file
	file=$(desk_dir ann)/$1.url
	echo "ws://$LAB_AGENT_HOST:8787/$2" >"$file"
	shift 2
	deck ann agent add "$id" --title "$id" --url-file "$file" "$@"
}

object_of() { inside asterisk_cli na-1 "database get ws/websocket_client td-$1" | grep -q "8787/$2"; }

check "PostgreSQL starts" inside start_postgres
check "with a database" inside make_database
make_desk ann $LAB_STORE
configure ann "/server na-1/,/server eu-1/s/^routes = .*/routes = odbc/"
check "the store is made by the program" furnish ann
check "Asterisk may read it" inside let_asterisk_read
check "na-1 changes to odbc" inside use_routes na-1 odbc
check "and says so" wait_for 5 "the global" inside global_is na-1 odbc
check "agents are added by URL" by_url one one
check "a second one" by_url two two
check "a third one" by_url three three
check "one that speaks first, and does not" by_url silent silent --speaks-first-within 2
check "a SIP agent" deck ann agent add sip --title SIP --dial "PJSIP/voice/sip:answer@$LAB_AGENT_HOST:5070"

check "a number with parameters is added" deck ann number add $number --provider twilio --agent one --label 'Sales & Co, "west" (1)' \
	--param dept=sales --param 'text=a,b)c(d&e=f;g%41\h' --param "quote=O'Brien \"q\" ~*!" --param 'unicode=Grüße 😀 日本' \
	--param "long=$long" --param 'var=${EPOCH}'
# Sorted by key.
named=(td_provider=twilio td_region=na 'td_label=Sales & Co, "west" (1)' td_p_dept=sales "td_p_long=$long"
	"td_p_quote=O'Brien \"q\" ~*!" 'td_p_text=a,b)c(d&e=f;g%41\h' 'td_p_unicode=Grüße 😀 日本' 'td_p_var=${EPOCH}')
check "its agent answers the first call" answered_by one $number
check "with the parameters in its URI" told uri $number +14155550100 "${named[@]}"
check "and as variables" told json $number +14155550100 "${named[@]}"
check "the agent's object was written by the dialplan" object_of one one
check "the URL is changed" eval 'echo "ws://$LAB_AGENT_HOST:8787/two" >"$(desk_dir ann)/one.url" && deck ann agent edit one --url-file "$(desk_dir ann)/one.url"'
check "the next call goes there" answered_by two $number
check "it is changed back" eval 'echo "ws://$LAB_AGENT_HOST:8787/one" >"$(desk_dir ann)/one.url" && deck ann agent edit one --url-file "$(desk_dir ann)/one.url"'
check "and the next call again" answered_by one $number
check "a SIP agent is given" deck ann number edit $number --agent sip
check "it answers" answered_by answer $number
check "with the parameters in its headers" told headers $number +14155550100 "${named[@]}"

check "fewer parameters" deck ann number edit $number --agent one --label '' --params '{}'
check "are told with the next call" eval 'answered_by one $number && told uri $number +14155550100 td_provider=twilio td_region=na'

for arrives in ${number#+} 00${number#+}; do
	check "$arrives is the number" answered_by one $arrives
done
check "a prefix rule is given" deck ann provider edit twilio --inbound-prefix +1
check "and national forms are the number" eval 'answered_by one 5551230071 && answered_by one 05551230071'

check "a fallback is named" deck ann number edit $number --agent busy --fallback two
check "it answers for a busy agent" answered_by two $number
check "the agent is one that says nothing" deck ann number edit $number --agent silent
check "it is called" watch_call na-1 $number
check "and the fallback taken" said TrunkdeckAttempt 'Agent=silent Way=agent Result=silent' 'Agent=two Way=fallback Result=dialling'
check "the agent is disabled" deck ann agent edit silent --disabled yes --yes
check "and passed over" answered_by two $number

check "a split" deck ann number edit $number --agent one --fallback '' --split one:1,three:1000
check "is told" watch_call na-1 $number
check "as the way" said TrunkdeckCall "Way=split Number=$number"
check "it is taken back" deck ann number edit $number --split ''

# The instant of a test call stands in for now.
check "a schedule is added" deck ann schedule add office --title Office --zone Europe/Zurich --open 'fri 22:00-02:00' \
	--on '2027-12-24 closed'
check "the number gets it" deck ann number edit $number --schedule office --closed-agent two
key_is() { ami na-1 trunkdeck-tail "Action: Getvar" "Variable: TRUNKDECK_KEY($1,$2)" | grep -Fx "Value: $3"; }
check "Asterisk reads its ranges" key_is trunkdeckschedule office '3,Europe/Zurich,1,,,,,2200-2400,0000-0200,'
check "and its exceptions" key_is trunkdeckday office.20271224 3,
closed_now() { [ "$(TZ=Europe/Zurich date +%u%H)" -lt 521 ] || [ "$(TZ=Europe/Zurich date +%u%H)" -gt 602 ]; }
if closed_now; then
	check "it is closed" answered_by two $number
	check "no agent for closed hours" deck ann number edit $number --closed-agent ''
	check "is 480" status_is 480 $number
	check "always open" deck ann schedule edit office --open 'mon-sun 00:00-24:00'
	check "is answered with the next call" answered_by one $number
fi
check "the number has no hours" deck ann number edit $number --schedule '' --closed-agent ''

check "callers are blocked" deck ann block add '+4479*' --reason 'robot calls'
check "they get 603" status_is 603 $number --from +447900900123
check "in national form too" status_is 603 $number --from 00447900900123
check "others do not" answered_by one $number
check "anonymous ones are blocked" deck ann block add anonymous --reason 'no name'
check "they get 603" status_is 603 $number --from anonymous
check "the blocks are removed" eval "deck ann block delete '+4479*' --yes && deck ann block delete anonymous --yes"
check "with the next call" answered_by one $number --from +447900900123

check "a cap of one call" deck ann number edit $number --max-calls 1
begin_call first $number
check "a call" wait_for 10 "the call" up_channel na-1 WebSocket
check "the next one is 486" status_is 486 $number
end_calls na-1
check "the first one ends" call_ended first 200
check "no cap" deck ann number edit $number --max-calls ''

check "an unknown number is 404" status_is 404 +15551239999
check "a default agent" deck ann provider edit twilio --default-agent three
check "answers it" answered_by three +15551239999
check "a disabled number" deck ann number edit $number --enabled no
check "is 404" status_is 404 $number
check "it is enabled" deck ann number edit $number --enabled yes
check "a routing context" deck ann provider edit twilio --default-agent '' --routing lab-routing
check "is asked" deck ann number edit $number --params '{"want":"two"}'
check "and chooses the agent" answered_by two $number

check "Asterisk may not run the functions" inside sql lab 'REVOKE EXECUTE ON FUNCTION trunkdeck_call, trunkdeck_key FROM lab_asterisk'
grants() { grep 'GRANT EXECUTE ON FUNCTION' <(deck ann doctor $number); }
check "the doctor says what to do" grants
check "it may again" inside sql lab 'GRANT EXECUTE ON FUNCTION trunkdeck_call, trunkdeck_key TO lab_asterisk'
check "the doctor is content" refuted grants
check "all is in force" deck ann sync
check "na-1 changes back to astdb" inside use_routes na-1 astdb
check "and says so" wait_for 5 "the global" inside global_is na-1 astdb
check "PostgreSQL stops" inside stop_postgres
