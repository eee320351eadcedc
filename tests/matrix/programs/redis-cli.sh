#!/bin/bash
# SPDX-License-Identifier: ISC
# redis-cli and redis-benchmark: a second connect asks how the non-blocking first one has ended.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(redis-cli redis-server redis-benchmark)

program_version()
{
	redis-cli --version
}

program_setup()
{
	start_server redis 6379 redis-server --port 6379 --bind 10.77.2.2 fd77:2::2 \
	    --protected-mode no --dir "$work" --save ''
}

success_values()
{
	prints OK tunnel redis-cli -h "$target" set colour green
	prints green tunnel redis-cli -h "$target" get colour
	connected 2
}

success_ipv6()
{
	prints PONG tunnel redis-cli -h six.test ping
	connected 1 six.test
}

success_benchmark()
{
	tunnel redis-benchmark --csv -h "$target" -n 500 -c 50 -t get >report
	grep -q '^"GET","[1-9]' report
	connected 50
}

refused()
{
	ends 1 'Connection refused' tunnel redis-cli -h "$target" -p "$closed_port" ping
}

unreachable()
{
	ends 1 'No route to host' tunnel redis-cli -h "$unreachable" ping
}

# It has no limit of its own: what the proxy says after its own limit.
timed_out()
{
	ends 1 'timed out|unreachable|No route' tunnel redis-cli -h "$blackhole" ping
}

dead_proxy()
{
	ends 1 'Connection refused' tunnel redis-cli -h "$target" ping
}

run_matrix
