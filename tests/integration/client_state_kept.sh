#!/bin/bash
# SPDX-License-Identifier: ISC
# A launcher removes what a dead one left, but not the file of one that runs in another process
# namespace, where its users cannot be seen: without the file they would lose their settings.
. "${srcdir:-.}/tests/lib/functions.sh"

flags=(--pid --mount --fork --kill-child --mount-proc)
[ "$(id -u)" -eq 0 ] || flags+=(--map-root-user)
unshare "${flags[@]}" true 2>/dev/null || skip "namespaces cannot be made here"
export XDG_RUNTIME_DIR=$work/run
mkdir -m 700 "$XDG_RUNTIME_DIR"

# Not mapped by anyone: only in the environment of a program without the library.
unshare "${flags[@]}" "$socksify" -p socks5://127.0.0.1:1 env -u LD_PRELOAD \
    sh -c 'echo started; exec sleep 600' >"$work/holder.output" 2>&1 &
# unshare(1) takes no other signal while its child runs, and takes the child with it.
cleanup "kill -KILL $!"
state_is_alone()
{
	local files=("$XDG_RUNTIME_DIR"/socksify/*)

	[ ${#files[@]} -eq 1 ] && [ -f "${files[0]}" ] && state=${files[0]}
}
wait_for 10 state_is_alone
wait_for 10 grep -q started "$work/holder.output"
unshare "${flags[@]}" "$socksify" -p socks5://127.0.0.1:1 true
[ -f "$state" ] || fail "the file of a running program was removed"
touch "$XDG_RUNTIME_DIR/socksify/0123456789abcdef"
"$socksify" -p socks5://127.0.0.1:1 true
[ ! -e "$XDG_RUNTIME_DIR/socksify/0123456789abcdef" ] || fail "what nobody uses is still there"
[ -f "$state" ] || fail "the file of a running program was removed"
