# SPDX-License-Identifier: ISC
"""target.py MODE ADDRESS PORT FILE - what clients are relayed to

Listens, writes its port into FILE, and then, with every connection, as MODE says:
  echo    sends back what comes, until the client has ended, then ends
  digest  reads until the client has ended, then sends "COUNT SHA256\\n" and ends
  greet   sends "hello\\n", then reads until the client has ended
  hold    keeps it open and says nothing, ever
  half    sends "first\\n" and ends its sending; then writes what still comes to FILE.rest
  reset   reads a line, then resets the connection
  full    accepts nobody: the backlog is full, further connections get no answer
"""
import hashlib
import os
import socket
import struct
import sys
import threading

mode, address, port, path = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
listener = socket.socket(family, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if family == socket.AF_INET6:
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
listener.bind((address, int(port)))
held = []


def publish():
    with open(path + ".new", "w") as f:
        print(listener.getsockname()[1], file=f)
    os.rename(path + ".new", path)


def echo(s):
    while data := s.recv(65536):
        s.sendall(data)


def digest(s):
    count, sha = 0, hashlib.sha256()
    while data := s.recv(1 << 20):
        count += len(data)
        sha.update(data)
    s.sendall(f"{count} {sha.hexdigest()}\n".encode())


def greet(s):
    s.sendall(b"hello\n")
    while s.recv(65536):
        pass


def hold(s):
    held.append(s.dup())


def half(s):
    s.sendall(b"first\n")
    s.shutdown(socket.SHUT_WR)
    with open(path + ".rest.new", "wb") as f:
        while data := s.recv(65536):
            f.write(data)
    os.rename(path + ".rest.new", path + ".rest")


def reset(s):
    while (byte := s.recv(1)) and byte != b"\n":
        pass
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def serve(handler, s):
    with s:
        try:
            handler(s)
        except OSError:
            pass


if mode == "full":
    listener.listen(0)
    # The queue of a listener takes one more than its backlog says.
    for _ in range(3):
        filler = socket.socket(family, socket.SOCK_STREAM)
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        held.append(filler)
    publish()
    threading.Event().wait()
listener.listen(4096)
publish()
while True:
    connection, _ = listener.accept()
    if mode == "hold":
        held.append(connection)
    else:
        threading.Thread(target=serve, args=(globals()[mode], connection), daemon=True).start()
