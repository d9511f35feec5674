# Turns text files into one C table, so that the program carries its data with it.
# usage: awk -v strip=PREFIX -f embed.awk FILE... > embedded.c
BEGIN {
	n = 0	# as a subscript, an unset n would be ""
	print "/* Made from data/ by build-aux/embed.awk. */"
	print "#include \"config.h\""
	print "#include \"trunkdeck/base/embed.h\""
	print ""
}
FNR == 1 {
	if (n)
		print "\t;"
	name = FILENAME
	if (index(name, strip) == 1)
		name = substr(name, length(strip) + 1)
	names[n] = name
	printf "static const char text_%d[] =\n", n
	n++
}
{
	line = $0
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\"", line)
	gsub(/\?\?/, "?\"\"?", line)
	printf "\t\"%s\\n\"\n", line
}
END {
	if (n)
		print "\t;"
	print "\nconst struct embed_file embed_files[] = {"
	for (i = 0; i < n; i++)
		printf "\t{ \"%s\", text_%d, sizeof(text_%d) - 1 },\n", names[i], i, i
	print "\t{ 0, 0, 0 },\n};"
}
