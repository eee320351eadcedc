#!/bin/bash
# SPDX-License-Identifier: ISC
# What seccomp filters refuse is done without, or in another way.
. "${srcdir:-.}/tests/preload/lib.bash"
proxy -d 30
victims victim_sandbox
conclude
