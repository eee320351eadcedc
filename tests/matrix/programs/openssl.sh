#!/bin/bash
# SPDX-License-Identifier: ISC
# openssl s_client.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(openssl)

program_version()
{
	openssl version
}

program_setup()
{
	start_web
}

dial()
{
	tunnel openssl s_client -quiet -verify_return_error -CAfile "$ca" -connect "$@"
}

success_page()
{
	printf 'GET /page HTTP/1.0\r\n\r\n' >input
	dial "$target:443" -ign_eof <input >output
	grep -qx "$page" output
}

success_address()
{
	printf 'GET /page HTTP/1.0\r\n\r\n' >input
	dial '[fd77:2::2]:443' -ign_eof <input >output
	grep -qx "$page" output
}

refused()
{
	ends 1 'Connection refused' dial "$target:$closed_port"
}

unreachable()
{
	ends 1 'No route to host' dial "$unreachable:443"
}

timed_out()
{
	ends 1 'timed out' dial "$blackhole:443"
}

dead_proxy()
{
	ends 1 'Connection refused' dial "$target:443"
}

run_matrix
