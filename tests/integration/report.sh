#!/bin/bash
# SPDX-License-Identifier: ISC
# SIGUSR1 brings a report into the log: what was accepted, handled, is open now, by stage, and the
# state of every process.
. "${srcdir:-.}/tests/lib/functions.sh"

simple_server
start_target echo
run_beside sessions env PORT="$port" "$python" -u -c '
import sys
from socksraw import *

clients = [Client().connect("127.0.0.1", sys.argv[1]) for _ in range(3)]
print("open")
time.sleep(1000)
' "$target_port"
wait_for 20 grep -q open "$work/sessions.output"

reports()
{
	kill -USR1 "$server_pid"
	grep -q ', c: 3$' "$server_log"
}
# The counters of the children are read once a second.
wait_for 10 reports
logged 'info: socksifyd v[0-9.]+ up [0-9]+ days, [0-9]+:[0-9]{2}, a: 3, h: 0, c: 3$'
logged 'info: negotiators \([0-9]+\): handled: 3, failed: 0, busy: 0, free: [0-9]+$'
logged 'info: requesters \([0-9]+\): handled: 3, '
logged 'info: iorelayers \([0-9]+\): handled: 0, failed: 0, busy: 3, '
for role in negotiate request io; do
	for pid in $(roles $role); do
		logged "info: $role\\[$pid\\] up [0-9]+s, cpu [0-9.]+s, sessions [0-9]+/[0-9]+"
	done
done
