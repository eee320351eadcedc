#!/bin/bash
# SPDX-License-Identifier: ISC
# Credentials, proxies of the other family, and proxies that are not there.
. "${srcdir:-.}/tests/preload/lib.bash"
victim=$here/tests/preload/victim_connect

refused_errno() {
	preloaded bash -c 'exec 3<>/dev/tcp/198.51.100.1/7' 2>&1 | grep -q "$1"
}

proxy -u alice:secret
export SOCKS_USERNAME=alice SOCKS_PASSWORD=secret
check "the right password" preloaded "$victim" blocking
check "the request carries the name" grep -q 'as alice$' "$scratch/requests"
SOCKS_PASSWORD=wrong
check "a wrong password is EACCES" refused_errno 'Permission denied'
unset SOCKS_USERNAME SOCKS_PASSWORD
check "none where one is asked for is EACCES" refused_errno 'Permission denied'
proxy -6
check "an IPv6 socket by an IPv6 proxy" preloaded "$victim" six
check "an IPv6-only socket by an IPv6 proxy" preloaded "$victim" six_only
check "a mapped address by an IPv6 proxy" preloaded "$victim" mapped
check "an IPv4 socket by an IPv6 proxy" preloaded "$victim" blocking
gone=${SOCKS5_SERVER##*:}
proxy
SOCKS5_SERVER=127.0.0.1:$gone
check "no proxy is ECONNREFUSED" refused_errno 'Connection refused'

# Every way in which a proxy can fail: what connect(2) says then, of either kind of socket.
# fault NAME ERRNO [OPTION...]
unset SOCKS5_SERVER
export SOCKSIFY_STATE=$scratch/state
fault() {
	local name=$1 error=$2

	shift 2
	serve "$name" "$@"
	settings proxy=it,127.0.0.1:"${port[$name]}" route=any,0 timeout=2 login=alice:secret
	check "$name is $error" preloaded "$here/tests/preload/victim_dial" \
	    "expect=$error" 198.51.100.1:7
	check "$name is $error, nonblocking" preloaded "$here/tests/preload/victim_dial" \
	    "expect=$error" nonblocking 198.51.100.1:7
}

fault refused ECONNREFUSED -x refuse
fault full ETIMEDOUT -x full
fault greeting-hang ETIMEDOUT -u alice:secret -x greeting-hang
fault greeting-none EACCES -u alice:secret -x greeting-none
fault login-hang ETIMEDOUT -u alice:secret -x login-hang
fault login-refused EACCES -u alice:other
for phase in greeting login request; do
	for what in drop reset junk; do
		fault "$phase-$what" ECONNREFUSED -u alice:secret -x "$phase-$what"
	done
done

# Other protocols than SOCKS5.
serve socks4 -P 4 -d 30
serve http -P http -d 30
serve http-login -P http -u YWxpY2U6c2VjcmV0
for number in 1 2 3; do
	name=socks4
	[ $number != 3 ] || name=http
	settings proxy=it,127.0.0.1:"${port[$name]}" protocol=$number route=any,0
	for case in blocking polled selected second_connect peer_name early_data banner_stays \
	    interrupted stalling_options bound many; do
		check "$case by protocol $number" preloaded "$victim" "$case"
	done
	for kind in "" nonblocking; do
		check "refused by protocol $number ($kind)" preloaded \
		    "$here/tests/preload/victim_dial" expect=ECONNREFUSED $kind 192.0.2.5:7
		check "forbidden by protocol $number ($kind)" preloaded \
		    "$here/tests/preload/victim_dial" expect=EACCES $kind 192.0.2.2:7
		check "hung up by protocol $number ($kind)" preloaded \
		    "$here/tests/preload/victim_dial" expect=ECONNREFUSED $kind 198.51.100.3:7
	done
done
check "IPv6 by HTTP" preloaded "$victim" six
settings proxy=it,127.0.0.1:"${port[http-login]}" protocol=3 login=alice:secret route=any,0
check "HTTP with a password" preloaded "$victim" blocking
settings proxy=it,127.0.0.1:"${port[http-login]}" protocol=3 login=alice:secrecy route=any,0
check "HTTP with a wrong one" preloaded "$here/tests/preload/victim_dial" expect=EACCES \
    198.51.100.1:7
settings proxy=four,127.0.0.1:"${port[socks4]}" protocol=2 \
    proxy=http,127.0.0.1:"${port[http]}" protocol=3 route=any,0 route=any,1
check "what SOCKS4 cannot say the next one can" preloaded "$victim" six

# unreachable ERRNO KIND: in a network of its own, where the kernel says so.
unreachable() {
	unshare -rn sh -c "ip link set lo up && { [ '$2' = none ] || ip route add $2 192.0.2.0/24; } &&
	    LD_PRELOAD=$library exec $here/tests/preload/victim_dial $3 expect=$1 198.51.100.1:7"
}

settings proxy=it,192.0.2.1:1080 route=any,0 timeout=5
if unshare -rn true 2>/dev/null; then
	for kind in "" nonblocking; do
		check "no way to it ($kind)" unreachable ENETUNREACH none "$kind"
		check "an unreachable host ($kind)" unreachable EHOSTUNREACH unreachable "$kind"
		check "one that is prohibited ($kind)" unreachable EACCES prohibit "$kind"
	done
fi
conclude
