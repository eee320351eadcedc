#!/bin/bash
# SPDX-License-Identifier: ISC
# PySocks, Python's SOCKS client, works through the server, and raises the exception that fits
# when a connection is refused.
. "${srcdir:-.}/tests/lib/functions.sh"

"$python" -c 'import socks' 2>/dev/null || skip "python3-socks is not installed"
start_target echo
simple_server
dead=$(free_port)

"$python" - "$port" "$target_port" "$dead" <<'END'
import sys
import socks

port, target, dead = map(int, sys.argv[1:])
for remote_names in True, False:
    s = socks.socksocket()
    s.set_proxy(socks.SOCKS5, "127.0.0.1", port, rdns=remote_names)
    s.settimeout(20)
    s.connect(("localhost" if remote_names else "127.0.0.1", target))
    s.sendall(b"hello")
    assert s.recv(5) == b"hello"
    s.close()
s = socks.socksocket()
s.set_proxy(socks.SOCKS5, "127.0.0.1", port)
s.settimeout(20)
try:
    s.connect(("127.0.0.1", dead))
    raise SystemExit("connected to a port that nobody has")
except socks.ProxyConnectionError as e:
    raise SystemExit(f"the proxy was not reached: {e}")
except socks.GeneralProxyError as e:
    assert "0x05" in str(e), e
END
