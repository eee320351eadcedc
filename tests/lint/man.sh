#!/bin/sh
# SPDX-License-Identifier: ISC
# mandoc has no warning for any manual page.
. "${srcdir:-.}/tests/lint/lint.sh"

: "${MANDOC:=mandoc}"
[ "$MANDOC" != : ] || MANDOC=mandoc
lint_need "$MANDOC"
for page in $(lint_find '*.[1-8]' '*.[1-8].in'); do
	"$MANDOC" -Tlint -Wwarning "$page" >&2 || lint_fault "$page: see above"
done
lint_end
