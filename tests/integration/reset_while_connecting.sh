#!/bin/bash
# SPDX-License-Identifier: ISC
# A client that resets while its target does not answer gives its place back at once; one that
# has only ended its direction keeps it.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
start_socksifyd <<EOF
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
timeout.connect: 600
client pass { from: 0/0 to: 0/0 log: error }
socks pass { from: 0/0 to: 0/0 log: error }
EOF
PORT=$port "$python" - "$srcdir/tests/lib" "$(roles request)" <<'EOF'
import socket
import struct
import sys
import time

sys.path.insert(0, sys.argv[1])
import socksraw  # noqa: E402

# A listener with a full queue lets further connections wait for ever.
full = socket.socket()
full.bind(("127.0.0.1", 0))
full.listen(0)
waiting = []
while len(waiting) < 8:
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(full.getsockname())
    waiting.append(s)


def title():
    with open(f"/proc/{sys.argv[2]}/cmdline", encoding="utf-8") as f:
        return f.read()


def until(text):
    deadline = time.monotonic() + 30
    while text not in title():
        if time.monotonic() > deadline:
            sys.exit(f"expected {text!r}, seen {title()!r}")
        time.sleep(0.05)


def ask():
    client = socksraw.Client()
    client.send(socksraw.greeting(socksraw.NONE))
    client.method()
    client.send(socksraw.request(*full.getsockname()))
    return client


patient, impatient = ask(), ask()
patient.s.shutdown(socket.SHUT_WR)
until("request: 2/")
impatient.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
impatient.s.close()
until("request: 1/")
patient.s.setblocking(False)
try:
    sys.exit(f"the one that waits was told {patient.s.recv(1)!r}")
except BlockingIOError:
    pass
EOF
