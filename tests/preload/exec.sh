#!/bin/bash
# SPDX-License-Identifier: ISC
# What programs start with another environment, or none, is under the library too.
. "${srcdir:-.}/tests/preload/lib.bash"
landed=("$here/tests/preload/victim_exec" landed)

# starts NAME COMMAND...: checks it where the command is installed.
starts() {
	if command -v "$2" >/dev/null; then
		check "$1" preloaded "${@:2}"
	else
		echo "skipped $1: $2 is not installed"
	fi
}

proxy -d 10 -u user:secret
export SOCKS_USERNAME=user SOCKS_PASSWORD=secret
export SOCKS_TEST_MARK=one
victims victim_exec
starts "env -i" env -i "${landed[@]}"
starts "a shell's exec" sh -c "exec env -i '${landed[0]}' landed"
starts "bash with unset variables" bash -c "unset LD_PRELOAD SOCKS5_SERVER; '${landed[0]}' landed"
starts "python" python3 -c "import subprocess, sys
sys.exit(subprocess.run(sys.argv[1:], env={}).returncode)" "${landed[@]}"
starts "perl" perl -e '%ENV = (); system { $ARGV[0] } @ARGV; exit($? >> 8)' "${landed[@]}"
starts "setpriv" setpriv --reset-env "${landed[@]}"
starts "env that takes LD_PRELOAD away" env -u LD_PRELOAD "${landed[@]}"
starts "env that names a library which is not there" \
    env LD_PRELOAD=/nonexistent/libsocksify.so "${landed[@]}"
starts "start-stop-daemon" start-stop-daemon --start --pidfile "$scratch/none" --exec \
    /usr/bin/env -- -i "${landed[@]}"
[ "$(id -u)" -ne 0 ] || starts "su" su -s /bin/sh - "$(id -un)" -c "'${landed[0]}' landed"

# Under the launcher, whose settings are in a file.
launched() {
	env -u SOCKS5_SERVER "$here/socksify" -p "socks5://user:secret@$SOCKS5_SERVER" -- "$@"
}
check "the launcher's settings" launched env -i "${landed[@]}"
check "the launcher within, without an environment" launched env -i "$here/socksify" \
    -p "socks5://user:secret@$SOCKS5_SERVER" -- "${landed[@]}"
conclude
