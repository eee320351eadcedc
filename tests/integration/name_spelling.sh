#!/bin/bash
# SPDX-License-Identifier: ISC
# A rule on a name or on an address holds however the name is written: with a dot at the end, in
# capitals, with the escapes that a resolver takes, or as one of the old spellings of an address.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require dnsmasq
echo 'nameserver 127.0.0.1' | etc_file resolv.conf
echo '127.0.0.1 localhost' | etc_file hosts
run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --local-ttl=1 --listen-address=127.0.0.1 --bind-interfaces \
    --host-record=evil.test,127.0.0.5 --host-record=good.test,127.0.0.5 \
    --host-record=inside.test,127.0.0.1 --local=/test/ --local=//
wait_for 10 "$python" -c 'import socket; socket.getaddrinfo("good.test", 80)'
start_target echo 0.0.0.0
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
external: 127.0.0.1
socksmethod: none
client pass { from: 0/0 to: 0/0 log: connect disconnect error }
socks block { from: 0/0 to: .evil.test log: connect }
socks block { from: 0/0 to: 127.0.0.1/32 log: connect }
socks pass { from: 0/0 to: 0/0 log: connect error }
END

PORT=1080 "$python" - "$target_port" <<'END'
import sys
from socksraw import *


def ask(name):
    with Client() as c:
        c.login()
        c.send(request(name, int(sys.argv[1])))
        return c.reply()[0]


expect(ask("good.test"), 0)
expect(ask("127.0.0.5"), 0)
for name in ("evil.test", "EVIL.test", "evil.test.", "x.evil.test", "inside.test", "localhost",
             "LOCALHOST", "127.0.0.1", "::ffff:127.0.0.1"):
    expect(ask(name), 2, name)
for name in (r"\evil.test", r"e\vil.test", r"evil\.test", "evil.test..", ".evil.test",
             "127.1", "127.0.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1",
             "localhost.", "127.0.0.1.", "[127.0.0.1]", "::1%lo", "evil.test ", "evil.test\n", "a\nb: c",
             "evil\u3002test", "-", "." * 255, "a" * 255):
    assert ask(name) != 0, name
END
not_logged '^[^A-Z]'
