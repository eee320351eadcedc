#!/bin/bash
# SPDX-License-Identifier: ISC
# Programs that are wrong, that leave calls by other ways, and that call by number.
. "${srcdir:-.}/tests/preload/lib.bash"
proxy -d 30
victims victim_harsh
victims victim_number
conclude
