#!/bin/bash
# SPDX-License-Identifier: ISC
# -v prints one line for each connection on standard error, and nothing anywhere else; without
# it there is not one byte.
# shellcheck disable=SC2016 # what stands in single quotes is for the shells that are started
. "${srcdir:-.}/tests/lib/functions.sh"

require curl
[ -x "$socksifyd" ] || skip 'built without the server'
start_nginx 127.0.0.1
simple_server
proxy=socks5://127.0.0.1:$port
page=http://127.0.0.1:$nginx_port/page
closed=$(free_port)

# says PORT HOW: what was printed is one line, of a connection to that port, of this form.
says()
{
	[ "$(wc -l <"$work/err")" -eq 1 ] &&
	    grep -qxE -- "socksify: curl\[[0-9]+\]: 127\.0\.0\.1:$1 $2" "$work/err" ||
	    fail "$(cat "$work/err")"
}

"$socksify" --proxy-loopback -v -p "$proxy" curl -sS "$page" >"$work/out" 2>"$work/err" ||
    fail "$(cat "$work/err")"
says "$nginx_port" "by .*127\.0\.0\.1:$port\)?: connected after [0-9]+ ms"
grep -qx 'the page for 127.0.0.1' "$work/out" || fail "$(cat "$work/out")"

"$socksify" --proxy-loopback --verbose -p "$proxy" curl -s "http://127.0.0.1:$closed/" \
    >"$work/out" 2>"$work/err" && fail 'a closed port answers'
says "$closed" \
    "by .*: request: connection refused \(reply 5\): ECONNREFUSED after [0-9]+ ms"

"$socksify" --proxy-loopback -v -p "socks5://127.0.0.1:$closed" curl -s "$page" \
    >"$work/out" 2>"$work/err" && fail 'a dead proxy answers'
says "$nginx_port" \
    "by .*: tcp connect: connection refused: ECONNREFUSED after [0-9]+ ms"

"$socksify" -v -p "$proxy" curl -s "$page" >"$work/out" 2>"$work/err" || fail 'direct'
says "$nginx_port" "direct"

# Within another, whose proxy it keeps.
"$socksify" --proxy-loopback -p "$proxy" "$socksify" -v curl -sS "$page" >"$work/out" \
    2>"$work/err" || fail "$(cat "$work/err")"
says "$nginx_port" "by .*127\.0\.0\.1:$port\)?: connected after [0-9]+ ms"
"$socksify" -p "$proxy" "$socksify" --proxy-loopback curl -sS "$page" >"$work/out" \
    2>"$work/err" || fail "$(cat "$work/err")"
[ ! -s "$work/err" ] || fail "$(cat "$work/err")"

# A private server says who comes, as well.
"$socksify" --embedded --proxy-loopback -v curl -sS "$page" >"$work/out" 2>"$work/err" ||
    fail "$(cat "$work/err")"
says "$nginx_port" "by .*: connected after [0-9]+ ms"

# What a program puts in the place of standard error is its own.
"$socksify" --proxy-loopback -v -p "$proxy" sh -c 'exec 2>"$1"; exec curl -sS "$2"' \
    sh "$work/own" "$page" >"$work/out" 2>"$work/err" || fail "$(cat "$work/own")"
[ ! -s "$work/own" ] && [ ! -s "$work/err" ] || fail "$(cat "$work/own" "$work/err")"

# Not asked, not said.
"$socksify" --proxy-loopback -p "$proxy" curl -s "$page" >"$work/out" 2>"$work/err"
"$socksify" --proxy-loopback -p "$proxy" curl -s "http://127.0.0.1:$closed/" \
    >"$work/out" 2>>"$work/err" && fail 'a closed port answers'
[ ! -s "$work/err" ] || fail "$(cat "$work/err")"
