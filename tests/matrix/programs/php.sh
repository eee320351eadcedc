#!/bin/bash
# SPDX-License-Identifier: ISC
# PHP: its curl extension, which is loaded with a symbol scope of its own, curl's multi interface,
# and streams.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(php)

program_version()
{
	php --version | head -n 1 | cut -d ' ' -f 1,2
}

program_setup()
{
	php -r 'exit(extension_loaded("curl") ? 0 : 1);' || skip "PHP's curl is not installed"
	start_web
}

# client CASE [HOST [PORT]]
client()
{
	tunnel php "$srcdir/tests/matrix/clients/client.php" "$1" "${2:-$target}" "${3:-80}"
}

success_curl()
{
	prints "$page" client curl
}

success_curl_multi()
{
	prints '20 pages' client multi
	connected 20
}

success_stream()
{
	prints "$page" client stream
}

success_fsockopen()
{
	prints "$page" client fsockopen
}

success_ipv6_address()
{
	prints "$page" client curl fd77:2::2
}

refused()
{
	ends 1 "^7 .*(refused|connect to server)" client curl "$target" "$closed_port"
	ends 1 'connection refused' client stream "$target" "$closed_port"
	ends 1 '^111 connection refused' client fsockopen "$target" "$closed_port"
}

unreachable()
{
	ends 1 "^7 .*(no route|connect to server)" client curl "$unreachable"
	ends 1 'no route to host' client stream "$unreachable"
	ends 1 '^113 no route to host' client fsockopen "$unreachable"
}

timed_out()
{
	ends 1 '^28 ' client curl "$blackhole"
	ends 1 'connection timed out' client stream "$blackhole"
	ends 1 '^110 connection timed out' client fsockopen "$blackhole"
}

dead_proxy()
{
	ends 1 '^7 ' client curl
	ends 1 '^111 connection refused' client fsockopen
}

run_matrix
