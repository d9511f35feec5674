#!/bin/sh
# Every file with text for translators is listed in po/POTFILES.in, and what is listed is there.
. "${0%/*}/lib.sh"

# The first line of each file that has a text in _("..."), N_("...") or ngettext("...").
marked() {
	# shellcheck disable=SC2046 # names without blanks
	grep -nE '(^|[^A-Za-z0-9_])(N?_|ngettext)\(("|$)' /dev/null $(c_files | grep -E '^(src|include)/') |
		sort -t : -k 1,1 -u
}

lint() {
	listed=$(grep -v '^#' po/POTFILES.in | grep .)
	marked | while IFS=: read -r file line _; do
		printf '%s\n' "$listed" | grep -qxF "$file" ||
			echo "$file:$line: has text to translate, but isn't in po/POTFILES.in"
	done
	for file in $listed; do
		[ -f "$file" ] || echo "po/POTFILES.in:$(grep -nxF "$file" po/POTFILES.in | cut -d : -f 1): no such file: $file"
	done
}

judge lint
