# Reads every C file of src/ and include/trunkdeck/ and says which include points the wrong way.
# usage: awk -v headers="FILE..." -f layers.awk FILE...
#
# A room is a folder below src/, and the folder of the same name below include/trunkdeck/. Rooms stand in the order in which
# they may use each other: a room includes its own headers and those of the rooms before it. What lies in src/ROOM/ is private to
# the room, or to its wing where the room has one: ui/forms may include headers of ui/frame, and of no other room's src/.

# src/ui/forms/form.h -> ui/forms; include/trunkdeck/store/store.h -> store; src/main.c -> main.
function room_of(path) {
	if (path == "src/main.c")
		return "main"
	sub(/^(src|include\/trunkdeck)\/?/, "", path)
	if (!sub(/\/[^\/]*$/, "", path))
		return ""
	return path
}

function wing_of(room) {
	sub(/\/.*/, "", room)
	return room
}

function offence(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
}

BEGIN {
	n = split("base model import calls store ami routes agents config doctor work replay app ui/term ui/frame ui/pages ui/forms " \
		"ui/deck ui/metrics ui/calls ui/servers ui/log ui cli/io cli/commands cli demo main", rooms, " ")
	for (i = 1; i <= n; i++)
		rank[rooms[i]] = i

	# Libraries, and the only files that may know them.
	only["curses.h"] = only["ncurses.h"] = only["term.h"] = only["panel.h"] = only["form.h"] = only["menu.h"] = \
		only["ncursesw/curses.h"] = only["ncursesw/term.h"] = "^src/ui/term/"
	only["libpq-fe.h"] = only["libpq/libpq-fs.h"] = "^src/store/postgres[^/]*\\.c$"
	only["sqlite3.h"] = "^src/store/sqlite[^/]*\\.c$"
	only["curl/curl.h"] = "^src/(ami/transport|agents/http)\\.c$"
	only["jansson.h"] = "^(src|include/trunkdeck)/((model|import|calls|agents|store|demo|cli/io|cli/commands)/|replay/replay\\.[ch]$)"
	only["sha2.h"] = "^src/model/tell\\.c$"
	only["md5.h"] = "^src/(ami/link|demo/pbx)\\.c$"
	only["uthash.h"] = only["utlist.h"] = only["utarray.h"] = "^src/"
	only["libintl.h"] = "^(include/trunkdeck/base/gettext\\.h|src/main\\.c)$"

	n = split("assert ctype dirent errno fcntl fnmatch getopt glob inttypes langinfo libgen limits locale math netdb poll " \
		"pthread pwd regex setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib string " \
		"strings syslog termios time uchar unistd wchar wctype arpa/inet netinet/in netinet/tcp sys/epoll " \
		"sys/eventfd sys/file sys/ioctl sys/mman sys/random sys/resource sys/signalfd sys/socket sys/stat " \
		"sys/time sys/timerfd sys/types sys/uio sys/un sys/utsname sys/wait", names, " ")
	for (i = 1; i <= n; i++)
		libc[names[i] ".h"] = 1

	n = split(headers, list, " ")
	for (i = 1; i <= n; i++)
		exists[list[i]] = 1
}

FNR == 1 {
	room = room_of(FILENAME)
	if (!(room in rank))
		offence("no known room: put the file into one, or add the room to layers.awk")
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
		if (FILENAME !~ only[header])
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
	theirs = room_of(found)
	if (theirs == room || !(theirs in rank) || !(room in rank))
		return
	if (rank[theirs] >= rank[room])
		offence(room " must not include " header " of " theirs)
	else if (found ~ /^src\// && room != "main" && wing_of(theirs) != wing_of(room))
		offence(header " is private to " theirs)
}
