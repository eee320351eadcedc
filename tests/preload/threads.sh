#!/bin/bash
# SPDX-License-Identifier: ISC
# Many threads at once: no error and no growth. In a build with CFLAGS=-fsanitize=thread, no race
# either; and a few under valgrind.
. "${srcdir:-.}/tests/preload/lib.bash"
victim=$here/tests/preload/victim_threads
threads=50
rounds=200
detector=
if nm -D --undefined-only "$library" | grep -q __tsan_; then
	detector=yes
	threads=16
	rounds=60
	# It sets its limits before it can run instrumented code, which our setrlimit(2) is.
	export TSAN_OPTIONS="exitcode=0 disable_coredump=0 log_path=$scratch/race"
fi

# races: the detector's reports, but for those of descriptors that the victim's own threads use
# and close at once: there both sides are calls that the detector knows.
races() {
	cat "$scratch"/race.* 2>/dev/null | awk '
	    /^WARNING: ThreadSanitizer/ { report = ""; ours = 0; top = 0 }
	    { report = report $0 "\n" }
	    /^  (Previous )?([Aa]tomic )?([Rr]ead|[Ww]rite) of size/ { top = 1; next }
	    top == 1 && /#0 / {
		    if (!/libtsan/ || $2 !~ /^(close|connect|dup|dup2|dup3|socket|recv|send|read|write|poll|epoll_.*)$/)
			    ours = 1
		    top = 0
	    }
	    /^SUMMARY: / && (ours || !/data race/) { printf "%s", report; found = 1 }
	    END { exit !found }'
}

no_races() {
	! races
}

# no_larger: the memory that it took does not grow with the number of connections.
no_larger() {
	local few many

	few=$(peak "$threads" "$((rounds / 8))") && many=$(peak "$threads" "$rounds") || return
	echo "peak $few KB and $many KB"
	[ "$many" -lt $((few * 3 / 2 + 1024)) ]
}

peak() {
	env LD_PRELOAD="$library" python3 -c "import os, resource, sys
status = os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)" "$victim" "$@"
}

proxy
check "$threads threads, $rounds connections each" env LD_PRELOAD="$library" timeout 240 \
    "$victim" "$threads" "$rounds"
if [ -n "$detector" ]; then
	check "no race" no_races
else
	check "no growth" no_larger
	if command -v valgrind >/dev/null; then
		check "under valgrind" env LD_PRELOAD="$library" timeout 240 valgrind -q \
		    --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
		    --fair-sched=yes "$victim" 6 10
	fi
fi
conclude
