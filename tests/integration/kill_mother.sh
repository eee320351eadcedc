#!/bin/bash
# SPDX-License-Identifier: ISC
# When the mother is killed, sessions go on until they end, nobody new is served, and every other
# process ends when it has no session left.
. "${srcdir:-.}/tests/lib/functions.sh"

start_target echo
simple_server
coproc session { PORT=$port exec "$python" -c '
import sys
from socksraw import *

with Client() as c:
    c.connect("127.0.0.1", sys.argv[1])
    for line in sys.stdin:
        c.send(line.encode())
        print(c.read(len(line)).decode(), end="", flush=True)
' "$target_port"; }
# shellcheck disable=SC2154 # coproc sets it
cleanup "kill $session_PID 2>/dev/null || true"
say()
{
	echo "$1" >&"${session[1]}"
	read -r -t 20 answer <&"${session[0]}" && [ "$answer" = "$1" ] || fail "said $1: no answer"
}

say before
children=$(descendants "$server_pid")
io=$(roles io)
kill_mother
# shellcheck disable=SC2046,SC2086 # a list of words
wait_for 20 gone $(echo $children | tr ' ' '\n' | grep -vx "$io")
say after
"$python" - "$port" <<'END' || fail "somebody still accepts"
import socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    sys.exit(1)
except ConnectionRefusedError:
    pass
END
eval "exec ${session[1]}>&-"
wait "$session_PID"
wait_for 20 gone "$io"
