# Calls follow the store on two servers, in each routes mode: numbers are added, given to another agent, moved to the
# other region, disabled, enabled, deleted. Each change is read back from Asterisk and tested with calls.

need_program
number=+15551230140

run_modes() {
	check "nothing configured is in order" deck ann sync
	check "hours" deck ann schedule add office --title Office --zone Europe/Zurich --open 'mon-sun 00:00-24:00' --on '2026-12-24 00:00-24:00'
	check "a blocked caller" deck ann block add '+4179*'
	check "a number is added, with all that it may need" deck ann number add $number --provider twilio --agent support \
		--label Hotline --param 'department=sales & more' --fallback busy --closed-agent down --schedule office --max-calls 9
	check "sync puts it on the servers" deck ann sync
	check "its server has it" holds na-1 $number support
	check "the other has not" holds eu-1 $number ""
	check "it is answered by its agent" answered_by support $number
	check "and not on the other server" status_is 404 $number --to eu-1

	check "it is given to another agent" deck ann number edit $number --agent sales
	check "sync" deck ann sync
	check "its server has that" holds na-1 $number sales
	check "it is answered by that one" answered_by sales $number

	check "it is moved to the other region" deck ann number edit $number --region eu
	check "sync" deck ann sync
	check "its first server has it no more" holds na-1 $number ""
	check "the other has" holds eu-1 $number sales
	check "it is answered there" answered_by sales $number --to eu-1
	check "and not here" status_is 404 $number

	check "it is disabled" deck ann number edit $number --enabled no
	check "sync" deck ann sync
	check "no server has it" eval "holds na-1 $number '' && holds eu-1 $number ''"
	check "it is 404" status_is 404 $number --to eu-1

	check "it is enabled" deck ann number edit $number --enabled yes
	check "sync" deck ann sync
	check "it is answered again" answered_by sales $number --to eu-1

	check "it is deleted" deck ann number delete $number --yes
	check "so are the others" eval "deck ann schedule delete office --yes && deck ann block delete '+4179*' --yes"
	check "sync" deck ann sync
	check "no server has it any more" eval "holds na-1 $number '' && holds eu-1 $number ''"
	check "it is 404 on both" eval "status_is 404 $number && status_is 404 $number --to eu-1"
	check "a second sync finds nothing to do" test "$(deck ann sync --json | grep -c '"number"')" = 0
}

# The screen follows the changes of the batch commands.
run_screen() {
	check "the screen opens" open_screen ann
	check "and is connected" screen_shows ann 'na-1 ok' 'eu-1 ok'
	check "a number is added on it" add_number ann $number support
	check "it is verified" screen_shows ann $number 'na ok'
	check "it is answered" answered_by support $number
	check "it is moved in batch" deck ann number edit $number --region eu
	check "and verified where it is now" screen_shows ann $number 'eu ok'
	check "answered there" answered_by support $number --to eu-1
	check "and not here" status_is 404 $number
	check "it is deleted on the screen" delete_number ann $number
	check "which says from where it has gone" screen_shows ann "$number is deleted from"
	check "it is 404 on both" eval "status_is 404 $number && status_is 404 $number --to eu-1"
	close_screen ann
}

for modes in "astdb astdb" "odbc odbc" "astdb odbc"; do
	printf '# %s\n' "$modes"
	begin_modes $modes
	run_modes
	[ "$modes" = "odbc odbc" ] || run_screen
	end_modes
done
