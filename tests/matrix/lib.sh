# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# The matrix of real programs: what its program files share.
#
# A program file is programs/NAME.sh, executable, in this shape:
#
#	#!/bin/bash
#	# SPDX-License-Identifier: ISC
#	# In one sentence, what is tried of the program.
#	. "${srcdir:-.}/tests/matrix/lib.sh"
#
#	program_needs=(curl nginx)		# what is not installed skips the test
#	program_version() { curl --version | head -n 1; }	# one line with a number in it
#	program_setup() { start_web; }		# servers and files; may be left out
#
#	success_http() { prints "$page" tunnel curl -sS "http://$target/page"; }
#	refused() { ends 7 'refused' tunnel curl -sS "http://$target:$closed_port/"; }
#	unreachable() { ends 7 'No route' tunnel curl -sS "http://$unreachable/"; }
#	timed_out() { ends 28 'timed out' tunnel curl -sS "http://$blackhole/"; }
#	dead_proxy() { ends 7 'refused' tunnel curl -sS "http://$target/page"; }
#
#	run_matrix
#
# and a line in local.mk. Each function is a case: all whose names begin with "success", and the
# four others as far as the program can tell those causes apart; what is not defined is "-" in
# docs/compatibility.md. A case runs in a subshell of its own with "set -e": each command in it
# must succeed. It starts programs as a user would, unmodified and without an option that says
# "proxy", by
#
#	tunnel PROGRAM ARGUMENT...
#
# which runs it on the client's host under the socksifier, with the standard input that it has,
# and gives its exit status. It is killed, and the case fails as a hang, at the case's deadline.
# The current directory is $home, a fresh one, which is $HOME and $TMPDIR too.
#
# A success means: the program got the right bytes and said so; and, which run_matrix asserts
# itself, the server connected somewhere by NAME at the client's request. Cases for literal
# addresses have "address" in their names, and that is not asked of them. "connected N" asserts that
# there were N connections to $target. A failure means that the program's own words or status tell
# the cause, soon (ends STATUS PATTERN COMMAND...). In every case no packet may leave the client's
# host but to the proxy's port.
#
# The hosts: the client's has a cable to the proxy's, and routes for everything that end there
# and lead nowhere; it has no DNS. The test itself runs on the proxy's host, with socksifyd. A third
# host, "target", has the servers: start them in program_setup by
#
#	start_server NAME PORT COMMAND...
#
# which waits until PORT there accepts; all ports are free, nothing ends up in a background of its
# own (--foreground and the like), files go to $work. servers.sh has those that several programs
# talk to. Names are known to the proxy alone:
#
#	$target		10.77.2.2, fd77:2::2	also four.test and six.test, of one family each
#	$unreachable	10.77.4.1		the proxy's host says "no route to host"
#	$blackhole	10.88.0.1		never answers; the server gives up after a second
#
# Nobody listens on $closed_port of any.
#
# MATRIX_SOCKSIFIER is the socksifier: socksify (ours, the default), dante, proxychains or torsocks.
# MATRIX_RESULTS is a file for the versions of socksifier and program and one line per case, "CASE
# VERDICT"; then no verdict is a failure of the test. MATRIX_CASES are the cases to run, by default
# all.

srcdir=$(cd "${srcdir:-.}" && pwd)
export srcdir
# shellcheck source=tests/lib/functions.sh
. "$srcdir/tests/lib/functions.sh"

# What a tester has in the environment is not meant for the programs.
for name in $(compgen -e); do
	case $name in
	PATH | HOME | PWD | TMPDIR | USER | TERM | LC_ALL | XDG_RUNTIME_DIR | srcdir | builddir) ;;
	PYTHON* | SOCKSIFY* | MATRIX_* | MALLOC_PERTURB_ | ASAN_OPTIONS | UBSAN_OPTIONS) ;;
	*) unset "$name" ;;
	esac
done
# Debian's programs, not those that a tester has put before them.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
socksifier=${MATRIX_SOCKSIFIER:-socksify}
program_needs=()
target=target.test
unreachable=unreachable.test
blackhole=blackhole.test
# Each has a rule of the server for itself, the first one rule 1 and so on: so the log tells what
# was asked for.
names=("$target" four.test six.test "$unreachable" "$blackhole")
# None that browsers refuse to go to.
# shellcheck disable=SC2034  # for the program files
closed_port=81
proxy_address=10.77.1.1
# Also an address of the proxy's host; nobody listens there.
dead_proxy_address=10.77.1.3
# Seconds that a case may take: it hangs if it does not end by then.
success_seconds=${MATRIX_SECONDS:-40}
failure_seconds=${MATRIX_SECONDS:-15}
# And how long the server's log may lag behind.
log_seconds=5

# shellcheck source=tests/matrix/socksifiers.sh
. "$srcdir/tests/matrix/socksifiers.sh"
# shellcheck source=tests/matrix/servers.sh
. "$srcdir/tests/matrix/servers.sh"

# For the cases

# tunnel PROGRAM ARGUMENT...
tunnel()
{
	local left=$((case_end - SECONDS)) status=0

	[ "$left" -gt 0 ] || { touch "$work/hung"; return 124; }
	timeout --kill-after=2 "$left" "${on_client[@]}" "${socksifier_command[@]}" "$@" ||
	    status=$?
	if [ "$SECONDS" -ge "$case_end" ] && [[ $status =~ ^(124|137)$ ]]; then
		echo "hangs: $*" >&2
		touch "$work/hung"
	fi
	return "$status"
}

# prints TEXT COMMAND...: the command succeeds, and prints this and nothing else on its standard
# output.
prints()
{
	local want=$1 got

	shift
	got=$("$@") || { echo "status $?: $*" >&2; return 1; }
	[ "$got" = "$want" ] || { echo "not what it should print: $got" >&2; return 1; }
}

# ends STATUS PATTERN COMMAND...: the command ends with the status, "!" being any but 0, and what it
# says on both its outputs matches the extended regular expression, in either case.
ends()
{
	local want=$1 pattern=$2 status=0 said

	shift 2
	said=$("$@" 2>&1) || status=$?
	echo "$said"
	case $want in
	'!') [ "$status" -ne 0 ] ;;
	*) [ "$status" -eq "$want" ] ;;
	esac || { echo "ended with $status, not $want: $*" >&2; return 1; }
	grep -qiE -- "$pattern" <<<"$said" || { echo "says not: $pattern" >&2; return 1; }
}

# connected COUNT [NAME]: the server has connected so often to the name since the case began.
connected()
{
	wait_for "$log_seconds" logged_connections "$@"
}

logged_connections()
{
	local rule=0

	until [ "${names[rule]}" = "${2:-$target}" ]; do
		rule=$((rule + 1))
	done
	[ "$(case_connections "$((rule + 1))" | wc -l)" -ge "$1" ]
}

# by_name: whether the server has connected to any name since the case began.
by_name()
{
	case_connections "[1-${#names[@]}]" | grep .
}

# case_connections RULE: those that it let pass. A socksifier that asks the proxy for a name's
# address first has its connections under the last rule, which is for addresses.
case_connections()
{
	local rule=$1

	[ "$asks_by_name" = yes ] || rule='[0-9]*'
	case_log | grep "pass($rule): tcp/connect \\["
}

# What the server has logged since the case began.
case_log()
{
	tail -c "+$((case_logged + 1))" "$server_log"
}

# For program_setup

# start_server NAME PORT COMMAND...
start_server()
{
	local port=$2

	run_beside "$1" nsenter --net=/run/netns/target "${@:3}"
	wait_for 20 accepts 10.77.2.2 "$port"
}

accepts()
{
	"$BASH" -c 'exec 3<>"/dev/tcp/$1/$2"' - "$1" "$2"
}

# The hosts

make_hosts()
{
	join client 1
	join target 2
	ip addr add "$dead_proxy_address/24" dev to-client
	echo 0 >/proc/sys/net/ipv4/ip_forward
	# Every question to the name server that is not there is answered at once.
	echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
	on target "$BASH" -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
	# What leaks is to leave the host, so that it is seen.
	on client ip route add default via 10.77.1.1
	on client ip -6 route add default via fd77:1::1
	ip route add unreachable 10.77.4.0/24
	ip route add 10.88.0.0/24 via 10.77.2.2
	printf '127.0.0.1 localhost\n::1 localhost\n' | etc_file hosts
	echo 'nameserver 127.0.0.1' | etc_file resolv.conf
	run_beside dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv \
	    --no-hosts --user=root --pid-file --listen-address=127.0.0.1 --bind-interfaces \
	    --local=/test/ --host-record="$target,10.77.2.2,fd77:2::2" \
	    --host-record=four.test,10.77.2.2 --host-record=six.test,fd77:2::2 \
	    --host-record="$unreachable,10.77.4.1" --host-record="$blackhole,10.88.0.1"
	make_client
	run_beside monitor "$python" "$srcdir/tests/lib/leaks.py" to-client 1080
	wait_for 20 grep -q listening "$work/monitor.output"
}

# On the client's host programs ask a name server that is not there, in vain but not unseen.
make_client()
{
	home=$work/home
	mkdir "$home"
	HOME=$home
	TMPDIR=$home
	export HOME TMPDIR
	echo 'nameserver 10.77.1.1' >"$work/client.resolv"
	run_beside client nsenter --net=/run/netns/client unshare --mount "$BASH" -c \
	    'mount --bind "$1" /etc/resolv.conf && touch "$2" && exec sleep infinity' - \
	    "$work/client.resolv" "$work/client.ready"
	wait_for 20 test -e "$work/client.ready"
	on_client=(nsenter --target "$beside_pid" --net --mount "--wdns=$home")
}

# leaks NAME: what has left the client's host, but to the proxy, since it was asked last. A
# datagram that says NAME comes behind all that did; in a flood of packets it may get lost.
leaked_lines=1
leaks()
{
	local mark

	mark=$(printf 'end of %s' "$1" | od -An -v -tx1 | tr -d ' \n')
	wait_for 20 mark_seen "$1" "$mark"
	sed "1,${leaked_lines}d" "$work/monitor.output" | grep -v "$marks" || true
	leaked_lines=$(wc -l <"$work/monitor.output")
}

# How all those datagrams begin.
marks=$(printf 'end of ' | od -An -v -tx1 | tr -d ' \n')

mark_seen()
{
	"${on_client[@]}" "$BASH" -c 'printf "end of %s" "$1" >/dev/udp/10.77.1.1/9' - "$1"
	grep -q "$2" "$work/monitor.output"
}

# Running

# cases: in the order in which the program file has them, or those asked for.
cases()
{
	if [ -n "${MATRIX_CASES:-}" ]; then
		echo "$MATRIX_CASES"
	else
		grep -oE '^(success[a-z0-9_]*|refused|unreachable|timed_out|dead_proxy)\(\)' "$0" |
		    tr -d '()'
	fi
}

# prepare: the hosts and their servers.
prepare()
{
	require "${program_needs[@]}"
	make_hosts
	start_socksifyd <<-END
		internal: $proxy_address port = 1080
		external: to-target
		socksmethod: none
		client pass { from: 0/0 to: 0/0 log: connect error }
		$(socks_rules)
	END
	if declare -F program_setup >/dev/null; then
		program_setup
	fi
}

# A rule for each name, and then for what was asked for by address. A target that is busy may take
# its time, one that never answers need not.
socks_rules()
{
	local name

	for name in "${names[@]}" 10.88.0.0/16 0/0; do
		echo "socks pass { from: 0/0 to: $name log: connect error"
		case $name in
		"$blackhole" | 10.88.0.0/16) echo 'timeout.connect: 1' ;;
		esac
		echo '}'
	done
}

run_matrix()
{
	local case failed=''

	prepare
	report "socksifier $(socksifier_version)"
	# Who only wants the first line of what the program prints may let it die of a closed pipe.
	report "program $(set +o pipefail; program_version)"
	for case in $(cases); do
		run_case "$case"
		echo "$case: $verdict"
		report "$case $verdict"
		[ "$verdict" = ok ] || failed+=" $case"
		if [ -n "${MATRIX_RESULTS:-}" ] && [ "$verdict" != ok ]; then
			sed 's/^/    /' "$work/$case.output"
		fi
	done
	[ -z "$failed" ] || [ -n "${MATRIX_RESULTS:-}" ] || fail "failed:$failed"
}

report()
{
	[ -z "${MATRIX_RESULTS:-}" ] || echo "$*" >>"$MATRIX_RESULTS"
}

# run_case CASE: sets verdict to "ok", "leak", "dns", "hang", "wrong" or "fails".
run_case()
{
	local case=$1 status=0 seconds=$failure_seconds leaked start

	case $case in
	success*) seconds=$success_seconds ;;
	esac
	if [ "$case" = dead_proxy ]; then
		socksifier_setup "$dead_proxy_address"
	else
		socksifier_setup "$proxy_address"
	fi
	rm -rf "$work/hung" "${home:?}"/*
	case_logged=$(wc -c <"$server_log")
	case_end=$((SECONDS + seconds * patience))
	start=$(milliseconds)
	(cd "$home" && set -e && "$case") </dev/null >"$work/$case.output" 2>&1 &
	wait $! || status=$?
	leaked=$(leaks "$case")
	leaked_lines=$(wc -l <"$work/monitor.output")
	judge "$case" "$status" "$leaked"
	if [ "$verdict" = ok ]; then
		rm "$work/$case.output"
	else
		printf '%s: %s: status %s after %s ms\n%s\n' "$case" "$verdict" "$status" \
		    "$(($(milliseconds) - start))" "$leaked" >>"$work/$case.output"
	fi
}

judge()
{
	local case=$1 status=$2 leaked=$3

	verdict=ok
	if [ -n "$leaked" ]; then
		# Datagrams to port 53 and nothing else have leaked a name only.
		verdict=dns
		! grep -qvE '^protocol 17 to [^ ]*: ....0035' <<<"$leaked" || verdict=leak
	elif [ -e "$work/hung" ]; then
		verdict=hang
	elif [ "$status" -ne 0 ]; then
		case $case in
		success*) verdict=fails ;;
		*) verdict=wrong ;;
		esac
	elif [[ $case = success* && $case != *address* ]]; then
		(wait_for "$log_seconds" by_name) || verdict=fails
	fi
}

private_network
require dnsmasq nsenter
