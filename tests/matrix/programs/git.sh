#!/bin/bash
# SPDX-License-Identifier: ISC
# git clones over http, ssh and its own protocol, and pushes.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(git ssh)

program_version()
{
	git --version
}

program_setup()
{
	export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$work/gitconfig
	git config --global user.name someone
	git config --global user.email someone@example.org
	git config --global safe.directory '*'
	git config --global init.defaultBranch main
	start_web
	start_ssh
	export GIT_SSH_COMMAND="ssh -F $ssh_config"
	git init -q "$work/source"
	cp "$www/big" "$work/source"
	git -C "$work/source" add big
	git -C "$work/source" commit -q -m 'a commit'
	git clone -q --bare "$work/source" "$www/project.git"
	git -C "$www/project.git" update-server-info
	start_server git-daemon 9418 git daemon --reuseaddr --export-all --base-path="$www" \
	    --enable=receive-pack
}

clone()
{
	tunnel git clone -q "$1" clone
	cmp clone/big "$www/big"
	connected 1
}

# push URL: as a branch of its own, which then is there.
push()
{
	local branch=by-${1%%:*}

	clone "$1"
	git -C clone commit -q --allow-empty -m 'another commit'
	tunnel git -C clone push -q "$1" "HEAD:refs/heads/$branch"
	prints 'another commit' git -C "$www/project.git" log -n 1 --format=%s "$branch"
	connected 2
}

success_http()
{
	clone "http://$target/project.git"
}

success_https()
{
	GIT_SSL_CAINFO=$ca tunnel git clone -q "https://$target/project.git" clone
	cmp clone/big "$www/big"
}

success_ssh()
{
	push "ssh://root@$target$www/project.git"
}

success_git()
{
	push "git://$target/project.git"
}

refused()
{
	ends 128 "connection refused|couldn't connect" \
	    tunnel git clone "http://$target:$closed_port/project.git" clone
	ends 128 'connection refused' tunnel git clone "ssh://$target:$closed_port/project.git" clone
	ends 128 'connection refused' tunnel git clone "git://$target:$closed_port/project.git" clone
}

unreachable()
{
	ends 128 'no route to host' tunnel git clone "ssh://$unreachable/project.git" clone
	ends 128 'no route to host' tunnel git clone "git://$unreachable/project.git" clone
}

timed_out()
{
	ends 128 'timed out' tunnel git clone "ssh://$blackhole/project.git" clone
	ends 128 'timed out' tunnel git clone "git://$blackhole/project.git" clone
}

dead_proxy()
{
	ends 128 "connection refused|couldn't connect" \
	    tunnel git clone "http://$target/project.git" clone
	ends 128 'connection refused' tunnel git clone "git://$target/project.git" clone
}

run_matrix
