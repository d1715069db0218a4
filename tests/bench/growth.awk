# Usage: awk -v runs=N -v medians=FILE -f median.awk -f growth.awk growth.tsv
# The table of tests/bench/growth, in Markdown: medians, and what each unit adds to the boot with the fewest, taken round by round: what slows
# the machine for a while slows both. Then what grows faster than linearly. The medians alone go to FILE, for the plot.

BEGIN {
	FS = "\t"
	label["services"] = "services"
	label["variables"] = "variables of the environment"
	label["passwd"] = "lines of passwd, the last one remapped"
	label["definitions"] = "s6-rc oneshots that wait for nothing"
	columns = split("done_us stage2_kb pss_kb", column, " ")
	said["done_us"] = "time to done"
	said["stage2_kb"] = "peak of stage 2"
	said["pss_kb"] = "PSS of the tree"
}

NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }

{
	if (!($1 in cases)) kinds[++nkinds] = $1
	if (!(($1, $2) in round)) units[$1, ++cases[$1]] = $2
	r = ++round[$1, $2]
	for (c = 1; c <= columns; c++) figure[$1, $2, column[c], r] = $at[column[c]]
	if ($at["exitcode"] != 0) failed[++failures] = $1 " " $2 ": exit code " $at["exitcode"]
}

function of(kind, case_, what, r) {
	for (r = 1; r <= runs; r++) f[r] = figure[kind, units[kind, case_], what, r]
	return median(runs)
}

# what a unit of this case adds to the first one's boot
function each(kind, case_, what, r) {
	for (r = 1; r <= runs; r++)
		f[r] = (figure[kind, units[kind, case_], what, r] - figure[kind, units[kind, 1], what, r]) / (units[kind, case_] - units[kind, 1])
	return median(runs)
}

# three digits that say something; the noise can exceed what little there is
function short(x) {
	return x <= 0 ? "-" : sprintf(x >= 99.5 ? "%.0f" : x >= 9.95 ? "%.1f" : x >= 0.0995 ? "%.2f" : "%.3f", x)
}

# of each column the medians, and at the two largest what a unit adds: at fewer that is less than the noise
function row(kind, i, c, time, all, line) {
	for (i = 1; i <= cases[kind]; i++) {
		all = all (i == 1 ? "" : "; ") units[kind, i]
		print kind "\t" units[kind, i] "\t" of(kind, i, "done_us") "\t" of(kind, i, "stage2_kb") "\t" of(kind, i, "pss_kb") >medians
	}
	line = sprintf("| %s: %s |", label[kind], all)
	for (c = 1; c <= columns; c++) {
		time = column[c] == "done_us"
		all = ""
		for (i = 1; i <= cases[kind]; i++) all = all (i == 1 ? "" : "; ") (time ? short(of(kind, i, column[c]) / 1000) : of(kind, i, column[c]))
		line = line sprintf(" %s %s | %s; %s %s |", all, time ? "ms" : "kB", short(each(kind, cases[kind] - 1, column[c])),
			short(each(kind, cases[kind], column[c])), time ? "µs" : "kB")
	}
	print line
}

function least(kind, case_, what, r, v) {
	v = figure[kind, units[kind, case_], what, 1]
	for (r = 2; r <= runs; r++) if (figure[kind, units[kind, case_], what, r] < v) v = figure[kind, units[kind, case_], what, r]
	return v
}

function share(kind, case_, what) { return (least(kind, case_, what) - least(kind, 1, what)) / (units[kind, case_] - units[kind, 1]) }

# The largest against the one before, by the least of the rounds: what disturbs a boot only ever makes it dearer, and at few units it can make a
# unit's share anything.
function judge(kind, c, many, middle) {
	for (c = 1; c <= columns; c++) {
		many = share(kind, cases[kind], column[c])
		middle = share(kind, cases[kind] - 1, column[c])
		if (many > 1.5 * middle) excess[++excesses] = sprintf("faster than linear: %s, %s: %s each for %d, %s for %d", label[kind], said[column[c]],
			short(middle), units[kind, cases[kind] - 1], short(many), units[kind, cases[kind]])
	}
}

END {
	printf "\n%d rounds; medians; each: what a unit adds to the boot with the fewest, at the two largest numbers\n\n", runs
	print "| | time to `done` | each | peak of stage 2 | each | PSS of the tree | each |"
	print "|---|---|---|---|---|---|---|"
	for (k = 1; k <= nkinds; k++) row(kinds[k])
	for (k = 1; k <= nkinds; k++) judge(kinds[k])
	print ""
	for (i = 1; i <= failures; i++) print failed[i]
	for (i = 1; i <= excesses; i++) print excess[i]
	if (!excesses) print "nothing grows faster than linearly"
}
