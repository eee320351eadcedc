#!/bin/bash
# SPDX-License-Identifier: ISC
# A session without traffic ends after timeout.io, one with some does not; a session half closed
# ends after timeout.tcp_fin_wait; a rule may say otherwise.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
start_target echo
echo=$target_port
start_target hold
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
timeout.io: 2
timeout.tcp_fin_wait: 1
client pass { from: 0/0 to: 0/0 }
socks pass { from: 127.0.7.1/32 to: 0/0 timeout.io: 0 timeout.tcp_fin_wait: 0 log: disconnect }
socks pass { from: 0/0 to: 0/0 log: disconnect error }
END

PORT=$port "$python" - "$echo" "$target_port" <<'END'
import sys
from socksraw import *

echo, hold = map(int, sys.argv[1:])
start = time.monotonic()
spared = Client(source="127.0.7.1").connect("127.0.0.1", hold)
half = Client(source="127.0.7.1").connect("127.0.0.1", hold)
half.s.shutdown(socket.SHUT_WR)
busy = Client().connect("127.0.0.1", echo)

half_closed = Client().connect("127.0.0.1", hold)
half_closed.s.shutdown(socket.SHUT_WR)
half_closed.closed()
took = time.monotonic() - start
assert 0.8 < took < 10, f"tcp_fin_wait of 1 s took {took}"

start = time.monotonic()
idle = Client().connect("127.0.0.1", hold)
while True:
    busy.send(b"x")
    expect(busy.read(1), b"x")
    idle.s.settimeout(0.2)
    try:
        idle.closed()
        break
    except TimeoutError:
        pass
took = time.monotonic() - start
assert 1.8 < took < 10, f"timeout.io of 2 s took {took}"

# Past the limit that held for the others.
wait_for(lambda: time.monotonic() > start + 3.5, "time to pass")
busy.send(b"x")
expect(busy.read(1), b"x")
for c in spared, half:
    c.s.setblocking(False)
    try:
        expect(c.s.recv(1), "nothing")
    except BlockingIOError:
        pass
END
logged ': i/o timeout\.  Session duration: [0-9]+s'
logged ': tcp-fin-wait timeout \(waiting for remote peer to close\)\.'
# The sessions that have no limit end with their target.
end_beside "$target_pid"
