# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC2154 # what lib.sh has
# Servers that run under the socksifier on the client's host, and carry others' requests to the
# target; source it after lib.sh.

# gateway PIDFILE PORT COMMAND...: the command serves 127.0.0.1:PORT of the client's host, and
# writes its process's id to PIDFILE, until the case ends.
gateway()
{
	local pidfile=$1 port=$2

	shift 2
	# shellcheck disable=SC2064 # now
	trap "end_gateway '$pidfile'" EXIT
	tunnel "$@" &
	wait_for 20 gateway_accepts "$port"
	wait_for 20 test -s "$pidfile"
}

gateway_accepts()
{
	# shellcheck disable=SC2016 # the inner shell's
	"${on_client[@]}" "$BASH" -c 'exec 3<>"/dev/tcp/127.0.0.1/$0"' "$1"
}

end_gateway()
{
	local pid

	pid=$(cat "$1") || return 0
	kill -TERM "$pid" || return 0
	wait_for 10 gone "$pid"
}

# from_gateway URL...: what a client that is not socksified itself gets.
from_gateway()
{
	"${on_client[@]}" curl -sS --max-time 10 "$@"
}

# status_from_gateway URL: of the answer.
status_from_gateway()
{
	from_gateway -o /dev/null -w '%{http_code}\n' "$1"
}
