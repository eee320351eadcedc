#!/bin/bash
# SPDX-License-Identifier: ISC
# BIND: both replies, whom a connection is taken from, where it is waited for, and how it ends;
# in IPv4 and IPv6, with strangers, rules, clients that go away, and many at once.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
join peer 1
join stranger 2
on stranger ip route add 10.77.1.1 via 10.77.2.1
on stranger ip -6 route add fd77:1::1 via fd77:2::1
etc_file hosts <<'END'
127.0.0.1 localhost
10.77.1.2 both.test
fd77:1::2 both.test
10.77.1.2 four.test
10.77.1.7 half.test
10.77.1.2 half.test
10.77.1.7 none.test
END
etc_file resolv.conf </dev/null
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
external: to-peer
socksmethod: none
client pass { from: 0/0 to: 0/0 log: connect disconnect error }
socks block { from: 0/0 to: 10.77.1.7/32 log: connect }
socks block { from: 10.77.1.2/32 port = 7777 to: 0/0 command: bindreply log: connect }
socks pass { from: 0/0 to: 10.77.1.9/32 command: bind timeout.connect: 1 log: connect error }
socks pass { from: 0/0 to: 0/0 command: bind timeout.connect: 60 log: connect error }
socks pass { from: 0/0 to: 127.0.0.0/8 command: bindreply log: connect disconnect error }
END
server_pids=$(roles request)

cat >"$work/bindtest.py" <<'END'
import ctypes
import errno
import os
import socket
import struct
import sys
from socksraw import *

libc = ctypes.CDLL(None, use_errno=True)
here = os.open("/proc/self/ns/net", os.O_RDONLY)


def socket_on(host, family=socket.AF_INET):
    """A socket of another host: it stays there."""
    there = os.open(f"/run/netns/{host}", os.O_RDONLY)
    assert libc.setns(there, 0) == 0
    s = socket.socket(family)
    assert libc.setns(here, 0) == 0
    os.close(there)
    s.settimeout(TIMEOUT)
    return s


def connect_from(host, address, port, source_port=None):
    s = socket_on(host, socket.AF_INET6 if ":" in address else socket.AF_INET)
    if source_port is not None:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("", source_port))
    s.connect((address, port))
    return s


def bind(host, port=0, server=1080):
    """A client that waits for a connection, and where."""
    c = Client(server)
    c.login()
    c.send(request(host, port, BIND))
    code, address, port = c.reply()
    expect(code, 0, f"BIND for {host}:")
    assert port > 0
    return c, address, port


def expect_closed(s):
    try:
        expect(s.recv(1), b"")
    except ConnectionResetError:
        pass
    s.close()


def expect_peer(c, peer):
    code, address, port = c.reply()
    expect((code, address, port), (0, *peer.getsockname()[:2]), "second reply:")


def expect_carried(c, peer):
    """Both ways, and each way to its end by itself."""
    big = os.urandom(300000)
    peer.sendall(b"220 hello")
    expect(c.read(9), b"220 hello")
    c.send(b"question")
    expect(peer.recv(8, socket.MSG_WAITALL), b"question")
    c.s.shutdown(socket.SHUT_WR)
    expect(peer.recv(1), b"")
    peer.sendall(big)
    peer.shutdown(socket.SHUT_WR)
    assert c.read_all() == big
    peer.close()
    c.s.close()


def whole(host, bound, server=1080):
    c, address, port = bind(host, server=server)
    expect(address, bound, f"bound for {host}:")
    peer = connect_from("peer", address, port)
    expect_peer(c, peer)
    expect_carried(c, peer)
END

cat >"$work/main.py" <<'END'
from bindtest import *

FOUR, SIX = "10.77.1.1", "fd77:1::1"

for host in "10.77.1.2", "four.test", "half.test", "0.0.0.0":
    whole(host, FOUR)
for host in "fd77:1::2", "both.test", "::", "::ffff:10.77.1.2":
    whole(host, FOUR if "." in host and "test" not in host else SIX)


def refused(host, port=0):
    with Client() as c:
        c.login()
        c.send(request(host, port, BIND))
        code = c.reply()[0]
        c.closed()
        return code


expect(refused("10.77.1.7"), 2, "a rule:")
expect(refused("none.test"), 2, "a rule for a name's only address:")
expect(refused("255.255.255.255"), 7, "Dante's extension:")

# The port that was asked for, when it is to be had.
with socket.socket() as s:
    s.bind((FOUR, 0))
    free = s.getsockname()[1]
first, _, port = bind("10.77.1.2", free)
expect(port, free, "the port asked for:")
second, _, port = bind("10.77.1.2", free)
assert port != free
third, _, port = bind("10.77.1.2", 21)
assert port >= 1024, port
for c in first, second, third:
    c.s.close()

# Strangers are shut out, and do not end the wait.
for host, address in ("10.77.1.2", FOUR), ("fd77:1::2", SIX):
    c, address, port = bind(host)
    for _ in range(40):
        expect_closed(connect_from("stranger", address, port))
    peer = connect_from("peer", address, port)
    expect_peer(c, peer)
    expect_carried(c, peer)

# So is the right host where a rule blocks it.
c, address, port = bind("10.77.1.2")
expect_closed(connect_from("peer", address, port, 7777))
peer = connect_from("peer", address, port)
expect_peer(c, peer)
expect_carried(c, peer)

# Nobody else is let in once the one is there.
c, address, port = bind("10.77.1.2")
peer = connect_from("peer", address, port)
expect_peer(c, peer)
try:
    connect_from("peer", address, port)
    raise AssertionError("somebody listens still")
except ConnectionRefusedError:
    pass
expect_carried(c, peer)

# What the client says early is for the peer.
c, address, port = bind("10.77.1.2")
c.send(b"early")
peer = connect_from("peer", address, port)
expect(peer.recv(5, socket.MSG_WAITALL), b"early")
expect_peer(c, peer)
expect_carried(c, peer)

# SOCKS4: both its replies have IPv4 addresses, also where a name has others.
for target, user in ("10.77.1.2", b"me\0"), ("0.0.0.1", b"me\0both.test\0"):
    with Client() as c:
        c.send(struct.pack("!BBH", 4, BIND, 0), socket.inet_aton(target), user)
        version, code, port, ip = struct.unpack("!BBH4s", c.read(8))
        expect((version, code, ip), (0, 90, socket.inet_aton(FOUR)))
        peer = connect_from("peer", FOUR, port)
        version, code, port, ip = struct.unpack("!BBH4s", c.read(8))
        expect((version, code, socket.inet_ntoa(ip), port), (0, 90, *peer.getsockname()))
        expect_carried(c, peer)

# Time.
start = time.monotonic()
c, address, port = bind("10.77.1.9")
expect(c.reply()[0], 6, "nobody came:")
took = time.monotonic() - start
assert 0.9 < took < 15, took
c.closed()


def nobody_listens():
    try:
        connect_from("peer", address, port).close()
        return False
    except ConnectionResetError:
        # The listener went in the middle of it.
        return False
    except ConnectionRefusedError:
        return True


# A client that goes away, in either manner.
for linger in struct.pack("ii", 0, 0), struct.pack("ii", 1, 0):
    c, address, port = bind("10.77.1.9"), None, None
    c, address, port = c
    c.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    c.s.close()
    wait_for(nobody_listens, "the port is open still")

# Many at once, each with its own.
waiting = [bind("10.77.1.2") for _ in range(200)]
expect(len({port for _, _, port in waiting}), 200)
peers = [connect_from("peer", address, port) for _, address, port in reversed(waiting)]
for (c, _, _), peer in zip(waiting, reversed(peers)):
    expect_peer(c, peer)
    peer.sendall(b"%d" % peer.getsockname()[1])
for (c, _, _), peer in zip(waiting, reversed(peers)):
    text = b"%d" % peer.getsockname()[1]
    expect(c.read(len(text)), text)
    peer.close()
    c.closed()
    c.s.close()
END
PYTHONPATH=$work:$PYTHONPATH PORT=1080 "$python" "$work/main.py"

client='127\.0\.0\.1\.[0-9]+ 127\.0\.0\.1\.1080'
logged "pass\\(4\\): tcp/bind \\[: $client -> 10\\.77\\.1\\.1\\.[0-9]+ 10\\.77\\.1\\.2\\.0\$"
logged "pass\\(4\\): tcp/bind \\[: $client -> 10\\.77\\.1\\.1\\.[0-9]+ four\\.test\\.0\$"
logged "pass\\(5\\): tcp/bindreply \\[: $client -> 10\\.77\\.1\\.1\\.[0-9]+ 10\\.77\\.1\\.2\\.[0-9]+\$"
logged "pass\\(5\\): tcp/bindreply \\]: 300009 -> $client -> 8, 8 -> 10\\.77\\.1\\.1\\.[0-9]+ \
10\\.77\\.1\\.2\\.[0-9]+ -> 300009: .*\\.  Session duration: "
logged "pass\\(5\\): tcp/bindreply \\[: $client -> fd77:1::1\\.[0-9]+ fd77:1::2\\.[0-9]+\$"
logged "block\\(4\\): tcp/bindreply \\]: $client -> 10\\.77\\.1\\.1\\.[0-9]+ 10\\.77\\.2\\.2\\.[0-9]+\$"
logged "block\\(2\\): tcp/bindreply \\]: $client -> 10\\.77\\.1\\.1\\.[0-9]+ 10\\.77\\.1\\.2\\.7777\$"
logged "block\\(1\\): tcp/bind \\]: $client -> 0\\.0\\.0\\.0\\.0 10\\.77\\.1\\.7\\.0\$"
logged "block\\(3\\): tcp/bind \\]: .* 10\\.77\\.1\\.9\\.0: nobody has connected in time\$"
logged "block\\(3\\): tcp/bind \\]: .* 10\\.77\\.1\\.9\\.0: the client has closed the connection\$"
logged "block\\(4\\): tcp/bind \\]: .*: Dante's BIND extension is not supported\$"
[ "$(roles request)" = "$server_pids" ] || fail 'a request process did not survive'

# A server that is told to end lets those who wait have their connections.
cat >"$work/drain.py" <<'END'
import signal
from bindtest import *

c, address, port = bind("10.77.1.2")
os.kill(int(sys.argv[1]), signal.SIGTERM)


def no_more():
    try:
        Client().s.close()
        return False
    except ConnectionResetError:
        # Just then.
        return False
    except ConnectionRefusedError:
        return True


wait_for(no_more, "it still takes clients")
peer = connect_from("peer", address, port)
expect_peer(c, peer)
expect_carried(c, peer)
END
PYTHONPATH=$work:$PYTHONPATH PORT=1080 "$python" "$work/drain.py" "$server_pid"
wait_for 20 gone "$server_pid"

# Where the system is to choose the address, the client is told one that the peer can reach.
start_socksifyd <<END
internal: 127.0.0.1 port = 1081
internal: 10.77.2.1 port = 1081
external: 0.0.0.0
socksmethod: none
$(rules)
END
cat >"$work/any.py" <<'END'
from bindtest import *

whole("10.77.1.2", "10.77.1.1", 1081)
with Client(1081, "10.77.2.1") as c:
    c.login()
    c.send(request("0.0.0.0", 0, BIND))
    code, address, port = c.reply()
    expect((code, address), (0, "10.77.2.1"))
    peer = connect_from("stranger", address, port)
    expect_peer(c, peer)
    expect_carried(c, peer)
with Client(1081) as c:
    c.login()
    c.send(request("fd77:1::2", 0, BIND))
    expect(c.reply()[0], 3, "no external address of that family:")
    c.closed()
END
PYTHONPATH=$work:$PYTHONPATH "$python" "$work/any.py"
