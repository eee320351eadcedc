#!/bin/bash
# SPDX-License-Identifier: ISC
# The library needs libc alone, and shows the names of its version script and no others.
. "${srcdir:-.}/tests/preload/lib.bash"

needs_libc_only() {
	[ "$(readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')" = libc.so.6 ]
}

exports_the_map() {
	diff <(sed 's/^{ global://; s/local: \*; };//' "$here/libsocksify/libsocksify.map" |
	    tr -d '; ' | sed '/^$/d' | sort) \
	    <(nm -D --defined-only "$library" | awk '{ print $3 }' | sort)
}

is_not_fortified() {
	! nm -D --undefined-only "$library" | grep -E '__[a-z]+_chk(@|$)' | grep -v __stack_chk_fail
}


check "needs libc only" needs_libc_only
check "exports its map" exports_the_map
check "imports nothing fortified" is_not_fortified
conclude
