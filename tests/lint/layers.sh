#!/bin/sh
# Every include points to the same room or to one before it; layers.awk has the rooms and their order. A header in src/ is
# for its own room, and a library only for the files that wrap it.
. "${0%/*}/lib.sh"

lint() {
	files=$(c_files | grep -E '^(src|include)/')
	# shellcheck disable=SC2086 # a list of names without blanks
	awk -v headers="$(printf '%s\n' "$files" | grep '\.h$' | tr '\n' ' ')" -f "$lint_dir/layers.awk" $files
}

judge lint
