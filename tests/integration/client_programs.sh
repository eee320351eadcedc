#!/bin/bash
# SPDX-License-Identifier: ISC
# curl, wget, git and Python reach a target through socksify and socksifyd, by names that only the
# server can resolve and by addresses of both families; first from a host that has no other way to
# it, then from one that has, which is watched: no packet takes it.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl wget git dnsmasq
join client 1
join target 2
NGINX_ON=(on target)
start_nginx 10.77.2.2 fd77:2::2
git init -q --bare "$work/www/project.git"
git init -q "$work/source"
git -C "$work/source" -c user.name=x -c user.email=x@example.org \
    commit -q --allow-empty -m 'a commit'
git -C "$work/source" push -q "$work/www/project.git" HEAD:refs/heads/main
git -C "$work/www/project.git" symbolic-ref HEAD refs/heads/main
git -C "$work/www/project.git" update-server-info
# Names are known on the server's host alone: 127.0.0.1 of the client's host is another one.
echo 'nameserver 127.0.0.1' | etc_file resolv.conf
run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
    --user=root --pid-file --listen-address=127.0.0.1 --bind-interfaces --local=/test/ \
    --host-record=web.test,10.77.2.2,fd77:2::2
wait_for 10 "$python" -c 'import socket; socket.getaddrinfo("web.test", 80)'
echo "someone:$(hash_password secret sha512)" >"$work/passwords"
start_socksifyd <<END
internal: 10.77.1.1 port = 1080
external: to-target
socksmethod: username
user.passwordfile: $work/passwords
$(rules)
END

export SOCKS5_SERVER=10.77.1.1:1080 SOCKS_USERNAME=someone SOCKS_PASSWORD=secret
export HOME=$work TMPDIR=$work
through()
{
	on client "$socksify" timeout 60 "$@"
}

# says OUTPUT COMMAND...
says()
{
	local want=$1 got

	shift
	got=$(through "$@") || fail "$*: status $?"
	[ "$got" = "$want" ] || fail "$*: $got"
}

programs()
{
	local host from

	for host in web.test 10.77.2.2 '[fd77:2::2]'; do
		says "$(through curl -gsS "http://$host:$nginx_port/page")" \
		    wget -q -O - "http://$host:$nginx_port/page"
		from=$(through curl -gsS "http://$host:$nginx_port/page")
		[[ $from =~ ^the\ page\ for\ (10\.77\.2\.1|fd77:2::1)$ ]] || fail "$host: $from"
	done
	through curl -sS -o "$work/big" "http://web.test:$nginx_port/big"
	cmp "$work/big" "$work/www/big"
	rm -rf "$work/clone"
	through git clone -q "http://web.test:$nginx_port/project.git" "$work/clone"
	says 'a commit' git -C "$work/clone" log --format=%s
	says '100 pages' "$python" - "$nginx_port" <<'END'
import asyncio
import sys
import urllib.request

port = int(sys.argv[1])


async def page(host):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET /page HTTP/1.0\r\n\r\n")
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return b"the page for" in answer


async def pages():
    return await asyncio.gather(*(page(["web.test", "10.77.2.2", "fd77:2::2"][i % 3])
                                  for i in range(100)))

with urllib.request.urlopen(f"http://web.test:{port}/page", timeout=20) as answer:
    assert answer.read().startswith(b"the page for")
print(sum(asyncio.run(pages())), "pages")
END
}

! on client ip route get 10.77.2.2 2>/dev/null || fail "the client has a route to the target"
! on client curl -s --max-time 5 "http://10.77.2.2:$nginx_port/page" || fail "it is reachable"
programs

on client ip route add default via 10.77.1.1
on client ip -6 route add default via fd77:1::1
run_beside leaks "$python" "$srcdir/tests/lib/leaks.py" to-client 1080
wait_for 10 grep -q listening "$work/leaks.output"
programs
! grep -v listening "$work/leaks.output" || fail "packets have leaked"
# It would have been seen.
! on client curl -s --max-time 1 "http://10.77.2.2:$nginx_port/page"
wait_for 10 grep -q 'protocol 6 to 10\.77\.2\.2' "$work/leaks.output"
client='10\.77\.1\.2\.[0-9]+ 10\.77\.1\.1\.1080'
logged "pass\\(1\\): tcp/connect \\[: username%someone@$client -> .* (10\\.77\\.2\\.2|fd77:2::2)\\."
