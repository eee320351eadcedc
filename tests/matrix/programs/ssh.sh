#!/bin/bash
# SPDX-License-Identifier: ISC
# ssh logs in with its blocking connect, and with the other that ConnectTimeout makes it use.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(ssh)

program_version()
{
	ssh -V 2>&1 | cut -d ' ' -f 1 | tr -d ,
}

program_setup()
{
	start_ssh
	head -c 4194304 /dev/urandom >"$work/data"
}

success_blocking()
{
	prints 'hello there' tunnel ssh -F "$ssh_config" "$target" echo hello there
	tunnel ssh -F "$ssh_config" "$target" cat "$work/data" >got
	cmp got "$work/data"
	connected 2
}

success_connect_timeout()
{
	prints 'hello there' tunnel ssh -F "$ssh_config" -o ConnectTimeout=10 "$target" \
	    echo hello there
	connected 1
}

success_both_ways()
{
	tunnel ssh -F "$ssh_config" "$target" cat <"$work/data" >got
	cmp got "$work/data"
}

success_ipv6()
{
	prints 'hello there' tunnel ssh -6 -F "$ssh_config" six.test echo hello there
	connected 1 six.test
}

refused()
{
	ends 255 'connection refused' tunnel ssh -F "$ssh_config" -p "$closed_port" "$target" true
	ends 255 'connection refused' tunnel ssh -F "$ssh_config" -o ConnectTimeout=10 \
	    -p "$closed_port" "$target" true
}

unreachable()
{
	ends 255 'no route to host' tunnel ssh -F "$ssh_config" "$unreachable" true
	ends 255 'no route to host' tunnel ssh -F "$ssh_config" -o ConnectTimeout=10 \
	    "$unreachable" true
}

timed_out()
{
	ends 255 'connection timed out' tunnel ssh -F "$ssh_config" "$blackhole" true
	ends 255 'connection timed out' tunnel ssh -F "$ssh_config" -o ConnectTimeout=10 \
	    "$blackhole" true
}

dead_proxy()
{
	ends 255 'connection refused' tunnel ssh -F "$ssh_config" "$target" true
}

run_matrix
