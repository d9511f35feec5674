# Succeeds when the Markdown file has a heading whose anchor is `wanted`, as code hosts make it: lower case, blanks to dashes, no
# punctuation.
/^ *```/ { code = !code }

!code && /^#+ / {
	anchor = tolower($0)
	sub(/^#+ +/, "", anchor)
	gsub(/[^a-z0-9 _-]/, "", anchor)
	gsub(/ /, "-", anchor)
	found = found || anchor == wanted
}

END { exit !found }
