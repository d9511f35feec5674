# Names and numbers as real callers write them, through SIP: every call is recorded and counted, the output has no
# terminal control, and a caller who forges events changes no other call and no figure.

need_program
number=+15551230195 forged_number=+15551230196
forget_routes
give_agents na-1
route na-1 $number support
route na-1 $forged_number support
sipp_said=$LAB_RUN/texts.sipp
: >"$sipp_said"

# harmless COUNT: the number has so many calls, all answered, in every output format; metrics agree.
harmless() {
	deck ann calls --json --number $number >"$LAB_RUN/texts.json" && deck ann calls >"$LAB_RUN/texts.table" &&
		deck ann calls --csv >"$LAB_RUN/texts.csv" && deck ann metrics --prometheus >"$LAB_RUN/texts.prom" &&
		deck ann metrics --json --all --number $number >"$LAB_RUN/texts.metrics" &&
		"$LAB_PYTHON" - "$LAB_RUN" "$1" <<'END'
import csv, json, sys, unicodedata
run, count = sys.argv[1], int(sys.argv[2])
for name in "json", "table", "csv", "prom", "metrics":
    text = open(f"{run}/texts.{name}", encoding="utf-8", newline="").read()
    bad = {char for char in text if unicodedata.category(char) in ("Cc", "Cf") and char not in "\r\n"}
    if bad:
        sys.exit(f"{name}: {ascii(bad)}")
rows = list(csv.reader(open(f"{run}/texts.csv", encoding="utf-8", newline=""), strict=True))
if len({len(row) for row in rows}) != 1:
    sys.exit("CSV: rows of different lengths")
calls = [json.loads(line) for line in open(f"{run}/texts.json", encoding="utf-8")]
figures = json.load(open(f"{run}/texts.metrics"))
print(len(calls), "calls", figures["offered"], "offered", [call["caller"] for call in calls])
sys.exit(not (len(calls) == figures["offered"] == figures["answered"] == count))
END
}

make_desk ann
check "the workspace is made in batch" furnish ann
check "a recorder listens" start_recorder ann
check "escape sequences" place 200 $number --name $'"\e[2J\e]0;owned\a" ' --from '+4930%1b%5b2J'
check "C1 controls" place 200 $number --name $'"\xc2\x9b31m" ' --from '+4930%c2%9b31m'
check "controls of direction" place 200 $number --name $'"\xe2\x80\xae10394+\xe2\x81\xa6x" ' --from '%e2%80%ae10394'
check "right to left" place 200 $number --name $'"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d" ' --from '%d7%a9%d7%9c%d7%95%d7%9d'
check "300 bytes" place 200 $number --name "\"$(printf 'n%.0s' {1..300})\" " --from "$(printf '9%.0s' {1..300})"
check "what is not UTF-8" place 200 $number --name $'"\xff\xfe\xc3(" ' --from '%ff%fe%c3'
check "a formula" place 200 $number --name '"=HYPERLINK(1)" ' --from '%3d1%2b1%7ccmd'
check "quotes and commas" place 200 $number --name '"a\"b, c;" ' --from '4930%22,%5c'
check "each is recorded and counted, and comes out harmless" wait_for 15 "the calls" harmless 8

frame='%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%201.1'
call_is_up() { inside asterisk_cli na-1 'core show channels concise' | grep -q "$number"; }
check "a call is up" eval "begin_call texts $number; wait_for 10 'the call' call_is_up"
check "a caller forges events" place 200 $forged_number --from "+4930$frame" --count 3
check "and lines" place 200 $forged_number --name '"x" ' --from '+4930%0d%0aLinkedid%3a%201.1'
check "the call is up still" call_is_up
check "and ends" end_calls na-1
check "all other calls are what they were" wait_for 15 "the calls" harmless 9
check "the recorder ends well" stop_recorder ann
forget_routes
