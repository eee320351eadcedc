#!/bin/bash
# SPDX-License-Identifier: ISC
# A server that anybody may use without a password, on an address that others can reach, is
# warned of at its start; on loopback it is not.
. "${srcdir:-.}/tests/lib/functions.sh"

simple_server
! grep 'socksmethod none' "$server_log" "$(dirname "$server_log")/server.output" ||
    fail "warned of on loopback"
start_socksifyd <<END
internal: 0.0.0.0 port = $(free_port 0.0.0.0)
external: 127.0.0.1
socksmethod: none
client pass { from: 127.0.0.0/8 to: 0/0 }
socks block { from: 0/0 to: 0/0 }
END
grep -q 'warning: .*socksmethod none on 0\.0\.0\.0:.*password' "$server_log" \
    "$(dirname "$server_log")/server.output"
