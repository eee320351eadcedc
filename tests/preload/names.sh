#!/bin/bash
# SPDX-License-Identifier: ISC
# What names stand for: what is numeric or in /etc/hosts is as without the library; what the rules
# keep local comes from the name server; of all else no name server hears, and the proxy does, once
# for each connection, whatever family the program asks for.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require dnsmasq curl wget git
victim=$builddir/tests/preload/victim_names
library=$builddir/.libs/libsocksify.so
requests=$work/requests

etc_file hosts <<END
127.0.0.1	localhost
::1		localhost ip6-localhost
192.0.2.4	both.test short-both
2001:db8::4	both.test
192.0.2.5	four.test short4 # with a comment
2001:db8::6	six.test
192.0.2.7	many.test
192.0.2.8	many.test other.test
END
printf 'hosts: files\nservices: files\nprotocols: files\n' | etc_file nsswitch.conf
# A network that goes nowhere: addresses of both families, and routes.
ip link add net type veth peer name nowhere
ip addr add 10.1.1.1/24 dev net
ip addr add 2001:db8:77::1/64 dev net nodad
ip link set nowhere up
ip link set net up
ip route add default dev net
ip -6 route add default dev net

table=$builddir/tests/preload/victim_names_table
"$table" >"$work/direct"
SOCKS5_SERVER=192.0.2.200:1080 LD_PRELOAD=$library "$table" >"$work/preloaded"
[ "$(wc -l <"$work/direct")" -gt 5000 ] || fail "a short table"
diff "$work/direct" "$work/preloaded" >"$work/difference" ||
    fail "not as without the library: $(head -20 "$work/difference")"

umount /etc/nsswitch.conf
echo 'nameserver 127.0.0.1' | etc_file resolv.conf
run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --listen-address=127.0.0.1 --bind-interfaces --log-queries \
    --log-facility=- --local=/corp/ --local=/example/ --local=/arpa/ \
    --host-record=inside.corp,10.99.0.7 --host-record=one.corp,10.99.0.11 \
    --host-record=two.corp,10.99.0.12 --host-record=three.corp,10.99.0.13 \
    --host-record=four.corp,10.99.0.14 --mx-host=mail.corp,inside.corp,5 \
    --host-record=outside.example,203.0.113.9
wait_for 10 "$python" -c 'import socket; socket.getaddrinfo("inside.corp", 80)'

# proxy [OPTION...]: a slowsocks on $port.
proxy()
{
	rm -f "$work/in" "$work/out"
	mkfifo "$work/in" "$work/out"
	run_beside slowsocks sh -c 'exec "$@" <'"$work/in >$work/out" - \
	    "$builddir/tests/lib/slowsocks" -l "$requests" "$@"
	exec 9>"$work/in"
	read -r port <"$work/out"
}

# state OPTION...: the settings for what follows.
state()
{
	"$builddir/tests/preload/names_state" "$work/state" "$port" "$@"
	export SOCKSIFY_STATE=$work/state
}

preloaded()
{
	LD_PRELOAD=$library timeout 60 "$@"
}

proxy
state direct .corp
preloaded "$victim" local
! grep -E 'outside|0\.98\.10' "$work/dnsmasq.output" || fail "a name server heard of what is remote"
for last in 11 12 13 14 15; do
	ip addr add "10.99.0.$last/32" dev lo
done
: >"$requests"
preloaded "$victim" direct_names
# "." is every name.
state direct .
preloaded "$victim" direct_numbers
state direct . resolved -
preloaded "$victim" direct_numbers
[ "$(cut -d ' ' -f 3 "$requests" | sort | xargs)" = \
    '10.99.0.11 10.99.0.12 10.99.0.13 10.99.0.14 10.99.0.15 10.99.0.15' ] ||
    fail "the proxy was asked for: $(cat "$requests")"
state direct .corp resolved -
preloaded "$victim" resolved
preloaded "$victim" remote_commands
state reserved4 10.64.0.0/10 reserved6 2001:db8:77::/96
preloaded "$victim" ranges
state reserved6 2001:db8:77::/120
preloaded "$victim" only_six
state reserved4 10.64.0.0/24
preloaded "$victim" full
state
preloaded "$victim" threads
preloaded "$victim" remote_commands
if ldconfig -p | grep -q libidn2.so.0; then
	LC_ALL=C.UTF-8 preloaded "$victim" idn
fi

# A child, however it is started, knows what its parent's addresses stand for, and the reverse.
preloaded "$python" - <<'END'
import os
import socket
import subprocess
import sys


def address(name):
    return socket.gethostbyname(name)


def name(address):
    return socket.getnameinfo((address, 80), socket.NI_NAMEREQD)[0]


ours = address("parent.example")
theirs = subprocess.run(
    [sys.executable, "-c",
     "import socket, sys\n"
     "assert socket.getnameinfo((sys.argv[1], 80), socket.NI_NAMEREQD)[0] == 'parent.example'\n"
     "print(socket.gethostbyname('child.example'), end='')", ours],
    close_fds=True, check=True, capture_output=True, text=True).stdout
assert name(theirs) == "child.example", theirs
assert ours == address("parent.example") != theirs
end, other = os.pipe()
child = os.fork()
if child == 0:
    os.closerange(0, other)
    os.write(other, address("forked.example").encode())
    os._exit(name(ours) != "parent.example")
assert os.waitpid(child, 0)[1] == 0
assert name(os.read(end, 100).decode()) == "forked.example"
END

: >"$requests"
preloaded "$victim" spelling
for name in echo echo.a_b-c echo.trailing. echo.UPPER.example echo.xn--bcher-kva.example \
    $'echo.b\xc3\xbccher.example' 'echo.a\b"c'; do
	grep -qF "connect 3 $name 7 as" "$requests" || fail "the proxy was not asked for $name"
done
: >"$requests"
preloaded "$victim" six
[ "$(grep -c 'connect 3 echo.six.example 7' "$requests")" -eq 2 ] || fail "not by name over IPv6"
grep -q 'connect 3 echo.mapped.example 7' "$requests" || fail "not by name over a mapped address"

# Programs, by a proxy that needs longer than Happy Eyeballs waits for the next address.
start_nginx 127.0.0.1
git init -q --bare "$work/www/project.git"
git -C "$work/www/project.git" update-server-info
proxy -d 300
state

# once COMMAND...: it succeeds, and its one connection is asked for by name.
once()
{
	: >"$requests"
	preloaded "$@" >"$work/said" 2>&1 || { cat "$work/said"; fail "$*"; }
	[ "$(cat "$requests")" = "connect 3 web.example $nginx_port as " ] ||
	    fail "$*: the proxy was asked for: $(cat "$requests")"
}

page=http://web.example:$nginx_port/page
programs()
{
	local family

	for family in '' -4 -6; do
		# shellcheck disable=SC2086 # none is none
		once curl -sS $family "$page"
	done
	once git ls-remote "http://web.example:$nginx_port/project.git"
}
programs
for family in -4 -6; do
	once wget $family -q -t 1 -O /dev/null "$page"
	: >"$requests"
	preloaded git clone -q $family "http://web.example:$nginx_port/project.git" "$work/clone$family" \
	    2>/dev/null
	! grep -v "^connect 3 web.example $nginx_port as \$" "$requests" || fail "git clone $family"
done
once "$python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "$page"
if command -v node >/dev/null; then
	once node -e 'fetch(process.argv[1]).then(r => r.text())' "$page"
fi
# Where the host has no IPv6, but sockets of it.
for file in /proc/sys/net/ipv6/conf/*/disable_ipv6; do
	echo 1 >"$file"
done
programs
