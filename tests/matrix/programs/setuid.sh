#!/bin/bash
# SPDX-License-Identifier: ISC
# A program that gains privilege when it is started, in which the linker preloads nothing: an
# unprivileged user's is not started; for who has that privilege already it is one as any other.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(curl setpriv)

program_version()
{
	curl --version | head -n 1
}

program_setup()
{
	require_root
	start_web
}

# A setuid curl.
privileged()
{
	cp /usr/bin/curl "$home/privileged"
	chmod 4755 "$home/privileged"
	mkdir -m 700 "$home/runtime"
	chown nobody "$home/runtime"
}

success_not_started_address()
{
	privileged
	on_client+=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	XDG_RUNTIME_DIR=$home/runtime ends 126 'set-?user|setuid' \
	    tunnel "$home/privileged" -sS "http://10.77.2.2/page"
}

success_root()
{
	privileged
	prints "$page" tunnel "$home/privileged" -sS "http://$target/page"
}

run_matrix
