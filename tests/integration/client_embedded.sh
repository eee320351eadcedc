#!/bin/bash
# SPDX-License-Identifier: ISC
# socksify --embedded gives a command a server of its own: what it does goes through that, its
# exit status is socksify's, and the server and its files are gone afterwards.
. "${srcdir:-.}/tests/lib/functions.sh"

require curl
start_nginx
export SOCKSIFY_SOCKSIFYD=$socksifyd TMPDIR=$work

page=$("$socksify" --embedded --log "$work/embedded.log" --proxy-loopback \
    curl -sS --max-time 20 "http://localhost:$nginx_port/page")
[[ $page = 'the page for '* ]] || fail "$page"
wait_for 10 grep -q ' stopped$' "$work/embedded.log"
any='127\.0\.0\.1\.[0-9]+'
grep -qE "tcp/connect \\[: username%[0-9a-f]+@$any $any -> .*\\.$nginx_port\$" \
    "$work/embedded.log"

# Two at a time, and what they end with.
"$socksify" --embedded --proxy-loopback curl -sS --max-time 20 -o "$work/one" \
    "http://127.0.0.1:$nginx_port/big" &
"$socksify" --embedded --proxy-loopback curl -sS --max-time 20 -o "$work/two" \
    "http://127.0.0.1:$nginx_port/big"
wait $!
cmp "$work/one" "$work/www/big"
cmp "$work/two" "$work/www/big"
for want in 0 1 42; do
	status=0
	"$socksify" --embedded bash -c "exit $want" || status=$?
	[ "$status" -eq "$want" ] || fail "ended with $status, not $want"
done
status=0
"$socksify" --embedded bash -c 'kill -KILL $$' || status=$?
[ "$status" -eq 137 ] || fail "after a signal it ended with $status"

nothing_left()
{
	! pgrep -f -- "-f $work/" && [ -z "$(find "$XDG_RUNTIME_DIR" -type f)" ]
}
wait_for 10 nothing_left
