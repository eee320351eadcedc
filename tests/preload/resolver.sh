#!/bin/bash
# SPDX-License-Identifier: ISC
# res_query and its kin: addresses and names are answered by the library, all else by a name server
# behind the proxy, if there is one.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require dnsmasq
victim=$builddir/tests/preload/victim_res
library=$builddir/.libs/libsocksify.so
requests=$work/requests
printf '127.0.0.1 localhost\n192.0.2.4 in-hosts.test\n' | etc_file hosts
# Whoever asks the name server of this host is heard.
echo 'nameserver 127.0.0.1' | etc_file resolv.conf
text=$(printf 'x%.0s' {1..250})
run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --listen-address=127.0.0.1 --bind-interfaces --port=5300 \
    --local=/example/ --local=/arpa/ --mx-host=mail.example,mx.example,10 \
    --srv-host=_http._tcp.apt.example,host.example,80 --host-record=outside.example,203.0.113.9 \
    --txt-record="long.example,$text,$text,$text,$text,$text"
run_beside listener dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --listen-address=127.0.0.1 --bind-interfaces --log-queries \
    --log-facility=- --local=/#/
start_target echo 127.0.0.1 5301
mkfifo "$work/in" "$work/out"
run_beside slowsocks sh -c 'exec "$@" <'"$work/in >$work/out" - \
    "$builddir/tests/lib/slowsocks" -l "$requests" -d 5
exec 9>"$work/in"
read -r port <"$work/out"
wait_for 10 grep -q '^ *[0-9]*: 0100007F:14B4 .* 0A ' /proc/net/tcp
wait_for 10 grep -q 'started' "$work/listener.output"

# with NAMESERVER CASE...: a fresh process each.
with()
{
	local server=$1 case

	shift
	"$builddir/tests/preload/names_state" "$work/state" "$port" ${server:+nameserver "$server"}
	for case in "$@"; do
		SOCKSIFY_STATE=$work/state LD_PRELOAD=$library timeout 60 "$victim" "$case" ||
		    fail "$case with '$server'"
	done
}

with '' addresses pointers truncated states old_names no_server
[ ! -s "$requests" ] || fail "the proxy was asked"
with 203.0.113.1:5300 addresses truncated server interrupted
! grep -v '^connect 1 203\.0\.113\.1 5300 as $' "$requests" || fail "the proxy was asked for else"
with dns.example:5300 server
grep -q '^connect 3 dns\.example 5300 as $' "$requests" || fail "not by name"
with '[2001:db8::99]:5300' server
with fail3.x server_unreachable
with 203.0.113.1:5301 server_babbles
with drop.x:53 no_server
with hang.x:53 server_silent
! grep 'query\[' "$work/listener.output" || fail "the name server of this host was asked"
