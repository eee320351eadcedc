#!/bin/bash
# SPDX-License-Identifier: ISC
# rsync copies a tree there and back, from its daemon and over ssh.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(rsync ssh)

program_version()
{
	rsync --version | head -n 1 | sed 's/  */ /g; s/ *protocol.*//'
}

program_setup()
{
	local i

	mkdir -p "$work/module" "$work/data"
	head -c 4194304 /dev/urandom >"$work/data/big"
	for ((i = 0; i < 100; i++)); do
		echo "file $i" >"$work/data/$i"
	done
	start_ssh
	cat >"$work/rsyncd.conf" <<-END
		use chroot = no
		uid = 0
		gid = 0
		log file = $work/rsyncd.log
		reverse lookup = no
		[module]
		path = $work/module
		read only = no
	END
	start_server rsyncd 873 rsync --daemon --no-detach --config="$work/rsyncd.conf"
}

# there_and_back TARGET OPTION...
there_and_back()
{
	rm -rf "$work/module/copy"
	tunnel rsync -a "${@:2}" "$work/data/" "$1/copy/"
	diff -r "$work/data" "$work/module/copy"
	tunnel rsync -a "${@:2}" "$1/copy/" got/
	diff -r "$work/data" got
	connected 2
}

success_daemon()
{
	there_and_back "rsync://$target/module"
}

success_ssh()
{
	there_and_back "$target:$work/module" -e "ssh -F $ssh_config"
}

success_contimeout()
{
	there_and_back "rsync://$target/module" --contimeout=10
}

refused()
{
	ends 10 'connection refused' tunnel rsync "rsync://$target:$closed_port/module/" got
}

unreachable()
{
	ends 10 'no route to host' tunnel rsync "rsync://$unreachable/module/" got
}

timed_out()
{
	ends 10 'connection timed out' tunnel rsync "rsync://$blackhole/module/" got
}

dead_proxy()
{
	ends 10 'connection refused' tunnel rsync "rsync://$target/module/" got
}

run_matrix
