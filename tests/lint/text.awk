# The form of a text file, line by line; c=1 for C.
function offence(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
}

FNR == 1 { is_c = FILENAME ~ /\.[ch]$/ }

/[ \t]$/ { offence("white space at the end of the line") }
/\r$/ { offence("carriage return at the end of the line") }
is_c && /^ / && !/^ \*/ { offence("indented with blanks") }
is_c && /^\t* +\t/ { offence("blank before a tab") }

# A variable that anybody may change; `extern const` data that points on must have const pointers too.
FILENAME ~ /\.h$/ && /^[ \t]*extern[ \t]/ {
	declaration = $0
	sub(/^[ \t]*extern[ \t]+/, "", declaration)
	if (declaration !~ /^const[ \t]/ || declaration ~ /\*[ \t]*[a-z_]/ && declaration !~ /\*[ \t]*const[^a-z_]/)
		offence("a variable for everybody to change")
}
