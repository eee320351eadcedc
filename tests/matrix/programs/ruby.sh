#!/bin/bash
# SPDX-License-Identifier: ISC
# Ruby: Net::HTTP, TCPSocket, Socket.tcp with a time limit, and threads.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(ruby)

program_version()
{
	ruby -e 'puts "Ruby #{RUBY_VERSION}"'
}

program_setup()
{
	start_web
}

# client CASE [HOST [PORT]]
client()
{
	tunnel ruby "$srcdir/tests/matrix/clients/client.rb" "$1" "${2:-$target}" "${3:-80}"
}

success_net_http()
{
	prints "$page" client http
}

success_tcpsocket()
{
	prints "$page" client tcp
}

success_timeout()
{
	prints "$page" client timeout
}

success_threads()
{
	prints '20 pages' client threads
	connected 20
}

success_ipv6_address()
{
	prints "$page" client tcp fd77:2::2
}

refused()
{
	ends 1 '^Errno::ECONNREFUSED' client http "$target" "$closed_port"
	ends 1 '^Errno::ECONNREFUSED' client tcp "$target" "$closed_port"
	ends 1 '^Errno::ECONNREFUSED' client timeout "$target" "$closed_port"
}

unreachable()
{
	ends 1 '^Errno::EHOSTUNREACH' client tcp "$unreachable"
	ends 1 '^Errno::EHOSTUNREACH' client timeout "$unreachable"
}

timed_out()
{
	ends 1 '^Errno::ETIMEDOUT' client tcp "$blackhole"
	ends 1 '^Errno::ETIMEDOUT' client timeout "$blackhole"
}

dead_proxy()
{
	ends 1 '^Errno::ECONNREFUSED' client tcp
	ends 1 '^Errno::ECONNREFUSED' client timeout
}

run_matrix
