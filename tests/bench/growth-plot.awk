# Usage: awk -v date=TEXT -f growth-plot.awk growth-medians.tsv >growth.svg
# Draws what tests/bench/growth has measured: two panels, time and memory, both axes logarithmic, so that a line of slope one, as the dotted
# one, is linear growth. Its own background: it is read on light and on dark pages.

BEGIN {
	FS = "\t"
	panel_width = 360; panel_height = 300; top = 84; left = 74; gap = 92
	colours = split("#0072b2 #d55e00 #009e73 #b0408f", colour, " ")
	label["services"] = "services"
	label["variables"] = "variables of the environment"
	label["passwd"] = "lines of passwd"
	label["definitions"] = "s6-rc oneshots"
}

{
	if (!($1 in points)) kinds[++nkinds] = $1
	i = ++points[$1]
	x[$1, i] = $2
	y["time", $1, i] = $3 / 1000
	y["stage2", $1, i] = $4 / 1024
	y["pss", $1, i] = $5 / 1024
	widen("x", $2)
	widen("time", $3 / 1000)
	widen("memory", $4 / 1024)
	widen("memory", $5 / 1024)
}

function log10(v) { return log(v) / log(10) }
function floor(v) { return int(v) > v ? int(v) - 1 : int(v) }

# the decades that an axis has
function widen(axis, v, low) {
	low = floor(log10(v) + 1e-9)
	if (!(axis in from) || low < from[axis]) from[axis] = low
	if (!(axis in to) || log10(v) - 1e-9 > to[axis]) to[axis] = log10(v) > low + 1e-9 ? low + 1 : low
}

function px(v) { return origin + (log10(v) - from["x"]) / (to["x"] - from["x"]) * panel_width }
function py(axis, v) { return top + panel_height - (log10(v) - from[axis]) / (to[axis] - from[axis]) * panel_height }

function text(at_x, at_y, anchor, s, more) {
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", at_x, at_y, anchor, more, s
}

function line(x1, y1, x2, y2, style) {
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style
}

# thousands apart
function number(v) { return v >= 1000 ? sprintf("%d %03d", v / 1000, v % 1000) : sprintf("%g", v) }

function axes(axis, title, d) {
	for (d = from["x"]; d <= to["x"]; d++) {
		line(px(10 ^ d), top, px(10 ^ d), top + panel_height, "stroke=\"#e3e3e3\"")
		text(px(10 ^ d), top + panel_height + 18, "middle", number(10 ^ d))
	}
	for (d = from[axis]; d <= to[axis]; d++) {
		line(origin, py(axis, 10 ^ d), origin + panel_width, py(axis, 10 ^ d), "stroke=\"#e3e3e3\"")
		text(origin - 8, py(axis, 10 ^ d) + 4, "end", number(10 ^ d))
	}
	printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#555\"/>\n", origin, top, panel_width, panel_height
	text(origin + panel_width / 2, top + panel_height + 40, "middle", "how many")
	text(origin - 52, top + panel_height / 2, "middle", title, sprintf(" transform=\"rotate(-90 %.1f %.1f)\"", origin - 52, top + panel_height / 2))
}

# from the left edge or the bottom one to where it meets another
function linear(axis, decades) {
	decades = to["x"] - from["x"] < to[axis] - from[axis] ? to["x"] - from["x"] : to[axis] - from[axis]
	line(px(10 ^ to["x"] / 10 ^ decades), py(axis, 10 ^ from[axis]), px(10 ^ to["x"]), py(axis, 10 ^ (from[axis] + decades)), "stroke=\"#888\" stroke-dasharray=\"1 4\"")
}

function mark(k, at_x, at_y) {
	if (k == 1) printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", at_x, at_y, colour[k]
	else if (k == 2) printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"7\" fill=\"%s\"/>\n", at_x - 3.5, at_y - 3.5, colour[k]
	else printf "<path d=\"M%.1f %.1fl%s\" fill=\"%s\"/>\n", at_x, at_y - 5, k == 3 ? "5 8.5h-10z" : "5 5l-5 5l-5 -5z", colour[k]
}

function curves(axis, what, dashed, k, i) {
	for (k = 1; k <= nkinds; k++) {
		printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s points=\"", colour[k], dashed ? "1.5\" stroke-dasharray=\"5 3\"" : "2\""
		for (i = 1; i <= points[kinds[k]]; i++) printf "%s%.1f,%.1f", i == 1 ? "" : " ", px(x[kinds[k], i]), py(axis, y[what, kinds[k], i])
		print "\"/>"
		for (i = 1; i <= points[kinds[k]]; i++) mark(k, px(x[kinds[k], i]), py(axis, y[what, kinds[k], i]))
	}
}

function legend(k, at) {
	at = left
	for (k = 1; k <= nkinds; k++) {
		mark(k, at, 52)
		text(at + 10, 56, "start", label[kinds[k]])
		at += 7 * length(label[kinds[k]]) + 34
	}
	line(at - 5, 52, at + 17, 52, "stroke=\"#888\" stroke-dasharray=\"1 4\"")
	text(at + 23, 56, "start", "linear")
}

END {
	width = left + 2 * panel_width + gap + 36
	height = top + panel_height + 56
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n",
		width, height, width, height
	print "<title>Time and memory of a boot against the number of services, variables, lines of passwd and s6-rc definitions</title>"
	printf "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#fff\" stroke=\"#ccc\"/>\n", width, height
	text(left, 28, "start", "What a boot costs as it grows", " font-size=\"16\" font-weight=\"bold\"")
	text(width - 36, 28, "end", "medians, two cores of a virtual machine, " date, " fill=\"#666\"")
	legend()
	origin = left
	axes("time", "from the exec of init to done, ms")
	linear("time")
	curves("time", "time")
	origin = left + panel_width + gap
	axes("memory", "PSS of the tree, MiB; dashed: peak of stage 2")
	linear("memory")
	curves("memory", "pss")
	curves("memory", "stage2", 1)
	print "</svg>"
}
