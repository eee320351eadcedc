#!/bin/bash
# SPDX-License-Identifier: ISC
# dig asks over TCP. Its memory allocator makes system calls before any constructor has run, and
# libuv makes some by number.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(dig dnsmasq)

program_version()
{
	dig -v 2>&1
}

program_setup()
{
	start_server names 53 dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
	    --user=root --pid-file --host-record=x.example,192.0.2.7 --txt-record=x.example,words
}

ask()
{
	tunnel dig +tcp +tries=1 +short x.example "$@"
}

success_queries()
{
	prints 192.0.2.7 ask "@$target" A
	prints '"words"' ask "@$target" TXT
	connected 2
}

success_address()
{
	prints 192.0.2.7 ask @10.77.2.2
	prints 192.0.2.7 ask @fd77:2::2
}

refused()
{
	ends 9 'connection refused' ask "@$target" -p "$closed_port"
}

unreachable()
{
	ends 9 'host unreachable' ask "@$unreachable"
}

timed_out()
{
	ends 9 'timed out' ask "@$blackhole" +time=3
}

dead_proxy()
{
	ends 9 'connection refused' ask "@$target"
}

run_matrix
