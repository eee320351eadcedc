#!/bin/bash
# SPDX-License-Identifier: ISC
# --test says of each proxy how far one gets with it, what it said, and what to do about that.
. "${srcdir:-.}/tests/lib/functions.sh"

# tested STATUS OPTION...: what is said must be what is on standard input, but for the times.
tested()
{
	local want=$1 status=0

	shift
	cat >"$work/expected"
	"$socksify" "$@" >"$work/said" 2>"$work/err" || status=$?
	sed 's/ ([0-9.]* ms)$/ (T)/' "$work/said" >"$work/out"
	[ "$status" -eq "$want" ] || fail "$*: status $status, not $want: $(cat "$work/said")"
	[ ! -s "$work/err" ] || fail "$*: $(cat "$work/err")"
	diff "$work/expected" "$work/out" >&2 || fail "$*: says something else"
	! grep -q 'secret' "$work/out" || fail "$*: shows the password"
}

# A server that says what it is told to, whatever it hears: in turn, the answers given in
# hexadecimal, each after something has come; then it hangs up.
start_parrot()
{
	local file

	file=$(mktemp -u "$work/parrot.XXXXXX")
	run_beside parrot "$python" -c '
import os, socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(s.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    c = s.accept()[0]
    try:
        for answer in sys.argv[2:] + [""]:
            c.recv(4096)
            c.sendall(bytes.fromhex(answer))
        c.shutdown(socket.SHUT_WR)
        while c.recv(4096):
            pass
    except OSError:
        pass
    c.close()
' "$file" "$@"
	wait_for 10 test -s "$file"
	parrot=127.0.0.1:$(cat "$file")
}

closed=127.0.0.1:$(free_port)
tested 1 -p "socks5://someone:secret@$closed" --test <<EOF
proxy $closed
  tcp connect: $closed: Connection refused (T)
  hint: nothing listens there: is the port right, and does the proxy run?
  does not work
EOF

start_parrot 0500
tested 0 -p "socks5://$parrot" --test <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: none offered, none chosen (T)
  works
EOF
tested 1 -p "socks5://$parrot" --test example.com:80 <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: none offered, none chosen (T)
  request: the proxy hung up (T)
  received: nothing
  hint: the proxy does not allow this request, and does not say so
  does not work
EOF

start_parrot 0500 05000001c000020101bb
tested 0 -p "socks5://$parrot" --test example.com:80 <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: none offered, none chosen (T)
  request: example.com:80: succeeded, from 192.0.2.1:443 (T)
  works
EOF

start_parrot 0502 0100 05020001000000000000
tested 1 -p "socks5://someone:secret@$parrot" --test '[2001:db8::1]:80' <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: username offered, username chosen (T)
  authentication: accepted (T)
  request: [2001:db8::1]:80: connection not allowed by ruleset (reply 2) (T)
  hint: a rule of the proxy forbids it
  does not work
EOF

start_parrot 05ff
tested 1 -p "socks5://$parrot" --test <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: none offered, none of it acceptable (method 255) (T)
  hint: the proxy wants a user and a password, or a method that is not known here
  does not work
EOF
tested 1 -p "socks5://someone:secret@$parrot" --test <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: username offered, none of it acceptable (method 255) (T)
  hint: the proxy takes no user and password: it wants none, or Kerberos
  does not work
EOF

start_parrot 0502 0101
tested 1 -p "socks5://someone:secret@$parrot" --test <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: username offered, username chosen (T)
  authentication: user or password refused (T)
  hint: user or password are wrong
  does not work
EOF

start_parrot "$(printf 'HTTP/1.1 400 Bad Request\r\n' | od -An -v -tx1 | tr -d ' \n')"
tested 1 -p "socks5://$parrot" --test <<EOF
proxy $parrot
  tcp connect: $parrot: connected (T)
  greeting: the answer is not understood (T)
  received: HTTP/1.1 400 Bad Request\\x0d\\x0a
  hint: the bytes are an HTTP server's: this may be an HTTP proxy, http://
  does not work
EOF

# A proxy by name has its name looked up, and then its addresses tried.
! "$socksify" -p "socks5://localhost:${closed#*:}" --test >"$work/out" || fail 'a closed port works'
grep -qF 'Connection refused' "$work/out" || fail "$(cat "$work/out")"

tested 0 -p "socks5://$closed" --test 127.0.0.1:80 <<<'direct: no proxy is used for that target'
tested 1 -p "socks5://$closed" --proxy-loopback --test 127.0.0.1:80 <<EOF
proxy $closed
  tcp connect: $closed: Connection refused (T)
  hint: nothing listens there: is the port right, and does the proxy run?
  does not work
EOF

# No target, no test; no command either.
for bad in example.com example.com:0 example.com:80:80 :80; do
	status=0
	"$socksify" -p "socks5://$closed" --test "$bad" >"$work/out" 2>&1 || status=$?
	[ "$status" -eq 127 ] || fail "$bad: status $status: $(cat "$work/out")"
	grep -q 'is no HOST:PORT' "$work/out" || fail "$bad: $(cat "$work/out")"
done

# Within another socksify the test is still made from here.
start_parrot 0500
"$socksify" -p "socks5://$closed" --proxy-loopback "$socksify" -p "socks5://$parrot" --test \
    >"$work/out" || fail "within another one: $(cat "$work/out")"

[ -x "$socksifyd" ] || exit 0
start_target echo
simple_server
"$socksify" -p "socks5://127.0.0.1:$port" --proxy-loopback --test "127.0.0.1:$target_port" \
    >"$work/out" || fail "$(cat "$work/out")"
grep -q "request: 127.0.0.1:$target_port: succeeded, from 127.0.0.1:" "$work/out" ||
    fail "$(cat "$work/out")"
status=0
"$socksify" -p "socks5://127.0.0.1:$port" --proxy-loopback --test "$closed" >"$work/out" ||
    status=$?
[ "$status" -eq 1 ] || fail "a refusing target: status $status"
grep -q 'connection refused (reply 5)' "$work/out" || fail "$(cat "$work/out")"
grep -q 'hint: the proxy works; nothing listens at the target' "$work/out" ||
    fail "$(cat "$work/out")"
