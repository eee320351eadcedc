#!/bin/bash
# SPDX-License-Identifier: ISC
# bash's own /dev/tcp, in the shell and handed down to its children.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(bash)

program_version()
{
	bash --version | head -n 1
}

program_setup()
{
	start_web
}

# get HOST [PORT]
get()
{
	# shellcheck disable=SC2016 # the inner shell's
	tunnel bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit; printf "GET /page HTTP/1.0\r\n\r\n" >&3
	    tail -n 1 <&3' "$1" "${2:-80}"
}

success_page()
{
	prints "$page" get "$target"
}

# Names that children in pipelines and substitutions learn of are the same name's address.
success_children()
{
	# shellcheck disable=SC2016
	prints "$page$page" tunnel bash -c 'for i in 1 2; do
		echo -n "$(exec 3<>"/dev/tcp/$0/80"; printf "GET /page HTTP/1.0\r\n\r\n" >&3
		cat <&3 | tail -n 1)"
	done' "$target"
	connected 2
}

success_address()
{
	prints "$page" get 10.77.2.2
	prints "$page" get fd77:2::2
}

refused()
{
	ends 1 'Connection refused' get "$target" "$closed_port"
}

unreachable()
{
	ends 1 'No route to host' get "$unreachable"
}

timed_out()
{
	ends 1 'timed out' get "$blackhole"
}

dead_proxy()
{
	ends 1 'Connection refused' get "$target"
}

run_matrix
