#!/bin/bash
# SPDX-License-Identifier: ISC
# The password of a proxy comes from a URL, a file, a descriptor, a variable or the terminal, and is
# in no environment and on no command line.
. "${srcdir:-.}/tests/lib/functions.sh"

require curl
start_nginx 127.0.0.1
echo "someone:$(hash_password secret sha512)" >"$work/passwords"
port=$(free_port)
start_socksifyd <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: username
user.passwordfile: $work/passwords
$(rules)
END
printf 'secret\nanother line\n' >"$work/secret"
server=127.0.0.1:$port
curl=(curl -sS --noproxy '*' --max-time 20 "http://127.0.0.1:$nginx_port/page")

# works OPTION...: with these, the page comes.
works()
{
	local got

	got=$("$socksify" --proxy-loopback "$@" "${curl[@]}") || fail "$*: curl failed"
	[ "$got" = 'the page for 127.0.0.1' ] || fail "$*: $got"
}

works -p "socks5://someone:secret@$server"
works -p "socks5://someone:s%65cret@$server"
works -p "socks5://someone@$server" --password-file "$work/secret"
works -p "socks5://someone@$server" --password-file <(printf secret)
works -p "socks5://someone@$server" --password-fd 7 7<"$work/secret"
SOCKS_USER=someone works -p "socks5://$server" --password-fd 0 <"$work/secret"
SOCKS_PASSWD=secret works -p "socks5://someone@$server"
SOCKS5_SERVER=$server SOCKS_USERNAME=someone SOCKS_PASSWORD=secret works
echo "route { from: 0/0 to: 0/0 via: 127.0.0.1 port = $port method: username }" >"$work/socks.conf"
SOCKS_USERNAME=someone SOCKS_AUTOADD_LANROUTES=no works -c "$work/socks.conf" \
    --password-file "$work/secret"

# The command sees none of it.
SOCKS_PASSWORD=secret ALL_PROXY=socks5://someone:secret@$server "$socksify" env >"$work/env"
! grep secret "$work/env" || fail "the command has the password"
# shellcheck disable=SC2016 # for the inner shell
SOCKS_USER=someone "$socksify" -p "socks5://$server" --password-fd 7 \
    sh -c '[ ! -e /proc/$$/fd/7 ]' 7<"$work/secret" || fail "the descriptor is still open"

# Nor does who stays behind to tidy up have it where all processes of the user can see it.
# shellcheck disable=SC2016 # for the inner shell
SOCKS_PASSWORD=secret ALL_PROXY=socks5://someone:secret@$server timeout 60 "$socksify" sh -c '
until [ -n "$tidy" ]; do
	for fd in /proc/[0-9]*/fd/4; do
		[ "$(readlink "$fd")" != "$SOCKSIFY_STATE" ] || tidy=${fd%/fd/4}
	done
done
cat "$tidy/environ" "$tidy/cmdline"' >"$work/env" 2>&1
grep -q socksify "$work/env" || fail "what has the shared file open shows nothing: $(cat "$work/env")"
! grep -a secret "$work/env" || fail "the password is in the environment of a process"

# complains TEXT OPTION...
complains()
{
	local text=$1 status=0

	shift
	"$python" -c 'import os, sys; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])' \
	    "$socksify" "$@" true </dev/null 2>"$work/said" || status=$?
	[ "$status" -eq 127 ] || fail "$*: ended with $status"
	grep -qF -- "$text" "$work/said" || fail "$*: $(cat "$work/said")"
}

complains 'there is a user name but no password' -p "socks5://someone@$server"
complains 'socksify: **************@127.0.0.1:1 is no proxy URL' -p someone:secret@127.0.0.1:1
complains 'is no password' -p "socks5://someone@$server" --password-file /dev/null
complains 'No such file' -p "socks5://someone@$server" --password-file "$work/none"
complains 'Bad file descriptor' -p "socks5://someone@$server" --password-fd 99

# On a terminal it is asked for, and not shown.
cat >"$work/type.py" <<'END'
import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
while b"Password of someone at " not in seen or not seen.endswith(b": "):
    seen += os.read(terminal, 1024)
os.write(terminal, b"secret\n")
try:
    while b"the page" not in seen:
        seen += os.read(terminal, 1024)
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
assert status == 0, (status, seen)
assert b"the page for 127.0.0.1" in seen, seen
assert b"secret" not in seen, seen
END
timeout 60 "$python" "$work/type.py" "$socksify" --proxy-loopback -p "socks5://someone@$server" \
    "${curl[@]}"
