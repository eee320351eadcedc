#!/bin/bash
# SPDX-License-Identifier: ISC
# A wrong configuration is answered with file, line, the word and what was expected, on standard
# error and with status 1, before anything is bound; -V tells the same and starts nothing.
. "${srcdir:-.}/tests/lib/functions.sh"

port=$(free_port)
head="internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none"

# try_conf: what the configuration on standard input leads to, with and without -V.
try_conf()
{
	cat >"$work/wrong.conf"
	status=0
	"$socksifyd" -V -f "$work/wrong.conf" >"$work/verify.output" 2>&1 || status=$?
	[ "$status" -eq "$1" ] || fail "-V ended with $status"
}

# wrong PATTERN: the configuration on standard input is refused in such words.
wrong()
{
	try_conf 1
	status=0
	timeout 20 "$socksifyd" -f "$work/wrong.conf" >"$work/start.output" 2>&1 || status=$?
	[ "$status" -eq 1 ] || fail "ended with $status"
	for said in verify start; do
		[ "$(wc -l <"$work/$said.output")" -eq 1 ] || fail "more or less than one line"
		grep -qE -- "^socksifyd: $work/wrong\.conf:$1" "$work/$said.output" ||
		    fail "not said: $1: $(cat "$work/$said.output")"
	done
}

wrong '4: .*"clint".*expected' <<END
$head
clint pass { from: 0/0 to: 0/0 }
END
wrong '5: .*"frm".*expected' <<END
$head
client pass {
	frm: 0/0 to: 0/0
}
END
wrong '3: .*"gssapi".*expected' <<END
internal: 127.0.0.1 port = $port
external: 127.0.0.1
socksmethod: none gssapi
END
wrong '4: .*"soon".*expected' <<END
$head
timeout.connect: soon
END
wrong '1: .*"70000".*expected' <<END
internal: 127.0.0.1 port = 70000
external: 127.0.0.1
END
wrong '[0-9]+: .*expected' <<END
$head
client pass { from: 0/0 to: 0/0
END
wrong '5: .*"timeout.io"' <<END
$head
client pass { from: 0/0 to: 0/0 }
timeout.io: 5
END

# None of them has bound the port: it is free.
"$python" -c 'import socket, sys; socket.socket().bind(("127.0.0.1", int(sys.argv[1])))' "$port"

try_conf 0 <<END
$head
$(rules)
END
status=0
"$socksifyd" -f "$work/no-such-file" 2>"$work/missing.output" || status=$?
[ "$status" -eq 1 ] || fail "without a file it ended with $status"
grep -q "no-such-file: No such file" "$work/missing.output"

# A port that is taken is said, too.
start_target hold
sed "s/port = $port/port = $target_port/" "$work/wrong.conf" >"$work/taken.conf"
status=0
"$socksifyd" -f "$work/taken.conf" 2>"$work/taken.output" || status=$?
[ "$status" -eq 1 ] || fail "with a port that is taken it ended with $status"
grep -qE "taken\.conf:1: cannot listen on 127\.0\.0\.1:$target_port: Address already in use" \
    "$work/taken.output"
