#!/bin/sh
# SPDX-License-Identifier: ISC
# Every header compiles alone, and twice, with the configured compiler.
. "${srcdir:-.}/tests/lint/lint.sh"

: "${CC:=cc}"
lint_need "${CC%% *}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
for header in $(lint_find '*.h'); do
	# Without the server its libraries need not be there.
	if [ "$LINT_SERVER" = no ] && grep -q '"server/' "$header"; then
		continue
	fi
	case $LINT_SERVER-$header in
	no-server/*) continue ;;
	esac
	printf '#include "%s"\n#include "%s"\nint nothing;\n' "$header" "$header" >"$dir/alone.c"
	# shellcheck disable=SC2086 # both are lists of words
	$CC -D_GNU_SOURCE -I. -I"$lint_build" $LINT_CFLAGS -Wall -Wextra -Werror -fsyntax-only \
	    "$dir/alone.c" || lint_fault "$header: does not compile alone"
done
lint_end
