#!/bin/bash
# SPDX-License-Identifier: ISC
# socks.conf and the variables decide which way a connection goes: by a proxy, by the next one when
# the first is dead, direct, or nowhere. The page tells the address that it was asked from.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl
join client 1
join target 2
start_nginx 10.77.1.1 10.77.2.1
start_socksifyd <<END
internal: 10.77.1.1 port = 1080
external: 10.77.2.1
socksmethod: none
$(rules)
END
export SOCKS_AUTOADD_LANROUTES=no
direct='the page for 10.77.1.2'
proxied='the page for 10.77.2.1'

# page ADDRESS [OPTION...]: what the client gets, with these options of socksify. What curl itself
# would make of the variables is not what is tested.
page()
{
	local address=$1

	shift
	on client "$socksify" "$@" curl -sS --noproxy '*' --max-time 20 \
	    "http://$address:$nginx_port/page"
}

# gets WANTED ADDRESS [OPTION...]
gets()
{
	local wanted=$1 got

	shift
	got=$(page "$@") || fail "$*: curl failed"
	[ "$got" = "$wanted" ] || fail "$*: $got"
}

# refused ADDRESS [OPTION...]: the connection is, and nothing is tried.
refused()
{
	local status=0

	page "$@" >"$work/page" 2>&1 || status=$?
	[ "$status" -eq 7 ] || fail "$*: ended with $status: $(cat "$work/page")"
}

# The routes of a file: the nearer network direct, the one behind the proxy by it, no other.
cat >"$work/socks.conf" <<END
route { from: 0/0 to: 10.77.1.0/24 port = $nginx_port via: direct }
route { from: 0/0 to: 10.77.2.0/24 via: 10.77.1.1 port = 9 protocol: tcp }
route { from: 0/0 to: 10.77.2.0/24 via: socks5://10.77.1.1 command: connect }
END
gets "$direct" 10.77.1.1 -c "$work/socks.conf"
# The first of the two proxies is dead.
gets "$proxied" 10.77.2.1 -c "$work/socks.conf"
refused 10.77.3.1 -c "$work/socks.conf"
(
	export SOCKS_CONF=$work/socks.conf
	gets "$direct" 10.77.1.1
	gets "$proxied" 10.77.2.1
	# A server variable hides the file.
	SOCKS5_SERVER=10.77.1.1 gets "$proxied" 10.77.1.1
	# Without the launcher.
	got=$(LD_PRELOAD=$builddir/.libs/libsocksify.so on client curl -sS --max-time 20 \
	    "http://10.77.2.1:$nginx_port/page")
	[ "$got" = "$proxied" ] || fail "preloaded: $got"
)

# A name that no route takes to a proxy does not get there.
cat >"$work/names.conf" <<END
route { from: 0/0 to: .direct.test via: direct }
route { from: 0/0 to: .proxied.test via: 10.77.1.1 }
END
status=0
on client "$socksify" -c "$work/names.conf" curl -s --max-time 20 \
    "http://www.other.test:$nginx_port/page" || status=$?
case $status in
6 | 7) ;;
*) fail "a name without a route made curl end with $status" ;;
esac

# Networks of the client's own interfaces are direct with a file, and elsewhere for the asking.
cat >"$work/all.conf" <<END
route { from: 0/0 to: 0/0 via: 10.77.1.1 port = 1080 }
END
gets "$proxied" 10.77.1.1 -c "$work/all.conf"
(
	unset SOCKS_AUTOADD_LANROUTES
	gets "$direct" 10.77.1.1 -c "$work/all.conf"
	gets "$proxied" 10.77.2.1 -c "$work/all.conf"
	SOCKS_SERVER=10.77.1.1:1080 gets "$proxied" 10.77.1.1
	SOCKS_AUTOADD_LANROUTES=yes SOCKS_SERVER=10.77.1.1:1080 gets "$direct" 10.77.1.1
	gets "$proxied" 10.77.1.1 -p socks5://10.77.1.1
	ALL_PROXY=socks5h://10.77.1.1:1080 gets "$proxied" 10.77.1.1
)
SOCKS_ROUTE_1='from: 0/0 to: 10.77.1.0/24 via: direct' \
    SOCKS_ROUTE_2='from: 0/0 to: 0/0 via: 10.77.1.1' gets "$direct" 10.77.1.1
ALL_PROXY=socks5://10.77.1.1 NO_PROXY=example.com,10.77.1.0/24 gets "$direct" 10.77.1.1
ALL_PROXY=socks5://10.77.1.1 NO_PROXY=10.77.1.1:9 gets "$proxied" 10.77.1.1
SOCKS_DIRECTROUTE_FALLBACK=yes gets "$direct" 10.77.1.1 -c /dev/null

# What is wrong is said in one line, and nothing is started.
# complains TEXT [OPTION...]
complains()
{
	local text=$1 status=0

	shift
	"$socksify" "$@" touch "$work/started" 2>"$work/said" || status=$?
	[ "$status" -eq 127 ] || fail "$*: ended with $status"
	[ ! -e "$work/started" ] || fail "$*: was started"
	[ "$(wc -l <"$work/said")" -eq 1 ] || fail "$*: $(cat "$work/said")"
	grep -qF -- "$text" "$work/said" || fail "$*: $(cat "$work/said")"
}

echo 'route { from: 0/0 to: 0/0 vai: direct }' >"$work/wrong.conf"
complains "$work/wrong.conf:1: near \"vai\": expected a keyword or \"}\"; did you mean \"via\"?" \
    -c "$work/wrong.conf"
complains 'no proxy is configured'
complains "$work/none.conf: No such file or directory" -c "$work/none.conf"
complains 'there is no route in it' -c /dev/null
complains 'exclude each other' -c "$work/all.conf" -p socks5://10.77.1.1
complains 'a chain of proxies is not supported' -p socks5://10.77.1.1 -p socks5://10.77.1.1
echo 'route { from: 0/0 to: 0/0 via: 10.77.1.1 method: gssapi }' >"$work/gssapi.conf"
complains 'GSS-API is not built in' -c "$work/gssapi.conf"
# The library alone has nobody to complain to, and refuses.
status=0
SOCKS_CONF=$work/wrong.conf LD_PRELOAD=$builddir/.libs/libsocksify.so \
    curl -s "http://10.77.1.1:$nginx_port/page" || status=$?
[ "$status" -eq 7 ] || fail "with a wrong file curl ended with $status"
