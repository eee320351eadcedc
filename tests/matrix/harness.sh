#!/bin/bash
# SPDX-License-Identifier: ISC
# The matrix says of a case what is true: a program that goes direct leaks, one that asks a name
# server of its own does, one that waits for ever hangs, and so on; with no socksifier at all.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(curl)
socksifier=none
log_seconds=1

success_direct() { ends 28 'timed out' tunnel curl -sS --max-time 0.5 http://10.77.2.2/; }
success_direct_ipv6() { ends 28 'timed out' tunnel curl -sSg --max-time 0.5 'http://[fd77:2::2]/'; }
success_datagram() { tunnel bash -c 'echo >/dev/udp/10.77.2.2/1234'; }
success_name() { ends 6 'resolve' tunnel curl -sS "http://$target/"; }
success_name_and_direct() { success_direct && success_name; }
success_nothing() { true; }
success_nothing_address() { true; }
success_proxied_address() { prints "$page" tunnel curl -sS -x "socks5://$proxy" "http://10.77.2.2/page"; }
success_proxied() { prints "$page" tunnel curl -sS -x "socks5h://$proxy" "http://$target/page"; }
success_bad_page() { prints another tunnel curl -sS -x "socks5h://$proxy" "http://$target/page"; }
success_miscounted() { success_proxied && connected 2; }
success_hanging() { tunnel sleep 1000; }
refused() { ends 97 '\(5\)' tunnel curl -sS -x "socks5h://$proxy" "http://$target:$closed_port/"; }
unreachable() { ends 97 'other words' tunnel curl -sS -x "socks5h://$proxy" "http://$unreachable/"; }
timed_out() { ends 28 . tunnel curl -sS -x "socks5h://$proxy" "http://$blackhole/"; }

program_setup()
{
	start_web
	proxy=$proxy_address:1080
}

is()
{
	success_seconds=$3
	run_case "$1"
	[ "$verdict" = "$2" ] || fail "$1: $verdict, not $2"
}

prepare
is success_direct leak 20
is success_direct_ipv6 leak 20
is success_datagram leak 20
is success_name dns 20
is success_name_and_direct leak 20
is success_nothing fails 20
is success_nothing_address ok 20
is success_proxied_address ok 20
is success_proxied ok 20
is success_bad_page fails 20
is success_miscounted fails 20
is success_hanging hang 1
is refused ok 20
is unreachable wrong 20
is timed_out wrong 20
