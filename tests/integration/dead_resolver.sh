#!/bin/bash
# SPDX-License-Identifier: ISC
# A name server that never answers keeps nobody waiting but those who ask for its names:
# requests for addresses and for names in /etc/hosts are served at once beside them.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
join resolver 1
on resolver "$python" -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.77.1.2", 53))
print("bound", flush=True)
while True:
    s.recv(512)
' >"$work/sink.output" &
cleanup "end_beside $!"
wait_for 10 grep -q bound "$work/sink.output"
echo 'nameserver 10.77.1.2' | etc_file resolv.conf
printf '127.0.0.1 localhost\n127.0.0.1 in-hosts.test\n' | etc_file hosts
start_target echo
start_socksifyd <<END
internal: 127.0.0.1 port = 1080
external: 127.0.0.1
socksmethod: none
timeout.connect: 3
$(rules)
END

PORT=1080 "$python" - "$target_port" <<'END'
import sys
from socksraw import *

echo = int(sys.argv[1])
waiting = []
start = time.monotonic()
for i in range(300):
    c = Client()
    c.login()
    c.send(request(f"name-{i}.test", echo))
    waiting.append(c)
for host in ["127.0.0.1", "in-hosts.test"] * 10:
    began = time.monotonic()
    with Client() as c:
        c.connect(host, echo)
        c.send(b"x")
        expect(c.read(1), b"x")
    took = time.monotonic() - began
    assert took < 2, f"{host} took {took} s"
codes = [c.reply()[0] for c in waiting]
assert set(codes) <= {4, 6}, set(codes)
took = time.monotonic() - start
assert 2.5 < took < 20, f"the names failed after {took} s"
END
