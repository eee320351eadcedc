#!/bin/bash
# SPDX-License-Identifier: ISC
# OpenBSD's nc: half-closed connections, and scans.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(nc socat)

program_version()
{
	package_version netcat-openbsd
}

# Answers with all that it has been sent when it has seen the end of it.
program_setup()
{
	start_server sort 7 socat TCP6-LISTEN:7,ipv6only=0,fork,reuseaddr EXEC:sort
}

success_half_close()
{
	seq 20000 | tac >input
	tunnel nc -N "$target" 7 <input >got
	cmp got <(sort input)
}

success_scan()
{
	ends 0 'succeeded' tunnel nc -vz "$target" 7
}

success_address()
{
	ends 0 'succeeded' tunnel nc -nvz 10.77.2.2 7
	ends 0 'succeeded' tunnel nc -nvz fd77:2::2 7
}

refused()
{
	ends 1 'Connection refused' tunnel nc -v -N "$target" "$closed_port"
}

unreachable()
{
	ends 1 'No route to host' tunnel nc -v -N "$unreachable" 7
}

timed_out()
{
	ends 1 'timed out' tunnel nc -v -w 1 "$blackhole" 7
}

dead_proxy()
{
	ends 1 'Connection refused' tunnel nc -v -N "$target" 7
}

run_matrix
