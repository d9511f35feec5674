# Callers who choose number, name, user part and headers freely, at random: they change no route on the server, and nothing that the
# agent is told but their own number. In full, 600 calls to each of two agents.

number=+15551230440
named=(td_provider=twilio td_region=na 'td_label=Sales, "west"' td_p_dept=sales 'td_p_text=a,b)c(d&e=f;g%41\h' 'td_p_x=${EPOCH}')
url_agent na-1 url support
sip_agent na-1 sip answer
key=$(tell_key na-1 $number "${named[@]}")
has_key na-1 exact=1 lengths=3/5 anonymous=1 per_caller=900
seed=${LAB_SEED:-$RANDOM}
all_keys() { inside asterisk_cli na-1 'database show' | grep -v '^/subscription_persistence'; }
process=$(inside server_process na-1)

hostile() {
	local before after
	number_key na-1 $number agent="$1" $key
	before=$(all_keys)
	enter "$LAB_PYTHON" "$LAB_DIR/hostile.py" "$LAB_RUN/agents.log" "$(address_of na-1)" "$(address_of twilio)" $number "$(size 600 60)" "$seed" ||
		return 1
	after=$(all_keys)
	diff <(echo "$before") <(echo "$after")
}
check "callers with seed $seed change nothing that an agent by URL is told, and no key" hostile url
check "nor of what a SIP agent is told" hostile sip
check "no command of theirs ran" refuted enter test -e "$(inside server_root na-1)/tmp/hostile"
check "the server is the same process" test "$(inside server_process na-1)" = "$process"
check "all calls end" wait_for 40 "no channel" quiet na-1
db_del na-1 trunkdeckmeta has
db_del na-1 trunkdeck $number
