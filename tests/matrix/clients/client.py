# SPDX-License-Identifier: ISC
"""client.py CASE HOST PORT - what Python programs do with the network

Prints what has come of it, for the matrix to compare.
"""
import asyncio
import multiprocessing
import select
import socket
import subprocess
import sys
import urllib.request

case, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
REQUEST = b"GET /page HTTP/1.0\r\n\r\n"


def fetch(_=None):
    """With blocking calls."""
    with socket.create_connection((host, port)) as s:
        s.sendall(REQUEST)
        answer = b""
        while data := s.recv(65536):
            answer += data
    return answer.split(b"\r\n\r\n", 1)[1].decode().strip()


def urllib_page():
    """urllib, which sets a time-out: a non-blocking connect and poll."""
    with urllib.request.urlopen(f"http://{host}:{port}/page", timeout=20) as answer:
        print(answer.read().decode().strip())


def blocking():
    print(fetch())


def parallel():
    """A thousand connections, all open before the first one is written to."""
    async def one(everybody):
        reader, writer = await asyncio.open_connection(host, port)
        await everybody()
        writer.write(REQUEST)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer.endswith(b"\r\n\r\nthe page\n")

    async def all_of_them(count):
        waiting = count
        ready = asyncio.Event()

        async def everybody():
            nonlocal waiting
            waiting -= 1
            if not waiting:
                ready.set()
            await ready.wait()

        return sum(await asyncio.gather(*(one(everybody) for _ in range(count))))

    print(asyncio.run(all_of_them(1000)), "pages")


def edge():
    """Edge-triggered, registered before connect(): woken once, when it is connected."""
    address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4]
    s = socket.socket()
    s.setblocking(False)
    with select.epoll() as poller:
        poller.register(s, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)
        poller.poll(0)
        s.connect_ex(address)
        woken = 0
        while True:
            ((_, events),) = poller.poll(20)
            woken += 1
            if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                sys.exit("the connection failed")
            if events & select.EPOLLOUT:
                break
        print(woken, "event,", len(poller.poll(0)), "more")
        s.send(REQUEST)
        answer = b""
        while not answer.endswith(b"the page\n"):
            poller.poll(20)
            try:
                answer += s.recv(65536)
            except BlockingIOError:
                pass
    print(answer.split(b"\r\n\r\n", 1)[1].decode().strip())


def processes():
    """A pool of forked processes."""
    with multiprocessing.get_context("fork").Pool(4) as pool:
        print(*sorted(set(pool.map(fetch, range(20)))), sep="\n")


def child():
    """A child that has none of our descriptors, by a name that only the parent looked up."""
    address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][4]
    print(subprocess.run([sys.executable, __file__, "blocking", address[0], str(port)],
                         close_fds=True, check=True, stdout=subprocess.PIPE,
                         text=True).stdout.strip())


{"urllib": urllib_page, "blocking": blocking, "parallel": parallel, "edge": edge,
 "processes": processes, "child": child}[case]()
