#!/bin/bash
# SPDX-License-Identifier: ISC
# A hook on a descriptor that is none of ours makes no system call but the program's.
. "${srcdir:-.}/tests/preload/lib.bash"
if ! strace -o /dev/null true 2>/dev/null; then
	echo "strace cannot be used here"
	exit 77
fi

# calls COMMAND...: how often each system call is made after the mark that the victim sets.
calls() {
	strace -f -qq -o "$scratch/trace" "$@" || return
	sed -n '/"mark"/,$ { s/^[0-9]* *//; s/(.*//; p }' "$scratch/trace" | sort | uniq -c
}

same_calls() {
	calls "$here/tests/preload/victim_foreign" foreign >"$scratch/direct" &&
	calls env LD_PRELOAD="$library" "$here/tests/preload/victim_foreign" foreign \
	    >"$scratch/preloaded" &&
	diff "$scratch/direct" "$scratch/preloaded"
}

proxy
check "no more system calls than without" same_calls
conclude
