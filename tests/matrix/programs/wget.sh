#!/bin/bash
# SPDX-License-Identifier: ISC
# wget fetches by http and https, by names and addresses of both families.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(wget)

program_version()
{
	wget --version | head -n 1
}

program_setup()
{
	start_web
}

success_http()
{
	prints "$page" tunnel wget -q -O - "http://$target/page"
	tunnel wget -q -O got "http://$target/big"
	cmp got "$www/big"
	connected 2
}

success_https()
{
	tunnel wget -q --ca-certificate "$ca" -O got "https://$target/big"
	cmp got "$www/big"
}

success_ipv6()
{
	prints "$page" tunnel wget -q -6 -O - "http://six.test/page"
	connected 1 six.test
}

success_address()
{
	prints "$page" tunnel wget -q -O - "http://10.77.2.2/page"
}

success_ipv6_address()
{
	prints "$page" tunnel wget -q -O - "http://[fd77:2::2]/page"
}

refused()
{
	ends 4 'connection refused' tunnel wget -t 1 "http://$target:$closed_port/"
}

unreachable()
{
	ends 4 'no route to host' tunnel wget -t 1 "http://$unreachable/"
}

timed_out()
{
	ends 4 'timed out' tunnel wget -t 1 "http://$blackhole/"
	ends 4 'timed out' tunnel wget -t 1 --connect-timeout 0.3 "http://$blackhole/"
}

dead_proxy()
{
	ends 4 'connection refused' tunnel wget -t 1 "http://$target/page"
}

run_matrix
