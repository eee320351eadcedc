# SPDX-License-Identifier: ISC
"""All processes of a server: who they are, and what they cost together.

A server may fork, re-execute itself and reap what it forked. Where the machine
allows it, each server therefore lives in a control group (version 2) of its own,
whose account includes those that have ended already, to the microsecond.
Elsewhere it has a session of its own, and the account is the sum of what /proc
says of the processes in it and of the children they have waited for, in ticks.
"""

import os
import time

PROC = "/proc"


def cgroup_root():
    """The directory of our own version 2 control group, or None."""
    mount = own = None
    with open("/proc/self/mountinfo", encoding="utf-8") as lines:
        for line in lines:
            fields, _, rest = line.partition(" - ")
            if rest.startswith("cgroup2 "):
                mount = fields.split()[4]
    with open("/proc/self/cgroup", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("0::"):
                own = line.strip()[3:]
    if mount is None or own is None:
        return None
    return os.path.join(mount, own.lstrip("/"))


def stat_fields(pid):
    """The fields of /proc/PID/stat behind the name, or None when it has gone."""
    try:
        with open(f"{PROC}/{pid}/stat", encoding="utf-8", errors="replace") as f:
            return f.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


class ControlGroup:
    """A server in a control group of its own."""

    exact = True

    def __init__(self, name):
        root = cgroup_root()
        if root is None:
            raise OSError("no version 2 control groups here")
        self.path = os.path.join(root, f"socksify-bench-{os.getpid()}-{name}")
        os.mkdir(self.path)

    def enter(self):
        """Called in the child, before it becomes the server."""
        with open(os.path.join(self.path, "cgroup.procs"), "w", encoding="ascii") as f:
            f.write("0")

    def started(self, pid):
        pass

    def pids(self):
        with open(os.path.join(self.path, "cgroup.procs"), encoding="ascii") as f:
            return [int(line) for line in f]

    def cpu_us(self):
        with open(os.path.join(self.path, "cpu.stat"), encoding="ascii") as f:
            for line in f:
                key, value = line.split()
                if key == "usage_usec":
                    return int(value)
        raise OSError("cpu.stat says nothing of usage")

    def remove(self):
        """After the last process has ended; the kernel needs a moment for it."""
        deadline = time.monotonic() + 5
        while True:
            try:
                os.rmdir(self.path)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


class Session:
    """A server that is found by its session, which start_new_session made."""

    exact = False

    def __init__(self, _name):
        self.leader = None
        self.tick_us = 1_000_000 // os.sysconf("SC_CLK_TCK")

    def enter(self):
        pass

    def started(self, pid):
        self.leader = pid

    def _members(self):
        for name in os.listdir(PROC):
            if name.isdigit():
                fields = stat_fields(name)
                if fields is not None and int(fields[3]) == self.leader:
                    yield int(name), fields

    def pids(self):
        return [pid for pid, fields in self._members() if fields[0] != "Z"]

    def cpu_us(self):
        ticks = sum(int(t) for _, fields in self._members() for t in fields[11:15])
        return ticks * self.tick_us

    def remove(self):
        pass


def account(name):
    """A ControlGroup if this machine lets us have one, or else a Session."""
    try:
        group = ControlGroup(name)
    except OSError:
        return Session(name)
    try:
        group.cpu_us()
        return group
    except OSError:
        group.remove()
        return Session(name)


def user_memory(pids):
    """Bytes that these processes have in user space: anonymous, shared and swapped.

    The proportional share of each page is counted, so that one which several
    processes share counts once. Pages of files, such as code, do not count.
    """
    total = 0
    for pid in pids:
        try:
            with open(f"{PROC}/{pid}/smaps_rollup", encoding="ascii") as f:
                for line in f:
                    key, _, value = line.partition(":")
                    if key in ("Pss_Anon", "Pss_Shmem", "SwapPss"):
                        total += int(value.split()[0]) * 1024
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total
