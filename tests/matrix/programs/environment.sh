#!/bin/bash
# SPDX-License-Identifier: ISC
# Programs that are started with no environment, or with one that others have thinned out.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(curl python3 env)

program_version()
{
	env --version | head -n 1
}

program_setup()
{
	start_web
}

success_env()
{
	prints "$page" tunnel env -i /usr/bin/curl -sS "http://$target/page"
	prints "$page" tunnel env -u LD_PRELOAD curl -sS "http://$target/page"
	prints "$page" tunnel env -i LD_PRELOAD=libm.so.6 /usr/bin/curl -sS "http://$target/page"
}

# By a shell, which is between them and has none either.
success_shell()
{
	# shellcheck disable=SC2016 # the inner shells'
	prints "$page" tunnel bash -c 'exec -c sh -c "curl -sS $0"' "http://$target/page"
	# shellcheck disable=SC2016
	prints "$page" tunnel sh -c 'unset LD_PRELOAD; curl -sS "$0" | cat' "http://$target/page"
}

# Without and with close_fds, by posix_spawn, and by execve(2) of this process.
success_python()
{
	prints "$page$page$page$page" tunnel "$python" - "http://$target/page" <<-'END'
		import os
		import subprocess
		import sys

		curl = ["/usr/bin/curl", "-sS", sys.argv[1]]
		for close in False, True:
		    print(subprocess.run(curl, env={}, close_fds=close, capture_output=True,
		                         text=True).stdout.strip(), end="", flush=True)
		read, write = os.pipe()
		pid = os.posix_spawn(curl[0], curl, {},
		                     file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
		os.close(write)
		os.waitpid(pid, 0)
		print(os.read(read, 4096).decode().strip(), end="", flush=True)
		os.execve(curl[0], curl, {})
	END
	connected 4
}

dead_proxy()
{
	ends 7 'connect to server' tunnel env -i /usr/bin/curl -sS "http://$target/page"
}

run_matrix
