#!/bin/sh
# SPDX-License-Identifier: ISC
# No function is longer than 100 lines, no file longer than 800, no line wider than 120 columns.
# These are the ends of what is bearable; CONTRIBUTING.md has what is aimed at.
. "${srcdir:-.}/tests/lint/lint.sh"

# shellcheck disable=SC2046 # no file of ours has a space in its name
faults=$(awk '
function width(line,    i, n) {
	gsub(/[\200-\277]/, "", line)	# all but the first byte of a character
	for (i = 1; i <= length(line); i++)
		n = substr(line, i, 1) == "\t" ? n + 8 - n % 8 : n + 1
	return n
}
function end_of_file() {
	if (lines > 800)
		print file ": " lines " lines, more than 800"
}
FNR == 1 {
	end_of_file()
	file = FILENAME
	start = 0
}
{ lines = FNR }
length($0) + 7 * gsub(/\t/, "&") > 120 && width($0) > 120 {
	print FILENAME ":" FNR ": wider than 120 columns"
}
FILENAME ~ /[.][ch]$/ && /^[{]/ {
	start = FNR
	name = before
	sub(/[(].*/, "", name)
}
FILENAME ~ /[.][ch]$/ && /^[}]/ && start {
	if (FNR - start + 1 > 100)
		print FILENAME ":" start ": " name "() has " FNR - start + 1 " lines, more than 100"
	start = 0
}
/^[A-Za-z_].*[(]/ { before = $0 }
END { end_of_file() }' $(lint_find '*.[ch]' '*.def' '*.sh' '*.py'))
lint_lines "$faults"
lint_end
