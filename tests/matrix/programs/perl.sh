#!/bin/bash
# SPDX-License-Identifier: ISC
# Perl: IO::Socket::INET with and without a time limit, IO::Socket::IP, select, HTTP::Tiny.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(perl)

program_version()
{
	perl -e 'printf "Perl %vd\n", $^V'
}

program_setup()
{
	start_web
}

# client CASE [HOST [PORT]]
client()
{
	tunnel perl "$srcdir/tests/matrix/clients/client.pl" "$1" "${2:-$target}" "${3:-80}"
}

success_inet()
{
	prints "$page" client inet
}

success_inet_timeout()
{
	prints "$page" client timeout
}

success_ip()
{
	prints "$page" client ip
}

success_select()
{
	prints "$page" client select
}

success_http_tiny()
{
	prints "$page" client http
}

success_ipv6_address()
{
	prints "$page" client ip fd77:2::2
}

refused()
{
	ends '!' 'connection refused' client inet "$target" "$closed_port"
	ends '!' 'connection refused' client timeout "$target" "$closed_port"
	ends '!' 'connection refused' client select "$target" "$closed_port"
}

unreachable()
{
	ends '!' 'no route to host' client inet "$unreachable"
	ends '!' 'no route to host' client select "$unreachable"
}

timed_out()
{
	ends '!' 'connection timed out' client inet "$blackhole"
	ends '!' 'connection timed out' client select "$blackhole"
}

dead_proxy()
{
	ends '!' 'connection refused' client inet
	ends '!' 'connection refused' client select
}

run_matrix
