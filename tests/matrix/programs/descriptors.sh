#!/bin/bash
# SPDX-License-Identifier: ISC
# Programs with very many descriptors, and with hardly any left.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(python3)

program_version()
{
	"$python" --version
}

program_setup()
{
	start_web
}

many()
{
	tunnel "$python" "$srcdir/tests/matrix/many.py" "$target" "$@"
}

# Numbers beyond those that select(2) can have.
success_thousand_open()
{
	many open 1500
	connected 100
}

success_thousand_connections()
{
	many connections 1000
	connected 1000
}

# A connection takes one descriptor, also while it is being made.
success_none_to_spare()
{
	many spare 64
	connected 20
}

refused()
{
	ends 1 'ConnectionRefusedError' many closed "$closed_port"
}

run_matrix
