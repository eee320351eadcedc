#!/bin/bash
# SPDX-License-Identifier: ISC
# scp copies a file there and back, by the SFTP protocol and by its old one.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(scp)

program_version()
{
	ssh -V 2>&1 | cut -d ' ' -f 1 | tr -d , | sed 's/OpenSSH_/scp of OpenSSH /'
}

program_setup()
{
	start_ssh
	head -c 4194304 /dev/urandom >"$work/data"
}

there_and_back()
{
	tunnel scp -q -F "$ssh_config" "$@" "$work/data" "$target:$work/copy"
	cmp "$work/copy" "$work/data"
	tunnel scp -q -F "$ssh_config" "$@" "$target:$work/copy" got
	cmp got "$work/data"
	rm "$work/copy"
	connected 2
}

success_sftp()
{
	there_and_back
}

success_old_protocol()
{
	there_and_back -O
}

success_connect_timeout()
{
	there_and_back -o ConnectTimeout=10
}

refused()
{
	ends '!' 'connection refused' tunnel scp -F "$ssh_config" -P "$closed_port" \
	    "$work/data" "$target:$work/copy"
}

unreachable()
{
	ends '!' 'no route to host' tunnel scp -F "$ssh_config" "$unreachable:$work/data" got
}

timed_out()
{
	ends '!' 'connection timed out' tunnel scp -F "$ssh_config" "$blackhole:$work/data" got
}

dead_proxy()
{
	ends '!' 'connection refused' tunnel scp -F "$ssh_config" "$target:$work/data" got
}

run_matrix
