#!/bin/bash
# SPDX-License-Identifier: ISC
# After a wrong password, an address waits for its next answer, longer with every failure, while
# other addresses do not.
. "${srcdir:-.}/tests/lib/functions.sh"

echo "someone:$(hash_password right sha512)" >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
user.passwordcache: 0
$(rules)
END

PORT=$port "$python" - <<'END'
from socksraw import *


def milliseconds(source, password, wanted):
    start = time.monotonic()
    expect(login_status("someone", password, source), wanted)
    return (time.monotonic() - start) * 1000


first = milliseconds("127.0.2.1", "wrong", 1)
second = milliseconds("127.0.2.1", "wrong", 1)
third = milliseconds("127.0.2.1", "wrong", 1)
other = milliseconds("127.0.2.2", "right", 0)
fourth = milliseconds("127.0.2.1", "right", 0)
after = milliseconds("127.0.2.1", "right", 0)
print(first, second, third, other, fourth, after)
assert second - first > 150 and second > 200
assert third > 400
assert other < 200
# The right one waits as long as a wrong one would; but it ends the waiting.
assert fourth > 800
assert after < 200
END
