#!/bin/bash
# SPDX-License-Identifier: ISC
# A server that is told to end while it is still starting ends, whatever it was about: with one
# mother and with two.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
{
	echo "logoutput: $work/server.log"
	[ "$(id -u)" -ne 0 ] || echo "user.unprivileged: root"
	cat <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
$(rules)
END
} >"$work/server.conf"

"$python" - "$socksifyd" "$work/server.conf" <<'END'
import subprocess
import sys
import time

for i in range(40):
    server = subprocess.Popen(sys.argv[1:2] + ["-N", str(i % 2 + 1), "-f", sys.argv[2]],
                              stdin=subprocess.DEVNULL, process_group=0)
    # Not a condition to wait for: any moment of the start is as good as another.
    time.sleep(0.0005 * i)
    server.terminate()
    try:
        status = server.wait(10)
    except subprocess.TimeoutExpired:
        subprocess.run(["ps", "-o", "pid,pgid,args", "-g", str(server.pid)])
        server.kill()
        sys.exit(f"SIGTERM {i / 2} ms after the start: it did not end")
    # Before it can take the signal, it dies of it.
    assert status in (0, -15), status
END
! grep -E 'alert:' "$work/server.log" | grep -v 'on signal'
