#!/bin/bash
# SPDX-License-Identifier: ISC
# telnet: the oldest client of all.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(telnet)

program_version()
{
	telnet --version | head -n 1
}

program_setup()
{
	start_web
}

# It ends at once when its input does: that must come after the answer.
success_page()
{
	mkfifo input
	{ printf 'GET /page HTTP/1.0\n\n'; wait_for 10 grep -qx "$page" output; } >input &
	tunnel telnet "$target" 80 <input >output || true
	grep -qx "$page" output
}

refused()
{
	ends 1 'Connection refused' tunnel telnet "$target" "$closed_port"
}

unreachable()
{
	ends 1 'No route to host' tunnel telnet "$unreachable"
}

timed_out()
{
	ends 1 'timed out' tunnel telnet "$blackhole"
}

dead_proxy()
{
	ends 1 'Connection refused' tunnel telnet "$target" 80
}

run_matrix
