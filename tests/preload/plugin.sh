#!/bin/bash
# SPDX-License-Identifier: ISC
# Plug-ins of every binding, and hooks that run before the library's constructor.
. "${srcdir:-.}/tests/preload/lib.bash"

# beside LIBRARY COMMAND...: with that library preloaded behind ours, so that it starts before.
beside() {
	local other=$1

	shift
	LD_PRELOAD="$library $other" timeout 30 "$@"
}

# before LIBRARY COMMAND...: the same, in front of ours.
before() {
	local other=$1

	shift
	LD_PRELOAD="$other $library" timeout 30 "$@"
}

proxy -d 10
victims victim_plugin
check "an earlier constructor" env VICTIM_EARLY=1 bash -c \
    'LD_PRELOAD=$1 exec "$2" early' - "$library $here/tests/preload/.libs/plugin.so" \
    "$here/tests/preload/victim_plugin"
for allocator in /usr/lib/*/libjemalloc.so.2 /usr/lib/*/libtcmalloc_minimal.so.4; do
	[ -e "$allocator" ] || continue
	for victim in victim_plugin victim_process; do
		case=early
		[ "$victim" = victim_plugin ] || case=forked
		check "${allocator##*/} behind, $case" beside "$allocator" \
		    "$here/tests/preload/$victim" "$case"
		check "${allocator##*/} in front, $case" before "$allocator" \
		    "$here/tests/preload/$victim" "$case"
	done
done
conclude
