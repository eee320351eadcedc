#!/bin/bash
# SPDX-License-Identifier: ISC
# nmap scans by connect(2): it tells open, closed and filtered ports by select(2) and SO_ERROR.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(nmap)

program_version()
{
	nmap --version | head -n 1
}

program_setup()
{
	start_web
}

scan()
{
	tunnel nmap -sT -Pn -n --max-retries 1 "$@"
}

# Two ports of 402 are open.
success_scan()
{
	scan -p "1-400,443,1000" "$target" >report
	grep -q '^80/tcp *open' report
	grep -q '^443/tcp *open' report
	grep -q '^Not shown: 400 closed tcp ports (conn-refused)' report
}

success_service()
{
	scan -sV --version-light -p 80 "$target" >report
	grep -q '^80/tcp *open *http *nginx' report
}

refused()
{
	ends 0 "^$closed_port/tcp *closed" scan -p "$closed_port" "$target"
}

unreachable()
{
	ends 0 '^80/tcp *filtered .* host-unreach' scan --reason -p 80 "$unreachable"
}

timed_out()
{
	ends 0 '^80/tcp *filtered' scan --max-rtt-timeout 500ms --reason -p 80 "$blackhole"
}

dead_proxy()
{
	ends 0 '^80/tcp *closed' scan -p 80 "$target"
}

run_matrix
