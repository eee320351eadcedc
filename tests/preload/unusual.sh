#!/bin/bash
# SPDX-License-Identifier: ISC
# Callers that are right, but not as most are.
. "${srcdir:-.}/tests/preload/lib.bash"
proxy -d 30
victims victim_unusual
conclude
