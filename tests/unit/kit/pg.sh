#!/bin/sh
# A PostgreSQL server for one test, in a temporary folder, on a Unix socket only.
#
# usage: pg.sh [SETTING] < commands > answers
# SETTING is a line for postgresql.conf.
# Prints "ok URL" once it is up, or "failed: why". Each line is a command, answered with "ok ..." or "failed: ...":
#   sql TEXT    runs TEXT with psql, answers "ok" and the first line of the result
#   kill        kills all its processes with SIGKILL, as a crash of the machine would
#   hang        stops it with SIGSTOP: it accepts connections and does not answer
#   wake        ends hang
#   start       starts it again
#   standby     makes a standby of it and starts that, answers "ok" and its URL
# At the end of the input the server is stopped and its folder removed, so both go when the test ends in any way.
# As root the server runs as another user, postgres or nobody. Set PGBIN to the folder of initdb if it is not found.

fail() {
	echo "failed: $*"
	exit 1
}

find_bin() {
	if [ -n "$PGBIN" ]; then echo "$PGBIN"; return; fi
	for bin in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin 2>/dev/null | sort -Vr); do
		if [ -x "$bin/initdb" ]; then echo "$bin"; return; fi
	done
	initdb=$(command -v initdb) && dirname "$(readlink -f "$initdb")"
}

# The server refuses to run as root.
as_server() {
	if [ "$(id -u)" != 0 ]; then "$@"; return; fi
	(cd "$dir" && setpriv --reuid="$owner" --regid="$group" --clear-groups env HOME="$dir" "$@")
}

start_server() {
	# After a kill, remaining processes may use the folder for a moment.
	for try in $(seq 50); do
		if as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start > "$dir/start" 2>&1 < /dev/null; then
			return 0
		fi
		tail -3 "$dir/log" | grep -q -e 'shared memory' -e 'another postmaster' || return 1
		sleep 0.2
	done
	return 1
}

# The first process of the server and those it started.
pids() {
	pid=$(head -1 "$dir/data/postmaster.pid" 2>/dev/null) || return 0
	echo "$pid"
	ps -o pid= --ppid "$pid"
}

# One of those that the server started may end at this moment.
signal_server() {
	all=$(pids)
	[ -n "$all" ] || return 1
	kill -"$1" $all 2>/dev/null
	kill -0 ${all%%[!0-9]*}
}

# Kills all at once and waits for the last (a process that is not reaped yet counts as ended).
kill_server() {
	all=$(pids)
	[ -n "$all" ] || return 1
	# A process of the list may have ended by itself meanwhile.
	kill -KILL $all 2>/dev/null
	for try in $(seq 100); do
		ps -o stat= -p "$(echo $all | tr ' ' ,)" | grep -qv Z || return 0
		sleep 0.05
	done
	return 1
}

clean_up() {
	trap '' HUP INT TERM PIPE
	if [ -f "$dir/data/postmaster.pid" ]; then
		kill -CONT $(pids) 2>/dev/null
		as_server "$bin/pg_ctl" -D "$dir/data" -w -m immediate stop > /dev/null 2>&1
	fi
	if [ -f "$dir/standby/postmaster.pid" ]; then
		as_server "$bin/pg_ctl" -D "$dir/standby" -w -m immediate stop > /dev/null 2>&1
	fi
	rm -rf "$dir"
}

bin=$(find_bin)
[ -n "$bin" ] && [ -x "$bin/initdb" ] ||
	fail "PostgreSQL's server is not installed (initdb not found): on Debian, apt-get install postgresql"
owner=postgres
id postgres > /dev/null 2>&1 || owner=nobody
group=$(id -g "$owner")
dir=$(mktemp -d "${TMPDIR:-/tmp}/tdpg.XXXXXX") || fail "no temporary folder"
trap clean_up EXIT
trap 'exit 1' HUP INT TERM PIPE
if [ "$(id -u)" = 0 ]; then chown "$owner:$group" "$dir"; fi

as_server "$bin/initdb" -D "$dir/data" -U trunkdeck -A trust -E UTF8 --locale=C.UTF-8 --no-sync > "$dir/initdb" 2>&1 ||
	fail "initdb: $(tail -1 "$dir/initdb")"
cat >> "$dir/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 40
$1
END
start_server || fail "pg_ctl: $(tail -1 "$dir/start"); $(tail -1 "$dir/log")"
url="postgresql://trunkdeck@/postgres?host=$dir"
echo "ok $url"

while read -r command rest; do
	case $command in
	sql)	if answer=$("$bin/psql" -X -q -t -A -v ON_ERROR_STOP=1 -d "$url" -c "$rest" 2>&1 < /dev/null); then
			echo "ok $(echo "$answer" | head -1)"
		else
			echo "failed: $(echo "$answer" | head -1)"
		fi ;;
	kill)	kill_server && echo ok || echo "failed: no server" ;;
	hang)	signal_server STOP && echo ok || echo "failed: no server" ;;
	wake)	signal_server CONT && echo ok || echo "failed: no server" ;;
	standby)
		if as_server "$bin/pg_basebackup" -D "$dir/standby" -d "$url" -R -c fast > "$dir/backup" 2>&1 &&
			echo 'port = 5433' >> "$dir/standby/postgresql.auto.conf" &&
			as_server "$bin/pg_ctl" -D "$dir/standby" -l "$dir/log2" -w -t 60 start > "$dir/start" 2>&1 < /dev/null; then
			echo "ok $url&port=5433"
		else
			echo "failed: $(tail -1 "$dir/backup") $(tail -1 "$dir/start")"
		fi ;;
	start)	if start_server; then echo ok; else echo "failed: $(tail -1 "$dir/log")"; fi ;;
	*)	echo "failed: unknown command $command" ;;
	esac
done
exit 0
