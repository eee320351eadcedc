#!/bin/bash
# SPDX-License-Identifier: ISC
# The monitor says so when a child has not turned its loop for ten seconds; meanwhile, the stages
# before and behind it live.
. "${srcdir:-.}/tests/lib/functions.sh"

start_target echo
simple_server
pid=$(roles io)
kill -STOP "$pid"
cleanup "kill -CONT $pid 2>/dev/null || true"
logged "warning: monitor: io\\[$pid\\] has not turned its loop for 1[0-9] seconds" 20
kill -CONT "$pid"
[ "$(PORT=$port "$python" "$srcdir/tests/lib/socksraw.py" 127.0.0.1 "$target_port")" -eq 0 ]
[ "$(roles io)" = "$pid" ] || fail "a child was replaced that was stuck for ten seconds only"
