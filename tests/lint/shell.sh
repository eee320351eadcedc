#!/bin/sh
# SPDX-License-Identifier: ISC
# No shell script makes shellcheck complain.
. "${srcdir:-.}/tests/lint/lint.sh"

lint_need shellcheck
for script in $(lint_scripts); do
	shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR --source-path=. "$script" >&2 ||
	    lint_fault "$script: see above"
done
lint_end
