#!/bin/bash
# SPDX-License-Identifier: ISC
# A name with addresses of both families is connected to by the one that answers: at once when
# the other refuses, soon when the other is silent; and IPv6 is preferred when both work.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require dnsmasq
join target 1
on target ip addr add fd77:1::3/64 dev eth0 nodad
NGINX_ON=(on target)
start_nginx 10.77.1.2 fd77:1::2
echo 'nameserver 127.0.0.1' | etc_file resolv.conf
run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --local-ttl=1 --listen-address=127.0.0.1 --bind-interfaces \
    --host-record=both.test,10.77.1.2,fd77:1::2 \
    --host-record=dead6.test,10.77.1.2,fd77:1::99 \
    --host-record=dead4.test,10.77.1.99,fd77:1::2 \
    --host-record=refused6.test,10.77.1.2,fd77:1::3 \
    --host-record=only4.test,10.77.1.2 \
    --host-record=only6.test,fd77:1::2 \
    --local=/test/
wait_for 10 "$python" -c 'import socket; socket.getaddrinfo("both.test", 80)'
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
external: to-target
socksmethod: none
$(rules)
END

# fetch NAME FROM MILLISECONDS
fetch()
{
	local page start took

	start=$(milliseconds)
	page=$(curl -sS --max-time 20 -x socks5h://127.0.0.1:1080 "http://$1:$nginx_port/page")
	took=$(($(milliseconds) - start))
	[ "$page" = "the page for $2" ] || fail "$1: $page, expected it from $2"
	[ "$took" -lt "$3" ] || fail "$1 took $took ms"
}

fetch both.test fd77:1::1 1000
fetch only4.test 10.77.1.1 1000
fetch only6.test fd77:1::1 1000
fetch refused6.test 10.77.1.1 1000
# Without an answer it takes the kernel three seconds to give up.
fetch dead6.test 10.77.1.1 2000
fetch dead4.test fd77:1::1 2000
