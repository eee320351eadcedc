#!/bin/bash
# SPDX-License-Identifier: ISC
# -v: a line for every connection, and not one byte without.
. "${srcdir:-.}/tests/preload/lib.bash"
conclude
