#!/bin/bash
# SPDX-License-Identifier: ISC
# A target without a route is answered with 3, one that cannot be reached with 4, and neither
# disturbs what can be.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
join target 1
join only4 2
ip addr del fd77:2::1/64 dev to-only4
ip route add unreachable 10.99.0.0/16
ip route add unreachable fd99::/64
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
internal: 127.0.0.1 port = 1081
external: to-target
socksmethod: none
timeout.connect: 10
$(rules)
END

code()
{
	local got

	got=$(PORT=1080 "$python" "$srcdir/tests/lib/socksraw.py" "$2" 80)
	[ "$got" -eq "$1" ] || fail "$2: reply $got, expected $1"
}

code 3 203.0.113.1
code 3 2001:db8::1
code 4 10.99.1.1
code 4 fd99::1
# On the cable, but nobody has the address.
code 4 10.77.1.99
code 5 10.77.1.2
code 5 fd77:1::2
logged 'block\(1\): tcp/connect \]: .* 203\.0\.113\.1\.80: connect .*Network is unreachable'

# Only IPv4 goes out: an IPv6 address has no way.
stop_socksifyd
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
external: to-only4
socksmethod: none
$(rules)
END
code 3 fd77:1::2
code 5 10.77.2.2
