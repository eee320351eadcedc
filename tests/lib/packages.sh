# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What has to be installed, for ./try and ./check; they source it.

# shellcheck disable=SC2034  # for the scripts that read this file
build_packages=(
	autoconf autoconf-archive automake gcc libc6-dev libtool make pkg-config
	libbsd-dev libc-ares-dev libcap-ng-dev libcmocka-dev libcrypt-dev libevent-dev libmd-dev
	libseccomp-dev
)
# shellcheck disable=SC2034
try_packages=(curl procps python3)
# shellcheck disable=SC2034
test_packages=(
	bash-completion curl dante-client dante-server dnsmasq-base fish fzf git gosu iproute2 libcap2-bin
	mandoc microsocks netbase nginx-light openssl procps python3 python3-socks shellcheck strace
	util-linux valgrind wget xz-utils zsh
)

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# install_missing PACKAGE...: asks the package manager only when something is missing.
install_missing()
{
	local package missing=() policy=/usr/sbin/policy-rc.d status=0 log

	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
		echo "no apt-get here: what is missing must be installed by hand: $*" >&2
		return
	fi
	for package in "$@"; do
		# shellcheck disable=SC2016 # dpkg-query's own variables
		dpkg-query -W -f '${db:Status-Abbrev}\n' "$package" 2>/dev/null | grep -q '^ii' ||
		    missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	echo "installing ${missing[*]}" >&2
	log=$(mktemp)
	# The servers among them are for the tests to start, not for the system.
	if [ -e "$policy" ]; then
		policy=
	else
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
	fi
	{
		as_root apt-get update -qq &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		    --no-install-recommends "${missing[@]}"
	} >"$log" 2>&1 || status=$?
	[ -z "$policy" ] || as_root rm -f "$policy"
	[ "$status" -eq 0 ] || cat "$log" >&2
	rm -f "$log"
	return "$status"
}
