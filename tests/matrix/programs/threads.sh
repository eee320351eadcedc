#!/bin/bash
# SPDX-License-Identifier: ISC
# 50 threads with 200 connections each, by names: none fails, and nothing is left of them.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(python3)

program_version()
{
	"$python" --version
}

program_setup()
{
	start_server greeter 7 "$python" "$srcdir/tests/matrix/greeter.py" 7
}

success_threads()
{
	tunnel "$python" "$srcdir/tests/matrix/threads.py" 50 200 "$target" four.test six.test
	connected 2000
}

run_matrix
