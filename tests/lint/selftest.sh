#!/bin/sh
# Each rule of each lint is shown a tree that breaks it, and must say so at the right line; a clean tree must pass.
set -u
lint_dir=$(cd "${0%/*}" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

# A small tree that breaks no rule.
fresh_tree() {
	rm -rf "${work:?}/tree"
	mkdir -p "$work/tree/include/trunkdeck/base" "$work/tree/include/trunkdeck/store" "$work/tree/src/base" \
		"$work/tree/src/store" "$work/tree/src/ui/term" "$work/tree/src/ui/deck" "$work/tree/po"
	cd "$work/tree" || exit 99
	printf '#ifndef BUF_H\n#define BUF_H\n#include <stddef.h>\nextern const char *const names[];\nsize_t f(void);\n#endif\n' \
		>include/trunkdeck/base/buf.h
	printf '#include "config.h"\n#include "trunkdeck/base/buf.h"\n\nsize_t f(void)\n{\n\treturn 1;\n}\n' >src/base/buf.c
	printf '#ifndef STORE_H\n#define STORE_H\n#include "trunkdeck/base/buf.h"\n#endif\n' >include/trunkdeck/store/store.h
	printf '#include "trunkdeck/store/store.h"\n\n#include <sqlite3.h>\n' >src/store/sqlite.c
	printf '#include "trunkdeck/store/store.h"\n#include "db.h"\n' >src/store/store.c
	printf '#ifndef DB_H\n#define DB_H\n#endif\n' >src/store/db.h
	printf '#include <curses.h>\n#include "trunkdeck/store/store.h"\nchar *s(void)\n{\n\treturn _("x");\n}\n' >src/ui/term/draw.c
	printf '# texts\nsrc/ui/term/draw.c\n' >po/POTFILES.in
}

fail() {
	echo "FAILED: $*"
	failures=$((failures + 1))
}

# passes LINT
passes() {
	said=$(srcdir="$work/tree" "$lint_dir/$1.sh" 2>/dev/null) || fail "$1 finds in a clean tree: $said"
}

# catches LINT START: what it prints has a line that begins so
catches() {
	if said=$(srcdir="$work/tree" "$lint_dir/$1.sh" 2>/dev/null); then
		fail "$1 does not see $2"
	elif ! printf '%s\n' "$said" | grep -qF "$2"; then
		fail "$1 says \"$said\" and not \"$2\""
	fi
	fresh_tree
}

# repeat COUNT LINE
repeat() {
	awk -v n="$1" -v line="$2" 'BEGIN { while (n-- > 0) print line }'
}

fresh_tree
for lint in layers headers size text potfiles; do
	passes "$lint"
done

echo '#include "trunkdeck/store/store.h"' >>src/base/buf.c
catches layers 'src/base/buf.c:8: base must not include trunkdeck/store/store.h of store'
echo '#include "trunkdeck/store/store.h"' >>include/trunkdeck/base/buf.h
catches layers 'include/trunkdeck/base/buf.h:7: base must not include'
echo '#include "store/db.h"' >>src/ui/term/draw.c
catches layers 'src/ui/term/draw.c:7: store/db.h is private to store'
echo '#include <curses.h>' >>src/store/store.c
catches layers 'src/store/store.c:3: <curses.h> is only for'
echo '#include <sqlite3.h>' >>include/trunkdeck/store/store.h
catches layers 'include/trunkdeck/store/store.h:5: <sqlite3.h> is only for'
echo '#include <sys/sysctl.h>' >>src/base/buf.c
catches layers 'src/base/buf.c:8: <sys/sysctl.h> is not among'
echo '#include "nowhere.h"' >>src/base/buf.c
catches layers 'src/base/buf.c:8: no such header'
echo '#include NAME' >>src/base/buf.c
catches layers "src/base/buf.c:8: include that can't be checked"
: >include/trunkdeck/orphan.h && echo '#define X' >>include/trunkdeck/orphan.h
catches layers 'include/trunkdeck/orphan.h:1: no known room'
printf '#include <curses.h>\n' >src/ui/deck/view.c
catches layers 'src/ui/deck/view.c:1: <curses.h> is only for'
printf '#ifndef X_H\n#define X_H\n#endif\n' >src/ui/deck/deck.h && echo '#include "ui/deck/deck.h"' >>src/ui/term/draw.c
catches layers 'src/ui/term/draw.c:7: ui/term must not include ui/deck/deck.h of ui/deck'
mkdir src/other && : >src/other/x.c && echo 'int x;' >>src/other/x.c
catches layers 'src/other/x.c:1: no known room'

echo 'bool g(void);' >>include/trunkdeck/base/buf.h
catches headers 'include/trunkdeck/base/buf.h:7:'
echo 'struct twice { int x; };' >>src/store/db.h
catches headers 'src/store/db.h:4:'

{ printf 'int g(int a)\n{\n' && repeat 119 '	a++;' && printf '}\n'; } >>src/base/buf.c
catches size 'src/base/buf.c:8: g() has 122 lines'
repeat 694 '/* filling */' >>src/base/buf.c
catches size 'src/base/buf.c:701: the file has 701 lines'

printf 'int x; \n' >>src/base/buf.c
catches text 'src/base/buf.c:8: white space at the end'
printf 'int x;\r\n' >>src/base/buf.c
catches text 'src/base/buf.c:8: carriage return'
printf '    int x;\n' >>src/base/buf.c
catches text 'src/base/buf.c:8: indented with blanks'
printf '\t \tint x;\n' >>src/base/buf.c
catches text 'src/base/buf.c:8: blank before a tab'
printf 'int x;' >>src/base/buf.c
catches text 'src/base/buf.c:8: no line end'
printf '/* %s: later */\n' 'TO''DO' >>src/base/buf.c
catches text 'src/base/buf.c:8: left for later'
echo 'extern int counter;' >>include/trunkdeck/base/buf.h
catches text 'include/trunkdeck/base/buf.h:7: a variable for everybody'
echo 'extern const char *name;' >>include/trunkdeck/base/buf.h
catches text 'include/trunkdeck/base/buf.h:7: a variable for everybody'
echo "see /wor""k/notes" >LICENSE
catches text 'LICENSE:1: a path of one machine only'

echo 'char *t = N_("y");' >>include/trunkdeck/base/buf.h
catches potfiles 'include/trunkdeck/base/buf.h:7: has text to translate'
echo 'src/gone.c' >>po/POTFILES.in
catches potfiles 'po/POTFILES.in:3: no such file: src/gone.c'

[ "$failures" -eq 0 ]
