# What the store says is what callers meet, on two servers, each way a server gets its routes: added, given to another agent,
# moved to the other region, disabled, enabled, deleted; each time read back from Asterisk and proven by calls.

need_program
number=+15551230140

# mode_of SERVER: as set up by 'begin_modes'.
mode_of() { if [ "$1" = na-1 ]; then echo "$mode_na"; else echo "$mode_eu"; fi; }

# holds SERVER NUMBER AGENT: what the server would do with a call, read from Asterisk; AGENT may be empty.
holds() {
	local held
	if [ "$(mode_of "$1")" = odbc ]; then
		held=$(ami "$1" trunkdeck-tail "Action: Getvar" "Variable: TRUNKDECK_ROUTE($2)" | sed -n 's/^Value: *\([^,]*\).*/\1/p')
	else
		held=$(db_get "$1" trunkdeck "$2")
	fi
	[ "$held" = "$3" ]
}

begin_modes() {
	mode_na=$1 mode_eu=$2
	forget_routes
	check "PostgreSQL starts" inside start_postgres
	check "with a database" inside make_database
	make_desk ann $LAB_STORE
	configure ann "/server na-1/,/server eu-1/s/^routes = .*/routes = $1/;/server eu-1/,\$s/^routes = .*/routes = $2/"
	check "the store is made" furnish ann
	check "Asterisk may read it" inside let_asterisk_read
	check "na-1 uses $1" inside use_routes na-1 "$1"
	check "eu-1 uses $2" inside use_routes eu-1 "$2"
	check "both say so" eval "wait_for 5 na-1 inside global_is na-1 $1 && wait_for 5 eu-1 inside global_is eu-1 $2"
}

end_modes() {
	use_astdb() { inside use_routes na-1 astdb && inside use_routes eu-1 astdb; }
	check "both use astdb again" use_astdb
	check "PostgreSQL stops" inside stop_postgres
}

run_modes() {
	check "nothing configured is in order" deck ann sync
	check "a number is added" deck ann number add $number --provider twilio --agent support
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
	check "sync" deck ann sync
	check "no server has it any more" eval "holds na-1 $number '' && holds eu-1 $number ''"
	check "it is 404 on both" eval "status_is 404 $number && status_is 404 $number --to eu-1"
	check "a second sync finds nothing to do" test "$(deck ann sync --json | grep -c '"number"')" = 0
}

# The same on the screen, which follows what the batch commands do.
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
	check "which says from where it has gone" screen_shows ann "$number is gone from"
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
