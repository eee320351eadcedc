#!/bin/bash
# SPDX-License-Identifier: ISC
# Every role but the mother is confined before it serves, serves so in all it has to do, also
# after a reload, and one that is killed for a bad system call is named in the log.
. "${srcdir:-.}/tests/lib/functions.sh"

# An instrumented build is not confined; it must serve all the same.
filtered=0
! grep -q '^#define HAVE_SECCOMP 1' "$builddir/config.h" || filtered=2
echo "someone:$(hash_password secret sha512)" >"$work/passwords"
chmod 600 "$work/passwords"
port=$(free_port)
start_target echo
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username none
user.passwordfile: $work/passwords
user.passwordcache: 0
$(rules)
END
grep -q 'system calls are not filtered' "$server_log" && skip "the system has no seccomp filters"

# field PID NAME
field()
{
	sed -n "s/^$2:[[:blank:]]*//p" "/proc/$1/status"
}

# limit PID NAME: the hard one.
limit()
{
	sed -n "s/^$2 *[^ ]* *\([^ ]*\) .*/\1/p" "/proc/$1/limits"
}

check_role()
{
	local role=$1 pid expected=0000000000000000

	pid=$(roles "$role")
	[ "$(wc -w <<<"$pid")" -eq 1 ] || fail "not one $role process: $pid"
	[ "$(field "$pid" NoNewPrivs)" -eq 1 ] || fail "$role may gain privileges"
	[ "$(field "$pid" Seccomp)" -eq "$filtered" ] || fail "$role: Seccomp"
	# Root of this machine, and no one else, leaves auth something to read files with.
	if grep -q '^user.unprivileged: root' "$server_conf" || [ "$role" = auth ]; then
		expected='000000000000000[0-4]'
	fi
	field "$pid" CapEff | grep -qx "$expected" || fail "$role: CapEff $(field "$pid" CapEff)"
	[ "$filtered" -ne 0 ] || return 0
	[ "$(limit "$pid" 'Max core file size')" -eq 0 ] || fail "$role may leave a core"
	[ "$role" = auth ] || [ "$(limit "$pid" 'Max processes')" -eq 0 ] ||
	    fail "$role may start processes"
}

serve()
{
	PORT=$port "$python" - "$target_port" <<'END'
import sys
from socksraw import *

target = int(sys.argv[1])


def talk(c, host, size):
    c.send(request(host, target))
    expect(c.reply()[0], 0)
    data = bytes(range(256)) * (size // 256)
    c.s.settimeout(20)
    sent = 0
    while sent < size:
        c.send(data[sent:sent + 65536])
        expect(c.read(len(data[sent:sent + 65536])), data[sent:sent + 65536])
        sent += 65536
    c.s.shutdown(socket.SHUT_WR)
    expect(c.read_all(), b"")


for host, size in ("127.0.0.1", 256), ("localhost", 4 << 20):
    with Client() as c:
        c.send(greeting(NONE))
        expect(c.method(), NONE)
        talk(c, host, size)
for password, status in ("secret", 0), ("wrong", 1):
    with Client() as c:
        c.send(greeting(USERNAME), credentials("someone", password))
        expect(c.method(), USERNAME)
        if status == 0:
            expect(c.status(), 0)
            talk(c, "127.0.0.1", 256)
        else:
            assert c.status() != 0
# A name that is not there, and a client that goes in the middle of a session.
with Client() as c:
    c.send(greeting(NONE), request("no-such-name.invalid", target))
    expect(c.method(), NONE)
    expect(c.reply()[0], 4)
with Client() as c:
    c.send(greeting(NONE), request("::1", 1))
    expect(c.method(), NONE)
    assert c.reply()[0] != 0
END
}

for role in monitor negotiate request io auth; do
	check_role "$role"
done
serve
# Rules that name an interface make those who apply them list the interfaces.
sed -i 's|^user.passwordcache.*|&\ndebug: 1\nclient block { from: 127.9.9.9/32 to: lo log: connect }|' \
    "$server_conf"
kill -HUP "$server_pid"
logged 'SIGHUP \]: .* reloaded'
serve
kill -USR1 "$server_pid"
logged 'bytes relayed: '
not_logged 'killed by signal'
for role in monitor negotiate request io auth; do
	check_role "$role"
done

kill -SYS "$(roles io)"
logged 'io\[[0-9]+\] was killed by signal 31 \(bad system call\): replacing it'
replaced()
{
	[ "$(roles io | wc -l)" -eq 1 ]
}
wait_for 10 replaced
serve
