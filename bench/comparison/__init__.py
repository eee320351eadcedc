# SPDX-License-Identifier: ISC
"""Side by side: socksifyd and the SOCKS servers that a machine has."""
