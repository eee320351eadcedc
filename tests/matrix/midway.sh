# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2154 # what lib.sh has
# Handshakes that last until the program has come to a certain point; source it after lib.sh.

# midway COMMAND...: runs it through the tunnel. The proxy answers no request until the program has
# made the file "midway".
midway()
{
	local program requests

	requests=$(roles request)
	# shellcheck disable=SC2064,SC2086 # now; a list of words
	trap "kill -CONT $(echo $requests)" EXIT
	# shellcheck disable=SC2086
	kill -STOP $requests
	tunnel "$@" &
	program=$!
	wait_for 10 test -e midway
	# shellcheck disable=SC2086
	kill -CONT $requests
	wait "$program"
}
