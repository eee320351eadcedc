#!/bin/bash
# SPDX-License-Identifier: ISC
# A child that is killed under load costs its own sessions and no others, and is replaced; service
# goes on all the while. Of negotiate and request, no session that is established ever suffers.
. "${srcdir:-.}/tests/lib/functions.sh"

start_target echo
echo "someone:$(hash_password secret sha512)" >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
user.passwordcache: 0
client pass { from: 0/0 to: 0/0 }
socks pass { from: 0/0 to: 0/0 }
END

# Four clients that connect over and over, and one session that lasts until standard input ends.
# Each prints what became of it.
coproc load { PORT=$port exec "$python" -u -c '
import sys
import threading
from socksraw import *

target = int(sys.argv[1])
ended = threading.Event()
good, bad = [0] * 4, [0] * 4


def again_and_again(i):
    while not ended.is_set():
        try:
            with Client() as c:
                c.connect("127.0.0.1", target, "someone", "secret")
                c.send(b"data")
                expect(c.read(4), b"data")
            good[i] += 1
        except (AssertionError, EOFError, OSError):
            bad[i] += 1


threads = [threading.Thread(target=again_and_again, args=(i,)) for i in range(4)]
lasting = Client().connect("127.0.0.1", target, "someone", "secret")
for t in threads:
    t.start()
for line in sys.stdin:
    before = sum(good)
    wait_for(lambda: sum(good) > before + 40, "service goes on")
    try:
        lasting.send(b"data")
        alive = lasting.read(4) == b"data"
    except (EOFError, OSError):
        alive = False
        lasting = Client().connect("127.0.0.1", target, "someone", "secret")
    print("alive" if alive else "dead", sum(good), sum(bad), flush=True)
ended.set()
for t in threads:
    t.join()
' "$target_port"; }
# shellcheck disable=SC2154 # coproc sets it
cleanup "kill $load_PID 2>/dev/null || true"

# state: asks the load how it is; sets alive, good and bad.
state()
{
	echo >&"${load[1]}"
	read -r -t 60 alive good bad <&"${load[0]}" || fail "the load does not go on"
}

replaced()
{
	[ -n "$(roles "$1")" ] && [ "$(roles "$1" | sed -n 1p)" != "$2" ]
}

state
[ "$alive" = alive ] && [ "$bad" -eq 0 ] || fail "before anything: $alive, $bad failed"
for role in auth negotiate request monitor io; do
	for _ in 1 2 3; do
		failed_before=$bad
		victim=$(roles $role | sed -n 1p)
		kill -KILL "$victim"
		logged "warning: $role\\[$victim\\] was killed by signal 9: replacing it"
		wait_for 20 replaced $role "$victim"
		state
		# Each of the four clients may have been in that child's hands.
		[ $((bad - failed_before)) -le 4 ] ||
		    fail "$((bad - failed_before)) sessions failed with a $role process"
		case $role in
		io) ;;
		*) [ "$alive" = alive ] || fail "an established session died with a $role process" ;;
		esac
	done
done
[ "$alive" = dead ] || fail "a session outlived its io process"
eval "exec ${load[1]}>&-"
wait "$load_PID"
echo "$good requests, $bad failed by 15 kills"
