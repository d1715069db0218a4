# Usage: awk -v runs=N -f median.awk -f lsiown.awk lsiown.tsv
# The table of tests/bench/lsiown: medians of what each took, of the ratios to lsiown, taken round by round (what slows the machine for a
# while slows all), and of the processor time; and what is over the budgets.

BEGIN { FS = "\t" }

NR == 1 { next }

{
	row = $1 SUBSEP $2 SUBSEP $3 SUBSEP $4
	if (!(row in seen)) { seen[row] = 1; name[++names] = row }
	wall[row, $5, $6] = $7
	cpu[row, $5, $6] = $8
	if ($5 == "lsiown" && $9 > rss[row]) rss[row] = $9
}

# in ms
function took(table, row, who, r, n) {
	n = 0
	for (r = 1; r <= runs; r++) if ((row, who, r) in table) f[++n] = table[row, who, r] / 1000
	return n ? sprintf("%.0f", median(n)) : ""
}

# on the slow file system chown -R is only run where everything is to be changed: it takes no longer or shorter where nothing is
function times(row, who, r, n, of) {
	n = 0
	of = row
	if (!((row, who, 1) in wall)) sub("nothing$", "everything", of)
	for (r = 1; r <= runs; r++) if ((of, who, r) in wall) f[++n] = wall[of, who, r] / wall[row, "lsiown", r]
	return n ? sprintf("%.2f", median(n)) : ""
}

function least(row, ratio, budget, text) {
	if (ratio != "" && ratio + 0 < budget) excess[++excesses] = sprintf("%s: %s %s, budget >= %s", label(row), text, ratio, budget)
}

function label(row, part) {
	split(row, part, SUBSEP)
	return sprintf("%7d files, %s, %s, %s", part[1], part[2], part[3], part[4])
}

END {
	line = "%-44s %9s %9s %9s %8s %8s %11s %9s\n"
	printf line, "medians of " runs, "find ms", "chown ms", "lsiown ms", "x find", "x chown", "CPU ms", "peak kB"
	for (i = 1; i <= names; i++) {
		row = name[i]
		split(row, part, SUBSEP)
		xfind = part[4] == "nothing" ? times(row, "find") : ""
		xchown = times(row, "chown")
		printf line, label(row), took(wall, row, "find"), took(wall, row, "chown"), took(wall, row, "lsiown"), xfind, xchown,
			took(cpu, row, "lsiown"), rss[row]
		if (part[2] == "slow") least(row, xchown, 20, "times chown -R")
		else if (part[4] == "nothing") {
			least(row, xfind, 2, "times find")
			least(row, xchown, 3.5, "times chown -R")
		} else least(row, xchown, 1.6, "times chown -R")
		if (rss[row] > 65536) excess[++excesses] = sprintf("%s: peak kB %d, budget <= 65536", label(row), rss[row])
	}
	printf line, "budget: nothing to change", "", "", "", ">= 2", ">= 3.5", "", "<= 65536"
	printf line, "budget: everything; 1 ms a call", "", "", "", "", ">= 1.6; 20", "", "<= 65536"
	print ""
	for (i = 1; i <= excesses; i++) print excess[i]
	if (!excesses) print "every budget is kept"
}
