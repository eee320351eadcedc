#!/bin/bash
# SPDX-License-Identifier: ISC
# nginx passes requests on: its workers have dropped their privilege, and wait edge-triggered.
. "${srcdir:-.}/tests/matrix/lib.sh"
. "$srcdir/tests/matrix/gateway.sh"

program_needs=(nginx ab curl)

program_version()
{
	nginx -v 2>&1
}

program_setup()
{
	start_web
}

# front: an nginx with two workers, which passes /A/... on to http://A/...
front()
{
	local path user=''

	[ "$(id -u)" -ne 0 ] || user='user nobody nogroup;'
	mkdir front
	cat >front.conf <<-END
		$user
		worker_processes 2;
		daemon off;
		pid $home/front/pid;
		error_log $home/front.log;
		events { worker_connections 1024; use epoll; }
		http {
			access_log off;
			$(for path in client_body proxy fastcgi uwsgi scgi; do
				echo "${path}_temp_path $home/front;"
			done)
			proxy_connect_timeout 500ms;
			upstream kept {
				server $target;
				keepalive 8;
			}
			server {
				listen 127.0.0.1:8080 backlog=1024;
				location /target/ { proxy_pass http://$target/; }
				location /kept/ {
					proxy_pass http://kept/;
					proxy_http_version 1.1;
					proxy_set_header Connection "";
				}
				location /closed/ { proxy_pass http://$target:$closed_port/; }
				location /unreachable/ { proxy_pass http://$unreachable/; }
				location /blackhole/ { proxy_pass http://$blackhole/; }
			}
		}
	END
	gateway "$home/front/pid" 8080 nginx -e "$home/front.log" -p "$home/front" \
	    -c "$home/front.conf"
}

success_page()
{
	front
	prints "$page" from_gateway http://127.0.0.1:8080/target/page
	from_gateway -o got http://127.0.0.1:8080/target/big
	cmp got "$www/big"
}

success_crowd()
{
	front
	"${on_client[@]}" ab -q -n 2000 -c 100 http://127.0.0.1:8080/target/page >report
	grep -q '^Complete requests: *2000$' report
	grep -q '^Failed requests: *0$' report
	! grep -q '^Non-2xx' report
	connected 2000
}

success_kept_alive()
{
	front
	"${on_client[@]}" ab -q -n 500 -c 20 http://127.0.0.1:8080/kept/page >report
	grep -q '^Failed requests: *0$' report
	! grep -q '^Non-2xx' report
}

# The others are served meanwhile.
success_beside_a_hanging_one()
{
	local hanging

	front
	status_from_gateway http://127.0.0.1:8080/blackhole/ >status &
	hanging=$!
	prints "$page" from_gateway http://127.0.0.1:8080/target/page
	[ ! -s status ]
	wait "$hanging"
	[ "$(cat status)" = 504 ]
}

refused()
{
	front
	prints 502 status_from_gateway http://127.0.0.1:8080/closed/
	grep -q '(111: Connection refused) while connecting to upstream' front.log
}

unreachable()
{
	front
	prints 502 status_from_gateway http://127.0.0.1:8080/unreachable/
	grep -q '(113: No route to host) while connecting to upstream' front.log
}

timed_out()
{
	front
	prints 504 status_from_gateway http://127.0.0.1:8080/blackhole/
	grep -q 'upstream timed out' front.log
}

dead_proxy()
{
	front
	prints 502 status_from_gateway http://127.0.0.1:8080/target/page
	grep -q '(111: Connection refused) while connecting to upstream' front.log
}

run_matrix
