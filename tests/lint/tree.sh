#!/bin/sh
# SPDX-License-Identifier: ISC
# Nothing is marked as unfinished, every source file names its licence near its top, and no line
# ends in white space.
. "${srcdir:-.}/tests/lint/lint.sh"

top='configure.ac Makefile.am README.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md NEWS.md'
sources=$(lint_find '*.[ch]' '*.def' '*.py'; lint_scripts)
for file in $sources Makefile.am configure.ac; do
	[ -s "$file" ] || continue
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ISC' ||
	    lint_fault "$file: no SPDX-License-Identifier in its first three lines"
done
others=$(lint_find '*.mk' '*.md' '*.[1-8]' '*.in' '*.conf' '*.map' '*.py')
# shellcheck disable=SC2086 # lists of words
set -- $sources $others $top
for file in "$@"; do
	[ -f "$file" ] || continue
	# In two pieces, so that this line is none of them.
	lint_lines "$(grep -nHwE 'TO''DO|FIX''ME|XX''X' "$file")"
	lint_lines "$(grep -nHE '[[:blank:]]$' "$file")"
done
lint_end
