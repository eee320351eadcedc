#!/bin/bash
# SPDX-License-Identifier: ISC
# Lines of every role reach the syslog daemon: from the start, when a reload turns syslog on, and
# after the daemon was restarted; without a daemon, and with one that does not read, the server
# serves.
. "${srcdir:-.}/tests/lib/functions.sh"
private_network

mkdir "$work/dev"
for node in null zero random urandom; do
	touch "$work/dev/$node"
	mount --bind "/dev/$node" "$work/dev/$node"
done
chmod 755 "$work/dev"
mount --rbind "$work/dev" /dev
cleanup umount -R /dev "$work"/dev/*

# start_daemon read|hold: writes what comes into $work/messages, or does not even read.
start_daemon()
{
	rm -f "$work/messages" /dev/log
	run_beside daemon "$python" -u -c '
import os, socket, sys, time

s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
os.chmod("/dev/log", 0o666)
with open(sys.argv[1], "w") as f:
    print("ready", file=f, flush=True)
    while sys.argv[2] == "hold":
        time.sleep(100)
    while True:
        print(s.recv(65536).decode(), file=f, flush=True)
' "$work/messages" "$1"
	daemon_pid=$beside_pid
	wait_for 10 test -s "$work/messages"
}

# noted PATTERN: the daemon has got such a line; all have the form that daemons expect.
noted()
{
	wait_for 10 grep -qE -- "$1" "$work/messages"
	! grep -vE '^(ready|<[0-9]+>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} socksifyd\[[0-9]+\]: [a-z]+: .*)$' \
	    "$work/messages" || fail "lines of another form"
}

serve()
{
	PORT=$port "$python" -c '
import sys
from socksraw import *

with Client() as c:
    c.login()
    c.send(request("127.0.0.1", int(sys.argv[1])))
    expect(c.reply()[0], 0)
' "$target_port"
}

set_logs()
{
	sed -i "s|^logoutput: .*|logoutput: $server_log $1|" "$server_conf"
	: >"$server_log"
	kill -HUP "$server_pid"
	logged 'SIGHUP \]: .* reloaded'
}

start_target greet
simple_server
serve
start_daemon read
# local3 is 19, info 6: 19 * 8 + 6.
set_logs syslog/local3
serve
noted '^<158>.* socksifyd\[.*info: pass\(1\): tcp/accept \['
noted '^<158>.* socksifyd\[.*info: pass\(1\): tcp/connect \['
noted '^<158>.* socksifyd\[.*info: pass\(1\): tcp/connect \]'
kill "$daemon_pid"
wait_for 10 gone "$daemon_pid"
serve
start_daemon read
serve
noted 'tcp/accept \['
noted 'tcp/connect \]'
kill "$daemon_pid"
wait_for 10 gone "$daemon_pid"
start_daemon hold
# More lines than the kernel holds for it.
for ((i = 0; i < 20; i++)); do
	serve
done
not_logged 'killed by signal'
