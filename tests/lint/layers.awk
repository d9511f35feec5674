# Reads every C file of src/ and include/trunkdeck/ and says which include points the wrong way.
# usage: awk -v headers="FILE..." -v sources="FILE..." -f layers.awk FILE...

function base_name(path) {
	sub(/.*\//, "", path)
	sub(/\.[ch]$/, "", path)
	return path
}

# src/store/x.c -> store; include/trunkdeck/x.h -> the layer that implements it; src/main.c -> main.
function layer_of(path,   part, name) {
	if (split(path, part, "/") > 2 && part[1] == "src")
		return part[2]
	if (part[1] == "src")
		return "main"
	name = base_name(path)
	if (name in layer_by_table)
		return layer_by_table[name]
	return name in implementer ? implementer[name] : ""
}

function offence(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
}

BEGIN {
	n = split("base=0 model=1 store=2 asterisk=2 agents=2 app=3 ui=4 cli=4 main=5", pairs, " ")
	for (i = 1; i <= n; i++) {
		split(pairs[i], pair, "=")
		rank[pair[1]] = pair[2]
	}

	# Headers without a .c of their name, or with more than one.
	n = split("banned=base gettext=base event=model route=asterisk ami=asterisk config=app", pairs, " ")
	for (i = 1; i <= n; i++) {
		split(pairs[i], pair, "=")
		table[pair[1]] = pair[2]
	}

	# Libraries, and the only files that may know them (a public header counts as src/LAYER/NAME.h).
	only["curses.h"] = only["ncurses.h"] = only["term.h"] = only["panel.h"] = only["form.h"] = only["menu.h"] = \
		only["ncursesw/curses.h"] = only["ncursesw/term.h"] = "^src/ui/"
	only["libpq-fe.h"] = only["libpq/libpq-fs.h"] = "^src/store/postgres[^/]*\\.c$"
	only["sqlite3.h"] = "^src/store/sqlite[^/]*\\.c$"
	only["curl/curl.h"] = "^src/(asterisk/transport|agents/http)\\.c$"
	only["jansson.h"] = "^src/((model|agents|cli|store)/|app/demo[^/]*\\.[ch]$|asterisk/replay[^/]*\\.[ch]$)"
	only["ini.h"] = "^src/app/config[^/]*\\.c$"
	only["uthash.h"] = only["utlist.h"] = only["utarray.h"] = "^src/"
	only["libintl.h"] = "^src/(base/gettext\\.h|main\\.c)$"

	n = split("assert ctype dirent errno fcntl fnmatch getopt glob inttypes langinfo limits locale math netdb poll " \
		"pthread pwd regex setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib string " \
		"strings syslog termios time uchar unistd wchar wctype arpa/inet netinet/in netinet/tcp sys/epoll " \
		"sys/eventfd sys/file sys/ioctl sys/mman sys/random sys/resource sys/signalfd sys/socket sys/stat " \
		"sys/time sys/timerfd sys/types sys/uio sys/un sys/utsname sys/wait", names, " ")
	for (i = 1; i <= n; i++)
		libc[names[i] ".h"] = 1

	n = split(sources, list, " ")
	for (i = 1; i <= n; i++) {
		if (list[i] !~ /^src\/[^\/]+\/.*\.c$/)
			continue
		name = base_name(list[i])
		if (name in implementer)
			ambiguous[name] = 1
		implementer[name] = layer_of(list[i])
	}
	for (name in table)
		if (!(name in implementer) || name in ambiguous)
			layer_by_table[name] = table[name]
	n = split(headers, list, " ")
	for (i = 1; i <= n; i++) {
		exists[list[i]] = 1
		if (list[i] !~ /^include\/trunkdeck\//)
			continue
		name = base_name(list[i])
		if (layer_of(list[i]) == "" || (name in ambiguous && !(name in layer_by_table)))
			printf "%s:1: belongs to no one layer: name its .c alike or add it to the table in layers.awk\n", list[i]
	}
}

FNR == 1 {
	layer = layer_of(FILENAME)
	place = FILENAME
	if (FILENAME ~ /^include\//)
		place = "src/" layer "/" base_name(FILENAME) ".h"
	if (layer != "" && !(layer in rank))
		offence("src/" layer "/ is no known layer: add it to layers.awk")
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
	system_header = /</
	header = $0
	sub(/^[^<"]*[<"]/, "", header)
	sub(/[>"].*/, "", header)
	if (system_header)
		check_library()
	else if (header != "config.h")
		check_own()
	next
}

/^[ \t]*#[ \t]*include/ { offence("include that can't be checked") }

function check_library() {
	if (header in only) {
		if (place !~ only[header])
			offence("<" header "> is only for " only[header])
	} else if (!(header in libc)) {
		offence("<" header "> is not among the libraries this program uses (layers.awk)")
	}
}

function check_own(   here, found, theirs) {
	here = FILENAME
	sub(/[^\/]*$/, "", here)
	found = here header
	if (!(found in exists))
		found = "src/" header
	if (!(found in exists))
		found = "include/" header
	if (!(found in exists)) {
		offence("no such header: " header)
		return
	}
	theirs = layer_of(found)
	if (theirs == layer || layer == "" || theirs == "")
		return
	if (rank[theirs] >= rank[layer])
		offence(layer " must not include " header " of " theirs)
	else if (found ~ /^src\// && layer != "main")
		offence(header " is private to " theirs)
}
