#!/bin/sh
# Every header compiles alone, and twice in a row: it includes what it uses and has its guard. Tried with $CC and with
# gcc, without banned.h, whose own includes would hide what is missing.
. "${0%/*}/lib.sh"

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
top=$(pwd)
: >"$work/config.h"

# name of the file that includes the header: src/ui/frame/list.h -> src-ui-list.c
write_users() {
	c_files | grep -E '^(src|include)/.*\.h$' | while read -r header; do
		name=$(printf '%s' "${header%.h}" | tr / -)
		printf '#include "%s"\n#include "%s"\n' "$top/$header" "$top/$header" >"$work/$name.c"
	done
}

compile_all() {
	cd "$work" || return
	# shellcheck disable=SC2086 # $CC may carry options
	printf '%s\n' *.c | xargs -n 8 -P 4 $1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only \
		-I. -I"$top/include" -I"$top/src" 2>&1 |
		awk '/(In file included| +)from [a-z0-9_-]+\.c:/ { user = $0; sub(/.*from /, "", user); sub(/\.c:.*/, "", user) }
			/:[0-9]+:[0-9]+: (fatal )?error:/ { print $0 " (in " user ".h)" }' |
		sed "s,^.*$top/,,"
}

lint() {
	write_users
	printf '%s\n' "${CC:-gcc}" gcc | sort -u | while read -r compiler; do
		if command -v "${compiler%% *}" >/dev/null; then
			compile_all "$compiler"
		else
			echo "headers.sh: there is no $compiler (Debian package gcc)"
		fi
	done | sort -u
}

judge lint
