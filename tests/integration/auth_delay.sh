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
    """Since the answer before."""
    expect(login_status("someone", password, source), wanted)
    before, milliseconds.last = milliseconds.last, time.monotonic()
    return (milliseconds.last - before) * 1000


milliseconds.last = time.monotonic()
milliseconds("127.0.2.1", "wrong", 1)
second = milliseconds("127.0.2.1", "wrong", 1)
third = milliseconds("127.0.2.1", "wrong", 1)
other = milliseconds("127.0.2.2", "right", 0)
# The right one waits as long as a wrong one would; but it ends the waiting.
fourth = milliseconds("127.0.2.1", "right", 0) + other
after = milliseconds("127.0.2.1", "right", 0)
print(second, third, other, fourth, after)
# 250, 500, and 1000, from the failure on, which the answer comes a little after.
assert second > 150
assert third > 350
assert fourth > 700
assert other < 700 and after < 700
END
