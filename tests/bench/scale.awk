# Usage: awk -v runs=N -f median.awk -f scale.awk scale.tsv
# The table of tests/bench/scale: medians of what each node adds to an empty boot, and of the ratios to what it costs without an init,
# taken round by round: what slows the machine for a while slows both.

BEGIN { FS = "\t" }

NR == 1 { next }

{
	if (!(($2, $3) in seen)) { seen[$2, $3] = 1; name[++names] = $2 SUBSEP $3 }
	round[$1, $2, $3]++
	r = round[$1, $2, $3]
	ready[$1, $2, $3, r] = $4
	pss[$1, $2, $3, r] = $7
	stop[$1, $2, $3, r] = $8
	if ($1 == "stillroot") stage2[$2, $3, r] = $10
}

function each(table, who, kind, n, r) { return (table[who, kind, n, r] - table[who, kind, 0, r]) / n }

function medians_of(table, who, kind, n, r) {
	for (r = 1; r <= runs; r++) f[r] = each(table, who, kind, n, r)
	return median(runs)
}

# a noisy machine can make a difference of a few nodes anything, even negative
function ratio(table, kind, n, r, bare) {
	for (r = 1; r <= runs; r++) {
		bare = each(table, "bare", kind, n, r)
		f[r] = bare > 0 ? each(table, "stillroot", kind, n, r) / bare : 0
	}
	return median(runs)
}

function peak(kind, n, r) {
	for (r = 1; r <= runs; r++) f[r] = stage2[kind, n, r] - (n ? stage2[kind, 0, r] : 0)
	return median(runs)
}

END {
	printf "\n%d rounds; medians of what each node adds to a boot without any; x: ratio to the same without an init\n\n", runs
	line = "%-9s %6s  %10s %10s %6s  %8s %8s %6s  %10s  %12s\n"
	printf line, "nodes", "", "ready us", "bare us", "x", "PSS kB", "bare kB", "x", "stop us", "stage 2 kB"
	for (i = 1; i <= names; i++) {
		split(name[i], at, SUBSEP)
		if (!at[2]) { printf line, at[1], 0, "", "", "", "", "", "", "", peak(at[1], 0) " in all"; continue }
		longruns = at[1] == "longruns"
		printf line, at[1], at[2], sprintf("%.0f", medians_of(ready, "stillroot", at[1], at[2])), sprintf("%.0f", medians_of(ready, "bare", at[1], at[2])),
			sprintf("%.2f", ratio(ready, at[1], at[2])), longruns ? sprintf("%.0f", medians_of(pss, "stillroot", at[1], at[2])) : "-",
			longruns ? sprintf("%.0f", medians_of(pss, "bare", at[1], at[2])) : "-", longruns ? sprintf("%.2f", ratio(pss, at[1], at[2])) : "-",
			sprintf("%.0f", medians_of(stop, "stillroot", at[1], at[2])), sprintf("%.2f", peak(at[1], at[2]) / at[2])
	}
}
