#!/bin/bash
# SPDX-License-Identifier: ISC
# haproxy with a master and a worker, which has dropped its privilege and may have no new threads.
# Its health checks are connections too.
. "${srcdir:-.}/tests/matrix/lib.sh"
. "$srcdir/tests/matrix/gateway.sh"

program_needs=(haproxy ab curl)

program_version()
{
	haproxy -v | head -n 1
}

program_setup()
{
	start_web
}

front()
{
	local user=''

	[ "$(id -u)" -ne 0 ] || user='user nobody
		group nogroup'
	cat >front.conf <<-END
		global
			$user
			log stdout format raw local0
			stats socket $home/control mode 600
		defaults
			mode http
			timeout connect 500ms
			timeout client 20s
			timeout server 20s
			retries 0
			log global
			option httplog
			default-server init-addr last,libc,none
		frontend front
			bind 127.0.0.1:8080
			use_backend closed if { path_beg /closed/ }
			use_backend unreachable if { path_beg /unreachable/ }
			use_backend blackhole if { path_beg /blackhole/ }
			use_backend checked if { path_beg /checked/ }
			default_backend target
		backend target
			server s $target:80
		backend closed
			server s $target:$closed_port
		backend unreachable
			server s $unreachable:80
		backend blackhole
			server s $blackhole:80
		backend checked
			option httpchk GET /page
			http-request set-path /page
			server good $target:80 check inter 200ms
			server bad $target:$closed_port check inter 200ms
	END
	gateway "$home/pid" 8080 haproxy -W -db -p "$home/pid" -f "$home/front.conf" >front.log 2>&1
}

success_page()
{
	front
	prints "$page" from_gateway http://127.0.0.1:8080/page
	from_gateway -o got http://127.0.0.1:8080/big
	cmp got "$www/big"
}

success_crowd()
{
	front
	"${on_client[@]}" ab -q -n 2000 -c 100 http://127.0.0.1:8080/page >report
	grep -q '^Complete requests: *2000$' report
	grep -q '^Failed requests: *0$' report
	! grep -q '^Non-2xx' report
}

success_health_checks()
{
	front
	wait_for 10 grep -q 'Server checked/bad is DOWN, .*Connection refused' front.log
	connected 3
	! grep -q 'Server checked/good is DOWN' front.log
	prints "$page" from_gateway http://127.0.0.1:8080/checked/
}

success_beside_a_hanging_one()
{
	local hanging

	front
	status_from_gateway http://127.0.0.1:8080/blackhole/ >status &
	hanging=$!
	prints "$page" from_gateway http://127.0.0.1:8080/page
	[ ! -s status ]
	wait "$hanging"
	[ "$(cat status)" = 503 ]
}

refused()
{
	front
	prints 503 status_from_gateway http://127.0.0.1:8080/closed/
	wait_for 10 grep -q 'closed/s .* 503 .* SC--' front.log
}

unreachable()
{
	front
	prints 503 status_from_gateway http://127.0.0.1:8080/unreachable/
	wait_for 10 grep -q 'unreachable/s .* 503 .* SC--' front.log
}

# It tells the time-out as one of its own.
timed_out()
{
	front
	prints 503 status_from_gateway http://127.0.0.1:8080/blackhole/
	wait_for 10 grep -q 'blackhole/s .* 503 .* sC--' front.log
}

dead_proxy()
{
	front
	prints 503 status_from_gateway http://127.0.0.1:8080/page
	wait_for 10 grep -q 'target/s .* 503 .* SC--' front.log
}

run_matrix
