#!/bin/bash
# SPDX-License-Identifier: ISC
# SOCKS4 and 4A beside SOCKS5 on one port: curl and raw clients reach targets by address
# and by name, in any pieces; rules see the version and never take a user id for a user; what
# cannot be is answered 91 and logged; what is malformed, oversized or late ends.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl dnsmasq
echo 'nameserver 127.0.0.1' | etc_file resolv.conf
run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --listen-address=127.0.0.1 --bind-interfaces --local=/test/ \
    --local=// --host-record=web.test,127.0.0.1 --host-record=six.test,::1 \
    --host-record=x.blocked.test,127.0.0.1
wait_for 10 "$python" -c 'import socket; socket.getaddrinfo("web.test", 80)'
start_nginx
start_target full
full=$target_port
start_target digest ::1
six=$target_port
start_target digest 0.0.0.0
echo "someone:$(hash_password secret sha512)" >"$work/passwords"
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
internal: 127.0.0.1 port = 1081
internal: 127.0.0.1 port = 1082
external: 127.0.0.1
external: ::1
socksmethod: none username
user.passwordfile: $work/passwords
timeout.connect: 1
client pass { from: 0/0 to: 127.0.0.1/32 port = 1081 socksmethod: username log: connect error }
client pass { from: 0/0 to: 127.0.0.1/32 port = 1082 timeout.negotiate: 1 log: error }
client pass { from: 0/0 to: 0/0 log: connect disconnect error }
socks block { from: 0/0 to: 127.0.0.4/32 proxyprotocol: socks_v4 log: connect }
socks block { from: 0/0 to: 127.0.0.5/32 proxyprotocol: socks_v5 log: connect }
socks pass { from: 0/0 to: 127.0.0.6/32 socksmethod: username log: connect }
socks block { from: 0/0 to: 127.0.0.6/32 log: connect }
socks block { from: 0/0 to: .blocked.test log: connect }
socks pass { from: 0/0 to: 0/0 log: connect disconnect error }
END
dead=$(free_port)

# page COMMAND...: that fetches it.
page()
{
	local got

	got=$("$@") || fail "$*: status $?"
	[[ $got =~ ^the\ page\ for\ (127\.0\.0\.1|::1)$ ]] || fail "$*: $got"
}

url=http://127.0.0.1:$nginx_port
curl=(curl -gsS --max-time 20)
page "${curl[@]}" --socks4 127.0.0.1:1080 "$url/page"
page "${curl[@]}" --socks4a 127.0.0.1:1080 "http://web.test:$nginx_port/page"
page "${curl[@]}" --socks4a 127.0.0.1:1080 "http://six.test:$nginx_port/page"
page "${curl[@]}" -x socks4a://curl@127.0.0.1:1080 "http://web.test:$nginx_port/page"
"${curl[@]}" --socks4a 127.0.0.1:1080 -o "$work/got" "http://web.test:$nginx_port/big"
cmp "$work/got" "$work/www/big"
status=0
"${curl[@]}" --socks4 127.0.0.1:1081 "$url/page" 2>/dev/null || status=$?
[ "$status" -eq 97 ] || fail "curl without a password, where one is asked for: $status"

PORT=1080 "$python" - "$target_port" "$six" "$dead" "$full" <<'END'
import hashlib
import sys
from socksraw import *

target, six, dead, full = map(int, sys.argv[1:])
early = b"early data\n" * 20


def ask(message, port=None):
    """The code; after one that is no success the server must close."""
    with Client(port=port) as c:
        c.send(message)
        code, address, port = c.reply4()
        if code != 90:
            expect((code, address, port), (91, "0.0.0.0", 0))
            c.closed()
        return code


def check(c, sent, address="127.0.0.1"):
    code, bound, port = c.reply4()
    expect((code, bound), (90, address))
    assert port > 0
    c.s.shutdown(socket.SHUT_WR)
    expect(c.read_all(), f"{len(sent)} {hashlib.sha256(sent).hexdigest()}\n".encode())


for message in (request4("127.0.0.1", target), request4("127.0.0.1", target, "u" * 255),
                request4("web.test", target, "fred")):
    with Client() as c:
        c.send_slowly(message, early)
        check(c, early)
    for at in range(1, len(message) + 1, 1 + len(message) // 40):
        with Client() as c:
            c.send((message + early)[:at])
            wait_acknowledged(c.s)
            c.send((message + early)[at:])
            check(c, early)
    with Client() as c:
        much = bytes(range(256)) * 4096
        c.s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        c.send(message, much)
        check(c, much)
# SOCKS4 has no place for an IPv6 address, but a name may stand for one, or be one.
for name in "six.test", "::1":
    with Client() as c:
        c.send(request4(name, six), early)
        check(c, early, "0.0.0.0")

# The version is the rules' to see; a user id is nobody's name to them.
expect(ask(request4("127.0.0.4", target)), 91, "v4, blocked:")
expect(ask(request4("127.0.0.5", target)), 90, "v4, not blocked:")
expect(ask(request4("127.0.0.6", target, "someone")), 91, "a rule that wants a password:")
expect(ask(request4("127.0.0.1", target, "someone"), 1081), 91, "no method none:")
for host, wanted in ("127.0.0.4", 0), ("127.0.0.5", 2):
    with Client() as c:
        c.login()
        c.send(request(host, target))
        expect(c.reply()[0], wanted, f"v5, {host}:")
with Client() as c:
    c.connect("127.0.0.6", target, "someone", "secret")

expect(ask(request4("x.blocked.test", target)), 91, "a rule for a name:")
expect(ask(request4("none.test", target)), 91, "no such name:")
expect(ask(request4("n" * 255, target)), 91, "the longest name:")
expect(ask(request4("127.0.0.1", dead, "lost")), 91, "nobody listens:")
expect(ask(request4("198.51.100.1", target)), 91, "no route:")
expect(ask(request4("127.0.0.1", full)), 91, "no answer:")

# Malformed and oversized.
for command in 0, 3, 128, 255:
    expect(ask(request4("127.0.0.1", target, "fred", command)), 91, f"command {command}:")
expect(ask(request4("", target, "fred")), 91, "an empty name:")
expect(ask(request4("127.0.0.1", target, "u" * 256)), 91, "a user of 256 bytes:")
expect(ask(request4("n" * 256, target)), 91, "a name of 256 bytes:")
expect(ask(request4("127.0.0.1", target, "u" * 300)[:-1]), 91, "a user without an end:")
with Client() as c:
    try:
        c.send(request4("127.0.0.1", target, "u" * 100000))
        expect(c.reply4()[0], 91, "a huge user:")
    except (ConnectionResetError, BrokenPipeError):
        pass
whole = request4("web.test", target, "fred")
for prefix in range(1, len(whole)):
    with Client() as c:
        c.send(whole[:prefix])
        c.s.shutdown(socket.SHUT_WR)
        c.closed()
# A client that takes its time has no more of it than one of SOCKS5.
start = time.monotonic()
with Client(port=1082) as c:
    c.send(whole[:-1])
    c.closed()
took = time.monotonic() - start
assert 0.9 < took < 10, took
END

client='127\.0\.0\.1\.[0-9]+ 127\.0\.0\.1\.1080'
target="127\\.0\\.0\\.1\\.$target_port"
none='client offered no acceptable authentication method'
logged "pass\\(6\\): tcp/connect \\[: userid%curl@$client -> 127\\.0\\.0\\.1\\.[0-9]+ 127\\.0\\.0\\.1\\."
logged "pass\\(6\\): tcp/connect \\[: $client -> .* ::1\\.$nginx_port"
logged "pass\\(6\\): tcp/connect \\[: userid%fred@$client -> 127\\.0\\.0\\.1\\.[0-9]+ $target"
logged "pass\\(6\\): tcp/connect \\[: $client -> 127\\.0\\.0\\.1\\.[0-9]+ $target"
logged "pass\\(6\\): tcp/connect \\]: [0-9]+ -> userid%fred@$client -> 220, 220 -> .* $target -> "
logged "block\\(1\\): tcp/connect \\]: $client -> 0\\.0\\.0\\.0\\.0 127\\.0\\.0\\.4\\."
logged "block\\(4\\): tcp/connect \\]: userid%someone@$client -> "
logged "block\\(5\\): tcp/connect \\]: $client -> 0\\.0\\.0\\.0\\.0 x\\.blocked\\.test\\."
logged "block\\(6\\): tcp/connect \\]: userid%lost@$client -> .* failed: Connection refused"
logged "block\\(6\\): tcp/connect \\]: $client -> .* 198\\.51\\.100\\.1\\.$target_port: connect"
logged "block\\(3\\): tcp/accept \\]: $client: request .*: name could not be looked up: no such name"
logged "block\\(6\\): tcp/connect \\]: $client -> .*\\.$full: .*timed out"
logged "block\\(1\\): tcp/accept \\]: userid%someone@127\\.0\\.0\\.1\\.[0-9]+ 127\\.0\\.0\\.1\\.1081: $none"
logged "block\\(2\\): tcp/accept \\]: 127\\.0\\.0\\.1\\.[0-9]+ 127\\.0\\.0\\.1\\.1082: negotiate timeout"
logged "block\\(3\\): tcp/accept \\]: userid%fred@$client: unknown command"
logged "block\\(3\\): tcp/accept \\]: $client: malformed request"
not_logged 'username%(curl|fred|lost)'
