#!/bin/sh
# A function has at most 120 lines (more than 60 is noted), a C file at most 700.
. "${0%/*}/lib.sh"

if ! ctags --version 2>/dev/null | grep -q 'Universal Ctags'; then
	echo "size.sh: needs universal-ctags (Debian package universal-ctags)"
	exit 1
fi

function_sizes() {
	ctags --language-force=C --kinds-C=f --fields=+ne --sort=no -o - --output-format=xref \
		--_xformat='%{line} %{end} %{input} %{name}' "$@" |
	awk '{ print ($2 ? $2 - $1 + 1 : 9999), $3 ":" $1, $4 }' | sort -n |
	awk -v many=60 -v most=120 -f "$lint_dir/size.awk"
}

file_sizes() {
	awk 'function check() { if (lines > 700) printf "%s:701: the file has %d lines, more than 700\n", file, lines }
		FNR == 1 { check(); file = FILENAME }
		{ lines = FNR }
		END { check() }' "$@"
}

lint() {
	# shellcheck disable=SC2046 # names without blanks
	set -- $(c_files)
	function_sizes "$@"
	file_sizes "$@"
}

judge lint
