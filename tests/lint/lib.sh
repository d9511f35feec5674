# shellcheck shell=sh disable=SC2034
# Sourced by every lint. Goes to the source tree and lists its files: with find, because a release has no git.
# A lint is a function that prints one line "file:line: what" for each offence; the script ends with `judge` of it.
set -u
LC_ALL=C
export LC_ALL
lint_dir=$(cd "${0%/*}" && pwd)
cd "${srcdir:-.}" || exit 99

# Everything somebody wrote; what autoreconf, configure and make leave in the source tree is left out.
project_files() {
	find . \( -path ./.git -o -path ./m4 -o -path ./autom4te.cache -o -path './trunkdeck-[0-9]*' -o -path './_*' \
		-o -path './build*' ! -path './build-aux*' -o -name .deps \) -prune -o \
		-type f \
		! -path './build-aux/[!e]*' ! -name 'Makefile' ! -name 'Makefile.in*' ! -name '*.[oa]' ! -name '*~' ! -name .dirstamp \
		! -path './config*[!c]' ! -path ./aclocal.m4 ! -path './stamp-h*' ! -path './embedded.c*' \
		! -path ./ABOUT-NLS ! -path './*.tar.*' ! -name '*.log' ! -name '*.trs' ! -name '*.mo' \
		! -path './po/*.gmo' ! -path './po/*.pot' ! -path './po/*.s[ei][dn]' ! -path './po/*.header' \
		! -path './po/Rules-*' ! -path './po/Makevars.template' ! -path './po/remove-potcdate.*' \
		! -path ./po/POTFILES ! -path './po/stamp-*' -print |
	sed 's,^\./,,' | sort
}

# The C of the program and of its tests.
c_files() {
	project_files | grep -E '^(src|include|tests)/.*\.[ch]$'
}

# Text written by people, for the rules about form. tests/data and golden screens are what programs said.
text_files() {
	project_files | grep -vE '^tests/(data|screens/golden)/' |
	grep -E '\.(c|h|sh|awk|py|mk|am|ac|md|sql|conf|keys|yml|1|5|7)$|^(dev|\.gitignore|\.editorconfig|\.clang-format)$'
}

# Runs the lint, a function that prints its offences, and fails when there are any.
judge() {
	found=$("$@")
	[ -z "$found" ] && return 0
	printf '%s\n' "$found"
	return 1
}
