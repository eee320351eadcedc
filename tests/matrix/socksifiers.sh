# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # what lib.sh has, and what is for the programs
# How a command is put under each socksifier, ours and those that it is compared with; part of
# lib.sh.

# socksifier_setup ADDRESS: sets socksifier_command, which runs a program so that it uses the
# proxy there, and asks_by_name.
socksifier_setup()
{
	asks_by_name=yes
	"setup_$socksifier" "$1"
}

# socksifier_version: one line.
socksifier_version()
{
	case $socksifier in
	socksify) "$socksify" --version ;;
	dante) package_version dante-client ;;
	proxychains) package_version proxychains4 ;;
	torsocks) package_version torsocks ;;
	none) echo none ;;
	esac
}

package_version()
{
	dpkg-query -W -f '${Package} ${Version}\n' "$1"
}

setup_socksify()
{
	socksifier_command=("$socksify" -p "socks5://$1:1080" --)
}

# Both programs are called socksify; Dante's is a script.
setup_dante()
{
	grep -qs libdsocks /usr/bin/socksify || skip "dante-client is not installed"
	cat >"$work/dante-client.conf" <<-END
		resolveprotocol: fake
		route {
			from: 0/0 to: 0/0 via: $1 port = 1080
			proxyprotocol: socks_v5
			command: connect
			method: none
		}
	END
	socksifier_command=(env "SOCKS_CONF=$work/dante-client.conf" /usr/bin/socksify)
}

setup_proxychains()
{
	require proxychains4
	cat >"$work/proxychains-client.conf" <<-END
		strict_chain
		proxy_dns
		tcp_read_time_out 15000
		tcp_connect_time_out 8000
		[ProxyList]
		socks5 $1 1080
	END
	socksifier_command=(proxychains4 -q -f "$work/proxychains-client.conf")
}

# It asks for the addresses of names, by an extension that is Tor's alone, and connects to those.
# Without -i: that sends a random user and password, which the server has no use for. Servers may
# listen, as they may under the others.
setup_torsocks()
{
	local address=$1

	require torsocks
	asks_by_name=no
	if [ "$address" = "$proxy_address" ]; then
		address=10.77.1.4
		start_tor_names "$address"
	fi
	cat >"$work/torsocks-client.conf" <<-END
		TorAddress $address
		TorPort 1080
		AllowInbound 1
		AllowOutboundLocalhost 1
	END
	socksifier_command=(env "TORSOCKS_CONF_FILE=$work/torsocks-client.conf" torsocks)
}

# start_tor_names ADDRESS: once, what answers such questions, and leaves the rest to the server.
start_tor_names()
{
	[ -z "$(ip -o addr show dev to-client to "$1")" ] || return 0
	ip addr add "$1/24" dev to-client
	run_beside tor-names "$python" "$srcdir/tests/matrix/tor_names.py" "$1" "$proxy_address"
	wait_for 20 accepts "$1" 1080
}

# None: what programs do by themselves.
setup_none()
{
	socksifier_command=(env)
}
