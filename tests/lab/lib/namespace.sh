# The lab's own network, mount and process namespaces.
#
# All mounts are made inside, on a tmpfs that exists only there, so ending the first process is the whole clean-up: the
# kernel ends every other process and drops every mount, and nothing on this machine's own disks was ever mounted over.

# Prints when a process started, in clock ticks since boot. Together with the process id, this identifies the process for good.
start_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

remember_process() { echo "$1 $(start_of "$1")" >"$2"; }

# Prints the process id that FILE holds; false if the process has ended.
recall_process() {
	local pid start
	[ -r "$1" ] && read -r pid start <"$1" && [ -n "$start" ] && [ "$(start_of "$pid")" = "$start" ] && echo "$pid"
}

init_pid() { recall_process "$LAB_RUN/init.pid"; }

is_up() { init_pid >/dev/null; }

need_up() { is_up || die "not up; 'lab up' starts it"; }

# Prints the path, outside, of a file inside the lab's mounts.
inside_path() { echo "/proc/$(init_pid)/root$1"; }

start_namespace() {
	local outer
	mkdir -p "$LAB_RUN/mnt"
	setsid unshare --net --mount --pid --fork --kill-child --mount-proc \
		"$LAB_DIR/lib/init" "$LAB_RUN/mnt" </dev/null >"$LAB_RUN/init.log" 2>&1 &
	outer=$!
	remember_process "$outer" "$LAB_RUN/outer.pid"
	wait_for 10 "the namespaces' first process" pgrep -P "$outer" || return 1
	remember_process "$(pgrep -P "$outer")" "$LAB_RUN/init.pid"
	wait_for 10 "the namespaces' mounts" namespace_ready
}

namespace_ready() { [ -e "$(inside_path "$LAB_RUN/mnt/ready")" ]; }

# become COMMAND...: replaces this shell by COMMAND inside, in the same directory; it ends when nsenter is ended.
become() {
	exec nsenter --target "$(init_pid)" --net --mount --pid -- \
		setpriv --pdeathsig KILL /bin/bash -c 'cd "$1" && shift && exec "$@"' enter "$PWD" "$@"
}

# enter COMMAND...: runs it inside.
enter() { (become "$@"); }

# inside FUNCTION ARGS...: runs a function of these files inside.
inside() { enter "$LAB_DIR/lab" inside "$@"; }

# daemon LOG COMMAND...: starts a process that outlives the command which started it. Must run inside the lab.
daemon() {
	local log=$1
	shift
	setsid "$@" </dev/null >>"$log" 2>&1 &
}

process_gone() { ! recall_process "$1"; }

stop_namespace() {
	local file pid
	for file in "$LAB_RUN/init.pid" "$LAB_RUN/outer.pid"; do
		pid=$(recall_process "$file") && kill -KILL "$pid" 2>/dev/null
		wait_for 10 "the end of the lab's processes" process_gone "$file" || return 1
	done
}
