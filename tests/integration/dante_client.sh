#!/bin/bash
# SPDX-License-Identifier: ISC
# Programs under Dante's own preload client work through the server, configured by the
# environment and by a file, with and without a password.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl
dante=$(grep -ls libdsocks /usr/bin/socksify) || skip "dante-client is not installed"
# Dante's client takes the networks of this host's interfaces to be direct.
join server 1
NGINX_ON=(on server)
start_nginx 10.77.1.2
ip addr add 10.99.0.1/32 dev lo
hash_password secret yescrypt | sed 's/^/someone:/' >"$work/passwords"
start_socksifyd <<END
internal: 10.99.0.1 port = 1080
internal: 10.99.0.1 port = 1081
external: to-server
socksmethod: username none
user.passwordfile: $work/passwords
client pass { from: 0/0 to: 10.99.0.1/32 port = 1080 socksmethod: none }
client pass { from: 0/0 to: 0/0 socksmethod: username log: error }
socks pass { from: 0/0 to: 0/0 proxyprotocol: socks_v5 log: connect }
socks pass { from: 0/0 to: 0/0 proxyprotocol: socks_v4 log: connect }
END

fetch()
{
	env "$@" SOCKS_AUTOADD_LANROUTES=no "$dante" \
	    curl -sS --max-time 20 "http://10.77.1.2:$nginx_port/page" >"$work/fetch.output" 2>&1
	grep -qx 'the page for 10.77.1.1' "$work/fetch.output"
}

fetch SOCKS5_SERVER=10.99.0.1:1080
client='10\.99\.0\.1\.[0-9]+ 10\.99\.0\.1\.1080'
logged "pass\\(1\\): tcp/connect \\[: $client -> 10\\.77\\.1\\.1\\.[0-9]+ 10\\.77\\.1\\.2\\."
fetch SOCKS5_SERVER=10.99.0.1:1081 SOCKS_USERNAME=someone SOCKS_PASSWORD=secret
logged 'tcp/connect \[: username%someone@10\.99\.0\.1\.'

conf()
{
	cat >"$work/client.conf" <<END
route {
	from: 0.0.0.0/0 to: 0.0.0.0/0 via: 10.99.0.1 port = $2
	proxyprotocol: $1
	command: connect
	method: none
}
END
}

conf socks_v5 1080
fetch SOCKS_CONF="$work/client.conf"
conf socks_v4 1080
fetch SOCKS_CONF="$work/client.conf"
[ "$(grep -c 'tcp/connect \[:' "$server_log")" -eq 4 ] || fail "not all went through the server"
logged "pass\\(2\\): tcp/connect \\[: $client -> 10\\.77\\.1\\.1\\.[0-9]+ 10\\.77\\.1\\.2\\."
conf socks_v4 1081
! fetch SOCKS_CONF="$work/client.conf" || fail "SOCKS4 where a password is asked for"
logged 'block\(2\): tcp/accept \]: .*\.1081: client offered no acceptable authentication method'
