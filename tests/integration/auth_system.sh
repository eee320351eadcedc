#!/bin/bash
# SPDX-License-Identifier: ISC
# Without a password file, the accounts of the system are asked; locked ones, and ones without a
# password, are not let in.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
{
	cat /etc/passwd
	for user in person locked open expired; do
		echo "test-$user:x:64999:64999::/nonexistent:/usr/sbin/nologin"
	done
} | etc_file passwd
hash=$(hash_password secret yescrypt)
{
	echo 'root:*:19000:0:99999:7:::'
	echo "test-person:$hash:19000:0:99999:7:::"
	echo "test-locked:!$hash:19000:0:99999:7:::"
	echo 'test-open::19000:0:99999:7:::'
	echo "test-expired:$hash:19000:0:99999:7::19001:"
} | etc_file shadow
chmod 600 "$work/etc.shadow"
start_target echo
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
external: 127.0.0.1
socksmethod: username
$(rules)
END

PORT=1080 "$python" - <<'END'
from socksraw import *

tries = [
    ("test-person", "secret", 0),
    ("test-person", "wrong", 1),
    ("test-locked", "secret", 1),
    ("test-locked", "!", 1),
    ("test-open", "", 1),
    ("test-open", "x", 1),
    ("test-expired", "secret", 1),
    ("root", "*", 1),
    ("no-such-user", "secret", 1),
]
for n, (user, password, wanted) in enumerate(tries):
    got = login_status(user, password, f"127.0.4.{n + 1}")
    expect(got, wanted, f"{user} with {password!r}:")
END
