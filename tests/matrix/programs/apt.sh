#!/bin/bash
# SPDX-License-Identifier: ISC
# apt-get update and download: apt's http method is a child that becomes the user _apt and shuts
# itself in by a seccomp filter.
. "${srcdir:-.}/tests/matrix/lib.sh"

program_needs=(apt-get dpkg-deb dpkg-scanpackages)

program_version()
{
	apt-get --version | head -n 1
}

# A repository of one package, which is not signed.
program_setup()
{
	start_web
	mkdir -p "$work/package/DEBIAN" "$www/debian"
	printf '%s\n' 'Package: tunnelled' 'Version: 1' 'Architecture: all' \
	    'Maintainer: Nobody <nobody@example.org>' 'Description: nothing' \
	    >"$work/package/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$work/package" "$www/debian/tunnelled_1_all.deb" >/dev/null
	(cd "$www/debian" && dpkg-scanpackages -m . >Packages) 2>/dev/null
}

# apt_get HOST ARGUMENT...: with a system of its own in $home, which _apt may enter. Where what is
# not signed is not trusted, it gives up when it has seen that there is no signature.
trust=no
confined=true
apt_get()
{
	local host=$1 options=() option

	shift
	chmod 711 "$home"
	mkdir -p state/lists/partial cache/archives/partial etc/apt.conf.d etc/preferences.d
	touch status
	echo "deb [trusted=$trust] http://$host/debian ./" >sources.list
	if [ "$(id -u)" -eq 0 ]; then
		chown _apt state/lists/partial cache/archives/partial
	fi
	for option in Dir::Etc="$home/etc" Dir::Etc::sourcelist="$home/sources.list" \
	    Dir::Etc::sourceparts=- Dir::State="$home/state" Dir::Cache="$home/cache" \
	    Dir::State::status="$home/status" Acquire::Retries=0 Acquire::http::Timeout=2 \
	    Acquire::Languages=none APT::Sandbox::Seccomp="$confined" Dir::Log="$home"; do
		options+=(-o "$option")
	done
	tunnel apt-get "${options[@]}" "$@"
}

# updates: fetches the index, and then the package.
updates()
{
	trust=yes
	apt_get "$target" update >said 2>&1
	! grep -E '^(W|E|Err):' said
	apt-cache -o Dir::State="$home/state" -o Dir::Cache="$home/cache" \
	    -o Dir::Etc::sourcelist="$home/sources.list" -o Dir::Etc::sourceparts=- \
	    -o Dir::State::status="$home/status" show tunnelled | grep -qx 'Version: 1'
	apt_get "$target" download tunnelled
	cmp tunnelled_1_all.deb "$www/debian/tunnelled_1_all.deb"
}

success_update()
{
	confined=false
	updates
}

success_confined()
{
	updates
}

# An index that cannot be had is a warning, and the old one stays.
refused()
{
	ends '!' "$target:$closed_port .*111: Connection refused" \
	    apt_get "$target:$closed_port" update --error-on=any
}

unreachable()
{
	ends '!' 'No route to host' apt_get "$unreachable" update --error-on=any
}

timed_out()
{
	ends '!' 'connection timed out' apt_get "$blackhole" update --error-on=any
}

dead_proxy()
{
	ends '!' 'Connection refused' apt_get "$target" update --error-on=any
}

run_matrix
