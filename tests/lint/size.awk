# Reads "LINES FILE:LINE NAME" sorted by LINES; says what the middle is and which functions are too long.
{
	lines[NR] = $1
	if ($1 > most)
		printf "%s: %s() has %d lines, more than %d\n", $2, $3, $1, most
	else if ($1 > many)
		notes[++noted] = sprintf("note: %s: %s() has %d lines", $2, $3, $1)
	if ($1 > 100)
		over_100++
}
END {
	for (i = 1; i <= noted; i++)
		print notes[i] >"/dev/stderr"
	if (!NR)
		exit
	printf "note: %d functions, median %d, p90 %d, p99 %d, longest %d lines\n", NR, lines[int((NR + 1) / 2)], \
		lines[int(NR * 0.9) + (NR < 10)], lines[int(NR * 0.99) + (NR < 100)], lines[NR] >"/dev/stderr"
}
