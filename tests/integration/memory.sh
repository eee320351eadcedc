#!/bin/bash
# SPDX-License-Identifier: ISC
# Idle sessions cost little memory, and none when they are over: a thousand of them, three times.
. "${srcdir:-.}/tests/lib/functions.sh"

start_target echo
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
client pass { from: 0/0 to: 0/0 }
socks pass { from: 0/0 to: 0/0 }
END

# What all processes of the server have for themselves, in KB.
private()
{
	local pid

	for pid in $server_pid $(descendants "$server_pid"); do
		cat "/proc/$pid/smaps_rollup"
	done | awk '/^Private_/ { sum += $2 } END { print sum }'
}

coproc crowd { PORT=$port exec "$python" -c '
import sys
from socksraw import *

for line in sys.stdin:
    clients = [Client().connect("127.0.0.1", sys.argv[1]) for _ in range(int(line))]
    print("open", flush=True)
    sys.stdin.readline()
    for c in clients:
        c.s.close()
    print("closed", flush=True)
' "$target_port"; }
# shellcheck disable=SC2154 # coproc sets it
cleanup "kill $crowd_PID 2>/dev/null || true"
ask()
{
	echo "$1" >&"${crowd[1]}"
	read -r -t 60 answer <&"${crowd[0]}" && [ "$answer" = "$2" ] || fail "no $2"
}
idle()
{
	local pid

	for pid in $(roles io); do
		ps -o args= -p "$pid" | grep -q "io: $1/"
	done
}

before=$(private)
for round in 1 2 3; do
	ask 1000 open
	wait_for 10 idle 1000
	open[round]=$(private)
	ask x closed
	wait_for 10 idle 0
	closed[round]=$(private)
	echo "round $round: $before KB before, ${open[round]} KB open, ${closed[round]} KB closed"
done
# The first round fills the pools. A thousand sessions that left 100 bytes each would show.
[ $((closed[3] - closed[1])) -lt 100 ] || fail "memory grows with sessions that are over"
[ $((open[3] - before)) -lt 1300 ] || fail "a session costs a kilobyte or more"
