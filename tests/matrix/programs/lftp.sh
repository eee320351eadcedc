#!/bin/bash
# SPDX-License-Identifier: ISC
# lftp by http, by passive FTP, and several files at a time.
. "${srcdir:-.}/tests/matrix/lib.sh"
. "$srcdir/tests/matrix/ftp.sh"

program_needs=(lftp vsftpd)

program_version()
{
	lftp --version | head -n 1
}

program_setup()
{
	start_web
	start_ftp
}

commands()
{
	tunnel lftp -c "set net:max-retries 1; set net:timeout 5; set cmd:fail-exit yes; $1"
}

success_http()
{
	commands "get http://$target/big -o got"
	cmp got "$www/big"
}

# The server names its own address, 10.77.2.2, for the data: a second way through the proxy.
success_ftp()
{
	commands "set ftp:prefer-epsv no; open ftp://$target; get big -o got"
	cmp got "$www/big"
	commands "set ftp:prefer-epsv yes; open ftp://$target; get big -o got2"
	cmp got2 "$www/big"
}

success_parallel()
{
	commands "open ftp://$target; mirror --parallel=3 / copy"
	cmp copy/big "$www/big"
	cmp copy/page "$www/page"
}

refused()
{
	ends 1 'Connection refused' commands "get http://$target:$closed_port/page"
}

unreachable()
{
	ends 1 'No route to host' commands "get http://$unreachable/page"
}

timed_out()
{
	ends 1 'timed out|max-retries exceeded' commands "get http://$blackhole/page"
}

dead_proxy()
{
	ends 1 'Connection refused' commands "get http://$target/page"
}

run_matrix
