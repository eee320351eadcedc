# SPDX-License-Identifier: ISC
"""midway.py HOST WHAT - does WHAT while a non-blocking connection to the host is being made

The proxy answers when the file "midway" has been made. Ends with status 0 if the page has come
over that connection at last.
"""
import os
import select
import socket
import subprocess
import sys

host, what = sys.argv[1:]
REQUEST = b"GET /page HTTP/1.0\r\n\r\n"


def connecting():
    s = socket.socket()
    s.setblocking(False)
    try:
        s.connect((socket.gethostbyname(host), 80))
    except BlockingIOError:
        return s
    raise SystemExit("connected at once")


def midway():
    open("midway", "w").close()


def wait(s, events):
    p = select.poll()
    p.register(s, events)
    if not p.poll(20000):
        raise SystemExit(f"{os.getpid()}: not ready")


def ask(s):
    wait(s, select.POLLOUT)
    assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    s.send(REQUEST)


def answered(s):
    answer = b""
    while True:
        wait(s, select.POLLIN)
        piece = s.recv(65536)
        if not piece:
            break
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"\r\n\r\nthe page\n"), answer


def fork():
    s = connecting()
    midway()
    child = os.fork()
    if child == 0:
        ask(s)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    answered(s)


def vfork():
    s = connecting()
    children = 0
    for i in range(20):
        children += subprocess.run(["true"], close_fds=i % 2 == 0).returncode == 0
    with open("children", "w") as f:
        print(children, file=f)
    midway()
    ask(s)
    answered(s)


def exec_():
    s = connecting()
    s.set_inheritable(True)
    midway()
    ask(s)
    os.execlp("sh", "sh", "-c", f"tail -n 1 <&{s.fileno()} | grep -qx 'the page'")


def daemon():
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    os.closerange(0, 256)
    os.open("/dev/null", os.O_RDWR)
    os.dup(0)
    os.dup(0)
    s = connecting()
    ask(s)
    answered(s)
    with open("fetched", "w") as f:
        print("the page", file=f)


{"fork": fork, "vfork": vfork, "exec": exec_, "daemon": daemon}[what]()
