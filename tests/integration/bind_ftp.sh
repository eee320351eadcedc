#!/bin/bash
# SPDX-License-Identifier: ISC
# Active FTP by BIND: unmodified programs under Dante's preload client, which tells the FTP server
# the address that the SOCKS server waits at.
. "${srcdir:-.}/tests/lib/functions.sh"

private_network
require curl lftp vsftpd
dante=$(grep -ls libdsocks /usr/bin/socksify) || skip "dante-client is not installed"
getent passwd ftp >/dev/null || skip "there is no account for anonymous FTP"
join peer 1
ip addr add 10.99.0.1/32 dev lo
mkdir "$work/empty" "$work/files"
head -c 3000000 /dev/urandom >"$work/files/big"
chmod 644 "$work/files/big"
cat >"$work/vsftpd.conf" <<END
background=NO
listen=YES
listen_address=10.77.1.2
anonymous_enable=YES
local_enable=NO
ftp_username=ftp
anon_root=$work/files
no_anon_password=YES
seccomp_sandbox=NO
secure_chroot_dir=$work/empty
xferlog_enable=NO
pasv_enable=NO
END
run_beside vsftpd on peer vsftpd "$work/vsftpd.conf"
wait_for 10 on peer "$python" -c 'import socket; socket.create_connection(("10.77.1.2", 21))'
start_socksifyd <<END
internal: 10.99.0.1 port = 1080
external: to-peer
socksmethod: none
$(rules)
END

through_dante()
{
	env SOCKS5_SERVER=10.99.0.1:1080 SOCKS_AUTOADD_LANROUTES=no timeout 30 "$dante" "$@" \
	    >>"$work/client.output" 2>&1
}

# active NAME PROGRAM...: the program fetches "big" to $work/got by as many BINDs as it needs.
active()
{
	local name=$1 before

	shift
	before=$(grep -c 'tcp/bindreply \[:' "$server_log") || true
	rm -f "$work/got"
	through_dante "$@" || fail "$name failed"
	cmp "$work/files/big" "$work/got"
	[ "$(grep -c 'tcp/bindreply \[:' "$server_log")" -gt "$before" ] ||
	    fail "$name did without BIND"
}

active "curl's EPRT" curl -sS --max-time 20 -P - -o "$work/got" ftp://10.77.1.2/big
active "curl's PORT" curl -sS --max-time 20 --disable-eprt -P - -o "$work/got" ftp://10.77.1.2/big
active lftp lftp -c "set net:max-retries 1; set net:timeout 10; set cmd:fail-exit yes;
    set ftp:passive-mode no; open ftp://10.77.1.2; get big -o $work/got"
logged 'tcp/bindreply \]: 3000000 -> 10\.99\.0\.1\.[0-9]+ 10\.99\.0\.1\.1080 -> 0, 0 -> '
