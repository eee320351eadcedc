# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2154 # what lib.sh has
# An FTP server on the target's host; source it after lib.sh.

# start_ftp: anonymous FTP on port 21, of both families; it serves what start_web's does.
start_ftp()
{
	require vsftpd
	cat >"$work/vsftpd.conf" <<-END
		background=NO
		listen=NO
		listen_ipv6=YES
		anonymous_enable=YES
		local_enable=NO
		ftp_username=ftp
		anon_root=$www
		no_anon_password=YES
		seccomp_sandbox=NO
		secure_chroot_dir=$work/empty
		xferlog_enable=NO
	END
	mkdir -p "$work/empty"
	start_server vsftpd 21 vsftpd "$work/vsftpd.conf"
}
