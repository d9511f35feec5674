#!/bin/sh
# Each rule of docs.sh is shown documents that break it, and must say so at the right line; sound ones must pass.
# shellcheck disable=SC2016 # the quotes of Markdown
set -u
docs_dir=$(cd "${0%/*}" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

# A stand-in for the program, with two commands.
cat >"$work/trunkdeck" <<'END'
#!/bin/sh
case "$*" in
--help) printf 'Options:\n  --store URL   where\n  --read-only   look\n' ;;
help) printf 'Commands:\n  sync          Read all\n  number add NUMBER  Add one\n\nMore text\n' ;;
'help sync') printf 'Options:\n  --dry-run   Look\n  --server NAME   One\n' ;;
'help number add') printf 'Options:\n  --agent ID   Who\n' ;;
*) exit 2 ;;
esac
END
chmod +x "$work/trunkdeck"

fresh_tree() {
	rm -rf "${work:?}/tree"
	mkdir -p "$work/tree/docs" "$work/tree/tests/unit/room"
	cd "$work/tree" || exit 99
	cat >README.md <<'END'
# A program

[More](docs/more.md), [a part](docs/more.md#two-words-more), [here](#a-program), [away](https://example.org/x).
`trunkdeck sync --dry-run`, `trunkdeck --read-only`, and `trunkdeck number add +1 --agent x`.
END
	printf '# More\n\n## Two `words`, more\n\n```\n[no](link)\ntrunkdeck --store x sync --server na-1 | cat --odd   # --odd\n```\n' >docs/more.md
	printf '# Security\n\nProof: `test_x.c: a_case`, `10_y.sh: says it'"'"'s so`\n' >SECURITY.md
	printf 'static void a_case(void **state)\n' >tests/unit/room/test_x.c
	printf 'check "it says it'"'"'s so" true\n' >tests/10_y.sh
}

fail() {
	echo "FAILED: $*"
	failures=$((failures + 1))
}

run_lint() {
	TRUNKDECK="$work/trunkdeck" srcdir="$work/tree" "$docs_dir/docs.sh" 2>&1
}

# catches START: what is printed has a line that begins so
catches() {
	if said=$(run_lint); then
		fail "it does not see $1"
	elif ! printf '%s\n' "$said" | grep -q "^$1"; then
		fail "it says \"$said\" and not \"$1\""
	fi
	fresh_tree
}

fresh_tree
said=$(run_lint) || fail "it finds in sound documents: $said"

head -c 8200 /dev/zero | tr '\0' x >>README.md
catches 'README.md:1: it has [0-9]* bytes, more than 8192'
echo '[gone](docs/gone.md)' >>README.md
catches 'README.md:5: leads nowhere: docs/gone.md'
echo '[up](../README.md#no-such-part)' >>docs/more.md
catches 'docs/more.md:9: no such heading: ../README.md#no-such-part'
echo '[up](README.md)' >>docs/more.md
catches 'docs/more.md:9: leads nowhere: README.md'
echo '`test_z.c: a_case`' >>SECURITY.md
catches 'SECURITY.md:4: no such test: test_z.c'
echo '`test_x.c: a_cas`' >>SECURITY.md
catches 'SECURITY.md:4: no such case in test_x.c: a_cas'
echo '`trunkdeck fly`' >>README.md
catches 'README.md:5: no such command: fly'
echo '`trunkdeck number fly`' >>README.md
catches 'README.md:5: no such command: number fly'
echo '`trunkdeck sync --agent x`' >>README.md
catches 'README.md:5: no such option: sync --agent'
printf '```\nsudo trunkdeck sync --dry-runs\n```\n' >>docs/more.md
catches 'docs/more.md:10: no such option: sync --dry-runs'
echo '`trunkdeck --read`' >>docs/more.md
catches 'docs/more.md:9: no such option: --read'

[ "$failures" -eq 0 ]
