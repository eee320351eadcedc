#!/bin/bash
# SPDX-License-Identifier: ISC
# A program that forks, starts others and becomes a daemon while its connections are being made.
. "${srcdir:-.}/tests/matrix/lib.sh"
. "$srcdir/tests/matrix/midway.sh"

program_needs=(python3)

program_version()
{
	"$python" --version
}

program_setup()
{
	start_web
}

# Parent and child then have the same connection: one asks, the other gets the answer.
success_fork()
{
	midway "$python" "$srcdir/tests/matrix/midway.py" "$target" fork
	connected 1
}

# Their descriptors are closed between vfork(2) and exec, where memory is still the parent's.
success_vfork()
{
	midway "$python" "$srcdir/tests/matrix/midway.py" "$target" vfork
	[ "$(cat children)" = 20 ]
	connected 1
}

# The descriptor is handed to another program, which does not know how it came to be.
success_exec()
{
	midway "$python" "$srcdir/tests/matrix/midway.py" "$target" exec
	connected 1
}

success_daemon()
{
	tunnel "$python" "$srcdir/tests/matrix/midway.py" "$target" daemon
	wait_for 10 grep -qx "$page" fetched
	connected 1
}

run_matrix
