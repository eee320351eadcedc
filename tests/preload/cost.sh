#!/bin/bash
# SPDX-License-Identifier: ISC
# A hook on a descriptor that is none of ours makes no system call but the program's, and costs
# next to nothing.
. "${srcdir:-.}/tests/preload/lib.bash"

# cheap DIRECT HOOKED, the victim's argument without and with the library: no hook adds more than
# 30 ns. What else runs here can only add to the least of many rounds, so the best of a few tries is
# taken.
cheap() {
	local try

	rm -f "$scratch"/direct.* "$scratch"/hooked.*
	for try in 1 2 3 4 5 6; do
		"$here/tests/preload/victim_cost" $1 >"$scratch/direct.$try" &&
		    preloaded "$here/tests/preload/victim_cost" $2 >"$scratch/hooked.$try" || return
		awk '
		    function least(array, name, value) {
			    if (!(name in array) || value < array[name])
				    array[name] = value
		    }
		    FILENAME ~ /direct/ { least(direct, $1, $2) }
		    FILENAME ~ /hooked/ { least(hooked, $1, $2) }
		    END {
			    for (name in hooked) {
				    extra = hooked[name] - direct[name]
				    printf "%-16s %6.1f ns, %5.1f ns more\n", name, hooked[name], extra
				    if (extra > 30)
					    dear = 1
			    }
			    exit dear
		    }' "$scratch"/direct.* "$scratch"/hooked.* >"$scratch/costs" && break
	done
	sort "$scratch/costs"
	[ "$(awk '$4 > 30' "$scratch/costs" | wc -l)" -eq 0 ]
}

proxy
check "no more than 30 ns a call" cheap "" ""
check "no more than 30 ns a call after a connection" cheap threaded connected
if ! strace -o /dev/null true 2>/dev/null; then
	echo "strace cannot be used here"
	conclude
	exit
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

check "no more system calls than without" same_calls
conclude
