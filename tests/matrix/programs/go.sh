#!/bin/bash
# SPDX-License-Identifier: ISC
# A program in Go makes its system calls itself, which no library sees: it is not started.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(gron)

program_version()
{
	package_version gron
}

program_setup()
{
	start_web
	echo '{}' >"$www/data.json"
}

success_not_started_address()
{
	ends 126 'gron.*Go' tunnel gron "http://10.77.2.2/data.json"
}

run_matrix
