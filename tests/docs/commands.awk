# The commands that Markdown files show: file:line:words, without the program's name. In a block of code a command begins a line or
# follows | or (; a comment, a redirection and the next command are cut off. In a line of text it is a span of its own.
function put(text) {
	gsub(/'[^']*'/, "QUOTED", text)
	sub(/ #.*/, "", text)
	sub(/[|;)<>&].*/, "", text)
	printf "%s:%d:%s\n", FILENAME, FNR, text
}

FNR == 1 { code = 0 }

/^ *```/ {
	code = !code
	next
}

code && match($0, /(^|[|(]) *(sudo )?trunkdeck [a-z-]/) {
	put(substr($0, RSTART + RLENGTH - 1))
}

!code {
	count = split($0, part, "`")
	for (i = 2; i <= count; i += 2)
		if (part[i] ~ /^trunkdeck [a-z-]/)
			put(substr(part[i], length("trunkdeck ") + 1))
}
