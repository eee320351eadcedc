# SPDX-License-Identifier: ISC
"""A SOCKS client of bytes, with a codec of its own (RFC 1928, RFC 1929; SOCKS4 and 4A).

For tests that must say what no decent client says, or see what none shows.
"""
import ipaddress
import os
import socket
import struct
import sys
import time

CONNECT, BIND, UDP_ASSOCIATE = 1, 2, 3
NONE, GSSAPI, USERNAME, NO_ACCEPTABLE = 0, 1, 2, 255
TIMEOUT = 20


def greeting(*methods):
    return bytes([5, len(methods), *methods])


def credentials(user, password):
    user, password = user.encode(), password.encode()
    return bytes([1, len(user)]) + user + bytes([len(password)]) + password


def address(host, port):
    """An address as requests have it: a literal if it is one, else a name."""
    try:
        ip = ipaddress.ip_address(host)
        return bytes([1 if ip.version == 4 else 4]) + ip.packed + struct.pack("!H", port)
    except ValueError:
        name = host.encode()
        return bytes([3, len(name)]) + name + struct.pack("!H", port)


def request(host, port, command=CONNECT):
    return bytes([5, command, 0]) + address(host, port)


def request4(host, port, user="", command=CONNECT):
    """Of SOCKS4; of 4A where the host is no address."""
    try:
        ip, name = ipaddress.IPv4Address(host).packed, b""
    except ValueError:
        ip, name = bytes([0, 0, 0, 1]), host.encode() + b"\0"
    return bytes([4, command]) + struct.pack("!H", port) + ip + user.encode() + b"\0" + name


class Client:
    """One connection to the server; nothing is sent that is not asked for."""

    def __init__(self, port=None, host="127.0.0.1", source=None):
        port = int(port if port is not None else os.environ["PORT"])
        self.s = socket.create_connection((host, port), TIMEOUT, source and (source, 0))
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()

    def send(self, *parts):
        self.s.sendall(b"".join(parts))

    def send_slowly(self, *parts):
        """A segment for every byte."""
        for byte in b"".join(parts):
            self.s.sendall(bytes([byte]))
            wait_acknowledged(self.s)

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.s.recv(count - len(data))
            if not more:
                raise EOFError(f"closed after {data!r}, {count} bytes wanted")
            data += more
        return data

    def read_all(self):
        data = b""
        while more := self.s.recv(65536):
            data += more
        return data

    def closed(self):
        """Waits for the server to close; what it says before that is an error."""
        try:
            data = self.s.recv(1)
        except ConnectionResetError:
            return
        expect(data, b"")

    def method(self):
        version, method = self.read(2)
        expect(version, 5)
        return method

    def status(self):
        version, status = self.read(2)
        expect(version, 1)
        return status

    def reply(self):
        """Reads an answer: (code, address, port)."""
        version, code, reserved, kind = self.read(4)
        expect((version, reserved), (5, 0))
        if kind == 1:
            bound = str(ipaddress.ip_address(self.read(4)))
        elif kind == 4:
            bound = str(ipaddress.ip_address(self.read(16)))
        else:
            raise AssertionError(f"an answer with address type {kind}")
        return code, bound, struct.unpack("!H", self.read(2))[0]

    def reply4(self):
        """Reads an answer of SOCKS4: (code, address, port)."""
        version, code, port, bound = struct.unpack("!BBH4s", self.read(8))
        expect(version, 0)
        return code, str(ipaddress.IPv4Address(bound)), port

    def login(self, user=None, password=None):
        method = NONE if user is None else USERNAME
        self.send(greeting(method))
        expect(self.method(), method)
        if user is not None:
            self.send(credentials(user, password))
            expect(self.status(), 0)

    def connect(self, host, port, user=None, password=None):
        """The whole of it, in steps; fails unless the server succeeds."""
        self.login(user, password)
        self.send(request(host, int(port)))
        expect(self.reply()[0], 0)
        return self


def wait_acknowledged(s):
    """Until the peer's kernel has what was sent: so the next byte is a segment of its own."""
    import fcntl

    deadline = time.monotonic() + TIMEOUT
    outstanding = bytearray(4)
    while True:
        fcntl.ioctl(s, 0x5411, outstanding)  # SIOCOUTQ
        if struct.unpack("i", outstanding)[0] == 0:
            return
        if time.monotonic() > deadline:
            raise TimeoutError("never acknowledged")


def expect(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what or 'got'} {got!r}, expected {wanted!r}")


def wait_for(condition, what, seconds=TIMEOUT):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.02)


def login_status(user, password, source=None):
    """What the server says to a password; 1 also where it closes without a word."""
    with Client(source=source) as c:
        c.send(greeting(USERNAME), credentials(user, password))
        expect(c.method(), USERNAME)
        try:
            status = c.status()
        except EOFError:
            # RFC 1929 has no empty names and passwords; and a zero byte is part of none.
            assert not user or not password or "\0" in user + password, (user, password)
            return 1
        if status != 0:
            expect(status, 1)
            c.closed()
        return status


def main():
    """socksraw.py HOST PORT [COMMAND]: prints the reply code that the server gives."""
    with Client() as c:
        user = os.environ.get("USER_NAME")
        c.login(user, os.environ.get("PASSWORD"))
        command = int(sys.argv[3]) if len(sys.argv) > 3 else CONNECT
        c.send(request(sys.argv[1], int(sys.argv[2]), command))
        print(c.reply()[0])


if __name__ == "__main__":
    main()
