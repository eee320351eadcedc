#!/bin/bash
# SPDX-License-Identifier: ISC
# The password file may have yescrypt, sha512 and bcrypt hashes; wrong passwords, unknown users,
# empty passwords and accounts without one are refused, and no password gets into the log.
. "${srcdir:-.}/tests/lib/functions.sh"

{
	for method in yescrypt sha512 bcrypt; do
		echo "user-$method:$(hash_password "right-$method" "$method")"
	done
	echo '# a comment'
	echo 'locked:!'
	echo 'empty:'
} >"$work/passwords"
chmod 600 "$work/passwords"
port=$(free_port)
server_options=(-d 2)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
$(rules)
END
start_target echo

PORT=$port "$python" - "$target_port" <<'END'
import itertools
import sys
from socksraw import *

# Each as an address of its own: failures of one address make it wait.
addresses = (f"127.0.1.{n}" for n in itertools.count(1))
for method in "yescrypt", "sha512", "bcrypt":
    user, right = f"user-{method}", f"right-{method}"
    expect(login_status(user, right, next(addresses)), 0, method)
    with Client(source=next(addresses)) as c:
        c.connect("127.0.0.1", sys.argv[1], user, right)
    for password in "hopeless", right + " ", right[:-1], "":
        expect(login_status(user, password, next(addresses)), 1, f"{user}, {password!r}:")
for user in "nobody", "locked", "empty", "", "root", "user-sha512:", "u" * 255:
    for password in "", "!", "right-sha512", "p" * 255:
        expect(login_status(user, password, next(addresses)), 1, f"{user}, {password!r}:")

# Only what the server asks for is taken: without a method in common it says so and closes.
with Client() as c:
    c.send(greeting(NONE, GSSAPI))
    expect(c.method(), NO_ACCEPTABLE)
    c.closed()
END
not_logged 'right-|hopeless'
logged 'block\(1\): tcp/accept \]: .*no acceptable authentication method'
