#!/bin/bash
# SPDX-License-Identifier: ISC
# Credentials, proxies of the other family, and proxies that are not there.
. "${srcdir:-.}/tests/preload/lib.bash"
victim=$here/tests/preload/victim_connect

refused_errno() {
	preloaded bash -c 'exec 3<>/dev/tcp/198.51.100.1/7' 2>&1 | grep -q "$1"
}

proxy -u alice:secret
export SOCKS_USERNAME=alice SOCKS_PASSWORD=secret
check "the right password" preloaded "$victim" blocking
check "the request carries the name" grep -q 'as alice$' "$scratch/requests"
SOCKS_PASSWORD=wrong
check "a wrong password is EACCES" refused_errno 'Permission denied'
unset SOCKS_USERNAME SOCKS_PASSWORD
check "none where one is asked for is EACCES" refused_errno 'Permission denied'
proxy -6
check "an IPv6 socket by an IPv6 proxy" preloaded "$victim" six
check "an IPv6-only socket by an IPv6 proxy" preloaded "$victim" six_only
check "a mapped address by an IPv6 proxy" preloaded "$victim" mapped
check "an IPv4 socket by an IPv6 proxy is ENETUNREACH" refused_errno 'Network is unreachable'
gone=${SOCKS5_SERVER##*:}
proxy
SOCKS5_SERVER=127.0.0.1:$gone
check "no proxy is ECONNREFUSED" refused_errno 'Connection refused'
conclude
