# Every form of a carrier leads to the number's row: with +, with 00, bare, and national by its provider's rule. The
# store has that rule, and servers get it like a route. The screen counts such calls for the number.

need_program
number=+442071230160

# The screen may still read its own write back, and repair the rule before it is found.
lost_and_found() { inside asterisk_cli eu-1 'database del trunkdecktrunk peoplefone' && refuted deck ann sync --dry-run; }

run_carriers() {
	check "a provider with a rule" deck ann provider add Peoplefone --sip-domain sip.peoplefone.ch --endpoint peoplefone \
		--region eu --inbound-prefix +44
	check "a number of it" deck ann number add $number --provider peoplefone --agent support
	check "the screen opens" open_screen ann
	check "and says that it is verified" screen_shows ann $number 'eu ok'
	check "with +" answered_by support $number --to eu-1 --provider peoplefone
	check "with 00" answered_by support 00442071230160 --to eu-1 --provider peoplefone
	check "bare" answered_by support 442071230160 --to eu-1 --provider twilio
	check "national" answered_by support 02071230160 --to eu-1 --provider peoplefone
	check "national, without its 0" answered_by support 2071230160 --to eu-1 --provider peoplefone
	check "national by a provider without a rule: 404" status_is 404 02071230160 --to eu-1 --provider twilio
	check "the row counts the five" screen_shows ann $number '5 today' '100%'
	begin_call national 02071230160 --to eu-1 --provider peoplefone --from +14155550160
	check "a live one is shown by its number" screen_shows ann $number +14155550160 talking
	end_calls eu-1
	check "and ends" call_ended national 200

	check "the rule is changed" deck ann provider edit peoplefone --inbound-prefix +1
	check "national is no longer this number" wait_for 10 "404" status_is 404 02071230160 --to eu-1 --provider peoplefone
	check "it is changed back" deck ann provider edit peoplefone --inbound-prefix +44
	check "and it is again" wait_for 10 "200" status_is 200 02071230160 --to eu-1 --provider peoplefone
	check "sync finds all right" deck ann sync
	if [ "$mode_eu" = astdb ]; then
		check "the rule is lost on the server, and a dry run tells" wait_for 10 "the finding" lost_and_found
		check "sync repairs it" deck ann sync
		check "national is answered" answered_by support 02071230160 --to eu-1 --provider peoplefone
	fi
	check "the rule is removed" deck ann provider edit peoplefone --inbound-prefix ''
	check "national is 404" wait_for 10 "404" status_is 404 02071230160 --to eu-1 --provider peoplefone
	check "the number is answered still" answered_by support $number --to eu-1 --provider peoplefone
	close_screen ann
}

for modes in "astdb astdb" "astdb odbc"; do
	printf '# %s\n' "$modes"
	begin_modes $modes
	run_carriers
	end_modes
done
