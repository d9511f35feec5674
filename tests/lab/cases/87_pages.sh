# The doctor and test calls as pages of the screen: they fill, report problems, and end without a trace.

need_program
number=+15551230125

forget_routes
make_desk ann
check "the workspace is made in batch" furnish ann
check "with an agent that does not answer" deck ann agent add slow --title Slow --dial 'WebSocket/slow/nc(ulaw)'
check "a number is added" deck ann number add $number --provider twilio --agent support
allow system,reporting,call,originate
check "the screen opens" open_screen ann
check "its route is verified" screen_shows ann $number 'na ok'
check "the cursor finds the number" find_number ann $number

before=$(served)
check "t places a test call" eval "press ann t && screen_shows ann 'Test call: $number'"
check "every step is told" eval "screen_shows ann 'route found' support && screen_shows ann 'first audio' ms"
check "to its end" screen_shows ann 'The agent was heard'
check "the agent took it" test "$(served)" = $((before + 1))
check "nothing stays behind" wait_for 5 "the end of the channels" quiet na-1
check "Esc closes the page" eval "press ann Escape && screen_drops ann 'Test call:'"
check "no live call was seen" screen_has ann 'No live calls'
check "and none is counted" screen_drops ann $number today
check "the store has none" eval "test -z \"\$(deck ann calls --number $number --json)\""

check "the doctor's page" eval "press ann D && screen_shows ann 'Doctor: $number'"
check "finds nothing wrong" screen_shows ann 'ok' '2'
check "and ends" screen_drops ann 'checking'
check "is closed" eval "press ann q && screen_drops ann 'Doctor:'"
inside asterisk_cli na-1 'dialplan remove context trunkdeck-in' >/dev/null
check "a dialplan that is not there" eval "press ann D && screen_shows ann WRONG dialplan 'no context trunkdeck-in'"
check "with what to do, in the first lines" screen_has ann 'server setup na-1'
check "is summed up" screen_shows ann '1 wrong'
inside asterisk_cli na-1 'dialplan reload' >/dev/null
press ann Escape

check "the agent is one that does not answer" eval "deck ann number edit $number --agent slow && screen_shows ann $number Slow 'na ok'"
check "a test call rings it" eval "press ann t && screen_shows ann 'agent answered?'"
check "on the server" wait_for 5 "the call" inside says na-1 'core show channels concise' WebSocket
check "Esc ends it" eval "press ann Escape && screen_drops ann 'Test call:'"
check "there too, long before its time" wait_for 10 "the end of the channels" quiet na-1
check "to the end it says why" eval "press ann t && screen_shows ann 'did not answer'"
press ann Escape

check "a server that hangs" inside signal_server na-1 STOP
check "does not hang the screen" eval "press ann D && screen_shows ann 'checking' && press ann Escape && screen_drops ann 'Doctor:'"
check "nor keeps it from leaving" eval "press ann D && screen_shows ann 'checking' && press ann Escape q && wait_for 10 'the end' has_ended ann 0"
inside signal_server na-1 CONT
close_screen ann
check "read-only" open_screen ann --read-only
check "makes nobody take a call" eval \
	"find_number ann $number && press ann t && screen_shows ann 'read-only mode: a test makes an agent take a call'"
check "but the doctor looks" eval "press ann D && screen_shows ann 'Doctor: $number' && screen_drops ann checking && press ann Escape"
check "in batch too" eval "{ deck ann --read-only test $number 2>&1 || :; } | grep -q 'Read-only mode'"
quit_screen ann
allow ''
