#!/bin/bash
# SPDX-License-Identifier: ISC
# Every reply code that a loopback address can bring about is the true one: 0 success, 2 a rule,
# 4 no such name, 5 refused, 6 no answer in time, 7 a command, 8 an address type.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
timeout.connect: 1
client pass { from: 0/0 to: 0/0 log: connect disconnect error }
socks block { from: 0/0 to: .blocked.invalid log: connect }
socks block { from: 0/0 to: 127.0.0.9/32 log: connect }
socks block { from: 0/0 to: 0/0 command: bind log: connect }
socks pass { from: 0/0 to: 0/0 log: connect disconnect error }
END
start_target full
full=$target_port
start_target echo
dead=$(free_port)

PORT=$port "$python" - "$target_port" "$full" "$dead" <<'END'
import sys
import time
from socksraw import *

echo, full, dead = map(int, sys.argv[1:])


def ask(message):
    """The reply; after one that is no success the server must close, and not before we read."""
    with Client() as c:
        c.login()
        c.send(message)
        code, address, port = c.reply()
        if code == 0:
            expect(address, "127.0.0.1")
            assert port > 0
        else:
            c.closed()
        return code


expect(ask(request("127.0.0.1", echo)), 0)
expect(ask(request("localhost", echo)), 0)
expect(ask(request("127.0.0.9", echo)), 2, "a rule for an address:")
expect(ask(request("x.blocked.invalid", echo)), 2, "a rule for a name:")
expect(ask(request("no-such-name.invalid", echo)), 4, "no such name:")
expect(ask(request("127.0.0.1", dead)), 5, "nobody listens:")
start = time.monotonic()
expect(ask(request("127.0.0.1", full)), 6, "no answer:")
took = time.monotonic() - start
assert 0.9 < took < 10, took
expect(ask(request("127.0.0.1", echo, UDP_ASSOCIATE)), 7, "UDP ASSOCIATE:")
expect(ask(request("127.0.0.1", echo, BIND)), 2, "BIND, where a rule blocks it:")
for command in 0, 4, 0x80, 255:
    expect(ask(request("127.0.0.1", echo, command)), 7, f"command {command}:")
for kind in 0, 2, 5, 255:
    expect(ask(bytes([5, 1, 0, kind, 1, 2, 3, 4, 5, 6])), 8, f"address type {kind}:")
    # Nothing after the type can be understood: the answer does not wait for it.
    expect(ask(bytes([5, 1, 0, kind])), 8, f"address type {kind}, alone:")
END
