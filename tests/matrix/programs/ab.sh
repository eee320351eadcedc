#!/bin/bash
# SPDX-License-Identifier: ISC
# ab fetches 2000 pages, 100 at a time: each connection is a non-blocking one in an epoll loop.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(ab)

program_version()
{
	ab -V | head -n 1
}

program_setup()
{
	start_web
}

success_crowd()
{
	tunnel ab -q -n 2000 -c 100 "http://$target/page" >report
	grep -q '^Complete requests: *2000$' report
	grep -q '^Failed requests: *0$' report
	connected 2000
}

success_kept_alive()
{
	tunnel ab -q -k -n 1000 -c 10 "http://$target/page" >report
	grep -q '^Keep-Alive requests: *[1-9]' report
	grep -q '^Failed requests: *0$' report
}

refused()
{
	ends 111 'Connection refused' tunnel ab -n 1 "http://$target:$closed_port/"
}

unreachable()
{
	ends 113 'No route to host' tunnel ab -n 1 "http://$unreachable/"
}

timed_out()
{
	ends 119 'timeout specified has expired' tunnel ab -s 1 -n 1 "http://$blackhole/"
}

dead_proxy()
{
	ends 111 'Connection refused' tunnel ab -n 1 "http://$target/page"
}

run_matrix
