#!/bin/bash
# SPDX-License-Identifier: ISC
# curl's own SOCKS5 client fetches pages through the server: by IPv4, by IPv6, by a name that
# the server resolves; with and without a password; and 8 MiB arrive as they were sent.
. "${srcdir:-.}/tests/lib/functions.sh"

require curl
start_nginx
simple_server

for host in 127.0.0.1 '[::1]' localhost; do
	page=$(curl -gsS --max-time 20 -x "socks5h://127.0.0.1:$port" "http://$host:$nginx_port/page")
	[[ $page = "the page for "* ]] || fail "$host: $page"
done
curl -sS --max-time 20 -x "socks5://127.0.0.1:$port" "http://localhost:$nginx_port/page" >/dev/null
curl -sS --max-time 60 -x "socks5h://127.0.0.1:$port" -o "$work/got" \
    "http://127.0.0.1:$nginx_port/big"
cmp "$work/got" "$work/www/big"

hash_password secret sha512 | sed 's/^/someone:/' >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
$(rules)
END
curl -sS --max-time 20 -x "socks5h://someone:secret@127.0.0.1:$port" \
    "http://127.0.0.1:$nginx_port/page" >/dev/null
logged "pass\(1\): tcp/connect \[: username%someone@127\.0\.0\.1\.[0-9]+ "
status=0
curl -s --max-time 20 -x "socks5h://someone:wrong@127.0.0.1:$port" \
    "http://127.0.0.1:$nginx_port/page" || status=$?
[ "$status" -eq 97 ] || fail "curl with a wrong password ended with $status"
