#!/bin/sh
# The documents say what is there: the README is short, relative links lead to files and headings, tests that SECURITY.md
# names exist, and the commands and options that are shown are those of the built program.
. "${0%/*}/../lint/lib.sh"

program=${TRUNKDECK:-${abs_builddir:-$PWD}/trunkdeck}
readme_most=8192

documents() {
	project_files | grep '\.md$'
}

readme_size() {
	bytes=$(wc -c <README.md)
	[ "$bytes" -le $readme_most ] || echo "README.md:1: it has $bytes bytes, more than $readme_most"
}

broken_links() {
	# shellcheck disable=SC2046 # names without blanks
	awk -f "$lint_dir/links.awk" $(documents) | while IFS=: read -r file line folder target; do
		path=${target%%#*}
		path=${path:+$folder/$path}
		if [ ! -e "${path:=$file}" ]; then
			echo "$file:$line: leads nowhere: $target"
		elif [ "$target" != "${target#*#}" ] && ! awk -v wanted="${target#*#}" -f "$lint_dir/headings.awk" "$path"; then
			echo "$file:$line: no such heading: $target"
		fi
	done
}

# `FILE: CASE` in SECURITY.md: the end of the path of a test file, and a name or the words of a check in it.
missing_tests() {
	tests=$(find tests -type f)
	# shellcheck disable=SC2086 # names without blanks
	grep -noE '`[a-z0-9_/]+\.(c|py|sh|script): [^`]+`' SECURITY.md | tr -d '`' | while IFS=: read -r line file case; do
		paths=$(printf '%s\n' "$tests" | grep "/$file\$")
		if [ -z "$paths" ]; then
			echo "SECURITY.md:$line: no such test: $file"
		elif ! grep -qwF -e "${case# }" $paths; then
			echo "SECURITY.md:$line: no such case in $file:$case"
		fi
	done
}

# "|sync|number add|...|": as help lists them, in front of their arguments in capitals and the first word of a sentence.
known_commands() {
	"$program" help | awk 'BEGIN { printf "|" } /^$/ { exit } /^  [a-z]/ { printf "%s|", $2 ~ /^[a-z]+$/ ? $1 " " $2 : $1 }'
}

is_known() {
	case $known in *"|$1|"*) true ;; *) false ;; esac
}

# Says what is wrong with a command line. Only the options in front of the command may have an argument in a word of its own
# that looks like a command.
check_command() {
	name='' options='' skip=false
	for word in $1; do
		case $word in
		--*)
			options="$options ${word%%=*}"
			[ -n "$name" ] || case $word in --json | --read-only | --ascii | --mouse | --demo | *=*) ;; *) skip=true ;; esac
			;;
		*)
			case $skip,$name in
			true,) skip=false ;;
			false,) name=$word ;;
			*) ! is_known "$name $word" || name="$name $word" ;;
			esac
			;;
		esac
	done
	is_known "$name" || [ -z "$name" ] || { echo "no such command: $1"; return; }
	[ -n "$options" ] || return
	help=$("$program" help ${name:+"$name"})
	for option in $options; do
		printf '%s\n' "$global" "$help" | grep -qE "^ +$option( |\$)" || echo "no such option:${name:+ $name} $option"
	done
}

wrong_commands() {
	known=$(known_commands)
	global=$("$program" --help)
	# shellcheck disable=SC2046 # names without blanks
	awk -f "$lint_dir/commands.awk" $(documents) | sort -u -t : -k 3 | while IFS=: read -r file line command; do
		check_command "$command" | sed "s|^|$file:$line: |"
	done
}

lint() {
	readme_size
	broken_links
	missing_tests
	wrong_commands
}

[ -x "$program" ] || { echo "docs.sh: no program at $program: build it first"; exit 1; }
judge lint
