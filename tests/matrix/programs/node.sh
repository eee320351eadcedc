#!/bin/bash
# SPDX-License-Identifier: ISC
# Node: fetch, http, https and net, and 200 requests at a time.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(node)

program_version()
{
	echo "Node $(node --version)"
}

program_setup()
{
	start_web
}

# client CASE [HOST [PORT]]
client()
{
	tunnel node "$srcdir/tests/matrix/clients/client.js" "$1" "${2:-$target}" "${3:-80}"
}

success_fetch()
{
	prints "$page" client fetch
}

success_http()
{
	prints "$page" client http
}

success_https()
{
	NODE_EXTRA_CA_CERTS=$ca prints "$page" client https "$target" 443
}

success_net()
{
	prints "$page" client net
}

success_parallel()
{
	prints '200 pages' client parallel
	connected 200
}

success_ipv6_address()
{
	prints "$page" client net fd77:2::2
}

refused()
{
	ends 1 '^ECONNREFUSED$' client fetch "$target" "$closed_port"
	ends 1 '^ECONNREFUSED$' client net "$target" "$closed_port"
}

unreachable()
{
	ends 1 '^EHOSTUNREACH$' client http "$unreachable"
	ends 1 '^EHOSTUNREACH$' client net "$unreachable"
}

timed_out()
{
	ends 1 '^ETIMEDOUT$' client http "$blackhole"
	ends 1 '^ETIMEDOUT$' client net "$blackhole"
}

dead_proxy()
{
	ends 1 '^ECONNREFUSED$' client fetch
	ends 1 '^ECONNREFUSED$' client net
}

run_matrix
