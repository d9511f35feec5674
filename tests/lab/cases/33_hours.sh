# Opening hours: right to the minute, over midnight, on dates with exceptions, in all years, around both changes of the clock. na-1
# runs under a faked clock for some calls. The other instants are asked for with TRUNKDECK_AT.

number=+15551230330
url_agent na-1 day support
url_agent na-1 night spare
schedule() { db_put na-1 trunkdeckschedule hours "3,$1"; }
# at UTC_TIME open|closed|CODE: what a call gets at that time.
at() {
	LAB_CLOCK=$1 inside restart_server na-1 && case $2 in
	open) answered_by support $number ;;
	closed) answered_by spare $number ;;
	*) status_is "$2" $number ;;
	esac
}
# asks VARIABLE...: has [lab-hours] asked, and keeps its answers in call.ami.
asks() {
	local file=$LAB_RUN/call.ami recorder
	rm -f "$file"
	"$LAB_DIR/lab" record na-1 "$file" &
	recorder=$!
	wait_for 10 "the login" grep -aqs '^Event: FullyBooted' "$file"
	ami na-1 trunkdeck-ctl 'Action: Originate' 'Channel: Local/s@lab-hours/n' 'Application: Wait' 'Data: 60' 'Async: true' \
		'Variable: LAB_SCHEDULE=hours' "${@/#/Variable: }"
	wait_for 60 "the answers" grep -aq '^Schedule: none' "$file"
	kill "$recorder"
}
# told_at [UTC_TIME open|closed]...: what the dialplan says for these instants.
told_at() {
	local times= count=0 words=()
	while [ $# -gt 0 ]; do
		times=$times${times:+/}$(date -u -d "$1" +%s)
		words+=("Said=$2")
		shift 2
		count=$((count + 1))
	done
	asks LAB_COUNT=$count "LAB_TIMES=$times"
	said LabHours "${words[@]}" Schedule=none
}
allow_originate() {
	LAB_WRITE=system,reporting,originate inside install_files na-1 "$LAB_DATA/manager_trunkdeck_split.conf"
	inside asterisk_cli na-1 'manager reload' >/dev/null
}
allow_originate
number_key na-1 $number agent=day schedule=hours closed=night

# Friday 22:00-02:00 in Zurich, which is UTC+1 in November.
schedule 'Europe/Zurich,0,,,,,2200-2400,0000-0200,'
check "Friday 01:30, before the Friday's hours" at '2026-11-27 00:30:00' closed
check "Saturday 01:00, still the Friday's hours" at '2026-11-28 00:00:00' open
check "their ends" told_at '2026-11-27 20:59:59' closed '2026-11-27 21:00:00' open '2026-11-27 22:59:59' open '2026-11-27 23:00:00' open \
	'2026-11-28 00:59:59' open '2026-11-28 01:00:00' closed

schedule 'Europe/Zurich,1,0900-1800,0900-1800,0900-1800,0900-1800,0900-1800,,'
db_put na-1 trunkdeckday hours.20261224 3,
db_put na-1 trunkdeckday hours.20261231 3,1000-1400/1500-1600
check "17:59:59" at '2026-11-27 16:59:59' open
check "18:00:00" at '2026-11-27 17:00:00' closed
check "24 December of this year, an exception" at '2026-12-24 09:00:00' closed
check "of the next" at '2027-12-24 09:00:00' open
check "other instants" told_at '2026-11-27 07:59:59' closed '2026-11-27 08:00:00' open '2026-12-31 08:59:59' closed \
	'2026-12-31 09:00:00' open '2026-12-31 13:30:00' closed '2026-12-31 14:30:00' open '2026-12-31 22:59:59' closed \
	'2027-01-01 09:00:00' open '2028-02-29 09:00:00' open

# 2026-03-29: 02:00 is followed by 03:00. 2026-10-25: 03:00 is followed by 02:00.
schedule 'Europe/Zurich,0,,,,,,,0130-0330'
check "spring: 03:00 follows 01:59" at '2026-03-29 01:00:00' open
check "the hours around it" told_at '2026-03-29 00:29:59' closed '2026-03-29 00:59:59' open '2026-03-29 01:29:59' open \
	'2026-03-29 01:30:00' closed
schedule 'Europe/Zurich,0,,,,,,,0200-0230'
check "autumn: 02:00 comes twice" at '2026-10-25 01:00:00' open
check "with its hours" told_at '2026-10-24 23:59:59' closed '2026-10-25 00:00:00' open '2026-10-25 00:30:00' closed \
	'2026-10-25 01:29:59' open '2026-10-25 01:30:00' closed
check "and in spring never" told_at '2026-03-29 00:59:59' closed '2026-03-29 01:00:00' closed
schedule 'Asia/Kolkata,0,0900-1800,,,,,,'
check "a zone of half an hour" told_at '2026-11-30 03:29:59' closed '2026-11-30 03:30:00' open
check "the true clock is back" inside restart_server na-1
schedule 'UTC,0,,,,,,,'
number_key na-1 $number agent=day schedule=hours
check "without an agent for closed hours" watch_call na-1 $number
check "closed is told" said TrunkdeckRefused "Reason=closed Cap= Number=$number"
check "the code is 480" status_is 480 $number
number_key na-1 $number agent=day schedule=hours closed=night
check "the agent for closed hours is told" watch_call na-1 $number
check "as the way" said TrunkdeckCall 'Agent=night Way=closed'
number_key na-1 $number agent=day schedule=nowhere
check "a schedule that is not on the server is open" answered_by support $number

# Random instants of four years, of a week with all kinds of ranges.
instants=1000
[ -z "${LAB_FULL:-}" ] || instants=2500
random() {
	local key="3,$1,1,0000-2400,0000-0330/2200-2400,,0915-1245/1330-1801,2359-2400,0000-0001/0200-0300,0130-0230"
	db_put na-1 trunkdeckschedule hours "$key"
	asks LAB_COUNT=$instants LAB_FROM=1767225600 LAB_TO=1893456000
	"$LAB_PYTHON" "$LAB_DIR/hours.py" "$LAB_RUN/call.ami" $instants "$key" 20261224= 20261231=1000-1400/1500-1600
}
for zone in Europe/Zurich America/New_York Australia/Lord_Howe Asia/Kathmandu; do
	check "$instants instants in $zone" random $zone
done
inside install_files na-1 "$LAB_DATA/manager_trunkdeck_split.conf"
inside asterisk_cli na-1 'manager reload' >/dev/null
for key in 20261224 20261231; do
	db_del na-1 trunkdeckday hours.$key
done
db_del na-1 trunkdeckschedule hours
db_del na-1 trunkdeck $number
