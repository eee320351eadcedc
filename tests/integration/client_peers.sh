#!/bin/bash
# SPDX-License-Identifier: ISC
# socksify works with other servers, too: with Dante's and with microsocks, with and without a
# password, by name and by address.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl wget danted microsocks
join client 1
join target 2
NGINX_ON=(on target)
start_nginx 10.77.2.2
printf '127.0.0.1 localhost\n' | etc_file hosts

cat >"$work/danted.conf" <<END
logoutput: $work/danted.log
internal: 10.77.1.1 port = 1080
external: to-target
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: root
client pass { from: 0/0 to: 0/0 log: connect disconnect error }
socks pass { from: 0/0 to: 0/0 log: connect disconnect error }
END
run_beside danted danted -f "$work/danted.conf" -p "$work/danted.pid"
run_beside microsocks microsocks -i 10.77.1.1 -p 1081
run_beside microsocks microsocks -i 10.77.1.1 -p 1082 -u someone -P secret
listens()
{
	"$python" -c 'import socket, sys; socket.create_connection(("10.77.1.1", sys.argv[1]))' "$1"
}
for port in 1080 1081 1082; do
	wait_for 10 listens "$port"
done

for server in 10.77.1.1:1080 10.77.1.1:1081 someone:secret@10.77.1.1:1082; do
	url=socks5://$server
	for program in 'curl -sS' 'wget -q -O -'; do
		# shellcheck disable=SC2086 # a command with its options
		page=$(on client "$socksify" -p "$url" timeout 20 $program \
		    "http://10.77.2.2:$nginx_port/page") || fail "$url: $program"
		[ "$page" = 'the page for 10.77.2.1' ] || fail "$url: $program: $page"
	done
	on client "$socksify" -p "$url" timeout 60 curl -sS -o "$work/big" \
	    "http://10.77.2.2:$nginx_port/big"
	cmp "$work/big" "$work/www/big"
	status=0
	on client "$socksify" -p "$url" timeout 20 curl -s "http://10.77.2.2:9/" || status=$?
	[ "$status" -eq 7 ] || fail "$url: a refused connection made curl end with $status"
done
grep -q 'tcp/connect \[: 10\.77\.1\.2\.[0-9]* 10\.77\.1\.1\.1080' "$work/danted.log"

# A wrong password is a connection that is refused, not one that is direct.
status=0
on client "$socksify" -p socks5://someone:wrong@10.77.1.1:1082 timeout 20 \
    curl -s "http://10.77.2.2:$nginx_port/page" || status=$?
[ "$status" -eq 7 ] || fail "with a wrong password curl ended with $status"
