# A call is hung up on the screen: its caller gets the BYE, and the row moves below the rule, where the history can be
# scrolled to its first call. A user without the right is told the reason.

need_program
number=+15551230093
unmapped=+15551230094
forget_routes
sipp_said=$LAB_RUN/hangup.sipp
: >"$sipp_said"
make_desk ann

check "the workspace is made in batch" furnish ann
check "the screen opens" open_screen ann
check "and is connected" screen_shows ann 'store ok' 'na-1 ok' 'eu-1 ok'
check "a number is added" add_number ann $number support
check "its route is verified" screen_shows ann $number 'na ok'
check "a call that is the first of all" status_is 404 $unmapped
check "more than a screen of calls" place 200 $number --count 30 --rate 10 --hold 200
begin_call cut $number --from +14155550193
check "the Calls view shows the one that is live" eval "press ann 2 && screen_shows ann $number +14155550193 talking"
check "and finished ones below it" screen_shows ann $number +14155550100 answered caller
check "the question says who is cut off" eval "press ann g h && screen_shows ann 'Hang up on +14155550193?'"
check "from which agent" screen_has ann 'Agent:' 'Customer Support'
check "the safe answer is the default" eval "press ann Enter && screen_drops ann 'Hang up on' && screen_has ann +14155550193 talking"
check "yes hangs up" eval "press ann h y && screen_shows ann '$number: the call of +14155550193 is hung up'"
check "the caller got the BYE" call_ended cut 200
check "it is no live call any more" screen_drops ann +14155550193 talking
check "but the newest finished one" screen_shows ann $number +14155550193 answered
check "the store knows it, too" wait_for 10 "the call" eval 'deck ann calls --json | grep -q +14155550193'
check "the history is scrolled to its first call" eval "press ann G && screen_shows ann $unmapped unmapped"
check "from a call to its number, and back to its calls" \
	eval "press ann g c && screen_shows ann $number 'na ok' && press ann c && screen_shows ann '/number:$number' && screen_drops ann $unmapped"
check "q leaves" quit_screen ann

begin_call spared $number --from +14155550194
check "a read-only screen" eval "open_screen ann --read-only && press ann 2 && screen_shows ann +14155550194 talking"
check "hangs nothing up" eval "press ann g h && screen_shows ann 'hang up: read-only mode'"
check "and is left" quit_screen ann
check "our user may not hang up" allow reporting
check "another screen" eval "open_screen ann && press ann 2 && screen_shows ann +14155550194 talking && screen_shows ann 'na-1 ok'"
check "says what is missing" eval "press ann g h y && screen_shows ann 'our AMI user may not hang calls up'"
check "and the call goes on" screen_has ann +14155550194 talking
check "q leaves that too" quit_screen ann
check "our user may again" allow ''
end_calls na-1
check "the call ends" call_ended spared 200
forget_routes
