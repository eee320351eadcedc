#!/bin/bash
# SPDX-License-Identifier: ISC
# Programs under valgrind, which finds nothing to complain about in the library either.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(valgrind curl python3)

program_version()
{
	valgrind --version
}

program_setup()
{
	start_web
}

# Memory that a program leaves behind is its own business: errors are what is asked for.
checked()
{
	tunnel valgrind -q --error-exitcode=99 --trace-children=yes "$@"
}

# clean FILE: it says nothing.
clean()
{
	cat "$1"
	[ ! -s "$1" ]
}

success_curl()
{
	[ "$(checked curl -sS --no-keepalive "http://$target/page" 2>said)" = "$page" ]
	clean said
}

success_parallel()
{
	checked curl --no-progress-meter --parallel --parallel-immediate \
	    -o got1 "http://$target/page" -o got2 "http://$target/big" -o got3 "http://$target/page" 2>said
	cmp got2 "$www/big"
	clean said
}

refused()
{
	ends 7 'connect to server' checked curl -sS "http://$target:$closed_port/"
}

unreachable()
{
	ends 7 'connect to server' checked curl -sS "http://$unreachable/"
}

timed_out()
{
	ends 28 'after [0-9]+ ms' checked curl -sS "http://$blackhole/"
}

dead_proxy()
{
	ends 7 'connect to server' checked curl -sS "http://$target/page"
}

run_matrix
