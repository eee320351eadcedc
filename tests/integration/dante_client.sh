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
client pass { from: 0/0 to: 0/0 socksmethod: username }
$(rules | tail -n 1)
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

cat >"$work/client.conf" <<'END'
route {
	from: 0.0.0.0/0 to: 0.0.0.0/0 via: 10.99.0.1 port = 1080
	proxyprotocol: socks_v5
	command: connect
	method: none
}
END
fetch SOCKS_CONF="$work/client.conf"
[ "$(grep -c 'tcp/connect \[:' "$server_log")" -eq 3 ] || fail "not all went through the server"
