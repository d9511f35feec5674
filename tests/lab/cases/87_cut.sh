# Deleting a number during a call: the call goes on, or is hung up on request. In both cases no new call arrives. In
# each routes mode.

need_program
number=+15551230126
second=+15551230127

asks_to_delete() { find_number "$@" && press "$1" d && screen_shows "$1" "Delete $2?"; }

run_cut() {
	check "a number is added" deck ann number add $number --provider twilio --agent support
	check "and a second" deck ann number add $second --provider twilio --agent support
	check "the screen opens" open_screen ann
	check "both routes are verified" eval "screen_shows ann $number 'na ok' && screen_shows ann $second 'na ok'"

	begin_call cut $number --from +14155550131
	begin_call kept $second --from +14155550132
	check "both are talked to" eval "screen_shows ann $number +14155550131 talking && screen_shows ann $second +14155550132 talking"
	check "the question offers to hang up" eval "asks_to_delete ann $number && screen_has ann 'Delete and hang up 1 call'"
	check "the safe answer has the focus" eval "press ann Enter && screen_drops ann 'Delete $number?' && in_store ann $number"
	press ann Escape
	check "the last of three answers does it" eval "asks_to_delete ann $number && press ann Right Right Enter && screen_drops ann 'Delete $number?'"
	press ann Escape
	check "the store has it no more" wait_for 10 "the deletion" refuted in_store ann $number
	check "the call is hung up" call_ended cut 200
	check "and leaves the panel" screen_drops ann $number talking
	check "the screen says so" eval "press ann 5 && screen_shows ann $number 'is hung up' && screen_shows ann '$number is deleted from na-1' && press ann 1"
	check "the other goes on" screen_has ann $second +14155550132 talking
	check "the next call is 404" status_is 404 $number

	check "in batch it asks first" eval "{ deck ann number delete $second --cut 2>&1 </dev/null || :; } | grep -q 'asks for confirmation'"
	check "read-only it is refused" refuted deck ann --read-only number delete $second --cut --yes
	check "the call is still up" screen_has ann $second talking
	check "in batch the deletion hangs up too" eval "deck ann number delete $second --cut --yes 2>&1 | grep -q 'na-1: 1 call hung up'"
	check "that call" call_ended kept 200
	check "its route is gone at once" holds na-1 $second ""
	check "the next call is 404 too" status_is 404 $second

	check "a third number" deck ann number add $number --provider twilio --agent support
	check "is verified" screen_shows ann $number 'na ok'
	begin_call last $number --from +14155550133
	check "is talked to" screen_shows ann $number +14155550133 talking
	check "the whole provider goes, with its calls" eval \
		"deck ann provider delete twilio --cascade --cut --yes 2>&1 | grep -q 'na-1: 1 call hung up'"
	check "the caller hears it" call_ended last 200

	check "a number again" eval "deck ann provider add Twilio --sip-domain pstn.twilio.com --region na && deck ann number add $number --provider twilio --agent support"
	check "verified" screen_shows ann $number 'na ok'
	check "na-1 is killed" inside kill_server na-1
	check "the number is deleted meanwhile" deck ann number delete $number --yes
	check "the deletion is not over" eval "press ann 4 && screen_shows ann '1 deletion not verified' 'server away'"
	check "with --cut the server that is away is told" eval \
		"deck ann number add $second --provider twilio --agent support && { deck ann number delete $second --cut --yes 2>&1 || :; } | grep -q 'on na-1 calls may go on'"
	check "with status 3" eval "deck ann number add $second --provider twilio --agent support && { deck ann number delete $second --cut --yes; test \$? = 3; }"
	check "na-1 comes back" inside start_server na-1
	check "the deletion is verified" eval "screen_shows ann 'na-1' 'connected' && screen_drops ann 'not verified'"
	check "nothing answers" status_is 404 $number
	quit_screen ann
}

mode_na=astdb mode_eu=astdb
forget_routes
make_desk ann
check "the workspace is made in batch" furnish ann
run_cut

begin_modes odbc odbc
run_cut
end_modes
