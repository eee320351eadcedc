#!/bin/bash
# SPDX-License-Identifier: ISC
# A changed password file holds from the next login on, without a signal; without the file nobody
# is let in, and the log says why.
. "${srcdir:-.}/tests/lib/functions.sh"

echo "someone:$(hash_password first sha512)" >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
user.passwordcache: 0
$(rules)
END

PORT=$port "$python" - "$work/passwords" <<'END'
import itertools
import sys
from crypt_hash import crypt_hash
from socksraw import *

file = sys.argv[1]
# Each as an address of its own: failures of one address make it wait.
addresses = (f"127.0.3.{n}" for n in itertools.count(1))


def write(password):
    with open(file + ".new", "w") as f:
        print("someone:" + crypt_hash(password, "sha512"), file=f)
    os.rename(file + ".new", file)


def check(right, *wrong):
    if right:
        expect(login_status("someone", right, next(addresses)), 0, right)
    for password in wrong:
        expect(login_status("someone", password, next(addresses)), 1, password)


check("first", "second")
write("second")
check("second", "first")
os.remove(file)
check(None, "first", "second")
write("third")
check("third", "second")
END
logged 'error: .*password file cannot be read: No such file'
