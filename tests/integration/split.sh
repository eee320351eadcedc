#!/bin/bash
# SPDX-License-Identifier: ISC
# The client's bytes may come in any pieces: each alone, or greeting, password, request and the
# first data all in one segment, data that the target gets before it has said a word.
. "${srcdir:-.}/tests/lib/functions.sh"

hash_password secret sha512 | sed 's/^/someone:/' >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username none
user.passwordfile: $work/passwords
$(rules)
END
start_target digest

PORT=$port "$python" - "$target_port" <<'END'
import hashlib
import socket
import sys
from socksraw import *

target = int(sys.argv[1])
early = b"early data\n" * 20
messages = [
    (USERNAME, [greeting(USERNAME), credentials("someone", "secret"),
                request("localhost", target)]),
    (NONE, [greeting(NONE), request("127.0.0.1", target)]),
]


def check(c, method, sent):
    expect(c.method(), method)
    if method == USERNAME:
        expect(c.status(), 0)
    expect(c.reply()[0], 0)
    c.s.shutdown(socket.SHUT_WR)
    digest = hashlib.sha256(sent).hexdigest()
    expect(c.read_all(), f"{len(sent)} {digest}\n".encode())


for method, parts in messages:
    with Client() as c:
        c.send_slowly(*parts, early)
        check(c, method, early)
    with Client() as c:
        c.send(*parts, early)
        check(c, method, early)
    whole = b"".join(parts) + early
    for at in range(1, len(b"".join(parts)) + 1):
        with Client() as c:
            c.send(whole[:at])
            wait_acknowledged(c.s)
            c.send(whole[at:])
            check(c, method, early)
    # More than the server would hold: the rest waits in the socket and follows in order.
    with Client() as c:
        much = bytes(range(256)) * 4096
        c.s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        c.send(*parts, much)
        check(c, method, much)
END
