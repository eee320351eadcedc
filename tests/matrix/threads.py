# SPDX-License-Identifier: ISC
"""threads.py THREADS CONNECTIONS HOST... - each thread so often connects to one of the hosts, by name

Half of the threads have a time limit, for which Python connects without blocking. Says what is
wrong: errors, and descriptors, threads or memory that are left when all is done.
"""
import os
import socket
import sys
import threading
import time

threads, count, hosts = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
errors = []


def connections(n, times):
    limit = 30 if n % 2 else None
    for i in range(times):
        try:
            with socket.create_connection((hosts[(n + i) % len(hosts)], 7), limit) as s:
                if s.recv(6) != b"hello\n":
                    raise OSError("the wrong answer")
        except OSError as e:
            errors.append(f"{hosts[(n + i) % len(hosts)]}: {e}")


def all_threads(times):
    running = [threading.Thread(target=connections, args=(n, times)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def tasks():
    return len(os.listdir("/proc/self/task"))


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def memory():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def idle():
    """Waits until this thread is the only one."""
    end = time.monotonic() + 20
    while tasks() > 1 and time.monotonic() < end:
        time.sleep(0.05)
    return tasks()


before = descriptors()
all_threads(count // 10)  # what is allocated once, is now
idle()
first = memory()
all_threads(count - count // 10)
wrong = errors[:5]
if (n := idle()) > 1:
    wrong.append(f"{n} threads")
if descriptors() > before:
    wrong.append(f"{descriptors() - before} descriptors")
if memory() - first > 2 << 20:
    wrong.append(f"{memory() - first} bytes more")
print(f"{len(errors)} errors, {memory() - first} bytes more", *wrong, sep="\n")
sys.exit(bool(wrong))
