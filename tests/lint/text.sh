#!/bin/sh
# Form of every text file: no stray white space, tabs in C, a line end at the end, nothing left for later, no variables
# shared through headers, no path of somebody's own machine.
. "${0%/*}/lib.sh"

# Written so that this file does not find itself.
later='TO''DO|FIX''ME|XX''X|HA''CK'
private='/(wor''k|ro''ot|Use''rs)/|/tm''p/td'

unended() {
	for file in "$@"; do
		[ -z "$(tail -c 1 "$file")" ] || echo "$file:$(($(wc -l <"$file") + 1)): no line end at the end"
	done
}

lint() {
	# shellcheck disable=SC2046 # names without blanks
	set -- $(text_files)
	awk -f "$lint_dir/text.awk" "$@"
	unended "$@"
	grep -nwE "$later" /dev/null "$@" | sed 's/:\([0-9]*\):/:\1: left for later: /'
	project_files | xargs grep -nIE "(^|[^A-Za-z0-9_.)}])($private)" |
		sed 's/:\([0-9]*\):/:\1: a path of one machine only: /'
}

judge lint
