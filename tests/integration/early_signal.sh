#!/bin/bash
# SPDX-License-Identifier: ISC
# A signal to end that comes while the server is still starting ends it, whenever it comes.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
cat >"$work/server.conf" <<END
logoutput: $work/server.log
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
user.unprivileged: $(id -un)
$(rules)
END

"$python" - "$socksifyd" "$work/server.conf" "$work/server.log" <<'END'
import os
import signal
import subprocess
import sys
import time

program, conf, log = sys.argv[1:]


def start():
    if os.path.exists(log):
        os.remove(log)
    return subprocess.Popen([program, "-f", conf])


def said(what):
    return os.path.exists(log) and what in open(log).read()


# How long a start takes here; then signals at forty moments of it.
began = time.monotonic()
server = start()
while not said(" running"):
    assert server.poll() is None and time.monotonic() < began + 60
whole = time.monotonic() - began
server.terminate()
assert server.wait(30) == 0
ready = killed = 0
for moment in range(40):
    began = time.monotonic()
    server = start()
    while time.monotonic() < began + whole * moment / 40:
        pass
    server.terminate()
    # Before it listens to signals, one kills it.
    status = server.wait(30)
    assert status in (0, -signal.SIGTERM), f"moment {moment}: status {status}"
    ready += said(" running")
    killed += status != 0
print(f"{whole * 1000:.1f} ms: {killed} killed, {40 - killed - ready} ended early, {ready} late")
END
