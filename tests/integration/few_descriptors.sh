#!/bin/bash
# SPDX-License-Identifier: ISC
# With a limit of 64 descriptors a process, many more clients than that wait, and each is served;
# clients that were refused and do not leave take nothing from the others.
. "${srcdir:-.}/tests/lib/functions.sh"

printf '#!/bin/bash\nulimit -n 64\nexec "%s" "$@"\n' "$socksifyd" >"$work/few"
chmod +x "$work/few"
socksifyd=$work/few
port=$(free_port)
dead=$(free_port)
start_target echo
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none
client pass { from: 0/0 to: 0/0 }
socks pass { from: 0/0 to: 0/0 }
END

PORT=$port "$python" - "$target_port" "$dead" <<'END'
import sys
from socksraw import *

echo, dead = map(int, sys.argv[1:])
refused = []
for turn in range(8):
    clients = [Client() for _ in range(100)]
    for i, c in enumerate(clients):
        # Some are not there any more when it is their turn.
        c.send(greeting(NONE), request("127.0.0.1", echo if i % 4 else dead), b"x")
        if i % 10 == 9:
            c.s.close()
    for i, c in enumerate(clients):
        if i % 10 == 9:
            continue
        expect(c.method(), NONE)
        expect(c.reply()[0], 0 if i % 4 else 5)
        if i % 4:
            expect(c.read(1), b"x")
            c.s.close()
        else:
            refused.append(c)
END
not_logged malformed
