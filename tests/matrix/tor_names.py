# SPDX-License-Identifier: ISC
"""tor_names.py ADDRESS PROXY - Tor's RESOLVE in front of a SOCKS5 server

Listens on port 1080 of ADDRESS, for clients without a password. A request with the command 0xF0 is
answered with an address of the name; every other is passed on to port 1080 of PROXY.
"""
import asyncio
import socket
import sys

address, proxy = sys.argv[1:]
RESOLVE_NAME = b"\x05\xf0\x00\x03"


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def resolve(name):
    found = await asyncio.get_running_loop().getaddrinfo(name, 0, type=socket.SOCK_STREAM)
    by_family = {family: sockaddr[0] for family, _, _, _, sockaddr in found}
    for family, kind in (socket.AF_INET, 1), (socket.AF_INET6, 4):
        if family in by_family:
            return bytes((5, 0, 0, kind)) + socket.inet_pton(family, by_family[family])
    raise OSError


async def answer_name(reader, writer):
    name = await reader.readexactly((await reader.readexactly(1))[0])
    await reader.readexactly(2)  # a port, of no meaning
    try:
        writer.write(await resolve(name.decode()) + b"\0\0")
    except (OSError, UnicodeError):
        writer.write(b"\x05\x04\x00\x01" + bytes(6))
    await writer.drain()


async def serve(reader, writer):
    try:
        await reader.readexactly((await reader.readexactly(2))[1])
        writer.write(b"\x05\x00")
        head = await reader.readexactly(4)
        if head == RESOLVE_NAME:
            await answer_name(reader, writer)
        else:
            up_reader, up_writer = await asyncio.open_connection(proxy, 1080)
            up_writer.write(b"\x05\x01\x00")
            await up_reader.readexactly(2)
            up_writer.write(head)
            await asyncio.gather(copy(reader, up_writer), copy(up_reader, writer))
            up_writer.close()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, address, 1080, backlog=4096)
    await server.serve_forever()

asyncio.run(main())
