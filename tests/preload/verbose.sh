#!/bin/bash
# SPDX-License-Identifier: ISC
# -v: a line for every connection, and not one byte without.
. "${srcdir:-.}/tests/preload/lib.bash"
dial=$here/tests/preload/victim_dial
errors=$scratch/errors log=$scratch/log
export SOCKSIFY_STATE=$scratch/state
: >"$errors"

# told FILE: its lines, with what differs from run to run as words.
told() {
	local edits=(-e 's/\[[0-9]*\]:/[PID]:/' -e 's/after [0-9]* ms/after N ms/') name

	for name in "${!port[@]}"; do
		edits+=(-e "s/127[.]0[.]0[.]1:${port[$name]}/$name/g")
	done
	sed "${edits[@]}" "$1"
}

# says STATUS TEXT WORD...: what victim_dial with these words ends with, and what it tells.
says() {
	local status=$1 expected=$2 got=0

	shift 2
	: >"$errors"
	LD_PRELOAD=$library timeout 60 "$dial" "$@" </dev/null 2>>"$errors" || got=$?
	diff <(echo -n "${expected:+$expected$'\n'}") <(told "$errors") && [ "$got" -eq "$status" ]
}

verbose() {
	settings verbose=1 stderr "$@" 2>>"$errors"
}

# line DESTINATION WHAT...: what it is told with.
line() {
	echo "socksify: victim_dial[PID]: $*"
}

serve good -d 5
serve refused -x refuse
serve full -x full
serve silent -x greeting-hang
serve login -u alice:secret
serve late -x request-drop
by_good="198.51.100.1:7 by work (good)"

verbose proxy=work,127.0.0.1:"${port[good]}" route=any,0
for kind in "" nonblocking; do
	# shellcheck disable=SC2086 # a word or none
	{
	check "success ($kind)" says 0 "$(line "$by_good: connected after N ms")" \
	    $kind 198.51.100.1:7
	check "refused ($kind)" says 3 "$(line "192.0.2.5:7 by work (good): request:" \
	    "connection refused (reply 5): ECONNREFUSED after N ms")" $kind 192.0.2.5:7
	check "unreachable ($kind)" says 3 "$(line "192.0.2.4:7 by work (good): request:" \
	    "host unreachable (reply 4): EHOSTUNREACH after N ms")" $kind 192.0.2.4:7
	check "an unknown reply ($kind)" says 3 "$(line "192.0.2.99:7 by work (good): request:" \
	    "unassigned reply (reply 99): ECONNREFUSED after N ms")" $kind 192.0.2.99:7
	check "no answer ($kind)" says 3 "$(line "198.51.100.4:7 by work (good): request:" \
	    "the answer is not understood: ECONNREFUSED after N ms")" $kind 198.51.100.4:7
	check "hung up ($kind)" says 3 "$(line "198.51.100.3:7 by work (good): request:" \
	    "the proxy hung up: ECONNREFUSED after N ms")" $kind 198.51.100.3:7
	check "direct ($kind)" says 3 "$(line "127.0.0.1:1 direct")" $kind 127.0.0.1:1
	check "thrice ($kind)" says 0 "$(for _ in 1 2 3; do
		line "$by_good: connected after N ms"; done)" thrice $kind 198.51.100.1:7
	check "in a child too ($kind)" says 0 "$(for _ in 1 2; do
		line "$by_good: connected after N ms"; done)" forked $kind 198.51.100.1:7
	check "not once standard error is closed ($kind)" says 0 "" closed $kind 198.51.100.1:7
	check "nor where another file is in its place ($kind)" says 0 "" moved $kind 198.51.100.1:7
	}
done

verbose proxy=work,127.0.0.1:"${port[refused]}" proxy=home,127.0.0.1:"${port[good]}" \
    route=any,0 route=any,1 maxfail=0
both="$(line "198.51.100.1:7 by work (refused): tcp connect: connection refused:" \
    "ECONNREFUSED after N ms, trying the next")
$(line "198.51.100.1:7 by home (good): connected after N ms")"
check "one that fails, and the next" says 0 "$both" 198.51.100.1:7
check "the same, nonblocking" says 0 "$both" nonblocking 198.51.100.1:7
verbose proxy=work,127.0.0.1:"${port[late]}" proxy=home,127.0.0.1:"${port[good]}" \
    route=any,0 route=any,1 maxfail=0
both="$(line "198.51.100.1:7 by work (late): request: the proxy hung up:" \
    "ECONNREFUSED after N ms, trying the next")
$(line "198.51.100.1:7 by home (good): connected after N ms")"
check "one that fails later" says 0 "$both" 198.51.100.1:7
check "the same later, nonblocking" says 0 "$both" nonblocking 198.51.100.1:7

for name in full silent; do
	phase="tcp connect"
	[ "$name" = full ] || phase=greeting
	verbose proxy=work,127.0.0.1:"${port[$name]}" route=any,0 timeout=1
	late=$(line "198.51.100.1:7 by work ($name): $phase: timed out: ETIMEDOUT after N ms")
	check "a time-out, $name" says 3 "$late" 198.51.100.1:7
	check "a time-out, $name, nonblocking" says 3 "$late" nonblocking 198.51.100.1:7
done

verbose proxy=work,127.0.0.1:"${port[login]}" login=alice:secrecy route=any,0
check "a wrong password" says 3 "$(line "198.51.100.1:7 by work (login): authentication:" \
    "login refused: EACCES after N ms")" 198.51.100.1:7
verbose proxy=,127.0.0.1:"${port[login]}" route=any,0
check "no password" says 3 "$(line "198.51.100.1:7 by login: greeting:" \
    "no acceptable method of authentication: EACCES after N ms")" 198.51.100.1:7
verbose proxy=work,"[::1]:${port[good]}" route=192.0.2.0/24,0
check "no route" says 3 "$(line "198.51.100.1:7 refused: no route: ENETUNREACH")" 198.51.100.1:7
check "a reserved address of nothing" says 3 "$(line "198.18.9.9:7 refused:" \
    "a reserved address that stands for no name: ENETUNREACH")" 198.18.9.9:7

settings verbose=1 log="$log" proxy=work,127.0.0.1:"${port[good]}" route=any,0
check "a file instead" says 0 "" closed 198.51.100.1:7
check "has the line" diff <(told "$log") <(line "$by_good: connected after N ms")
check "and is private" [ "$(stat -c %a "$log")" = 600 ]

settings verbose=1 log="$log" errorlog="$log.errors" proxy=work,127.0.0.1:"${port[good]}" \
    route=any,0
: >"$log"
check "a success" says 0 "" 198.51.100.1:7
check "a failure" says 3 "" nonblocking 192.0.2.5:7
refusal=$(line "192.0.2.5:7 by work (good): request:" \
    "connection refused (reply 5): ECONNREFUSED after N ms")
check "both are in one log" diff <(told "$log") <(line "$by_good: connected after N ms"
    echo "$refusal")
check "failures alone in the other" diff <(told "$log.errors") <(echo "$refusal")

settings log="$log" errorlog="$log.errors" proxy=work,127.0.0.1:"${port[good]}" route=192.0.2.5/32,0
: >"$log"
: >"$log.errors"
check "a failure without -v" says 3 "" 192.0.2.5:7
check "no route without -v" says 3 "" 198.51.100.1:7
check "direct without -v" says 3 "" 127.0.0.1:1
echo "$refusal"$'\n'"$(line "198.51.100.1:7 refused: no route: ENETUNREACH")" >"$scratch/wanted"
check "only failures are logged" diff <(told "$log") "$scratch/wanted"
check "in the other log, too" diff <(told "$log.errors") "$scratch/wanted"

serve behind -p "$scratch/tor@proxy"
for first in "proxy=work,127.0.0.1:${port[refused]}" "proxy=work,unix:$scratch/none"; do
	where="work (refused)"
	[ "$first" = "${first#*unix:}" ] || where=work
	verbose "$first" proxy=unix:@tor,unix:"$scratch/tor@proxy" route=any,0 route=any,1 maxfail=0
	check "another kind of socket" says 0 "$(line "198.51.100.1:7 by $where: tcp connect:" \
	    "connection refused: ECONNREFUSED after N ms, trying the next")
$(line "198.51.100.1:7 by unix:@tor: connected after N ms")" \
	    198.51.100.1:7
done

settings stderr log="$log" proxy=work,127.0.0.1:"${port[good]}" route=any,0 2>>"$errors"
: >"$log"
check "without -v" says 0 "" 198.51.100.1:7
check "without -v, nonblocking" says 0 "" nonblocking 198.51.100.1:7
check "nothing at all" [ ! -s "$log" ]

mkfifo "$scratch/deaf"
settings verbose=1 stderr proxy=work,127.0.0.1:"${port[good]}" route=any,0 2<>"$scratch/deaf"
check "nobody listens" says 0 "" deaf="$scratch/deaf" 198.51.100.1:7
check "nobody listens, nonblocking" says 0 "" deaf="$scratch/deaf" nonblocking 198.51.100.1:7
conclude
