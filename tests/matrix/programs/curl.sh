#!/bin/bash
# SPDX-License-Identifier: ISC
# curl fetches by http and https, by names and addresses of both families, and 50 at a time.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(curl)

program_version()
{
	curl --version | head -n 1
}

program_setup()
{
	start_web
}

success_http()
{
	prints "$page" tunnel curl -sS "http://$target/page"
	tunnel curl -sS -o got "http://$target/big"
	cmp got "$www/big"
	connected 2
}

success_https()
{
	tunnel curl -sS --cacert "$ca" -o got "https://$target/big"
	cmp got "$www/big"
}

success_parallel()
{
	local i urls=()

	for ((i = 0; i < 50; i++)); do
		urls+=(-o "page$i" "http://$target/page")
	done
	tunnel curl -sS --parallel --parallel-immediate --no-keepalive "${urls[@]}"
	[ "$(cat page* | grep -cx "$page")" -eq 50 ]
}

success_ipv4_and_ipv6()
{
	prints "$page" tunnel curl -sS -4 "http://$target/page"
	prints "$page" tunnel curl -sS -6 "http://$target/page"
	connected 2
}

success_address()
{
	prints "$page" tunnel curl -sS "http://10.77.2.2/page"
}

success_ipv6_address()
{
	prints "$page" tunnel curl -gsS -6 "http://[fd77:2::2]/page"
}

refused()
{
	ends 7 'refused|connect to server' tunnel curl -sS "http://$target:$closed_port/"
}

unreachable()
{
	ends 7 'No route to host|connect to server' tunnel curl -sS "http://$unreachable/"
}

timed_out()
{
	ends 28 'after [0-9]+ ms' tunnel curl -sS "http://$blackhole/"
	ends 28 'after 3[0-9][0-9] ms|timed? ?out' \
	    tunnel curl -sS --connect-timeout 0.3 "http://$blackhole/"
}

dead_proxy()
{
	ends 7 'refused|connect to server' tunnel curl -sS "http://$target/page"
}

run_matrix
