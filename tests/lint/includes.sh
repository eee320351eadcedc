#!/bin/sh
# SPDX-License-Identifier: ISC
# Includes point one way: common/ to nothing else of ours, libsocksify/ and server/ to common/
# and never to each other. Our headers are named from the top. A library is included where it
# is wrapped, and nowhere else.
. "${srcdir:-.}/tests/lint/lint.sh"

# shellcheck disable=SC2046 # no file of ours has a space in its name
faults=$(awk '
# The part of the tree that a path begins with.
function part(path) {
	return substr(path, 1, index(path, "/") - 1)
}
# Only files that match @where may include what matches @what.
function keep(what, where) {
	if (header ~ what && FILENAME ~ where_we_link && FILENAME !~ where)
		print FILENAME ":" FNR ": <" header "> is for " where " alone"
}
BEGIN {
	where_we_link = "^(common|libsocksify|server)/"
	allowed["common"] = " common "
	allowed["libsocksify"] = " common libsocksify "
	allowed["server"] = " common server "
	allowed["tests"] = " common libsocksify server tests "
	allowed["bench"] = " common libsocksify server tests bench "
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, piece, "\"")
	to = part(piece[2])
	if (index(allowed[part(FILENAME)], " " to " ") == 0 || to == "")
		print FILENAME ":" FNR ": \"" piece[2] "\" must not be included here"
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, piece, /[<>]/)
	header = piece[2]
	keep("^event2?/|^event[.]h$|^evutil", "^server/loop[.][ch]$")
	keep("^ares", "^server/resolver[.]c$")
	keep("^crypt[.]h$", "^(server/password(_file)?|libsocksify/embedded_files)[.]c$")
	keep("^shadow[.]h$", "^server/password[.]c$")
	keep("^seccomp[.]h$", "^server/sandbox[.]c$")
	keep("^cap-ng[.]h$", "^server/privilege[.]c$")
	keep("^bsd/|^sha2[.]h$", "^server/")
}' $(lint_find '*.[ch]' '*.def'))
lint_lines "$faults"
lint_end
