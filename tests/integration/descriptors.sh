#!/bin/bash
# SPDX-License-Identifier: ISC
# With few descriptors, clients beyond what they allow have to wait, but no running session is
# lost, the shortage is said at most now and then, and afterwards all is as before.
. "${srcdir:-.}/tests/lib/functions.sh"

# Descriptors in flight are counted for each user: here for one that no other test's server is.
own_user=
[ "$(id -u)" -ne 0 ] || own_user="user.unprivileged: games"
start_target echo
for limit in 64 256; do
	port=$(free_port)
	server_descriptors=$limit
	start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
$own_user
client pass { from: 0/0 to: 0/0 }
socks pass { from: 0/0 to: 0/0 }
END
	PORT=$port "$python" - "$target_port" <<'END'
import selectors
import sys
from socksraw import *

target = int(sys.argv[1])


def alive(c):
    c.send(b"still")
    return c.read(5) == b"still"


held = [Client().connect("127.0.0.1", target) for _ in range(5)]
# All at once, with everything that they have to say; many more than there are descriptors. Who
# is through leaves, so that another one finds room.
selector = selectors.DefaultSelector()
for _ in range(500):
    c = Client()
    c.send(greeting(NONE), request("127.0.0.1", target), b"hello")
    c.said = b""
    selector.register(c.s, selectors.EVENT_READ, c)
assert all(map(alive, held))
served = closed = 0
deadline = time.monotonic() + 60
while selector.get_map():
    assert time.monotonic() < deadline, f"{served} served, {closed} closed"
    assert all(map(alive, held)), "a running session was lost"
    for key, _ in selector.select(0.5):
        c = key.data
        try:
            more = c.s.recv(100)
        except ConnectionResetError:
            more = b""
        c.said += more
        if more and len(c.said) < 2 + 10 + 5:
            continue
        selector.unregister(c.s)
        c.s.close()
        if c.said[:4] == b"\5\0\5\0" and c.said[-5:] == b"hello":
            served += 1
        else:
            closed += 1
            print("closed after", c.said)
print(f"{served} served, {closed} closed")
expect(closed, 0, "closed without an answer:")
assert all(map(alive, held))
for _ in range(20):
    with Client() as c:
        c.connect("127.0.0.1", target)
        assert alive(c)
END
	warnings=$(grep -c 'cannot accept for now\|cannot connect for now' "$server_log") || true
	[ "$warnings" -le 12 ] || fail "$warnings warnings of a shortage"
	not_logged ': replacing it'
done
