# The files that 'server setup' prints suffice: an Asterisk with them, unchanged, serves calls and passes the doctor.

need_program
number=+15551230130
etc=$(inside_path "$(server_root na-1)")/etc

# install_printed: writes every file to its path.
install_printed() {
	deck ann server setup na-1 --show-secret --json | "$LAB_PYTHON" -c 'import json, os, sys
for line in sys.stdin:
    file = json.loads(line)
    with open(sys.argv[1] + file["path"].removeprefix("/etc"), "w") as out:
        out.write(file["text"])
    print(file["reload"])' "$etc" >"$LAB_RUN/reloads" && [ -s "$LAB_RUN/reloads" ]
}

tell_asterisk() {
	local command
	while read -r command; do
		[[ $command = "core restart"* ]] && continue	# sorcery.conf of the lab has the same lines
		inside asterisk_cli na-1 "$command" || return 1
	done <"$LAB_RUN/reloads"
}

forget_routes
make_desk ann
check "the workspace is made in batch" furnish ann
check "the servers are listed" eval "deck ann server list --json | grep -q '\"name\":\"eu-1\"'"
check "the secret is not printed" eval "! deck ann server setup na-1 | grep -q $LAB_SECRET"
check "unless it is asked for" eval "deck ann server setup na-1 --show-secret | grep -qx 'secret = $LAB_SECRET'"
check "nothing is left to fill in" eval "! deck ann server setup na-1 --show-secret | grep -v '^;' | grep '@[A-Z_]*@\|<[A-Z]'"
check "nor for odbc but what the database's owner knows" eval \
	"test \"\$(deck ann server setup na-1 --mode odbc --show-secret | grep -v '^;' | grep -c '<[A-Z]')\" = 3"
check "an unknown server is a mistake" eval "deck ann server setup nowhere; test \$? = 2"

rm -f "$etc"/asterisk/*trunkdeck*.conf "$etc/asterisk/cdr_manager.conf"
check "the files are put in place" install_printed
check "Asterisk is told" tell_asterisk
owner=$(deck ann workspace show --json | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
db() { AMI_SECRET=$LAB_SECRET enter "$LAB_PYTHON" "$LAB_DIR/ami.py" "$(address_of na-1)" trunkdeck send "$@"; }
check "our user writes a route" db "Action: DBPut" "Family: trunkdeck" "Key: $number" "Val: support"
check "an agent" db "Action: DBPut" "Family: trunkdeckagent" "Key: support" "Val: WebSocket/support/c(ulaw)"
check "and the owner" db "Action: DBPut" "Family: trunkdeckmeta" "Key: owner" "Val: $owner"
check "a number is added" deck ann number add $number --provider twilio --agent support
check "sync writes all that it needs" deck ann sync --server na-1
check "the doctor finds nothing wrong" deck ann doctor $number
check "and the dialplan in force is the one that is shipped" eval \
	"deck ann doctor $number --json | grep '\"dialplan\"' | grep -q '\"pass\".*version'"
check "a call is answered" answered_by support $number

inside install_configuration na-1
check "the lab's own files are back" tell_asterisk
