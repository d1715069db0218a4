# Usage: with -f before the table that needs it.

# the median of the first n figures of f
function median(n, i, j, v) {
	for (i = 2; i <= n; i++) {
		v = f[i]
		for (j = i - 1; j >= 1 && f[j] > v; j--) f[j + 1] = f[j]
		f[j + 1] = v
	}
	return n % 2 ? f[(n + 1) / 2] : (f[n / 2] + f[n / 2 + 1]) / 2
}
