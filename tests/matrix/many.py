# SPDX-License-Identifier: ISC
"""many.py HOST WHAT NUMBER - connections to the host in a process that has many descriptors

	open		100 at once, made and ended ten at a time, while NUMBER files are open
	connections	NUMBER at once, all open at the same time
	spare		as many as a limit of NUMBER descriptors leaves room for, none less
	closed		one to the port NUMBER, while 1500 files are open
"""
import asyncio
import errno
import os
import resource
import socket
import sys

host, what, number = sys.argv[1], sys.argv[2], int(sys.argv[3])


def limit(soft):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def descriptors():
    return len(os.listdir("/proc/self/fd"))


async def page(port=80, all_open=None):
    reader, writer = await asyncio.open_connection(host, port)
    if all_open is not None:
        all_open.count -= 1
        if all_open.count == 0:
            all_open.set()
        await all_open.wait()
    writer.write(b"GET /page HTTP/1.0\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert answer.endswith(b"\r\n\r\nthe page\n"), answer


async def pages(count, together):
    all_open = None
    if together:
        all_open = asyncio.Event()
        all_open.count = count
    await asyncio.gather(*(page(80, all_open) for _ in range(count)))


def open_files(count):
    return [open("/dev/null") for _ in range(count)]


def with_files():
    limit(4096)
    files = open_files(number)
    before = descriptors()
    for _ in range(10):
        asyncio.run(pages(10, False))
    assert descriptors() == before
    del files


def connections():
    limit(4096)
    before = descriptors()
    asyncio.run(pages(number, True))
    assert descriptors() == before


def until_full(make):
    while True:
        try:
            yield make()
        except OSError as e:
            assert e.errno == errno.EMFILE
            return


def spare():
    limit(number)
    address = (socket.gethostbyname(host), 80)
    room = len(list(until_full(lambda: open("/dev/null"))))
    sockets = []
    for s in until_full(socket.socket):
        s.setblocking(False)
        error = s.connect_ex(address)
        # With the last one there is no room to begin and wait: it is made at once.
        assert error == errno.EINPROGRESS or error == 0 and s.fileno() == number - 1, error
        sockets.append(s)
    assert len(sockets) == room, (len(sockets), room)
    for s in sockets:
        s.settimeout(20)
        s.sendall(b"GET /page HTTP/1.0\r\n\r\n")
        answer = b""
        while piece := s.recv(65536):
            answer += piece
        assert answer.endswith(b"the page\n"), answer


def closed():
    limit(4096)
    files = open_files(1500)
    asyncio.run(page(number))
    del files


{"open": with_files, "connections": connections, "spare": spare, "closed": closed}[what]()
