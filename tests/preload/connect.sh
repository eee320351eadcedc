#!/bin/bash
# SPDX-License-Identifier: ISC
# connect(2) in every way that programs call it.
. "${srcdir:-.}/tests/preload/lib.bash"
proxy -d 30
victims victim_connect
proxy -d 20 -s
victims victim_connect "answers byte by byte"
conclude
