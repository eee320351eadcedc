#!/bin/bash
# SPDX-License-Identifier: ISC
# The log has the lines of Dante's, so that what reads those reads ours: prefix, accept, connect,
# block, failure, the end of a session with its byte counts; and no client's name can forge one.
. "${srcdir:-.}/tests/lib/functions.sh"

echo "a user:$(hash_password secret sha512)" >"$work/passwords"
port=$(free_port)
start_target digest
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username none
user.passwordfile: $work/passwords
timeout.negotiate: 1
client block { from: 127.0.6.1/32 to: 0/0 log: connect }
client pass { from: 0/0 to: 0/0 log: connect disconnect error }
socks block { from: 0/0 to: 127.0.0.9/32 log: connect }
socks pass { from: 0/0 to: 0/0 log: connect disconnect error }
END
dead=$(free_port)

PORT=$port "$python" - "$target_port" "$dead" <<'END'
import sys
from socksraw import *

target, dead = map(int, sys.argv[1:])
with Client() as c:
    c.connect("127.0.0.1", target, "a user", "secret")
    c.send(b"0123456789")
    c.s.shutdown(socket.SHUT_WR)
    c.read_all()
with Client() as c:
    c.send(request4("127.0.0.1", target, "a user"), b"0123456789")
    expect(c.reply4()[0], 90)
    c.s.shutdown(socket.SHUT_WR)
    c.read_all()
with Client() as c:
    c.send(request4("127.0.0.9", 80, "x\n.invalid forged line"))
    expect(c.reply4()[0], 91)
with Client(source="127.0.6.1") as c:
    c.closed()
for host, port, wanted in [("127.0.0.9", 80, 2), ("127.0.0.1", dead, 5),
                           ("x\n.invalid forged line", 80, 4)]:
    with Client() as c:
        c.login()
        c.send(request(host, port))
        expect(c.reply()[0], wanted, host)
with Client() as c:
    c.send(b"\x05")
    c.closed()
with Client() as c:
    c.send(b"GET / HTTP/1.0\r\n\r\n")
    c.closed()
END

when='[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} \([0-9]{10}\.[0-9]{6}\)'
client='127\.0\.0\.1\.[0-9]+'
server="127\\.0\\.0\\.1\\.$port"
user='username%a\\suser@'
target="127\\.0\\.0\\.1\\.$target_port"
dead="127\\.0\\.0\\.1\\.$dead"
side='(local client|remote peer) closed\.  Session duration: [0-9]+s'
line()
{
	logged "^$when socksifyd\\[[0-9]+\\]: info: $1\$"
}
line "pass\\(2\\): tcp/accept \\[: $client $server"
line "pass\\(2\\): tcp/connect \\[: $user$client $server -> $client $target"
line "pass\\(2\\): tcp/connect \\]: 68 -> $user$client $server -> 10,\
 10 -> $client $target -> 68: $side"
line "pass\\(2\\): tcp/accept \\]: 68 -> $user$client $server -> 10: $side"
line "pass\\(2\\): tcp/connect \\[: userid%a\\\\suser@$client $server -> $client $target"
line "pass\\(2\\): tcp/connect \\]: 68 -> userid%a\\\\suser@$client $server -> 10,\
 10 -> $client $target -> 68: $side"
line "block\\(1\\): tcp/connect \\]: userid%x\\\\n\\.invalid\\\\sforged\\\\sline@$client $server ->\
 0\\.0\\.0\\.0\\.0 127\\.0\\.0\\.9\\.80"
line "block\\(1\\): tcp/accept \\]: 127\\.0\\.6\\.1\\.[0-9]+ $server"
line "block\\(1\\): tcp/connect \\]: $client $server -> 0\\.0\\.0\\.0\\.0 127\\.0\\.0\\.9\\.80"
failed="block\\(2\\): tcp/accept \\]: $client $server"
why='connect.* failed: Connection refused'
line "block\\(2\\): tcp/connect \\]: $client $server -> 0\\.0\\.0\\.0\\.0 $dead: $why"
line "$failed: request was not performed due to error: $why"
line "$failed: negotiate timeout after (0\\.9|1\\.)[0-9]+ seconds"
line "$failed: not the greeting of a SOCKS client after 0\\.[0-9]{3} seconds"
line "$failed: request was not performed due to error: this can be no host's name"
! grep -vE "^$when socksifyd\\[[0-9]+\\]: (info|alert|warning): " "$server_log" ||
    fail "a line without the prefix"
