#!/bin/bash
# SPDX-License-Identifier: ISC
# A daemon returns when it serves, and holds nothing of the terminal or pipe it was started from;
# neither do its children.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
start_target echo
{
	echo "logoutput: $work/server.log"
	[ "$(id -u)" -ne 0 ] || echo "user.unprivileged: root"
	cat <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
$(rules)
END
} >"$work/server.conf"

cleanup '[ ! -s "$work/pid" ] || kill "$(cat "$work/pid")"'
# Ends when the last process that has the pipe has closed it.
said=$(timeout 20 "$socksifyd" -D -f "$work/server.conf" -p "$work/pid" 2>&1)
[ -z "$said" ] || fail "it said: $said"
server_pid=$(cat "$work/pid")
[ "$(PORT=$port "$python" "$srcdir/tests/lib/socksraw.py" 127.0.0.1 "$target_port")" = 0 ]
all="$server_pid $(descendants "$server_pid")"
kill "$server_pid"
# shellcheck disable=SC2086 # a list of words
wait_for 10 gone $all
[ ! -e "$work/pid" ] || fail "the pidfile is still there"
