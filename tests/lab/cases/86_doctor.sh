# The doctor: a healthy number passes every check, and each check is made to fail once.

need_program
number=+15551230110
etc=$(inside_path "$(server_root na-1)")/etc/asterisk

# finds CHECK RESULT PART ARGUMENTS...: the doctor has this check with this result, and PART in its evidence or advice.
finds() {
	local wanted=("$1" "$2" "$3")
	shift 3
	{ deck ann doctor "$@" --json 2>/dev/null || :; } | "$LAB_PYTHON" -c 'import json, sys
check, result, part = sys.argv[1:]
rows = [r for r in map(json.loads, sys.stdin) if r["check"] == check]
print(*rows, sep="\n")
sys.exit(not any(r["result"] == result and part in r["seen"] + " " + r["todo"] for r in rows))' "${wanted[@]}"
}

all_pass() {
	deck ann doctor "$@" --json | "$LAB_PYTHON" -c 'import json, sys
rows = [json.loads(line) for line in sys.stdin]
# Asterisk here may be older than the release with a time limit for silent agents.
bad = [r for r in rows if r["result"] != "pass" and r["check"] != "features"]
print(len(rows), *bad, sep="\n")
sys.exit(len(rows) < 20 or len(bad) > 0)'
}

exits() {
	local want=$1 rc=0
	shift
	"$@" || rc=$?
	[ "$rc" = "$want" ]
}

# change_file FILE SED_EXPRESSION COMMAND: changes it on na-1; COMMAND makes Asterisk read it.
change_file() { sed -i "$2" "$etc/$1" && inside asterisk_cli na-1 "$3" >/dev/null; }

forget_routes
make_desk ann
check "the workspace is made in batch" furnish ann
check "a number is added" deck ann number add $number --provider twilio --agent support
owner=$(deck ann workspace show --json | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
check "the servers get what they need" deck ann sync
check "the provider is reachable" wait_for 15 "its contact" finds contact pass reachable $number

check "a healthy number passes everything" all_pass $number
check "with status 0" deck ann doctor $number
check "so does everything" deck ann doctor --all
check "so does its provider" deck ann doctor --provider Twilio

check "the route is turned to another agent" route na-1 $number sales
check "that is found" finds route fail 'it leads to sales, not to support' $number
check "with status 1" exits 1 deck ann doctor $number
check "by --all too" finds route fail 'it leads to sales' --all
check "the route is lost" db_del na-1 trunkdeck $number
check "that is found" finds route fail 'there is none' $number
check "the route is back" deck ann sync
check "a chunk of what agents are told is lost" eval \
	"inside asterisk_cli na-1 'database deltree trunkdecktell' >/dev/null && finds keys fail 'trunkdecktell/' $number"
check "and is back" deck ann sync
check "the key of blocked callers and caps is lost" eval "db_del na-1 trunkdeckmeta has && finds standing fail 'trunkdeckmeta/has' $number"
check "and is back" deck ann sync
check "a wrong dial string" db_put na-1 trunkdeckagent support WebSocket/other
check "is found" finds dial fail 'it dials WebSocket/other' $number
check "and put right" deck ann sync
check "a route on a server of the other region" route eu-1 $number support
check "is found" finds route fail 'left behind' $number
check "and taken away" db_del eu-1 trunkdeck $number

check "a disabled number" deck ann number edit $number --enabled no
check "is found" finds enabled fail '404' $number
check "and its route" finds route fail 'left behind' $number
check "is enabled" deck ann number edit $number --enabled yes
check "a disabled agent" deck ann agent edit support --disabled yes --yes
check "is found" finds usable fail support $number
check "is enabled again, in the other region" deck ann agent edit support --disabled no --region eu
check "which is a warning" finds region warn 'its agent eu' $number
check "and no failure" deck ann doctor $number
check "and back" deck ann agent edit support --region na
check "a full workspace" deck ann workspace edit --max-numbers 1
check "is a warning" finds limit warn '1 of 1' $number
check "and has room again" deck ann workspace edit --max-numbers unlimited

check "a number with a wrong digit is unknown, and the right one is named" \
	finds configured fail "nearest configured: $number" +15551230111
check "one far from all has no neighbour" finds configured fail 'nothing near' +4930123456
check "without + it is understood" finds format warn "read as a call to $number" "${number#+}"
check "with 00 too" finds format warn 'with 00' "00${number#+}"
check "a national form is told" finds format fail 'national form' 5551230110
check "and whose it is" finds configured fail "$number is configured: set the inbound prefix" 5551230110
check "with the provider's rule" deck ann provider edit twilio --inbound-prefix +1
check "it is understood" finds format warn "read as a call to $number" 5551230110
check "but the server does not know the rule" finds prefix fail 'it should be +1' $number
check "until it is told" db_put na-1 trunkdecktrunk twilio +1
check "then it does" finds prefix pass +1 $number
check "the rule goes" deck ann provider edit twilio --inbound-prefix ''
check "there too" deck ann sync
check "letters are no number" finds format fail 'not a telephone number' alice
route na-1 +15551230119 support
check "a deleted number that still works is found" finds route fail 'left behind' +15551230119
db_del na-1 trunkdeck +15551230119

db_put na-1 trunkdeckmeta owner somebody-else
check "another store's server" finds owner fail somebody-else $number
db_del na-1 trunkdeckmeta owner
check "nobody's server is a warning" finds owner warn 'no store' $number
db_put na-1 trunkdeckmeta owner "$owner"
inside asterisk_cli na-1 'dialplan set global TRUNKDECK_ROUTES odbc' >/dev/null
check "a dialplan in the other mode" finds mode fail 'looks in odbc' $number
inside asterisk_cli na-1 'dialplan set global TRUNKDECK_ROUTES astdb' >/dev/null
inside asterisk_cli na-1 'dialplan remove context trunkdeck-in' >/dev/null
check "a dialplan that is not there" finds dialplan fail 'no context trunkdeck-in' $number
check "with what to do" finds dialplan fail 'server setup na-1' $number
inside asterisk_cli na-1 'dialplan reload' >/dev/null
check "and is back" wait_for 5 "the context" finds dialplan pass trunkdeck-in $number
check "its version is ours" finds dialplan pass 'version' $number
change_file extensions_trunkdeck.conf 's/^exten => 3,1,NoOp()/exten => 9,1,NoOp()/' 'dialplan reload'
check "another version" finds dialplan warn 'runs dialplan 9, this trunkdeck ships' $number
change_file extensions_trunkdeck.conf 's/^\[trunkdeck-version\]/[elsewhere]/' 'dialplan reload'
check "or none" finds dialplan warn 'without a version' $number
check "with what to do" finds dialplan warn "'trunkdeck server setup na-1', put it in place, 'dialplan reload'" $number
check "which is no failure" deck ann doctor $number
change_file extensions_trunkdeck.conf 's/^\[elsewhere\]/[trunkdeck-version]/;s/^exten => 9,1,NoOp()/exten => 3,1,NoOp()/' 'dialplan reload'
check "ours again" finds dialplan pass 'version' $number
change_file manager.conf 's/^timestampevents = yes/timestampevents = no/' 'manager reload'
check "events without time stamps" finds stamps warn 'timestampevents = yes' $number
change_file manager.conf 's/^timestampevents = no/timestampevents = yes/' 'manager reload'
change_file cdr_manager.conf 's/^linkedid/;linkedid/' 'module reload cdr_manager.so'
check "call records without their call" finds cdr warn 'does not map' $number
change_file cdr_manager.conf 's/^;linkedid/linkedid/' 'module reload cdr_manager.so'

echo "ws://$LAB_AGENT_HOST:8787/support" >"$LAB_RUN/robot.url"
check "an agent by URL" deck ann agent add robot --title Robot --url-file "$LAB_RUN/robot.url"
check "answers the number" deck ann number edit $number --agent robot
check "after a sync" deck ann sync
check "Asterisk dials its URL" finds object pass 'the same' $number
check "by the wizard of astdb" finds wizard pass 'finds the objects' $number
check "no section hides it" finds sections pass 'no section' $number
printf '%s\n' '[td-robot]' 'type = websocket_client' "uri = ws://$LAB_AGENT_HOST:8787/sales" 'protocols = media' \
	'connection_type = per_call_config' >>"$etc/websocket_client.conf"
inside asterisk_cli na-1 'module reload res_websocket_client.so' >/dev/null
check "one does" finds sections fail '[td-robot]' $number
check "and Asterisk dials another URL" wait_for 5 "the section" finds object fail 'another URL' $number
change_file websocket_client.conf '/^\[td-robot\]/,$d' 'module reload res_websocket_client.so'
check "until it is gone" wait_for 5 "the object" finds object pass 'the same' $number
check "its object is lost" eval "db_del na-1 ws/websocket_client td-robot && finds object fail 'no WebSocket client td-robot' $number"
check "the plain agent is back" eval "deck ann number edit $number --agent support && deck ann agent delete robot --yes && deck ann sync"
check "a routing context that is not there" deck ann provider edit twilio --routing nowhere
check "is found" finds routing fail 'no nowhere,s,1' $number
check "one that is there" deck ann provider edit twilio --routing lab-routing
check "passes" finds routing pass lab-routing $number
check "opening times" deck ann schedule add office --title Office --zone Asia/Kathmandu --open 'mon-fri 09:00-18:00'
check "Asterisk knows the zone" finds zones pass 'zones compared: 1' $number
check "all as before" eval "deck ann provider edit twilio --routing '' && deck ann schedule delete office --yes && deck ann sync"

check "an unknown endpoint" deck ann provider edit twilio --endpoint nowhere
check "is found" finds endpoint fail 'no PJSIP endpoint nowhere' $number
deck ann provider edit twilio --endpoint twilio >/dev/null
change_file pjsip.conf 's/^context = trunkdeck-in/context = default/' 'module reload res_pjsip.so'
check "an endpoint that leads elsewhere" wait_for 5 "the context" finds endpoint fail 'arrive in context default' $number
change_file pjsip.conf 's/^context = default/context = trunkdeck-in/' 'module reload res_pjsip.so'
change_file pjsip.conf "s/^contact = sip:$(address_of twilio):5060/contact = sip:127.0.0.99:5060/" 'module reload res_pjsip.so'
check "a provider that does not answer" wait_for 20 "its contact" finds contact fail OPTIONS $number
change_file pjsip.conf "s/^contact = sip:127.0.0.99:5060/contact = sip:$(address_of twilio):5060/" 'module reload res_pjsip.so'
check "and does again" wait_for 20 "its contact" finds contact pass reachable $number

allow reporting
check "a user that may not write routes" finds permissions fail "add 'system' to write" $number
check "what it may not see is unknown" finds endpoint unknown "add 'system' to write" $number
allow user
check "a user that may do nothing" finds permissions fail 'DBGet' $number
check "does not know the route" finds route unknown "add 'reporting' to write" $number
allow ''
configure ann '/server na-1/,/server eu-1/s/^secret = .*/secret = wrong/'
check "a wrong secret" finds reachable fail 'check user and secret' $number
check "leaves the route unknown" finds route unknown 'was not reached' $number
configure ann "/server na-1/,/server eu-1/s/^secret = .*/secret = $LAB_SECRET/"
configure ann '/server na-1/,/server eu-1/s/^port = .*/port = 5099/'
check "a server that is away" finds reachable fail 5099 $number
configure ann '/server na-1/,/server eu-1/s/^port = .*/port = 5038/'
configure ann '/server na-1/,/server eu-1/s/^routes = .*/routes = none/'
check "a region without a server" finds servers fail 'routes = astdb' $number
configure ann '/server na-1/,/server eu-1/s/^routes = .*/routes = astdb/'
check "all is well again" all_pass $number
check "a store that is away is status 3" exits 3 deck ann --store "postgresql://127.0.0.1:1/x" doctor $number

# The same with a server that reads the store itself, as a user with read access only.
check "PostgreSQL starts" inside start_postgres
check "with a database" inside make_database
make_desk ann $LAB_STORE
configure ann '/server na-1/,/server eu-1/s/^routes = .*/routes = odbc/'
check "the workspace is made" furnish ann
check "the server may read it" inside let_asterisk_read
check "na-1 changes to odbc" inside use_routes na-1 odbc
check "and says so" wait_for 5 "the global" inside global_is na-1 odbc
allow reporting
check "a number is added" deck ann number add $number --provider twilio --agent support
check "reading is permission enough" finds permissions pass 'all that is needed' $number
check "the store is read" finds owner pass "$(deck ann workspace show --json | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')" $number
check "the route is right" finds route pass 'to support' $number
check "with its dial string" finds dial pass 'WebSocket/support/c(ulaw)' $number
check "so is the dialplan" finds dialplan pass 'version' $number
check "nothing is wrong" deck ann doctor $number
check "the server may no longer read" inside sql lab 'REVOKE SELECT ON trunkdeck_store, trunkdeck_routes FROM lab_asterisk; REVOKE EXECUTE ON FUNCTION trunkdeck_key FROM lab_asterisk'
check "that is found" finds owner fail 'gets nothing from the store' $number
check "and the route is not there" finds route fail 'there is none' $number
check "na-1 changes back to astdb" inside use_routes na-1 astdb
check "which the configuration does not know" wait_for 5 "the mode" finds mode fail 'looks in astdb' $number
check "PostgreSQL stops" inside stop_postgres
allow ''
