#!/bin/bash
# SPDX-License-Identifier: ISC
# Several proxies: when one fails, the same socket is connected to the next, and all
# processes of the tree remember.
. "${srcdir:-.}/tests/preload/lib.bash"
victim=$here/tests/preload/victim_connect
export SOCKSIFY_STATE=$scratch/state

# The number and the error of what is printed by bash's own connect(2).
errno_is() {
	preloaded bash -c 'exec 3<>/dev/tcp/198.51.100.1/7' 2>&1 | grep -q "$1"
}

faults() {
	[ "$(grep -c fault "$scratch/$1.log")" -eq "$2" ]
}

serve refused -x refuse
serve full -x full
serve dropping -x greeting-drop -d 5
serve silent -x greeting-hang
serve six -6
serve good -d 30

for first in refused dropping; do
	settings proxy=first,127.0.0.1:"${port[$first]}" proxy=second,127.0.0.1:"${port[good]}" \
	    route=any,0 route=any,1 maxfail=0
	victims victim_connect "after one that is $first"
	victims victim_epoll "after one that is $first"
	victims victim_process "after one that is $first"
	victims victim_sandbox "after one that is $first"
done
for first in full silent; do
	settings proxy=first,127.0.0.1:"${port[$first]}" proxy=second,127.0.0.1:"${port[good]}" \
	    route=any,0 route=any,1 maxfail=0 timeout=1
	for case in blocking polled bound second_connect interrupted send_timeout_kept; do
		check "$case after one that is $first" preloaded "$victim" "$case"
	done
done

settings proxy=one,127.0.0.1:"${port[refused]}",127.0.0.1:"${port[good]}" route=any,0
check "another address of the same proxy" preloaded "$victim" blocking
check "another address, polled" preloaded "$victim" polled
settings proxy=one,"[::1]:${port[six]},127.0.0.1:${port[refused]}" route=any,0
check "its own family first" preloaded "$victim" six
settings proxy=one,"[::1]:${port[refused]},127.0.0.1:${port[good]}" route=any,0
check "then the other family" preloaded "$victim" six
check "an IPv4 socket passes over IPv6" preloaded "$victim" blocking

settings proxy=bad,127.0.0.1:"${port[dropping]}" proxy=good,127.0.0.1:"${port[good]}" \
    route=any,0 route=any,1
: >"$scratch/dropping.log"
check "the first failure" preloaded "$victim" blocking
check "is remembered" preloaded "$victim" polled
check "by all processes" faults dropping 1
settings proxy=bad,127.0.0.1:"${port[dropping]}" route=any,0
: >"$scratch/dropping.log"
check "the only proxy fails" errno_is 'Connection refused'
check "it fails again" errno_is 'Connection refused'
check "though bad, it is tried: there is no other" faults dropping 2
settings proxy=bad,127.0.0.1:"${port[dropping]}" proxy=good,127.0.0.1:"${port[good]}" \
    route=any,0 route=any,1 badexpire=0
: >"$scratch/dropping.log"
check "a proxy is bad" preloaded "$victim" blocking
check "until that is over" preloaded "$victim" blocking
check "then it is tried again" faults dropping 2

settings proxy=good,127.0.0.1:"${port[good]}" proxy=bad,127.0.0.1:"${port[dropping]}" \
    route=any,0 route=any,1
: >"$scratch/dropping.log"
check "what a proxy says of the target is final" preloaded "$victim" errors_by_data
check "and asks no other" faults dropping 0
check "nor does it make the proxy bad" preloaded "$victim" blocking

settings proxy=one,127.0.0.1:"${port[refused]}" proxy=two,127.0.0.1:"${port[dropping]}" \
    route=any,0 route=any,1 maxfail=0
check "none of them works" errno_is 'Connection refused'
conclude
