#!/bin/bash
# SPDX-License-Identifier: ISC
# A mother who was started by root and lives as user.privileged still writes and removes her
# pidfile, reads what only root may at SIGHUP, and ends a child that does not answer.
. "${srcdir:-.}/tests/lib/functions.sh"

require_root
grep -q '^ *0 *0 *4294967295$' /proc/self/uid_map || skip "needs to be root of this machine"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
user.privileged: daemon
user.unprivileged: nobody
$(rules)
END
[ "$(sed -n 's/^Uid:\t[0-9]*\t\([0-9]*\)\t.*/\1/p' "/proc/$server_pid/status")" = "$(id -u daemon)" ]
chmod 600 "$server_conf" "$server_log"
chmod 700 "$(dirname "$server_conf")"
kill -HUP "$server_pid"
logged 'SIGHUP \]: .* reloaded'
kill -STOP "$(roles io)"
kill "$server_pid"
logged 'shutting down on signal'
kill "$server_pid"
wait_for 10 gone "$server_pid"
[ ! -e "$server_pidfile" ] || fail "the pidfile is still there"
