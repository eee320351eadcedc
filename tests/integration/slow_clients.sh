#!/bin/bash
# SPDX-License-Identifier: ISC
# Five hundred clients that send a byte a second keep nobody waiting, and are closed when
# timeout.negotiate is over, however much they still have to say.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
start_target echo
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
timeout.negotiate: 3
$(rules)
END

PORT=$port "$python" - "$target_port" <<'END'
import sys
from socksraw import *

target = int(sys.argv[1])
start = time.monotonic()
slow = [Client() for _ in range(500)]
drip = greeting(*range(100))
for at in range(2):
    for c in slow:
        c.send(drip[at:at + 1])
    for _ in range(20):
        began = time.monotonic()
        with Client() as c:
            c.connect("127.0.0.1", target)
            c.send(b"x")
            expect(c.read(1), b"x")
        took = time.monotonic() - began
        assert took < 2, f"a normal client waited {took} s"
    wait_for(lambda: time.monotonic() > start + at + 1, "a second")
for c in slow:
    c.closed()
took = time.monotonic() - start
assert 2.5 < took < 15, f"closed after {took} s"
END
[ "$(grep -c ': negotiate timeout after' "$server_log")" -eq 500 ]
