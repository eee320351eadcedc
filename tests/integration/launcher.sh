#!/bin/bash
# SPDX-License-Identifier: ISC
# socksify starts what it can and refuses, with one line and the right status, what it cannot;
# what it shares among the command's processes is theirs alone and gone when they are.
# shellcheck disable=SC2016 # what stands in single quotes is for the shells that are started
. "${srcdir:-.}/tests/lib/functions.sh"

socksify=$builddir/socksify
url=socks5://someone:secret@127.0.0.1:9
mkdir -m 700 "$work/run"
XDG_RUNTIME_DIR=$work/run
export XDG_RUNTIME_DIR

# refused STATUS TEXT ARGUMENT...: one line that says TEXT, that status, and nothing is run.
refused()
{
	local want=$1 text=$2 status=0

	shift 2
	"$socksify" "$@" >"$work/out" 2>"$work/err" || status=$?
	[ "$status" -eq "$want" ] || fail "$*: status $status, not $want"
	[ "$(wc -l <"$work/err")" -eq 1 ] || fail "$*: $(cat "$work/err")"
	grep -qF -- "$text" "$work/err" || fail "$*: $(cat "$work/err")"
	! grep -q secret "$work/err" || fail "$*: shows the password"
	[ ! -s "$work/out" ] || fail "$*: was run"
}

# ends STATUS COMMAND...
ends()
{
	local want=$1 status=0

	shift
	"$@" >"$work/out" 2>&1 || status=$?
	[ "$status" -eq "$want" ] || fail "$*: status $status, not $want: $(cat "$work/out")"
}

no_state()
{
	[ -z "$(find "$work/run" -type f)" ]
}

refused 127 'no proxy is configured' echo run
refused 127 'no command is given' -p "$url"
refused 127 'https proxies are not supported' -p https://127.0.0.1:9 echo run
refused 127 'is no proxy URL: the port' -p socks5://someone:secret@127.0.0.1:0 echo run
refused 127 'no password' -p socks5://someone@127.0.0.1 echo run
refused 127 'command not found' -p "$url" no-such-command
refused 126 'Permission denied' -p "$url" /etc/passwd
refused 127 'exclude each other' --embedded -p "$url" echo run
refused 127 'exclude each other' --embedded -c /dev/null echo run
refused 127 'takes no password' --embedded --password-fd 0 echo run
refused 127 'exclude each other' -p "$url" --password-fd 0 --password-file /dev/null echo run
refused 127 'exclude each other' --check --test echo
refused 127 'exclude each other' --embedded --test
refused 127 'no command' -p "$url" --test 127.0.0.1:80 echo run
refused 127 'goes with --embedded' -p "$url" --log log echo run
refused 127 'chain' -p "$url" -p "$url" echo run
refused 127 'unrecognized option' --no-such-option echo run
refused 127 'requires an argument' -p
refused 127 "no descriptor's number" -p "$url" --password-fd 1x echo run
refused 127 "no descriptor's number" -p "$url" --password-fd -1 echo run
SOCKS5_SERVER=a:b:c refused 127 'SOCKS5_SERVER' echo run
SOCKSIFY_SOCKSIFYD=/nonexistent refused 127 '/nonexistent' --embedded echo run

ends 0 "$socksify" -p "$url" true
ends 7 "$socksify" -p "$url" sh -c 'exit 7'
ends 143 "$socksify" -p "$url" sh -c 'kill -TERM $$'
ends 0 env SOCKS5_SERVER=127.0.0.1:9 "$socksify" -- true

# Standard descriptors that are closed are so for the command, and nothing gets into our files.
for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
	ends 0 bash -c "\"\$1\" -p \"\$2\" true $closed" sh "$socksify" "$url"
	ends 3 bash -c "\"\$1\" -p \"\$2\" sh -c '[ ! -e /proc/self/fd/2 ] || exit 4
		exit 3' 2>&- $closed" sh "$socksify" "$url"
done
ends 127 bash -c '"$1" -p "$2" no-such-command <&- >&- 2>&-' sh "$socksify" "$url"

# Where its files cannot be, or /proc is missing, it says so, and nothing is run.
if unshare --mount true 2>/dev/null; then
	refuse_in_mounts()
	{
		local want=$1 how=$2 status=0

		XDG_RUNTIME_DIR='' unshare --mount sh -c "$how"' || exit 77
			exec "$1" -p "$2" echo run' sh "$socksify" "$url" >"$work/out" 2>&1 || status=$?
		[ "$status" -eq 127 ] && [ "$(wc -l <"$work/out")" -eq 1 ] &&
		    grep -qF "$want" "$work/out" || fail "$how: status $status: $(cat "$work/out")"
	}

	refuse_in_mounts '/dev/shm/socksify-' 'mount -t tmpfs -o ro tmpfs /dev/shm'
	refuse_in_mounts 'No space left on device' 'mount -t tmpfs -o size=64k tmpfs /dev/shm'
	unshare --mount sh -c 'umount -l /proc && exec "$1" -p "$2" echo run' \
	    sh "$socksify" "$url" >"$work/out" 2>&1 || true
	grep -qx 'run\|socksify: .*libsocksify.so: No such file or directory' "$work/out" ||
	    fail "without /proc: $(cat "$work/out")"
fi

# Made set-user-ID it would hand its privilege to whoever names a command.
if [ "$(id -u)" -eq 0 ] &&
    head -c 4 "$socksify" | grep -q ELF && command -v setpriv >/dev/null; then
	cp "$socksify" "$work/privileged"
	chmod 4755 "$work/privileged"
	chmod 755 "$work"
	status=0
	setpriv --reuid 1 --clear-groups "$work/privileged" -p "$url" echo run >"$work/out" 2>&1 ||
	    status=$?
	[ "$status" -eq 127 ] && grep -q 'must not be set-user-ID' "$work/out" ||
	    fail "set-user-ID: status $status: $(cat "$work/out")"
fi

# The command has the launcher's process id, its password nowhere to be seen.
SOCKS_PASSWORD=secret "$socksify" -p "$url" sh -c '
	echo $$; env; cat /proc/[0-9]*/cmdline | tr "\0" "\n"' >"$work/seen" 2>/dev/null &
wait $!
[ "$(head -n 1 "$work/seen")" -eq $! ] || fail "the command has a process id of its own"
! grep -q 'SOCKS_PASSWORD\|someone:secret@127.0.0.1:9$' "$work/seen" || fail "the password is seen"

# What stood in LD_PRELOAD stays before the library, which is there once.
libc=$(ldd "$(command -v cat)" | sed -n 's/.* => \(.*libc\.[^ ]*\) .*/\1/p')
ends 0 env LD_PRELOAD="$libc" "$socksify" -p "$url" "$socksify" -p "$url" sh -c 'echo $LD_PRELOAD'
grep -qx "$libc:[^:]*/libsocksify.so" "$work/out" || fail "LD_PRELOAD is $(cat "$work/out")"

# Names stand for the same address in every process, in letters of any size.
ends 0 "$socksify" -p "$url" sh -c '
	sh -c "exec getent ahostsv4 first.test" >/dev/null
	env -u XDG_RUNTIME_DIR getent ahostsv4 second.test
	getent ahostsv4 FIRST.test; getent ahostsv6 first.test; getent hosts 198.18.0.2'
grep -q '^198\.18\.0\.2 .*second\.test$' "$work/out" || fail "$(cat "$work/out")"
grep -q '^198\.18\.0\.1 ' "$work/out" || fail "$(cat "$work/out")"
grep -q '^fd28:d2e5:18af:b11d::1 ' "$work/out" || fail "$(cat "$work/out")"

# The file is the user's alone, outlives the command for its descendants, and no longer.
"$socksify" -p "$url" sh -c 'stat -c %a "$SOCKSIFY_STATE" >"$1/mode"
	setsid sh -c "while [ ! -e $1/enough ]; do sleep 0.02; done" </dev/null >/dev/null 2>&1 &' \
    sh "$work"
[ "$(cat "$work/mode")" = 600 ] || fail "the shared file has mode $(cat "$work/mode")"
! no_state || fail "the shared file is gone while a descendant runs"
touch "$work/enough"
wait_for 20 no_state

# A file that a janitor could not remove goes with the next run.
head -c 100 /dev/zero >"$work/run/socksify/0123456789abcdef"
ends 0 "$socksify" -p "$url" true
wait_for 20 no_state

[ -x "$socksifyd" ] || exit 0
export SOCKSIFY_SOCKSIFYD=$socksifyd
mkdir "$work/tmp"
ends 5 env TMPDIR="$work/tmp" "$socksify" --embedded --log "$work/embedded.log" sh -c 'exit 5'
ends 137 env TMPDIR="$work/tmp" "$socksify" --embedded sh -c 'kill -KILL $$'
[ -z "$(ls "$work/tmp")" ] || fail "the private server's files are left"
grep -q 'running' "$work/embedded.log" || fail "no log of the private server"
wait_for 5 no_state

# A signal for the launcher is one for the command.
"$socksify" --embedded sh -c 'trap "exit 3" TERM; touch "$1"; while :; do sleep 0.02; done' \
    sh "$work/ready" &
wait_for 10 test -e "$work/ready"
kill -TERM $!
status=0
wait $! || status=$?
[ "$status" -eq 3 ] || fail "status $status after SIGTERM"
