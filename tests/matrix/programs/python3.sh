#!/bin/bash
# SPDX-License-Identifier: ISC
# Python: urllib, a thousand connections of asyncio, an edge-triggered epoll of its own, children.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=("$python")

program_version()
{
	"$python" --version
}

program_setup()
{
	start_web
}

# client CASE [HOST [PORT]]
client()
{
	tunnel "$python" "$srcdir/tests/matrix/clients/client.py" "$1" "${2:-$target}" "${3:-80}"
}

success_urllib()
{
	prints "$page" client urllib
}

success_blocking()
{
	prints "$page" client blocking
}

success_asyncio_1000()
{
	prints '1000 pages' client parallel
	connected 1000
}

success_epoll_edge()
{
	prints "1 event, 0 more
$page" client edge
}

success_multiprocessing()
{
	prints "$page" client processes
	connected 20
}

success_subprocess()
{
	prints "$page" client child
	connected 1
}

success_ipv6_address()
{
	prints "$page" client blocking fd77:2::2
}

refused()
{
	ends 1 'ConnectionRefusedError: .* connection refused' \
	    client blocking "$target" "$closed_port"
	ends 1 'URLError: .* connection refused' client urllib "$target" "$closed_port"
	ends 1 'ConnectionRefusedError|Multiple exceptions.*refused|connect call failed' \
	    client parallel "$target" "$closed_port"
}

unreachable()
{
	ends 1 'OSError: .* no route to host' client blocking "$unreachable"
	ends 1 'URLError: .* no route to host' client urllib "$unreachable"
}

timed_out()
{
	ends 1 'TimeoutError: .* connection timed out' client blocking "$blackhole"
	ends 1 'URLError: .* connection timed out' client urllib "$blackhole"
}

dead_proxy()
{
	ends 1 'ConnectionRefusedError: .* connection refused' client blocking
	ends 1 'URLError: .* connection refused' client urllib
}

run_matrix
