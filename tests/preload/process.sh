#!/bin/bash
# SPDX-License-Identifier: ISC
# Descriptors, children, threads and signals around a handshake.
. "${srcdir:-.}/tests/preload/lib.bash"
proxy -d 30
victims victim_process
conclude
