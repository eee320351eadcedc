#!/bin/bash
# SPDX-License-Identifier: ISC
# One side may end its sending while the other goes on, in both directions.
. "${srcdir:-.}/tests/lib/functions.sh"

simple_server
start_target digest
digest=$target_port
start_target half

PORT=$port "$python" - "$digest" "$target_port" "$work" <<'END'
import glob
import hashlib
import os
import socket
import sys
from socksraw import *

digest, half, work = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
data = os.urandom(3 << 20)

# The client ends first; the target answers only then.
with Client() as c:
    c.connect("127.0.0.1", digest)
    c.send(data)
    c.s.shutdown(socket.SHUT_WR)
    expect(c.read_all(), f"{len(data)} {hashlib.sha256(data).hexdigest()}\n".encode())

# The target ends first; the client sends only then.
with Client() as c:
    c.connect("127.0.0.1", half)
    expect(c.read_all(), b"first\n")
    c.send(data)
wait_for(lambda: glob.glob(work + "/target.*.rest"), "what follows the target's end")
with open(glob.glob(work + "/target.*.rest")[0], "rb") as f:
    assert f.read() == data
END
logged 'tcp/connect \]: 6 -> .* -> 3145728, 3145728 -> .* -> 6: remote peer closed\.'
