#!/bin/sh
# Every include points downwards: base <- model <- store, asterisk, agents <- app <- ui, cli. A header in
# src/LAYER/ is for that layer and main.c alone, and a library only for the files that wrap it.
. "${0%/*}/lib.sh"

lint() {
	files=$(c_files | grep -E '^(src|include)/')
	headers=$(printf '%s\n' "$files" | grep '\.h$' | tr '\n' ' ')
	sources=$(printf '%s\n' "$files" | grep '\.c$' | tr '\n' ' ')
	# shellcheck disable=SC2086 # a list of names without blanks
	awk -v headers="$headers" -v sources="$sources" -f "$lint_dir/layers.awk" $files
}

judge lint
