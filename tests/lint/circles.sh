#!/bin/sh
# SPDX-License-Identifier: ISC
# No includes run in a circle, with X.c and X.h taken as one: each part of the source stands on
# what is below it and can be read, tested and moved without what is above.
. "${srcdir:-.}/tests/lint/lint.sh"

# shellcheck disable=SC2046 # no file of ours has a space in its name
faults=$(awk '
function node(path) {
	sub(/[.](c|h|def)$/, "", path)
	return path
}
# Depth first: a node that is met again before it is left closes a circle.
function visit(from, trail,    list, count, i) {
	if (state[from] == "left")
		return
	trail = trail " -> " from
	if (state[from] == "open") {
		sub(".* -> " from " -> ", " -> " from " -> ", trail)
		print "a circle of includes:" substr(trail, 4)
		return
	}
	state[from] = "open"
	count = split(below[from], list, " ")
	for (i = 1; i <= count; i++)
		visit(list[i], trail)
	state[from] = "left"
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, piece, "\"")
	from = node(FILENAME)
	to = node(piece[2])
	if (from != to)
		below[from] = below[from] " " to
}
END {
	for (from in below)
		visit(from, "")
}' $(lint_find '*.[ch]' '*.def' | grep -E '^(common|libsocksify|server)/'))
lint_lines "$faults"
lint_end
