#!/bin/bash
# SPDX-License-Identifier: ISC
# A program without a dynamic linker, which no library gets into: it is not started.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(busybox)

program_version()
{
	busybox | head -n 1
}

program_setup()
{
	! ldd "$(command -v busybox)" >/dev/null 2>&1 || skip "busybox is not a static program"
	start_web
}

success_not_started_address()
{
	ends 126 'busybox.*static' tunnel busybox wget -q -O - "http://10.77.2.2/page"
}

run_matrix
