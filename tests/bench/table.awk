# Usage: awk -v runs=N -f table.awk execs.tsv boot.tsv
# The table of tests/bench/run: medians (min-max), median ratios to bare s6-svscan on the same kind of root, budgets of the design.

BEGIN {
	FS = "\t"
	columns = split("ready_us forks processes pss_kb stop_us", column, " ")
}

FNR == 1 { file++; next }

file == 1 { name[++names] = $1; execs[$1] = $2; next }

{
	n[$1]++
	for (c = 1; c <= columns; c++) value[$1, column[c], n[$1]] = $(c + 1)
	if ($7 != 0) codes[$1] = codes[$1] " " $7
}

# sorts the figures of one contestant's column in place: few enough for insertion
function sort_figures(who, what, i, j, v) {
	for (i = 2; i <= n[who]; i++) {
		v = value[who, what, i]
		for (j = i - 1; j >= 1 && value[who, what, j] + 0 > v + 0; j--) value[who, what, j + 1] = value[who, what, j]
		value[who, what, j + 1] = v
	}
}

function median(who, what, half) {
	half = int((n[who] + 1) / 2)
	return n[who] % 2 ? value[who, what, half] : (value[who, what, half] + value[who, what, half + 1]) / 2
}

function range(who, what, scale, format) {
	return sprintf(format " (" format "-" format ")", median(who, what) / scale, value[who, what, 1] / scale, value[who, what, n[who]] / scale)
}

# the bare s6-svscan of the same kind of root and as many services
function bare(who, part) {
	if (split(who, part, "-") < 3) return "s6-svscan-rw-1"
	if (part[1] == "s6") return who
	return "s6-svscan-" (part[2] ~ /^(ro|noexec|notmpfs)$/ ? "ro" : part[2] == "nonroot" ? "nonroot" : "rw") "-" part[3]
}

# round by round, before anything is sorted: what slows the machine for a while slows both
function set_ratios(who, what, i) {
	for (i = 1; i <= n[who]; i++) value[who, "x " what, i] = value[who, what, i] / value[bare(who), what, i]
}

function ratio(who, what) { return median(who, "x " what) }

function over(who, what, is, budget) {
	if (is > budget) excess[++excesses] = sprintf("over budget: %s: %s %s, at most %s", who, what, is, budget)
}

END {
	printf "\n%d boots each, in turn; median (min-max); x: ratio to bare s6-svscan, read-only to read-only\n\n", runs
	line = "%-22s %-26s %7s  %-12s %-24s %7s  %-24s %7s %6s\n"
	printf line, "", "ready ms", "x", "forks", "PSS kB", "x", "stop ms", "procs", "execs"
	for (i = 1; i <= names; i++) for (c = 1; c <= columns; c++) set_ratios(name[i], column[c])
	for (i = 1; i <= names; i++) for (c = 1; c <= columns; c++) {
		sort_figures(name[i], column[c])
		sort_figures(name[i], "x " column[c])
	}
	for (i = 1; i <= names; i++) {
		who = name[i]
		printf line, who, range(who, "ready_us", 1000, "%.2f"), sprintf("%.2f", ratio(who, "ready_us")), range(who, "forks", 1, "%d"),
			range(who, "pss_kb", 1, "%d"), sprintf("%.2f", ratio(who, "pss_kb")), range(who, "stop_us", 1000, "%.2f"),
			median(who, "processes"), execs[who]
		if (who ~ /^stillroot/) {
			if (who !~ /deaf/) over(who, "time to ready, as a multiple of s6-svscan:", sprintf("%.2f", ratio(who, "ready_us")) + 0, 1.5)
			if (who !~ /-20$/ && who !~ /deaf/) over(who, "processes forked:", median(who, "forks") + 0, 6)
			if (who !~ /deaf/) over(who, "PSS, as a multiple of s6-svscan:", sprintf("%.2f", ratio(who, "pss_kb")) + 0, 1.1)
			if (who ~ /deaf/) over(who, "stop, ms beyond the grace:", sprintf("%.2f", median(who, "stop_us") / 1000 - grace) + 0, 50)
			else over(who, "stop, ms:", sprintf("%.2f", median(who, "stop_us") / 1000) + 0, 20)
			if (who !~ /-20$/ && who !~ /deaf/) over(who, "execs:", execs[who] + 0, 10)
			if (who ~ /deaf/ && median(who, "stop_us") < grace * 1000) excess[++excesses] = who ": killed before its grace was over"
		}
		if (who in codes && who ~ /^stillroot/) excess[++excesses] = sprintf("%s: exit codes other than 0:%s", who, codes[who])
	}
	printf line, "budget", "", "<= 1.50", "<= 6", "", "<= 1.10", "<= 20", "", "<= 10"
	print ""
	for (i = 1; i <= excesses; i++) print excess[i]
	if (!excesses) print "every budget is kept"
}
