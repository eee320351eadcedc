#!/bin/bash
# SPDX-License-Identifier: ISC
# Programs under socksify reach targets by SOCKS4 and, by names that only the server knows, by 4A;
# their user id is in the server's log, and where a password is asked for they are refused.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl dnsmasq
join client 1
echo 'nameserver 127.0.0.1' | etc_file resolv.conf
run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --listen-address=127.0.0.1 --bind-interfaces --local=/test/ \
    --host-record=web.test,10.99.0.1 --host-record=six.test,::1
wait_for 10 "$python" -c 'import socket; socket.getaddrinfo("web.test", 80)'
ip addr add 10.99.0.1/32 dev lo
start_nginx 10.99.0.1 ::1
echo "someone:$(hash_password secret sha512)" >"$work/passwords"
start_socksifyd <<END
internal: 10.77.1.1 port = 1080
internal: 10.77.1.1 port = 1081
external: 10.99.0.1
external: ::1
socksmethod: none username
user.passwordfile: $work/passwords
client pass { from: 0/0 to: 10.77.1.1/32 port = 1081 socksmethod: username log: error }
$(rules)
END

# through URL HOST: fetches the page.
through()
{
	on client "$socksify" -p "$1" \
	    curl -gsS --max-time 20 --noproxy '*' "http://$2:$nginx_port/page" 2>&1
}

# works URL HOST ADDRESS: that the target sees.
works()
{
	local got

	got=$(through "$1" "$2") || fail "$1, $2: $got"
	[ "$got" = "the page for $3" ] || fail "$1, $2: $got"
}

works socks4://fred@10.77.1.1:1080 10.99.0.1 10.99.0.1
works socks4a://fred@10.77.1.1:1080 web.test 10.99.0.1
works socks4a://10.77.1.1:1080 six.test ::1
works socks5://10.77.1.1:1080 six.test ::1
! through socks4a://someone@10.77.1.1:1081 web.test >/dev/null || fail 'no password was needed'

client='10\.77\.1\.2\.[0-9]+ 10\.77\.1\.1\.1080'
target="10\\.99\\.0\\.1\\.[0-9]+ 10\\.99\\.0\\.1\\.$nginx_port"
logged "pass\\(1\\): tcp/connect \\[: userid%fred@$client -> $target"
[ "$(grep -c "tcp/connect \[: userid%fred@" "$server_log")" -eq 2 ]
logged "pass\\(1\\): tcp/connect \\[: $client -> ::1\\.[0-9]+ ::1\\.$nginx_port"
logged 'block\(1\): tcp/accept \]: userid%someone@.*\.1081: client offered no acceptable'
