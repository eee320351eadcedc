#!/bin/bash
# SPDX-License-Identifier: ISC
# nmap scans by connect(2): it tells open, closed and filtered ports by select(2) and SO_ERROR.
. "${srcdir:-.}/tests/matrix/lib.sh"
. "$srcdir/tests/matrix/ftp.sh"

program_needs=(nmap)

program_version()
{
	nmap --version | sed -n 1p
}

program_setup()
{
	start_web
	start_ftp
}

scan()
{
	tunnel nmap -sT -Pn -n "$@"
}

# Three ports of 402 are open. It takes ports for filtered where answers come late: on a busy machine
# none must be late.
success_scan()
{
	scan --min-rtt-timeout 3s -p "1-400,443,1000" "$target" >report
	grep -q '^21/tcp *open' report
	grep -q '^80/tcp *open' report
	grep -q '^443/tcp *open' report
	grep -q '^Not shown: 399 closed tcp ports (conn-refused)' report
}

# Asked what it is, by what it says of itself.
success_service()
{
	scan --min-rtt-timeout 3s -sV --version-light -p 21 "$target" >report
	grep -q '^21/tcp *open *ftp *vsftpd' report
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
	ends 0 '^80/tcp *filtered' scan --max-retries 1 --max-rtt-timeout 500ms --reason -p 80 "$blackhole"
}

dead_proxy()
{
	ends 0 '^80/tcp *closed' scan -p 80 "$target"
}

run_matrix
