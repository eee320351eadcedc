#!/bin/bash
# SPDX-License-Identifier: ISC
# SIGHUP takes a new configuration, rules and ports, and leaves running sessions alone; a broken
# file changes nothing and says why. With two mothers it reaches the children of both.
. "${srcdir:-.}/tests/lib/functions.sh"

start_target echo
first=$(free_port)
second=$(free_port)

# conf PORT VERDICT
conf()
{
	cat <<END
internal: 127.0.0.1 port = $1
external: 127.0.0.1
socksmethod: none
client pass { from: 0/0 to: 0/0 }
socks $2 { from: 0/0 to: 0/0 log: connect disconnect error }
END
}

# reload COMMAND...: what it prints becomes the configuration, behind the lines that
# start_socksifyd has put before the test's.
reload()
{
	local before

	before=$(grep -c 'SIGHUP \]' "$server_log") || true
	{
		echo "$head"
		"$@"
	} >"$work/next"
	cat "$work/next" >"$server_conf"
	kill -HUP "$server_pid"
	wait_for 10 reloaded "$before"
}

reloaded()
{
	[ "$(grep -c 'SIGHUP \]' "$server_log")" -gt "$1" ]
}

# answers PORT CODE: so do many requests in a row, whichever child takes them.
answers()
{
	local i

	for ((i = 0; i < 10; i++)); do
		[ "$(PORT=$1 "$python" "$srcdir/tests/lib/socksraw.py" 127.0.0.1 "$target_port" \
		    2>/dev/null)" = "$2" ] || return 1
	done
}

refuses()
{
	! "$python" -c 'import socket, sys; socket.create_connection(("127.0.0.1", sys.argv[1]))' \
	    "$1" 2>/dev/null
}

for mothers in 1 2; do
	server_options=(-N "$mothers")
	conf "$first" pass >"$work/conf"
	start_socksifyd <"$work/conf"
	head=$(sed '/^internal/,$d' "$server_conf")
	answers "$first" 0 || fail "no success before any reload"
	coproc session { PORT=$first "$python" -c '
import sys
from socksraw import *

with Client() as c:
    c.connect("127.0.0.1", sys.argv[1])
    for line in sys.stdin:
        c.send(line.encode())
        print(c.read(len(line)).decode(), end="", flush=True)
' "$target_port"; }
	# shellcheck disable=SC2154 # coproc sets it
	echo one >&"${session[1]}"
	read -r -t 20 answer <&"${session[0]}"
	[ "$answer" = one ] || fail "the session said $answer"

	reload conf "$first" block
	logged 'SIGHUP \]: .* reloaded'
	wait_for 10 answers "$first" 2

	reload echo 'internel: 127.0.0.1'
	logged 'error: SIGHUP \]: .*server\.conf:[0-9]+: .*"internel".*stays as it was'
	answers "$first" 2 || fail "a broken file has changed something"

	reload conf "$second" pass
	wait_for 10 answers "$second" 0
	wait_for 10 refuses "$first"

	echo two >&"${session[1]}"
	read -r -t 20 answer <&"${session[0]}"
	[ "$answer" = two ] || fail "the session said $answer after the reloads"
	eval "exec ${session[1]}>&-"
	# shellcheck disable=SC2154
	wait "$session_PID"
	stop_socksifyd
done
