#!/bin/bash
# SPDX-License-Identifier: ISC
# SIGTERM closes the door and lets a running transfer finish, and then the server ends; a second
# one ends the sessions as well.
. "${srcdir:-.}/tests/lib/functions.sh"

# transfer NAME: 4 MiB there and back, the second half only when $work/go exists.
transfer()
{
	run_beside "$1" env PORT="$port" "$python" -u -c '
import sys
from socksraw import *

with Client() as c:
    c.connect("127.0.0.1", sys.argv[1])
    data = os.urandom(2 << 20)
    for half in "first", "second":
        for at in range(0, len(data), 65536):
            c.send(data[at:at + 65536])
            assert c.read(65536) == data[at:at + 65536]
        print(half, "half", flush=True)
        if half == "first":
            wait_for(lambda: os.path.exists(sys.argv[2]), "the go", 60)
' "$target_port" "$work/go"
	wait_for 20 grep -q 'first half' "$work/$1.output"
}

refused()
{
	! "$python" -c 'import socket, sys; socket.create_connection(("127.0.0.1", sys.argv[1]))' \
	    "$port" 2>/dev/null
}

start_target echo
for mothers in 1 2; do
	server_options=(-N "$mothers")
	simple_server
	transfer "finishes-$mothers"
	kill -TERM "$server_pid"
	wait_for 10 refused
	logged 'shutting down on signal 15'
	! gone "$server_pid" || fail "the server ended with a session running"
	touch "$work/go"
	wait "$beside_pid" || fail "the transfer did not finish"
	wait_for 10 gone "$server_pid"
	wait "$server_pid" || fail "ended with status $?"
	logged 'tcp/connect \]: 4194304 -> .*Session duration'
	logged 'info: socksifyd/server\[1/[12]\] v[0-9.]+ stopped'
	[ ! -e "$server_pidfile" ] || fail "the pidfile is still there"
	touch "$(dirname "$server_log")/stopped"
	rm "$work/go"

	simple_server
	transfer "ended-$mothers"
	kill -TERM "$server_pid"
	wait_for 10 refused
	kill -TERM "$server_pid"
	wait_for 10 gone "$server_pid"
	touch "$work/go"
	wait "$server_pid" || fail "after a second signal it ended with status $?"
	! wait "$beside_pid" || fail "the transfer was not ended"
	logged 'ending all sessions on signal 15'
	logged 'tcp/connect \]: .*: administrative termination\.'
	not_logged 'replacing it'
	rm "$work/go"
	touch "$(dirname "$server_log")/stopped"
done
