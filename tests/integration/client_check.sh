#!/bin/bash
# SPDX-License-Identifier: ISC
# What the library cannot be loaded into is not started, with one line that says why; --check
# says so without starting anything, and of everything else that it works.
. "${srcdir:-.}/tests/lib/functions.sh"

url=socks5://127.0.0.1:9
cc=${CC:-cc}

# checks STATUS TEXT COMMAND: what --check says of it.
checks()
{
	local want=$1 text=$2 status=0

	shift 2
	"$socksify" --check "$@" >"$work/out" 2>&1 || status=$?
	[ "$status" -eq "$want" ] || fail "$*: status $status, not $want: $(cat "$work/out")"
	grep -qF -- "$text" "$work/out" || fail "$*: $(cat "$work/out")"
}

# refuses TEXT COMMAND: that, and the same when it is to be run.
refuses()
{
	local text=$1 status=0

	shift
	checks 126 'socksify cannot reach it' "$@"
	checks 126 "$text" "$@"
	"$socksify" -p "$url" "$@" >"$work/out" 2>"$work/err" || status=$?
	[ "$status" -eq 126 ] || fail "$*: status $status"
	[ "$(wc -l <"$work/err")" -eq 1 ] && grep -qF -- "$text" "$work/err" ||
	    fail "$*: $(cat "$work/err")"
	[ ! -s "$work/out" ] || fail "$*: was run"
}

# compile NAME OPTION...: the program on standard input; nothing where that cannot be done.
compile()
{
	local name=$1

	shift
	# shellcheck disable=SC2086 # may be words
	$cc -x c -o "$work/$name" - "$@" 2>"$work/cc.output"
}

# What works.
checks 0 'sh: works with socksify' sh -c true
checks 0 'TCP connections and host names go through the proxy' cat
checks 127 'command not found' no-such-command
checks 126 'Permission denied' /etc/passwd

# Scripts are their interpreters.
script()
{
	printf '%b' "$2" >"$work/$1"
	chmod 755 "$work/$1"
}
script plain '#!/bin/sh\necho run\n'
script env '#!/usr/bin/env sh\necho run\n'
script options '#! /usr/bin/env -S A=b sh -e\necho run\n'
script nested "#!$work/env\n"
script unmarked 'echo run\n'
script empty ''
for name in plain env options nested unmarked empty; do
	checks 0 "$work/$name: a script, run by" "$work/$name"
done
checks 0 'sh: works with socksify' "$work/nested"
script absent "#!/nonexistent/sh\n"
refuses '/nonexistent/sh: No such file or directory' "$work/absent"
script windows '#!/bin/sh\r\necho run\r\n'
refuses 'end in carriage returns' "$work/windows"
script itself "#!$work/itself\n"
refuses 'too many scripts' "$work/itself"
script data '\001\002\000\003'
refuses 'no program of a kind that is known here' "$work/data"
printf '\177ELF\002\001\001' >"$work/damaged"
chmod 755 "$work/damaged"
refuses 'a damaged program' "$work/damaged"

# A program that other machines run: this one's, with its machine changed.
"$python" - "$(type -P true)" "$work/foreign" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[18] ^= 0x40
open(sys.argv[2], "wb").write(data)
END
chmod 755 "$work/foreign"
refuses 'for another kind of machine' "$work/foreign"

# The privilege of another user or group, and only where the kernel would give it.
if [ "$(id -u)" -eq 0 ]; then
	cp "$(type -P true)" "$work/privileged"
	chgrp 1 "$work/privileged"
	chmod 2755 "$work/privileged"
	refuses 'set-group-ID' "$work/privileged"
	chmod 4755 "$work/privileged"
	# Root's privilege is nothing new to root.
	checks 0 'works with socksify' "$work/privileged"
	chown 1:0 "$work/privileged"
	chmod 4755 "$work/privileged"
	refuses 'set-user-ID' "$work/privileged"
	script borrowed "#!$work/privileged\n"
	refuses 'set-user-ID' "$work/borrowed"
	script privilege '#!/bin/sh\n'
	chown 1 "$work/privilege"
	chmod 4755 "$work/privilege"
	checks 0 'works with socksify' "$work/privilege"
	if command -v setpriv >/dev/null; then
		setpriv --no-new-privs "$socksify" --check "$work/privileged" >/dev/null ||
		    fail 'set-user-ID counts where no privilege is given'
	fi
	if unshare --mount true 2>/dev/null; then
		mkdir "$work/mounted"
		unshare --mount sh -e -c 'mount -t tmpfs -o nosuid,mode=755 tmpfs "$2/mounted"
			cp -p "$2/privileged" "$2/mounted"; "$1" --check "$2/mounted/privileged"' \
		    sh "$socksify" "$work" >/dev/null || fail 'set-user-ID counts where nosuid is set'
		unshare --mount sh -e -c 'mount -t tmpfs -o noexec,mode=755 tmpfs "$2/mounted"
			cp "$2/plain" "$2/mounted"; "$1" --check "$2/mounted/plain"' \
		    sh "$socksify" "$work" >"$work/out" 2>&1 && fail 'noexec is not seen'
		grep -q 'Permission denied' "$work/out" || fail "noexec: $(cat "$work/out")"
	fi
fi
if command -v setcap >/dev/null && cp "$(type -P true)" "$work/capable" &&
    setcap cap_net_raw+ep "$work/capable" 2>/dev/null && command -v setpriv >/dev/null; then
	checks 0 'works with socksify' "$work/capable"
	chmod 755 "$work"
	if setpriv --reuid 1 --clear-groups test -x "$socksify"; then
		! setpriv --reuid 1 --clear-groups "$socksify" --check "$work/capable" \
		    >"$work/out" || fail 'file capabilities are not seen'
		grep -q 'with file capabilities' "$work/out" || fail "$(cat "$work/out")"
	fi
fi

# Programs as compilers make them.
if compile dynamic <<<'int main(void) { return 3; }'; then
	checks 0 'works with socksify' "$work/dynamic"
	# The section that Go's linker writes.
	compile go <<<'__attribute__((section(".go.buildinfo"))) char info[16] = "x";
	    int main(void) { return 3; }'
	refuses 'written in Go, which makes system calls without the C library' "$work/go"
	status=0
	"$socksify" --force -p "$url" "$work/go" || status=$?
	[ "$status" -eq 3 ] || fail "--force: status $status"
	! compile static -static <<<'int main(void) { return 3; }' ||
	    refuses 'statically linked' "$work/static"
	! compile pie -static-pie <<<'int main(void) { return 3; }' ||
	    refuses 'statically linked' "$work/pie"
	! compile alone -nostdlib -Wl,--dynamic-linker="$(ldd "$work/dynamic" |
	    sed -n 's,^[[:space:]]*\(/[^ ]*\) .*,\1,p')" -pie -fPIE \
	    <<<'void _start(void) { for (;;) ; }' ||
	    refuses 'linked to no C library' "$work/alone"

	# Another copy of the same dynamic linker takes the library, an unrelated program does not.
	linker=$(ldd "$work/dynamic" | sed -n 's,^[[:space:]]*\(/[^ ]*\) .*,\1,p')
	cp "$linker" "$work/linker"
	compile copied -Wl,--dynamic-linker="$work/linker" <<<'int main(void) { return 3; }'
	checks 0 'works with socksify' "$work/copied"
	status=0
	"$socksify" -p "$url" "$work/copied" || status=$?
	[ "$status" -eq 3 ] || fail "a copied linker: status $status"
	cp "$work/plain" "$work/linker"
	refuses 'does not load the library' "$work/copied"
	rm "$work/linker"
	refuses "its dynamic linker $work/linker: No such file" "$work/copied"
	compile musl -Wl,--dynamic-linker=/lib/ld-musl-any.so.1 <<<'int main(void) { return 3; }'
	refuses 'linked to another C library, musl' "$work/musl"
fi

# Programs that are what they say.
for program in gosu fzf; do
	! command -v "$program" >/dev/null || refuses 'written in Go' "$program"
done
! command -v ldconfig >/dev/null || refuses 'statically linked' ldconfig
