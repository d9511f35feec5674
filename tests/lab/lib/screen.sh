# The program itself: desks and screens.
#
# A desk belongs to an operator: a home directory, a configuration, and a name for the changes. A screen is trunkdeck in
# tmux, inside the lab, at that desk. Each screen has its own tmux server (80x24, UTF-8), so that a stopped one is a
# terminal that no longer reads and does not disturb others. Tests wait for what a screen shows; they never sleep.

LAB_HOST_PACKAGES="$LAB_HOST_PACKAGES tmux"
TRUNKDECK=$(realpath -m "${TRUNKDECK:-$LAB_SRC/build/gcc/trunkdeck}")

need_program() {
	[ -x "$TRUNKDECK" ] || die "no trunkdeck at $TRUNKDECK: build it, or set TRUNKDECK to the path of the program"
}

desk_dir() { echo "$LAB_RUN/desk.$1"; }

# make_desk NAME [STORE_URL]: makes a new desk; without a URL its store is a file of the desk.
make_desk() {
	local dir
	dir=$(desk_dir "$1")
	[ ! -S "$dir/tmux" ] || close_screen "$1" 2>/dev/null
	rm -rf "$dir"
	mkdir -p "$dir"
	lab_config "$dir/config" "${2:-sqlite:$dir/store.db}" >/dev/null
}

# give_desk NAME: from now on its operator is a user of the same name. The programs of other desks run as root.
give_desk() { inside add_user "$1" && enter chown -R "$1" "$(desk_dir "$1")" && : >"$(desk_dir "$1")/own_user"; }

# add_user NAME: adds a user to the lab's user database. Must run inside the lab.
add_user() {
	mountpoint -q /etc/passwd ||
		{ cp /etc/passwd "$LAB_RUN/mnt/passwd" && mount --bind "$LAB_RUN/mnt/passwd" /etc/passwd; } || return 1
	id "$1" >/dev/null 2>&1 || echo "$1:x:$((64000 + $(wc -l </etc/passwd))):65534::/nonexistent:/bin/sh" >>/etc/passwd
}

# configure NAME SED_EXPRESSION: changes the desk's configuration.
configure() { sed -i -e "$2" "$(desk_dir "$1")/config"; }

# at_desk NAME COMMAND...: runs it inside the lab, with the desk's environment only.
at_desk() {
	local name=$1 dir as=()
	dir=$(desk_dir "$1")
	shift
	# It may still read the program and the authority, wherever they lie.
	[ ! -e "$dir/own_user" ] || as=(setpriv --reuid "$name" --regid 65534 --clear-groups
		--inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search)
	enter "${as[@]}" env -i PATH=/usr/bin:/bin HOME="$dir" USER="$name" XDG_CONFIG_HOME="$dir" XDG_DATA_HOME="$dir/data" \
		XDG_STATE_HOME="$dir/state" LANG=C.UTF-8 TZ=UTC ${ASAN_OPTIONS+ASAN_OPTIONS="$ASAN_OPTIONS"} "$@"
}

# deck NAME ARGUMENTS...: runs a batch command.
deck() {
	local name=$1
	shift
	at_desk "$name" "$TRUNKDECK" --config "$(desk_dir "$name")/config" "$@"
}

desk_tmux() {
	local name=$1
	shift
	at_desk "$name" tmux -u -S "$(desk_dir "$name")/tmux" -f "$LAB_DIR/lib/tmux.conf" "$@"
}

# open_screen NAME [ARGUMENTS...]: opens it and waits until it has painted.
open_screen() {
	local name=$1 dir
	dir=$(desk_dir "$1")
	shift
	rm -f "$dir"/ended "$dir"/*.pid
	desk_tmux "$name" new-session -d -x 80 -y 24 sh -c '"$@"; echo $? >"$HOME/ended"' sh \
		"$TRUNKDECK" --config "$dir/config" "$@" &&
		screen_shows "$name" '1 Deck'
}

# close_screen NAME: closes the terminal, and waits until the program has ended.
close_screen() {
	local pid
	resume_screen "$1" 2>/dev/null || :
	pid=$(program_of "$1") || pid=none
	desk_tmux "$1" kill-server
	wait_for 10 "the end of $1's screen" screen_closed "$1" && wait_for 10 "the end of the program" program_ended "$pid"
}

program_ended() { ! enter test -e "/proc/$1"; }

# has_ended NAME STATUS
has_ended() { [ "$(cat "$(desk_dir "$1")/ended" 2>/dev/null)" = "$2" ]; }

# quit_screen NAME: quits the program with its key.
quit_screen() {
	press "$1" q && wait_for 10 "the program to end with status 0" has_ended "$1" 0 || { screen_text "$1"; return 1; }
	close_screen "$1"
}

screen_closed() { ! desk_tmux "$1" list-sessions; }

close_screens() {
	local dir
	for dir in "$LAB_RUN"/desk.*; do
		[ ! -S "$dir/tmux" ] || close_screen "${dir##*/desk.}" >/dev/null 2>&1 || :
	done
}

screen_text() { desk_tmux "$1" capture-pane -p; }

# press NAME KEY...: names of keys as tmux has them (a, Enter, Escape, C-s).
press() {
	local name=$1
	shift
	desk_tmux "$name" send-keys "$@"
}

# write_text NAME TEXT
write_text() { desk_tmux "$1" send-keys -l -- "$2"; }

# has_line NAME PART...: one line of the screen holds all the parts, in any order.
has_line() {
	local name=$1
	shift
	screen_text "$name" | "$LAB_PYTHON" -c 'import sys
sys.exit(not any(all(part in line for part in sys.argv[1:]) for line in sys.stdin))' "$@"
}

has_no_line() { ! has_line "$@"; }

# In seconds; a server that was away for long is tried every 30 s only.
SCREEN_PATIENCE=40

# screen_shows NAME PART...: waits for such a line; prints the screen when it does not come.
screen_shows() {
	wait_for "$SCREEN_PATIENCE" "a line with: ${*:2}" has_line "$@" || { screen_text "$1"; return 1; }
}

# screen_drops NAME PART...: waits until there is no such line.
screen_drops() {
	wait_for "$SCREEN_PATIENCE" "no line with: ${*:2}" has_no_line "$@" || { screen_text "$1"; return 1; }
}

# screen_has NAME PART...: looks for such a line without waiting.
screen_has() { has_line "$@" || { screen_text "$1"; return 1; }; }

# Prints the process id of the program at a desk, as seen inside the lab.
program_of() { enter pgrep -P "$(desk_tmux "$1" display-message -p '#{pane_pid}')"; }

# furnish NAME: adds the records with which every store begins; --dial strings are the lab's.
furnish() {
	deck "$1" init --name lab --plan pro &&
		deck "$1" provider add Twilio --sip-domain pstn.twilio.com --endpoint twilio --region na &&
		deck "$1" agent add support --title 'Customer Support' --dial 'WebSocket/support/c(ulaw)' &&
		deck "$1" agent add sales --title Sales --dial "AudioSocket/$LAB_AGENT_HOST:9092/{uuid}" &&
		deck "$1" agent add busy --title 'Busy Bee' --dial Local/busy@lab-agents &&
		deck "$1" agent add down --title 'Out of Order' --dial "AudioSocket/$LAB_AGENT_HOST:9999/{uuid}"
}

# forget_routes: removes all routes and owners from the servers.
forget_routes() {
	local server family
	for server in $LAB_SERVERS; do
		for family in trunkdeck trunkdeckagent trunkdecktell trunkdeckschedule trunkdeckday trunkdeckblock trunkdecktrunk \
			trunkdeckmeta ws; do
			inside asterisk_cli "$server" "database deltree $family" >/dev/null
		done
	done
}

# fill_form NAME NUMBER AGENT [REGION_KEY]: fills the form for a new number and stops at its button.
fill_form() {
	press "$1" a && screen_shows "$1" 'Add number' && write_text "$1" "$2" && press "$1" Tab Tab && write_text "$1" "$3" &&
		press "$1" Tab ${4:+"$4"}
}

# add_number NAME NUMBER AGENT [REGION_KEY]: adds it on the screen and waits for the message.
add_number() { fill_form "$@" && press "$1" C-s && screen_shows "$1" "$2 added" && screen_drops "$1" 'Add number'; }

# leave_form NAME: closes a filled form without saving.
leave_form() { press "$1" Escape && screen_shows "$1" 'Esc again' && press "$1" Escape && screen_drops "$1" 'Add number'; }

# find_number NAME NUMBER: filters the deck by it and puts the cursor on it; Escape clears the filter.
find_number() { press "$1" / && write_text "$1" "$2" && press "$1" Enter j && screen_shows "$1" "── /$2"; }

# delete_number NAME NUMBER: deletes it on the screen and waits until its row is gone.
delete_number() {
	find_number "$@" && press "$1" d && screen_shows "$1" "Delete $2?" && press "$1" y &&
		screen_shows "$1" 'Nothing matches the filter' && press "$1" Escape
}

# in_store NAME NUMBER KEY=VALUE...: checks that 'number list --json' has these values.
in_store() {
	local name=$1
	shift
	deck "$name" number list --json | "$LAB_PYTHON" -c 'import json, sys
rows = {r["number"]: r for r in map(json.loads, sys.stdin)}
print(rows)
row = rows[sys.argv[1]]
sys.exit(not all(str(row[k]) == v for k, v in (w.split("=", 1) for w in sys.argv[2:])))' "$@"
}

# stall_screen NAME: its terminal stops reading, as when an SSH peer vanishes, and takes no more bytes: its buffer is
# filled with NUL bytes, which a terminal ignores.
stall_screen() {
	local dir pid
	dir=$(desk_dir "$1")
	desk_tmux "$1" display-message -p '#{pane_tty}' >"$dir/tty" && pid=$(desk_tmux "$1" display-message -p '#{pid}') &&
		echo "$pid" >"$dir/tmux.pid" && enter kill -STOP "$pid" && { write_nul "$1" 1000000 || :; } && terminal_is_full "$1"
}

# write_nul NAME COUNT: writes them to its terminal, without waiting; false when the terminal does not take all of them.
write_nul() {
	enter "$LAB_PYTHON" -c 'import os, sys
terminal = os.open(sys.argv[1], os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
left = int(sys.argv[2])
try:
    while left:
        left -= os.write(terminal, bytes(left))
except BlockingIOError:
    sys.exit(1)' "$(cat "$(desk_dir "$1")/tty")" "$2"
}

terminal_is_full() { ! write_nul "$1" 1; }

resume_screen() { enter kill -CONT "$(cat "$(desk_dir "$1")/tmux.pid")" && rm "$(desk_dir "$1")/tmux.pid"; }

# all_read SERVER: every byte that the server sent over AMI has been read.
all_read() { [ -z "$(enter ss -Htn dst "$(address_of "$1")" dport = :5038 | awk '$2 > 0')" ]; }

# ami_sessions SERVER: prints who is logged in since when; unchanged as long as no session is dropped.
ami_sessions() {
	inside asterisk_cli "$1" 'manager show connected' | awk '$1 == "trunkdeck" { print $1, $2, $3, $5 }' | sort
}
