# Prints the findings of gcc's analyzer that the list of false alarms does not name; ends with 1 if there are any.
# usage: awk -f analyzer.awk LIST LOG; the log is of the C locale, and holds the messages of each file together.
FILENAME == ARGV[1] {
	if ($0 !~ /^#/)
		known[$1 " " $2] = 1
	next
}

/: In function '/ { split($0, part, "'"); name = part[2]; shown = 0; next }
/: (warning|error): / {
	kind = $NF
	gsub(/[][]/, "", kind)
	shown = !((name " " kind) in known)
	if (shown) {
		found = 1
		printf "\nin %s:\n", name
	}
}
shown { print }
END { exit found }
