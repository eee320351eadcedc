#!/bin/bash
# SPDX-License-Identifier: ISC
# With -N there are several mothers with children of their own, all serving the same port; they
# end together; and when a later mother is killed, the first one replaces her.
. "${srcdir:-.}/tests/lib/functions.sh"

start_target echo
server_options=(-N 3)
simple_server

requests()
{
	PORT=$port "$python" - "$target_port" <<'END'
import sys
from socksraw import *

for _ in range(60):
    with Client() as c:
        c.connect("127.0.0.1", sys.argv[1])
        c.send(b"x")
        expect(c.read(1), b"x")
END
}

complete()
{
	for role in negotiate request io; do
		[ "$(roles "$role" | wc -l)" -eq 3 ] || return 1
	done
	[ "$(roles mother | wc -l)" -eq 2 ]
}

wait_for 10 complete
requests
ps -o args= -p "$server_pid" | grep -q 'mother\[1/3\]'
for pid in $(roles mother); do
	ps -o args= -p "$pid"
done | sort | tr '\n' ' ' | grep -q 'mother\[2/3\].*mother\[3/3\]'

victim=$(roles mother | sed -n 1p)
kill -KILL "$victim"
logged "warning: mother\\[$victim\\] was killed by signal 9: replacing it"
wait_for 10 complete
requests
