# How the trunk leg sounded is told at its end, with the Call-IDs of both legs.

number=+15551230390
url_agent na-1 url support
sip_agent na-1 sip answer
number_key na-1 $number agent=url

# field NAME: of the last TrunkdeckQuality.
field() { tr -d '\r' <"$LAB_RUN/call.ami" | sed -n '/^UserEvent: TrunkdeckQuality/,/^$/p' | sed -n "s/^$1: //p"; }
between() { "$LAB_PYTHON" -c 'import sys; v, a, b = map(float, sys.argv[1:]); print(v); sys.exit(not a <= v <= b)' "$(field "$1")" "$2" "$3"; }

# SIPp sends what it receives back. Asterisk judges the leg by its RTCP reports, the first of which comes after 5 s.
export LAB_SIPP_OPTIONS=-rtp_echo
check "a call with audio both ways" watch_call na-1 $number --hold 6500
check "packets were received" between Received 100 1000
check "and sent" between FarSent 100 1000
check "none was lost" between Lost 0 0
check "with a score" between Score 80 100
check "the Call-ID is SIPp's" eval '[[ $(field CallId) =~ ^1-[0-9]+@127.0.0.21$ ]]'
inside enter_loss
check "a call that loses a tenth" watch_call na-1 $number --hold 6500
inside leave_loss
check "says so" eval 'between Lost "$(($(field Received) / 15))" "$(($(field Received) / 5))"'
unset LAB_SIPP_OPTIONS
check "a call that nobody answers" eval 'number_key na-1 $number agent=nobody; watch_call na-1 $number'
check "has a Call-ID" eval '[[ $(field CallId) =~ ^1-[0-9]+@127.0.0.21$ ]]'
check "and no figures" test -z "$(field Received)"
number_key na-1 $number agent=sip
check "the Call-ID of a SIP agent's leg" watch_call na-1 $number
check "is told on that leg" said TrunkdeckLeg "CallId=$(tail -n 1 "$LAB_RUN/agents.log" | sed 's/.*"kind": "sip", "id": "\([^"]*\)".*/\1/')"
db_del na-1 trunkdeck $number
