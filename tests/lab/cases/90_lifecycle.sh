# A second lab beside this one starts, is separate from this one, and leaves no process and no mount behind.

second=$(mktemp -d /tmp/trunkdeck-lab.XXXXXX)
other() { TRUNKDECK_LAB_RUN=$second "$LAB_DIR/lab" "$@"; }
namespace_of() { readlink "/proc/$1/ns/pid"; }
processes_in() { readlink /proc/[0-9]*/ns/pid 2>/dev/null | grep -cFx "$1" || :; }

check "a second lab starts" other up
other_init=$(cut -d' ' -f1 "$second/init.pid")
other_namespace=$(namespace_of "$other_init")
check "in a namespace of its own" test "$other_namespace" != "$(namespace_of "$(init_pid)")"
check "with processes in it" test "$(processes_in "$other_namespace")" -ge 6
check "its mounts are not seen outside" refuted grep -F "$second" /proc/self/mounts
check "both servers are up there" other status
check "its routes are its own" refuted other dbget na-1 trunkdeck +15551230050
check "a dead process in it is noticed" other kill na-1
check "it ends" other down
check "no process is left" test "$(processes_in "$other_namespace")" = 0
check "no mount is left" refuted grep -F "$second" /proc/self/mounts
check "nothing is left in its mount point" refuted test -e "$second/mnt"
check "down twice is harmless" other down
check "the cached tree is as it was" test -x "$(root_tree)/usr/sbin/asterisk"
check "this lab runs on" inside server_booted na-1
rm -rf "$second"
