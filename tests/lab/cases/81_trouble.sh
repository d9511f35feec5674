# Failures around the program: it reports them, everything else goes on, and it recovers by itself.

need_program
number=+15551230090
european=+442071230090
forget_routes
make_desk ann
check "the workspace is made in batch" furnish ann

# Errors of the operator, in batch and in the form.
fails_with() {
	local code=$1 text=$2 rc=0 said
	shift 2
	said=$("$@" 2>&1 </dev/null) || rc=$?
	echo "status $rc: $said"
	[ $rc = "$code" ] && grep -qF -- "$text" <<<"$said"
}
check "without a terminal there is no screen" fails_with 2 'needs a terminal' deck ann
configure ann 's/^port = 5038/port = many/'
check "a mistake in the configuration is named by its line" fails_with 2 config:7: deck ann
configure ann 's/^port = many/port = 5038/'
check "a bad number is refused" \
	fails_with 1 'Invalid phone number format' deck ann number add 5551230090 --provider twilio --agent support
check "an unknown provider" fails_with 1 'Trunk not found' deck ann number add $number --provider nobody --agent support
check "an unknown agent" fails_with 1 nobody deck ann number add $number --provider twilio --agent nobody
check "the screen opens" open_screen ann
check "it is connected" screen_shows ann 'na-1 ok' 'eu-1 ok'
fill_form ann +15551 support
check "the form refuses a bad number and says why" eval "press ann C-s && screen_shows ann 'Invalid phone number format'"
check "what was typed stays" screen_has ann Number '+15551 '
check "until it is given up" leave_form ann
check "with room for one" deck ann workspace edit --max-numbers 1
check "a number is added" add_number ann $number support
check "then the screen says that there is room for no more" eval "screen_shows ann '1 of 1 used' &&
	press ann a && screen_shows ann 'number add:'"
check "and a batch command too" fails_with 1 limit deck ann number add $european --provider twilio --agent sales
check "q leaves" quit_screen ann
check "the number goes, and the limit" eval "deck ann number delete $number --yes && deck ann workspace edit --max-numbers ''"

# A wrong secret, on one server of two.
configure ann '/server eu-1/,$s/^secret = .*/secret = wrong/'
check "the screen opens with a wrong secret for eu-1" open_screen ann
check "the head says which server refuses" screen_shows ann 'na-1 ok' 'eu-1 refused'
press ann 4
check "the Servers view says why" screen_shows ann Trouble 'Authentication failed'
check "and what to do" screen_shows ann 'check user and secret of [server eu-1]'
press ann 1
check "a number of the other region is served" add_number ann $number support
check "verified" screen_shows ann $number 'na ok'
check "and answered" answered_by support $number
check "a number of the refusing server is kept" add_number ann $european sales e
check "and is not called verified" screen_shows ann $european 'eu unknown'
check "q leaves" quit_screen ann

# A certificate of another authority.
configure ann "/server eu-1/,\$s/^secret = .*/secret = $LAB_SECRET/"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=trunkdeck lab" \
	-keyout "$(desk_dir ann)/other.key" -out "$(desk_dir ann)/other.pem" 2>>"$LAB_RUN/openssl.log"
configure ann "s|^ca_file = .*|ca_file = $(desk_dir ann)/other.pem|"
check "the screen opens with another authority for eu-1" open_screen ann
check "eu-1 is not connected" screen_shows ann 'na-1 ok' 'eu-1 retry'
press ann 4
check "the Servers view names the certificate" screen_shows ann Trouble ertificate
check "nothing was said to that server" test "$(ami_sessions eu-1)" = ""
check "the program ends with its terminal" close_screen ann

# A server that is down at the start.
configure ann "s|^ca_file = .*|ca_file = $LAB_RUN/ca.pem|"
check "eu-1 is killed" inside kill_server eu-1
check "the screen opens without it" open_screen ann
check "and says so" screen_shows ann 'na-1 ok' 'eu-1 retry'
check "its number is unknown" screen_shows ann $european 'eu unknown'
check "eu-1 starts" inside start_server eu-1
check "it is connected again" screen_shows ann 'eu-1 ok'
check "its route is written" screen_shows ann $european 'eu ok'
check "and serves" answered_by sales $european --to eu-1

# A server that dies just after it has acknowledged a route.
fresh=+15551230091
fill_form ann $fresh support
press ann C-s
check "a new route reaches na-1" wait_for 10 "the route" db_get na-1 trunkdeck $fresh
check "na-1 is killed at once" inside kill_server na-1
check "the screen says so" screen_shows ann 'na-1 retry' 'eu-1 ok'
check "and calls no route of it verified" eval "screen_shows ann $fresh unknown && screen_drops ann $number 'na ok'"
check "a number is deleted meanwhile" delete_number ann $number
check "na-1 starts" inside start_server na-1
check "the route is verified again" screen_shows ann $fresh 'na ok'
check "na-1 has it" test "$(agent_of na-1 $fresh)" = support
check "the number is answered" answered_by support $fresh
check "the deleted one has gone" wait_for 10 "the end of the route" refuted db_get na-1 trunkdeck $number
check "and is 404" status_is 404 $number

# A caller who writes AMI into his number, while another call is up.
begin_call victim $fresh --from +14155550190
check "a call is up" screen_shows ann $fresh +14155550190 talking
uniqueid=$(inside asterisk_cli na-1 'core show channels concise' | sed -n 's/^PJSIP.*!//p')
forged="%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%20$uniqueid"
privileged="%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aPrivilege%3a%20call,all%0d%0aUniqueid%3a%20$uniqueid"
check "its Uniqueid is known" test -n "$uniqueid"
check "a caller forges a header" status_is 200 $fresh --from "+4930%0d%0aUniqueid%3a%20$uniqueid"
check "a whole Hangup of the other call" status_is 200 $fresh --from "+4930$forged"
check "with a privilege" status_is 200 $fresh --from "+4930$privileged"
check "in the dialled number" status_is 404 "+1555$forged"
press ann 4
check "the frames are counted as rejected" screen_shows ann Events 'rejected: '
press ann 1
begin_call forger $fresh --from "+4930$privileged"
check "a forger's call that stays is shown too, its number cut down" screen_shows ann $fresh +4930EventHang talking
check "the other call goes on" screen_has ann $fresh +14155550190 talking
check "on the server too" inside says na-1 'core show channels' "^PJSIP/.*Up"
end_calls na-1
check "and ends when it ends" eval "call_ended victim 200 && call_ended forger 200 && screen_shows ann 'No live calls'"
check "answered, like every other" screen_shows ann $fresh 100%
check "q leaves" quit_screen ann

# A store that is away at the start.
store=$(desk_dir ann)/store.db
mv "$store" "$store.away" && mkdir "$store"
check "the screen opens without its store" open_screen ann
check "and says so" screen_shows ann 'store retry' 'na-1 ok' 'eu-1 ok'
check "a change is refused with the reason" eval "press ann A && screen_shows ann 'provider add:'"
check "keys are answered" eval "press ann 4 && screen_shows ann $(address_of na-1):5038 && press ann 1"
check "a batch command says so too, with status 3" eval "deck ann number list; test \$? = 3"
rmdir "$store" && mv "$store.away" "$store"
check "it comes back" screen_shows ann 'store ok'
check "with what was in it" screen_shows ann $fresh 'na ok'
check "q leaves" quit_screen ann
