# SPDX-License-Identifier: ISC
"""What the machine is, for the reader of the numbers."""

import os
import platform


def _cpuinfo():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model"):
                return value.strip()
    return platform.machine()


def _memory_gb():
    with open("/proc/meminfo", encoding="ascii") as f:
        return round(int(f.readline().split()[1]) / 1024 / 1024)


def _distribution():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def describe():
    return {
        "processor": _cpuinfo(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": _memory_gb(),
        "kernel": platform.release(),
        "system": _distribution(),
        "load_average": round(os.getloadavg()[0], 2),
    }
