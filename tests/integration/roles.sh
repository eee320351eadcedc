#!/bin/bash
# SPDX-License-Identifier: ISC
# Every role is a process of its own whose title shows its load; started by root, all but mother
# and auth have become the unprivileged user for good: no capability, no saved id, no way back.
. "${srcdir:-.}/tests/lib/functions.sh"

require_root
grep -q '^ *0 *0 *4294967295$' /proc/self/uid_map || skip "needs to be root of this machine"
echo "someone:$(hash_password secret sha512)" >"$work/passwords"
port=$(free_port)
start_target echo
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username none
user.passwordfile: $work/passwords
user.unprivileged: nobody
$(rules)
END
nobody=$(id -u nobody)

# field PID NAME
field()
{
	sed -n "s/^$2:[[:blank:]]*//p" "/proc/$1/status"
}

for role in monitor negotiate request io auth; do
	pid=$(roles "$role")
	[ "$(wc -w <<<"$pid")" -eq 1 ] || fail "not one $role process: $pid"
	[ "$(field "$pid" NoNewPrivs)" -eq 1 ] || fail "$role may gain privileges"
	[ "$role" != auth ] || continue
	for ids in Uid Gid; do
		[ "$(field "$pid" "$ids" | tr '\t' '\n' | sort -u | wc -l)" -eq 1 ] ||
		    fail "$role: $ids $(field "$pid" "$ids")"
	done
	[ "$(field "$pid" Uid | cut -f 3)" -eq "$nobody" ] || fail "$role is not nobody"
	[ -z "$(field "$pid" Groups | tr -d ' ')" ] || fail "$role has groups"
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		[ "$(field "$pid" $set)" = 0000000000000000 ] || fail "$role: $set"
	done
done
[ "$(field "$(roles auth)" Uid | cut -f 1)" -eq 0 ] || fail "auth cannot read what it must"

title()
{
	ps -o args= -p "$1"
}
title "$server_pid" | grep -qE '^socksifyd: mother\[1/1\]'
title "$(roles negotiate)" | grep -qE '^socksifyd: negotiate: 0/[0-9]+'
run_beside sessions env PORT="$port" "$python" -u -c '
import sys
from socksraw import *

clients = [Client() for _ in range(2)]
clients += [Client().connect("127.0.0.1", sys.argv[1]) for _ in range(3)]
time.sleep(1000)
' "$target_port"
shows()
{
	title "$(roles "$1")" | grep -qE "^socksifyd: $1: $2/[0-9]+"
}
wait_for 10 shows io 3
wait_for 10 shows negotiate 2
