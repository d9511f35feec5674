# AMI lines in SIP user parts do not disturb Asterisk. The program's tests cover their effect on readers.

give_agents na-1
route na-1 +15551230050 support
line='%0d%0aEvent%3a%20FakeFromCID%0d%0aX-Inj%3a%20a'
frame='%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%201.1'
process=$(inside server_process na-1)

check "line in the From user" status_is 200 +15551230050 --from "+4930$line"
check "whole event in the From user" status_is 200 +15551230050 --from "+4930$frame"
check "line in the dialled number: not the number" status_is 404 "+15551230051$line"
check "whole event in the dialled number: not the number" status_is 404 "+15551230051$frame"
check "dialplan syntax in the dialled number" status_is 404 '+15551230051$%7bSHELL(id)%7d,1)'
check "the server runs on" test "$(inside server_process na-1)" = "$process"
check "and answers" answered_by support +15551230050

# The events of such a call after the first one, which Asterisk sends before the dialplan can check the number.
record_hostile() {
	local file=$LAB_RUN/hostile.ami recorder
	rm -f "$file"
	"$LAB_DIR/lab" record na-1 "$file" &
	recorder=$!
	wait_for 10 "the login" grep -aqs '^Event: FullyBooted' "$file"
	lab_call +15551230050 --from "+4930$line"
	wait_for 10 "the end of the call" grep -aq '^Event: Cdr' "$file"
	kill "$recorder"
	[ "$(grep -ac '^Event: Newchannel' "$file")" = 2 ] && [ "$(grep -ac '^Event: FakeFromCID' "$file")" = 1 ]
}
check "the caller's lines are in the first event of the call and in no later one" record_hostile
