#!/bin/bash
# SPDX-License-Identifier: ISC
# aria2c downloads by several connections at once. Its own resolver, which speaks DNS, is off.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(aria2c)

program_version()
{
	aria2c --version | head -n 1
}

program_setup()
{
	start_web
}

download()
{
	tunnel aria2c --no-conf --async-dns=false --max-tries=1 --console-log-level=error "$@"
}

success_segments()
{
	download -q -x 4 -s 4 -k 1M -o got "http://$target/big"
	cmp got "$www/big"
	connected 4
}

success_https()
{
	download -q --ca-certificate="$ca" -o got "https://$target/big"
	cmp got "$www/big"
}

refused()
{
	ends '!' 'Connection refused' download "http://$target:$closed_port/big"
}

unreachable()
{
	ends '!' 'No route to host' download "http://$unreachable/big"
}

timed_out()
{
	ends 2 'time ?out|timed out' download --connect-timeout=1 "http://$blackhole/big"
}

dead_proxy()
{
	ends '!' 'Connection refused' download "http://$target/big"
}

run_matrix
