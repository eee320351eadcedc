# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What the integration tests share. A test sources it as its first act:
#
#	. "${srcdir:-.}/tests/lib/functions.sh"
#
# and from then on any command that fails ends it with status 1, and what it
# started ends with it. $work is a directory of its own. A test that is not told
# otherwise talks on loopback and may run beside any other; one that calls
# private_network first has namespaces of its own, where every port and every
# address is free.
#
# Conditions are waited for with a deadline; no test sleeps for a guessed time.

set -eEuo pipefail
LC_ALL=C
export LC_ALL

srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
builddir=${builddir:-$(pwd)}
socksifyd=${SOCKSIFYD:-$builddir/server/socksifyd}
# shellcheck disable=SC2034 # for the tests
socksify=$builddir/socksify
python=${PYTHON:-/usr/bin/python3}
PYTHONPATH=$srcdir/tests/lib
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE

# Freed and fresh memory is filled with it, so that use of either shows.
MALLOC_PERTURB_=${MALLOC_PERTURB_:-$((RANDOM % 255 + 1))}
export MALLOC_PERTURB_
# A leak at the end of a process is as wrong as any other fault.
ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export ASAN_OPTIONS UBSAN_OPTIONS
# What the tester's own shell says about proxies is not meant for these tests.
unset ALL_PROXY all_proxy HTTP_PROXY http_proxy HTTPS_PROXY https_proxy NO_PROXY no_proxy \
    SOCKS5_SERVER SOCKS_SERVER SOCKS_USERNAME SOCKS_PASSWORD SOCKS_CONF LD_PRELOAD

work=$(mktemp -d "${TMPDIR:-/tmp}/socksify-test.XXXXXX")
# The roles that have dropped their privilege must reach what is in it.
chmod 711 "$work"
cleanup_hooks=()

# cleanup COMMAND: runs it when the test ends, however it ends; last come, first served.
# When it fails, so does the test.
cleanup()
{
	cleanup_hooks+=("$*")
}

finish()
{
	local status=$? i

	trap - EXIT ERR
	set +e
	for ((i = ${#cleanup_hooks[@]} - 1; i >= 0; i--)); do
		eval "${cleanup_hooks[i]}" || { [ "$status" -ne 0 ] || status=1; }
	done
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
		dump_logs
		echo "MALLOC_PERTURB_=$MALLOC_PERTURB_" >&2
	fi
	rm -rf "$work"
	exit "$status"
}

dump_logs()
{
	local file

	find "$work" -type f \( -name '*.log' -o -name '*.output' -o -name '*.conf' \) |
	    sort | while read -r file; do
		[ -s "$file" ] || continue
		echo "== ${file#"$work"/} =="
		tail -n 80 "$file"
	done >&2
}

trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT HUP
trap 'echo "$0:$LINENO: failed: $BASH_COMMAND" >&2' ERR

# fail TEXT: ends the test.
fail()
{
	echo "$0: $*" >&2
	exit 1
}

# skip TEXT: this machine lacks what the test is about.
skip()
{
	echo "skipped: $*" >&2
	exit 77
}

# require PROGRAM...
require()
{
	local program

	for program in "$@"; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

require_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# wait_for SECONDS COMMAND...: until the command succeeds, or fails the test.
wait_for()
{
	local seconds=$1 end=$((SECONDS + $1 + 1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -le "$end" ] || fail "not so within $seconds seconds: $*"
		sleep 0.02
	done
}

# gone PID...: whether none of these processes runs; one that is not reaped yet does not.
gone()
{
	local pid state

	for pid in "$@"; do
		state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) || true
		case $state in
		'' | Z | X) ;;
		*) return 1 ;;
		esac
	done
}

# milliseconds: of a clock that only goes forward.
milliseconds()
{
	local up rest

	read -r up rest </proc/uptime
	echo "${up/./}0"
}

# free_port [ADDRESS]: a TCP port that nobody has now. Not from where the kernel takes the
# ports of outgoing connections: another test's could have it before we bind it.
free_port()
{
	# Nobody else is in a private network, and the address may be another host's.
	if [ -n "${SOCKSIFY_TEST_PRIVATE:-}" ]; then
		echo $((10000 + RANDOM % 20000))
		return
	fi
	"$python" - "${1:-127.0.0.1}" <<'EOF'
import errno, random, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
while True:
    port = random.randrange(10000, 32000)
    try:
        with socket.socket(family) as s:
            s.bind((sys.argv[1], port))
        print(port)
        break
    except OSError as e:
        if e.errno != errno.EADDRINUSE:
            raise
EOF
}

# run_beside NAME COMMAND...: a process that is killed when the test ends; its id is in
# $beside_pid, what it says in NAME.output.
run_beside()
{
	local name=$1

	shift
	"$@" </dev/null >>"$work/$name.output" 2>&1 &
	beside_pid=$!
	cleanup "end_beside $beside_pid"
}

end_beside()
{
	kill "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null || true
}

# Namespaces

# private_network: runs the test again in a network, and with processes and mounts, of its own,
# which end with it. Must come right after this file. /run is empty there.
private_network()
{
	local flags=(--net --mount --pid --fork --kill-child --mount-proc)

	[ -z "${SOCKSIFY_TEST_PRIVATE:-}" ] || { enter_private_network; return; }
	[ "$(id -u)" -eq 0 ] || flags+=(--map-root-user)
	unshare "${flags[@]}" true 2>/dev/null || skip "namespaces cannot be made here"
	rm -rf "$work"
	SOCKSIFY_TEST_PRIVATE=1 exec unshare "${flags[@]}" "$BASH" "$0"
}

enter_private_network()
{
	require ip
	ip link set lo up
	mount -t tmpfs tmpfs /run
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
}

# join HOST NUMBER: a host with a cable to the one that the test runs on, and no route to
# anywhere else: it is 10.77.NUMBER.2 and fd77:NUMBER::2, we are .1 and ::1 on that cable.
join()
{
	local host=$1 n=$2

	ip netns add "$host"
	ip link add "to-$host" type veth peer name eth0 netns "$host"
	ip addr add "10.77.$n.1/24" dev "to-$host"
	ip addr add "fd77:$n::1/64" dev "to-$host" nodad
	ip link set "to-$host" up
	on "$host" ip link set lo up
	on "$host" ip addr add "10.77.$n.2/24" dev eth0
	on "$host" ip addr add "fd77:$n::2/64" dev eth0 nodad
	on "$host" ip link set eth0 up
	wait_for 5 link_is_up "$host"
}

link_is_up()
{
	ip -o link show dev "to-$1" | grep -q 'state UP'
}

# on HOST COMMAND...: runs it there, with our mounts.
on()
{
	local host=$1

	shift
	nsenter --net="/run/netns/$host" "$@"
}

# etc_file NAME: what is on standard input stands in the place of /etc/NAME, for this test's
# private mounts only.
etc_file()
{
	local name=$1

	[ -n "${SOCKSIFY_TEST_PRIVATE:-}" ] || fail "etc_file without private_network"
	cat >"$work/etc.$name"
	chmod 644 "$work/etc.$name"
	mount --bind "$work/etc.$name" "/etc/$name"
}

# socksifyd

# rules: lets everybody do everything, and logs it.
rules()
{
	cat <<'EOF'
client pass { from: 0/0 to: 0/0 log: connect disconnect error }
socks pass { from: 0/0 to: 0/0 log: connect disconnect error }
EOF
}

# start_socksifyd: a server with the configuration on standard input, which need not say where
# to log, and the options in server_options; server_descriptors limits those of each process.
# Returns when it serves; sets server_pid, server_log and server_conf. When the test ends, the
# server is told to end, and must do so with status 0 and without an alert.
server_options=()
server_descriptors=
start_socksifyd()
{
	local dir

	dir=$(mktemp -d "$work/socksifyd.XXXX")
	chmod 711 "$dir"
	server_log=$dir/server.log
	server_conf=$dir/server.conf
	server_pidfile=$dir/pid
	{
		echo "logoutput: $server_log"
		cat
	} >"$server_conf"
	# Where there is no user but root, the roles can become nobody else.
	if ! grep -q '^user.unprivileged' "$server_conf" && [ "$(id -u)" -eq 0 ] &&
	    ! awk '$3 > 65534 { all = 1 } END { exit !all }' /proc/self/uid_map; then
		sed -i '1i user.unprivileged: root' "$server_conf"
	fi
	(
		[ -z "$server_descriptors" ] || ulimit -n "$server_descriptors"
		exec "$socksifyd" -f "$server_conf" -p "$server_pidfile" "${server_options[@]}"
	) </dev/null >"$dir/server.output" 2>&1 &
	server_pid=$!
	cleanup "end_socksifyd $server_pid $dir"
	wait_for 20 started_or_dead "$server_pid" "$server_pidfile"
	[ -s "$server_pidfile" ] || fail "socksifyd did not start"
}

started_or_dead()
{
	[ -s "$2" ] || gone "$1"
}

# simple_server: a server without passwords on 127.0.0.1:$port.
simple_server()
{
	port=$(free_port)
	start_socksifyd <<EOF
internal: 127.0.0.1 port = $port
external: 127.0.0.1
external: ::1
socksmethod: none
$(rules)
EOF
}

# descendants PID: its children, their children, and so on.
descendants()
{
	local child children

	children=$(cat "/proc/$1/task/$1/children" 2>/dev/null) || true
	for child in $children; do
		echo "$child"
		descendants "$child"
	done
}

# roles ROLE [PID]: the processes of that role.
roles()
{
	local pid

	for pid in $(descendants "${2:-$server_pid}"); do
		if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null |
		    grep -qE "^socksifyd: $1(\[|:| |\$)|^socksifyd -x $1 "; then
			echo "$pid"
		fi
	done
}

# stop_socksifyd: tells the one started last to end, and holds it to that.
stop_socksifyd()
{
	end_socksifyd "$server_pid" "$(dirname "$server_log")"
}

end_socksifyd()
{
	local pid=$1 dir=$2 all i status=0

	[ ! -e "$dir/stopped" ] || return 0
	touch "$dir/stopped"
	all=$(descendants "$pid")
	kill -TERM "$pid" 2>/dev/null || true
	for ((i = 0; i < 500; i++)); do
		# shellcheck disable=SC2086 # a list of words
		! gone "$pid" $all || break
		sleep 0.02
	done
	# shellcheck disable=SC2086
	if ! gone "$pid" $all; then
		echo "socksifyd did not end within 10 seconds of SIGTERM:" >&2
		# shellcheck disable=SC2086
		ps -o pid,ppid,stat,wchan:20,args -p "$(echo $pid $all | tr ' ' ,)" >&2
		# shellcheck disable=SC2086
		kill -KILL "$pid" $all 2>/dev/null
		return 1
	fi
	wait "$pid" || status=$?
	if [ "$status" -ne 0 ] && [ ! -e "$dir/killed" ]; then
		echo "socksifyd ended with status $status" >&2
		return 1
	fi
	check_server_log "$dir"
}

# kill_mother: a test that kills her itself. What end_socksifyd then asks for is less.
kill_mother()
{
	touch "$(dirname "$server_log")/killed"
	kill -KILL "$server_pid"
}

# check_server_log DIRECTORY: no alert but those of the signals sent; no report of a sanitizer or
# of valgrind.
check_server_log()
{
	! grep -hE 'socksifyd\[[0-9]+\]: alert:' "$1/server.log" | grep -v 'on signal' >&2 ||
	    return 1
	! grep -hE -A 30 'Sanitizer|runtime error:|malformed message|sent what it may not' \
	    "$1/server.log" "$1/server.output" >&2 || return 1
	! grep -h '^==[0-9]*==' "$1"/valgrind.*.output >&2 2>/dev/null
}

# logged PATTERN [SECONDS]: waits until the server's log has such a line.
logged()
{
	wait_for "${2:-10}" grep -qE -- "$1" "$server_log"
}

# not_logged PATTERN
not_logged()
{
	! grep -E -- "$1" "$server_log" || fail "logged, and should not be: $1"
}

# Peers

# hash_password PASSWORD METHOD: as crypt(3) writes it; METHOD is yescrypt, sha512 or bcrypt.
hash_password()
{
	"$python" -W ignore "$srcdir/tests/lib/crypt_hash.py" "$1" "$2"
}

# start_target MODE [ADDRESS [PORT]]: see target.py. Sets target_port and target_pid.
start_target()
{
	local file

	file=$(mktemp -u "$work/target.XXXXXX")
	run_beside target "$python" "$srcdir/tests/lib/target.py" "$1" "${2:-127.0.0.1}" \
	    "${3:-0}" "$file"
	wait_for 10 test -s "$file"
	# shellcheck disable=SC2034 # for the tests
	target_pid=$beside_pid
	# shellcheck disable=SC2034
	target_port=$(cat "$file")
}

# start_nginx [ADDRESS...]: serves /page ("the page" and its client's address) and /big
# (8 MiB, also $work/www/big) on $nginx_port of every address; default: 127.0.0.1 and ::1.
start_nginx()
{
	local address listen='' user=''

	require nginx
	[ $# -gt 0 ] || set -- 127.0.0.1 ::1
	nginx_port=$(free_port "$1")
	for address in "$@"; do
		case $address in
		*:*) address="[$address]" ;;
		esac
		listen+="listen $address:$nginx_port; "
	done
	[ "$(id -u)" -ne 0 ] || user='user root;'
	mkdir -p "$work/www" "$work/nginx"
	head -c 8388608 /dev/urandom >"$work/www/big"
	cat >"$work/nginx.conf" <<EOF
$user
daemon off;
pid $work/nginx/pid;
error_log $work/nginx.log;
events { worker_connections 1024; }
http {
	access_log $work/nginx-access.log;
	client_body_temp_path $work/nginx;
	proxy_temp_path $work/nginx;
	fastcgi_temp_path $work/nginx;
	uwsgi_temp_path $work/nginx;
	scgi_temp_path $work/nginx;
	server {
		$listen
		root $work/www;
		location = /page { return 200 "the page for \$remote_addr\n"; }
	}
}
EOF
	run_beside nginx "${NGINX_ON[@]}" nginx -e "$work/nginx.log" -p "$work/nginx" \
	    -c "$work/nginx.conf"
	wait_for 10 test -s "$work/nginx/pid"
}
NGINX_ON=()
