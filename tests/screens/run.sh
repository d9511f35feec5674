#!/bin/sh
# Golden screens: each tests/screens/*.script is played through the real program on the demonstration workspace, with a virtual
# clock and no terminal; every file it dumps must equal tests/screens/golden/FILE. UPDATE=1 rewrites those; read the diff.
# A script may ask for options of the program in a line "# options: --ascii", and for a command in "# command: replay FILE",
# FILE under tests/.
# usage: run.sh [SCRIPT...]
set -u

here=$(cd "$(dirname "$0")" && pwd)
program=${TRUNKDECK:-${abs_builddir:-.}/trunkdeck}
case $program in /*) ;; *) program=$PWD/$program ;; esac
work=$(mktemp -d "${TMPDIR:-/tmp}/trunkdeck-screens.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
. "$here/../env.sh"
HOME=$work/home
TMPDIR=$work/home
export HOME TMPDIR
mkdir "$work/home"
failed=0

fail() {
	echo "FAIL: $*" >&2
	failed=1
}

# The id of a new store is random.
compare() {
	sed -E 's/\<[0-9a-f]{32}\>/0123456789abcdef0123456789abcdef/' "$1" >"$work/masked" && mv "$work/masked" "$1"
	if [ "${UPDATE:-0}" = 1 ]; then
		cp "$1" "$here/golden/$2"
	elif [ ! -f "$here/golden/$2" ]; then
		fail "$2: no golden screen; UPDATE=1 makes it"
	elif ! diff -u "$here/golden/$2" "$1" >&2; then
		fail "$2 differs"
	fi
}

play() {
	name=$(basename "$1" .script)
	options=$(sed -n 's/^# options: *//p' "$1")
	command=$(sed -n "s|^# command: *replay *|replay $here/../|p" "$1")
	mkdir "$work/$name"
	# shellcheck disable=SC2086 # options and command are words
	if ! (cd "$work/$name" && "$program" $options --demo --script "$1" $command >out 2>err); then
		cat "$work/$name/err" >&2
		fail "$name"
		return
	fi
	for dump in "$work/$name"/*.txt; do
		[ -f "$dump" ] || continue
		compare "$dump" "$(basename "$dump")"
		echo "$(basename "$dump")" >>"$work/made"
	done
}

# The runner and the script driver themselves can fail, and say where.
must_fail() {
	printf 'size 80x24\n%s\n' "$2" >"$work/wrong.script"
	"$program" --demo --script "$work/wrong.script" >"$work/out" 2>"$work/err"
	code=$?
	[ "$code" = "$1" ] || fail "'$2' ended with $code instead of $1"
	grep -q "wrong.script:2: " "$work/err" || fail "'$2' did not say where: $(cat "$work/err")"
}

[ -x "$program" ] || { echo "FAIL: no program at $program" >&2; exit 1; }
: >"$work/made"
if [ $# -gt 0 ]; then
	for script; do play "$(cd "$(dirname "$script")" && pwd)/$(basename "$script")"; done
	exit "$failed"
fi
must_fail 1 'expect what no screen shows'
must_fail 1 'refute Log'
must_fail 2 'jump up'
must_fail 2 'key NoSuchKey'
must_fail 2 'do nothing'
must_fail 2 'size large'
must_fail 2 'expect'
for script in "$here"/*.script; do play "$script"; done
for golden in "$here"/golden/*.txt; do
	grep -qxF "$(basename "$golden")" "$work/made" || fail "$(basename "$golden"): no script makes this screen any more"
done
[ "$(sort "$work/made" | uniq -d)" = "" ] || fail "made twice: $(sort "$work/made" | uniq -d)"
echo "$(wc -l <"$work/made") screens"
exit "$failed"
