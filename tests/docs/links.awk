# The relative links of Markdown files: file:line:folder:target. Blocks of code have none.
FNR == 1 {
	code = 0
	folder = FILENAME
	if (!sub(/\/[^\/]*$/, "", folder))
		folder = "."
}

/^ *```/ { code = !code }

!code {
	rest = $0
	while (match(rest, /\]\([^()]+\)/)) {
		target = substr(rest, RSTART + 2, RLENGTH - 3)
		rest = substr(rest, RSTART + RLENGTH)
		if (target !~ /^[a-z]+:/)
			printf "%s:%d:%s:%s\n", FILENAME, FNR, folder, target
	}
}
