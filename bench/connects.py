#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""connects.py COUNT HOST PORT [PROXY_PORT]: that many connections at once, by asyncio.

With PROXY_PORT by a SOCKS5 handshake made here, else by connect(2) alone, for
whoever puts a tunnel under it. Prints how long until the last one stood, as JSON.
"""

import asyncio
import json
import resource
import socket
import sys
import time


async def by_hand(host, port, proxy_port):
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy_port)
    writer.write(b"\5\1\0")
    if await reader.readexactly(2) != b"\5\0":
        raise ConnectionError("no method")
    name = host.encode()
    writer.write(b"\5\1\0\3" + bytes([len(name)]) + name + port.to_bytes(2, "big"))
    answer = await reader.readexactly(10)
    if answer[1] != 0:
        raise ConnectionError(f"reply {answer[1]}")
    return writer


async def plain(host, port):
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    await loop.sock_connect(sock, (socket.gethostbyname(host), port))
    return sock


async def measure(count, host, port, proxy_port):
    start = time.monotonic()
    done = await asyncio.gather(*(by_hand(host, port, proxy_port) if proxy_port else
                                  plain(host, port) for _ in range(count)),
                                return_exceptions=True)
    seconds = time.monotonic() - start
    failed = [str(e) for e in done if isinstance(e, Exception)]
    for connection in done:
        if not isinstance(connection, Exception):
            connection.close()
    return {"seconds": seconds, "count": count, "errors": len(failed),
            "error": failed[0] if failed else ""}


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count, host, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    proxy_port = int(sys.argv[4]) if len(sys.argv) > 4 else None
    print(json.dumps(asyncio.run(measure(count, host, port, proxy_port))))


if __name__ == "__main__":
    main()
