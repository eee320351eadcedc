#!/bin/bash
# SPDX-License-Identifier: ISC
# Java: URL, Socket with and without a time limit, HttpClient, and channels with a selector.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(java javac)

program_version()
{
	java -version 2>&1 | head -n 1 | sed 's/ [0-9-]*$//; s/"//g'
}

program_setup()
{
	start_web
	javac -d "$work/classes" "$srcdir/tests/matrix/clients/Client.java"
}

# client CASE [HOST [PORT]]
client()
{
	tunnel java -Xshare:auto -XX:TieredStopAtLevel=1 -Xmx256m -cp "$work/classes" \
	    Client "$1" "${2:-$target}" "${3:-80}"
}

success_url()
{
	prints "$page" client url
}

success_socket()
{
	prints "$page" client socket
}

success_socket_timeout()
{
	prints "$page" client timeout
}

success_httpclient()
{
	prints "$page" client client
}

success_httpclient_100()
{
	prints '100 pages' client parallel
	connected 100
}

success_nio_100()
{
	prints '100 pages' client channels
	connected 100
}

success_ipv6_address()
{
	prints "$page" client socket fd77:2::2
}

refused()
{
	ends 1 'ConnectException: .*connection refused' client socket "$target" "$closed_port"
	ends 1 'ConnectException' client client "$target" "$closed_port"
	ends 1 'ConnectException: .*connection refused' client channels "$target" "$closed_port"
}

unreachable()
{
	ends 1 'NoRouteToHostException: .*no route to host' client socket "$unreachable"
	ends 1 'NoRouteToHostException: .*no route to host' client channels "$unreachable"
}

timed_out()
{
	ends 1 'ConnectException: .*connection timed out' client socket "$blackhole"
	ends 1 'ConnectException: .*connection timed out' client channels "$blackhole"
}

dead_proxy()
{
	ends 1 'ConnectException: .*connection refused' client socket
	ends 1 'ConnectException: .*connection refused' client channels
}

run_matrix
