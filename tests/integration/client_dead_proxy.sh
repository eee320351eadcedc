#!/bin/bash
# SPDX-License-Identifier: ISC
# A proxy that refuses, that is silent, or that speaks something else makes a connection fail, soon
# or at the program's own time limit; it never becomes a direct one.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl
start_nginx 127.0.0.1
start_target hold
silent=$target_port
start_target greet
rude=$target_port

# fails URL SECONDS [OPTION...]: curl does, with "could not connect" or its time limit.
fails()
{
	local url=$1 seconds=$2 start status=0 took

	shift 2
	start=$(milliseconds)
	"$socksify" -p "$url" --proxy-loopback curl -s "$@" \
	    "http://127.0.0.1:$nginx_port/page" >"$work/curl.output" || status=$?
	took=$(($(milliseconds) - start))
	[ "$status" -eq 7 ] || [ "$status" -eq 28 ] || fail "$url: curl ended with $status"
	[ "$took" -lt $((seconds * 1000)) ] || fail "$url: it took $took ms"
	[ ! -s "$work/curl.output" ] || fail "$url: the page came"
}

fails "socks5://127.0.0.1:$(free_port)" 5 --max-time 20
fails "socks5://127.0.0.1:$rude" 5 --max-time 20
fails "socks5://127.0.0.1:$silent" 5 --connect-timeout 1
fails "socks5://[fd99::1]:1080" 5 --max-time 20
# Without socksify it would.
curl -sS "http://127.0.0.1:$nginx_port/page" | grep -q 'the page'
