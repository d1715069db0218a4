# Usage: awk -f calls.awk trace.PID...
# What a container has done, by the files of strace -ff --decode-pids=pidns around the runtime: from the exec of /init on, by it and whatever
# it has forked. Prints "execs NAME...", as they follow from one another, "forks N", "calls N", "init N" (before it executes s6-svscan),
# "stage2 N", and "call NAME N" for each kind of system call, the most frequent first.

FNR == 1 { pid = FILENAME; sub(/.*\./, "", pid); part = 0; name[pid, 0] = "" }

# signals, ends, and calls that the kernel has begun anew after a signal
/^[-+]/ || / = \? ERESTART/ { next }

{
	what = substr($0, 1, index($0, "(") - 1)
	made[pid, part]++
	kinds[pid, part] = kinds[pid, part] " " what
}

/^execve/ && / = 0$/ {
	part++
	parts[pid] = part
	split($0, word, "\"")
	name[pid, part] = word[4]
	sub(/.*\//, "", name[pid, part])
	if (word[2] == "/init") { first = pid; start = part }
}

/^(clone|fork|vfork)[3(]/ && /in strace's PID NS/ {
	child = $0
	sub(/.* = [0-9]+ \/\* /, "", child)
	sub(/ .*/, "", child)
	forked[pid, part] = forked[pid, part] " " child
	if (/CLONE_THREAD/) is_thread[child] = 1
}

function count(p, i, n, kind, k) {
	calls += made[p, i]
	n = split(kinds[p, i], kind, " ")
	for (k = 1; k <= n; k++) total[kind[k]]++
}

function visit(p, i, n, child, k) {
	for (; i <= parts[p] + 0; i++) {
		if (i) execs = execs " " name[p, i]
		count(p, i)
		n = split(forked[p, i], child, " ")
		for (k = 1; k <= n; k++) {
			if (!is_thread[child[k]]) forks++
			visit(child[k], 0)
		}
	}
}

END {
	if (!first) { print "calls.awk: nobody has executed /init" >"/dev/stderr"; exit 1 }
	visit(first, start)
	split(forked[first, start], stage2, " ")
	printf "execs%s\nforks %d\ncalls %d\ninit %d\nstage2 %d\n", execs, forks, calls, made[first, start], made[stage2[1], 0]
	for (kind in total) { kinds_left[kind] = 1; left++ }
	for (; left; left--) {
		most = ""
		for (kind in kinds_left) if (most == "" || total[kind] > total[most] || (total[kind] == total[most] && kind < most)) most = kind
		print "call " most " " total[most]
		delete kinds_left[most]
	}
}
