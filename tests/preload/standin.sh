#!/bin/bash
# SPDX-License-Identifier: ISC
# Proxies that the program's sockets cannot reach by themselves: behind IPv6 or a UNIX socket.
. "${srcdir:-.}/tests/preload/lib.bash"

proxy -d 30 -6
victims victim_standin IPv6
proxy -d 30 -x "$scratch/socket"
victims victim_standin UNIX
conclude
