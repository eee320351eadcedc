#!/bin/bash
# SPDX-License-Identifier: ISC
# epoll(7) around a handshake.
. "${srcdir:-.}/tests/preload/lib.bash"
proxy -d 30
victims victim_epoll
conclude
