#!/bin/bash
# SPDX-License-Identifier: ISC
# A configuration that parses, but by which no child could serve, changes nothing at SIGHUP and
# starts no server.
. "${srcdir:-.}/tests/lib/functions.sh"

start_target echo
simple_server
cp "$server_conf" "$work/good"

# refused SED MESSAGE
refused()
{
	local before

	sed "$1" "$work/good" >"$work/bad"
	"$socksifyd" -f "$work/bad" >"$work/start.output" 2>&1 && fail "it starts with $1"
	grep -q "$2" "$work/start.output" || fail "$1: $(cat "$work/start.output")"
	before=$(descendants "$server_pid")
	cat "$work/bad" >"$server_conf"
	kill -HUP "$server_pid"
	logged "SIGHUP \]: .*$2.*stays as it was"
	[ "$(PORT=$port "$python" "$srcdir/tests/lib/socksraw.py" 127.0.0.1 "$target_port")" = 0 ]
	[ "$(descendants "$server_pid")" = "$before" ] || fail "children have changed with $1"
}

refused 's/^external: 127.*/external: no-such-interface-0/' 'no-such-interface-0'
refused '1i user.unprivileged: no-such-user' 'no-such-user'
