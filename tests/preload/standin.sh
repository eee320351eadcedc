#!/bin/bash
# SPDX-License-Identifier: ISC
# Proxies that the program's sockets cannot reach by themselves, being of another family: everything
# that works by the others works by these.
. "${srcdir:-.}/tests/preload/lib.bash"
python=${PYTHON:-/usr/bin/python3}

# A UNIX socket cannot be made to show an error, only an end; one more descriptor is needed for a
# moment.
impossible=" UNIX:errors_polled UNIX:refused UNIX:descriptor_limit IPv6:descriptor_limit "

# all_victims KIND: what other scripts run by a proxy of the program's family.
all_victims() {
	local name case

	for name in connect epoll process unusual; do
		for case in $("$here/tests/preload/victim_$name"); do
			case $impossible in
			*" $1:$case "*) continue ;;
			esac
			check "victim_$name $case ($1)" preloaded "$here/tests/preload/victim_$name" "$case"
		done
	done
}

# refused WAY: that a proxy which is not there refuses, and leaves the program its socket.
refused() {
	check "$1 is ECONNREFUSED" preloaded "$python" - <<'END'
import errno, socket
for blocking in (True, False):
    s = socket.socket()
    s.setblocking(blocking)
    for _ in range(2):
        error = s.connect_ex(("198.51.100.1", 7))
        assert error == errno.ECONNREFUSED, error
    s.bind(("127.0.0.1", 0))
END
}

# An HTTP server of files in $scratch/www, until descriptor 8 is closed: sets $http.
serve_files() {
	mkdir "$scratch/www"
	head -c 300000 /dev/urandom >"$scratch/www/page"
	mkfifo "$scratch/files_in" "$scratch/files_out"
	"$python" -c '
import functools, http.server, sys, threading
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
' "$scratch/www" <"$scratch/files_in" >"$scratch/files_out" 2>/dev/null &
	files_pid=$!
	exec 7>"$scratch/files_in"
	read -r http <"$scratch/files_out"
}

# programs KIND: that they get the page, by a name that only the proxy can look up.
programs() {
	local page=http://page.test:$http/page parts=()

	for i in 1 2 3 4 5 6 7 8; do
		parts+=(-o "$scratch/got$i" "$page")
	done
	check "curl ($1)" preloaded curl -gsS "$page" -o "$scratch/got"
	check "what curl got ($1)" cmp "$scratch/www/page" "$scratch/got"
	check "curl in parallel ($1)" preloaded curl -gsSZ "${parts[@]}"
	check "what the last got ($1)" cmp "$scratch/www/page" "$scratch/got8"
	check "curl is refused ($1)" refuses curl -gsS "http://fail5.test:$http/" -o /dev/null
	check "asyncio ($1)" preloaded "$python" -c '
import asyncio, sys
async def fetch(path):
    reader, writer = await asyncio.open_connection("page.test", int(sys.argv[1]))
    writer.write(b"GET /page HTTP/1.0\r\n\r\n")
    body = (await reader.read()).split(b"\r\n\r\n", 1)[1]
    assert body == open(path, "rb").read()
    writer.close()
async def main():
    await asyncio.gather(*[fetch(sys.argv[2]) for _ in range(50)])
    try:
        await asyncio.open_connection("fail5.test", 80)
    except ConnectionRefusedError:
        return
    assert False
asyncio.run(main())
' "$http" "$scratch/www/page"
	command -v node >/dev/null || return
	check "node ($1)" preloaded node -e '
const fs = require("fs"), want = fs.readFileSync(process.argv[2]);
async function main() {
	const all = [];
	for (let i = 0; i < 20; i++)
		all.push(fetch(process.argv[1]).then((r) => r.arrayBuffer()));
	for (const got of await Promise.all(all))
		if (!want.equals(Buffer.from(got)))
			throw new Error("not the page");
	const error = await fetch("http://fail5.test:8080/").then(() => null, (e) => e.cause.code);
	if (error !== "ECONNREFUSED")
		throw new Error(String(error));
}
main().catch((e) => { console.error(e); process.exit(1); });
' "$page" "$scratch/www/page"
}

# refuses COMMAND...: that it fails with curl's code for that.
refuses() {
	preloaded "$@"
	[ $? -eq 7 ]
}

trap 'exec 7>&-; finish; wait "$files_pid"' EXIT
serve_files
proxy
victims victim_standin_six IPv4

proxy -d 30 -6
victims victim_standin IPv6
programs IPv6
all_victims IPv6

# The name of a user without rights, too, must reach it: an abstract one.
proxy -d 30 -p "@standin.$$.$RANDOM"
all_victims UNIX

proxy -d 30 -p "$scratch/socket"
victims victim_standin UNIX
programs UNIX

# Several proxies, of which the program's socket reaches some.
export SOCKSIFY_STATE=$scratch/state
declare -A port
serve refused -x refuse
serve dropping -x greeting-drop
serve good4 -d 30
serve good6 -6 -d 30
serve local -d 30 -p "$scratch/local"
serve faulty -p "$scratch/faulty" -x greeting-drop
dead4=127.0.0.1:${port[refused]}
live4=127.0.0.1:${port[good4]}
live6="[::1]:${port[good6]}"
victim=$here/tests/preload/victim_connect

# succeed NAME CASE... -- WORD...: that the cases do with these settings.
succeed() {
	local name=$1 cases=()

	shift
	while [ "$1" != -- ]; do
		cases+=("$1")
		shift
	done
	shift
	settings "$@"
	for case in "${cases[@]}"; do
		check "$name, $case" preloaded "$victim" "$case"
	done
}

succeed "IPv4, then IPv6" blocking polled six -- proxy=a,"$dead4" proxy=b,"$live6" \
    route=any,0 route=any,1 maxfail=0
succeed "hung up, then IPv6" blocking polled six -- proxy=a,"127.0.0.1:${port[dropping]}" \
    proxy=b,"$live6" route=any,0 route=any,1 maxfail=0
succeed "both of one proxy, IPv4 dead" blocking -- proxy=a,"$dead4,$live6" route=any,0
succeed "no such socket, then IPv4" blocking polled -- proxy=a,unix:"$scratch/none" \
    proxy=b,"$live4" route=any,0 route=any,1 maxfail=0
succeed "no such socket, then another" blocking polled -- proxy=a,unix:"$scratch/none" \
    proxy=b,unix:"$scratch/local" route=any,0 route=any,1 maxfail=0
succeed "IPv4, then a UNIX socket" blocking polled -- proxy=a,"$dead4" \
    proxy=b,unix:"$scratch/local" route=any,0 route=any,1
succeed "a faulty one, then IPv6" blocking polled -- proxy=a,unix:"$scratch/faulty" \
    proxy=b,"$live6" route=any,0 route=any,1
unset SOCKSIFY_STATE

SOCKS5_SERVER=unix:$scratch/nothing
refused "a UNIX socket that is not there"
SOCKS5_SERVER=unix:$scratch
refused "what is no socket"
conclude
