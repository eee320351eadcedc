#!/bin/bash
# SPDX-License-Identifier: ISC
# An address with hundreds of wrong passwords at once waits by itself: nobody else's password is
# held up, and what it leaves behind keeps the server from nothing, least of all from ending.
. "${srcdir:-.}/tests/lib/functions.sh"

echo "someone:$(hash_password right sha512)" >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
user.passwordcache: 0
timeout.negotiate: 4
$(rules)
END

PORT=$port "$python" - <<'END'
from socksraw import *


def guess(n):
    s = socket.socket()
    s.bind(("127.0.3.1", 0))
    s.connect(("127.0.0.1", int(os.environ["PORT"])))
    s.sendall(greeting(USERNAME) + credentials("someone", f"wrong{n}"))
    return s


crowd = [guess(n) for n in range(400)]
# The first of them has its answer: the delays have begun.
crowd[0].settimeout(TIMEOUT)
crowd[0].recv(2)
expect(crowd[0].recv(2), bytes([1, 1]))
start = time.monotonic()
for n in range(5):
    expect(login_status("someone", "right", f"127.0.4.{n + 1}"), 0)
took = time.monotonic() - start
print(f"5 passwords of others: {took:.2f} s")
assert took < 3, took
END
stop_socksifyd
