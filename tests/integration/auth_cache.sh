#!/bin/bash
# SPDX-License-Identifier: ISC
# A password that was right is remembered: a hundred connections of one client do not pay for a
# hundred yescrypts. A wrong one is not taken for it, and it is forgotten in time.
. "${srcdir:-.}/tests/lib/functions.sh"

echo "someone:$(hash_password right yescrypt)" >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
user.passwordcache: 2
$(rules)
END

export PORT=$port
"$python" - <<'END'
from socksraw import *

clients = [Client() for _ in range(100)]
expect(login_status("someone", "right"), 0)
start = time.monotonic()
for c in clients:
    c.send(greeting(USERNAME), credentials("someone", "right"))
for c in clients:
    expect(c.method(), USERNAME)
    expect(c.status(), 0)
took = time.monotonic() - start
print(f"100 connections in {took:.3f} s")
END
kill -USR1 "$server_pid"
logged 'authenticators \([0-9]+\): handled: 1, '

"$python" - "$work/passwords" <<'END'
import sys
from crypt_hash import crypt_hash
from socksraw import *

file = sys.argv[1]
for n, password in enumerate(["wrong", "righ", "right\0", ""]):
    expect(login_status("someone", password, f"127.0.5.{n + 1}"), 1, password)

with open(file + ".new", "w") as f:
    print("someone:" + crypt_hash("new", "yescrypt"), file=f)
os.rename(file + ".new", file)
expect(login_status("someone", "new"), 0)
# The old one may be known for two more seconds.
wait_for(lambda: login_status("someone", "right") == 1, "the old password is forgotten")
END
