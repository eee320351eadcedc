#!/bin/bash
# SPDX-License-Identifier: ISC
# socat connects with and without blocking, and forwards connections from forked children.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(socat curl)

program_version()
{
	socat -V | sed -n 2p
}

program_setup()
{
	start_web
	start_server sort 7 socat TCP6-LISTEN:7,ipv6only=0,fork,reuseaddr EXEC:sort
}

success_half_close()
{
	seq 20000 | tac >input
	tunnel socat - "TCP:$target:7" <input >got
	cmp got <(sort input)
	tunnel socat - "TCP:$target:7,nonblock" <input >got
	cmp got <(sort input)
	connected 2
}

success_forwarder()
{
	tunnel socat "TCP-LISTEN:8080,bind=127.0.0.1,reuseaddr,fork" "TCP:$target:80" &
	wait_for 10 "${on_client[@]}" bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080'
	prints "$page"$'\n'"$page" "${on_client[@]}" curl -sS --no-keepalive http://127.0.0.1:8080/page \
	    http://127.0.0.1:8080/page
}

refused()
{
	ends 1 'Connection refused' tunnel socat -u /dev/null "TCP:$target:$closed_port"
}

unreachable()
{
	ends 1 'No route to host' tunnel socat -u /dev/null "TCP:$unreachable:7"
}

timed_out()
{
	ends 1 'timed out' tunnel socat -u /dev/null "TCP:$blackhole:7,connect-timeout=0.5"
	ends 1 'timed out' tunnel socat -u /dev/null "TCP:$blackhole:7"
}

dead_proxy()
{
	ends 1 'Connection refused' tunnel socat -u /dev/null "TCP:$target:7"
}

run_matrix
