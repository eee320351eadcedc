# SPDX-License-Identifier: ISC
# What the scripts here share. Sourced; the build directory is the current one.
set -u
here=$(pwd)
library=$here/.libs/libsocksify.so
scratch=$(mktemp -d "${TMPDIR:-/tmp}/preload.XXXXXX")
failures=0
# Whatever networks this machine is in, the addresses of the tests are behind the proxy.
export SOCKS_AUTOADD_LANROUTES=no
proxy_pid=

finish() {
	local pid

	exec 9>&- 8>&-
	for pid in $proxy_pid "${served[@]}"; do
		wait "$pid"
	done
	rm -rf "$scratch"
}
trap finish EXIT

# proxy [OPTION...]: a slowsocks until the next one, or the end; sets SOCKS5_SERVER.
proxy() {
	local port

	exec 9>&-
	[ -z "$proxy_pid" ] || wait "$proxy_pid"
	rm -f "$scratch/in" "$scratch/out"
	mkfifo "$scratch/in" "$scratch/out"
	"$here/tests/lib/slowsocks" "$@" -l "$scratch/requests" \
	    <"$scratch/in" >"$scratch/out" 9>&- &
	proxy_pid=$!
	exec 9>"$scratch/in"
	read -r port <"$scratch/out"
	case " $* " in
	*" -6 "*) export SOCKS5_SERVER="[::1]:$port" ;;
	*" -p "*)
		port=" $* "
		port=${port#* -p }
		export SOCKS5_SERVER="unix:${port%% *}"
		;;
	*) export SOCKS5_SERVER="127.0.0.1:$port" ;;
	esac
}

# serve NAME [OPTION...]: a slowsocks until the end, on ${port[NAME]}, with a log of its own.
declare -A port
served=()
serve() {
	local name=$1

	shift
	[ -p "$scratch/until" ] || { mkfifo "$scratch/until"; exec 8<>"$scratch/until"; }
	mkfifo "$scratch/$name.port"
	: >"$scratch/$name.log"
	"$here/tests/lib/slowsocks" "$@" -l "$scratch/$name.log" \
	    <"$scratch/until" >"$scratch/$name.port" 8>&- 9>&- &
	served+=($!)
	read -r "port[$name]" <"$scratch/$name.port"
}

# settings WORD...: makes the file that SOCKSIFY_STATE names, as tests/lib/makestate.c says.
settings() {
	"$here/tests/lib/makestate" "$SOCKSIFY_STATE" "$@"
}

# check NAME COMMAND...: runs it, and says whether it succeeded.
check() {
	local name=$1

	shift
	if "$@" >"$scratch/said" 2>&1 8>&- 9>&-; then
		echo "ok $name"
	else
		echo "not ok $name: exit $?"
		sed 's/^/# /' "$scratch/said"
		failures=$((failures + 1))
	fi
}

preloaded() {
	LD_PRELOAD=$library timeout 30 "$@"
}

# victims PROGRAM [LABEL]: every case of it.
victims() {
	local case

	for case in $("$here/tests/preload/$1"); do
		check "$1 $case${2:+ ($2)}" preloaded "$here/tests/preload/$1" "$case"
	done
}

conclude() {
	[ "$failures" -eq 0 ]
}
