# The keys that the program writes for all that a caller gets, from the records to the call: an agent by its URL and its
# parameters, hours, blocked callers, a default agent. Each kind of key is changed by hand, found and repaired; keys left
# behind are deleted; a former dialplan gets its form, and the present one back.

need_program
number=+15551230850
caller=+14155550100
forget_routes
make_desk ann
check "the workspace is made" furnish ann
check "with an agent by its URL" deck ann agent add one --title One --url-file - <<<"ws://$LAB_AGENT_HOST:8787/one"
check "a number of it" deck ann number add $number --provider twilio --agent one --label Hotline --param 'department=sales & more'
sync_is() { local want=$1; shift; deck ann sync "$@"; [ $? = "$want" ]; }
# finds KEY [SYNC_ARGUMENTS...]: sync says that the number is stale or missing because of the key.
finds() {
	local key=$1
	shift
	{ deck ann sync --json "$@" || :; } | grep -F "\"wrongKey\":\"$key\"" | grep -E "\"number\":\"\\$number\".*\"(stale|missing)\""
}
gen_of() { db_get na-1 trunkdeck $number | cut -d, -f3; }
by_hand() { inside asterisk_cli na-1 "database $1" | grep -Ei 'updated|removed'; }

check "sync writes it" sync_is 0
check "the agent answers" answered_by one $number
check "and is told whom it speaks for" told uri $number $caller td_provider=twilio td_region=na td_label=Hotline 'td_p_department=sales & more'
first=$(gen_of)
check "other parameters" deck ann number edit $number --param department=billing
check "sync writes them" sync_is 0
check "the agent answers" answered_by one $number
check "and is told them" told uri $number $caller td_provider=twilio td_region=na td_label=Hotline td_p_department=billing
check "the former ones are gone" refuted db_get na-1 trunkdecktell "$number.$first.1"
check "one set is there" test "$(inside asterisk_cli na-1 'database show trunkdecktell' | grep -c "$number")" = 1
check "another URL" deck ann agent edit one --url-file - <<<"ws://$LAB_AGENT_HOST:8787/two"
check "is one write" sync_is 0
check "and in force" answered_by two $number

for key in "trunkdeckagent/one 3,other,0,0,Local/busy@lab-agents" "ws/websocket_client/td-one {}" \
	"trunkdecktell/$number.$(gen_of).1 td_region=eu" "trunkdecktrunk/twilio 3,twilio,+49,0,,,0,na"; do
	check "${key%% *} is changed by hand" by_hand "put ${key%%/*} $(cut -d/ -f2- <<<"${key%% *}") \"${key#* }\""
	check "it is found" finds "${key%% *}" --dry-run
	check "and repaired" sync_is 0
done
check "the agent answers" answered_by two $number

check "hours" deck ann schedule add office --title Office --zone Europe/Zurich --open 'mon-sun 00:00-24:00'
check "for the number" deck ann number edit $number --schedule office
check "sync" sync_is 0
check "it is open" answered_by two $number
check "they end" deck ann schedule edit office --open ''
check "sync" sync_is 0
check "it is closed" status_is 480 $number
check "an agent for then" deck ann number edit $number --closed-agent sales
check "sync" sync_is 0
check "it answers" answered_by sales $number
check "the hours are lost" by_hand "del trunkdeckschedule office"
check "it is found" finds trunkdeckschedule/office --dry-run
check "and repaired" sync_is 0
check "no hours" deck ann number edit $number --schedule '' --closed-agent ''
check "a caller is blocked" deck ann block add $caller --reason test
check "sync" sync_is 0
check "it is refused" status_is 603 $number
check "it is blocked no more" deck ann block delete $caller --yes
check "sync" sync_is 0
check "it is answered" answered_by two $number
check "no key of it is left" refuted db_get na-1 trunkdeckblock $caller
check "nor of the hours" refuted db_get na-1 trunkdeckschedule office

check "a default agent" deck ann provider edit twilio --default-agent support
check "a disabled number" deck ann number edit $number --enabled no
check "sync" sync_is 0
check "gets 404" status_is 404 $number
check "an unknown number its default agent" answered_by support ${number}9
check "the key is lost" by_hand "del trunkdeck $number"
check "so the default agent takes it" answered_by support $number
check "sync finds it" sync_is 0
check "404 again" status_is 404 $number
check "enabled" deck ann number edit $number --enabled yes

check "keys left behind" eval 'by_hand "put trunkdeckblock $caller 3,0" && by_hand "put trunkdeckagent old 3,other,0,0,x" &&
	by_hand "put trunkdecktell $number.00000000000000aa.1 td_x=y" && by_hand "put ws/websocket_client td-old {}"'
check "and one of somebody else" by_hand "put trunkdeckagent theirs Local/busy@lab-agents"
check "are deleted" sync_is 0
check "all of them" eval 'refuted db_get na-1 trunkdeckblock $caller && refuted db_get na-1 trunkdeckagent old &&
	refuted db_get na-1 trunkdecktell $number.00000000000000aa.1 && refuted db_get na-1 ws/websocket_client td-old'
check "but for the other's" db_get na-1 trunkdeckagent theirs

check "a number for a former dialplan" deck ann number add ${number}1 --provider twilio --agent sales --fallback one
check "sync" sync_is 0
dialplan() { inside asterisk_cli na-1 "dialplan $1" >/dev/null; }
check "the dialplan says that it is former" eval 'dialplan "remove extension 3@trunkdeck-version" &&
	dialplan "add extension 2,1,NoOp into trunkdeck-version"'
check "sync says what is missing" eval '{ deck ann sync || :; } | grep "install the new dialplan"'
check "it has the former form" test "$(db_get na-1 trunkdeck ${number}1)" = sales
check "the number is answered" answered_by sales ${number}1
check "an agent by its URL can't be" refuted db_get na-1 trunkdeck $number
check "the dialplan is reloaded" dialplan reload
check "sync writes the present form" sync_is 0
check "the number is answered" answered_by sales ${number}1
check "and the other one" answered_by two $number
forget_routes
