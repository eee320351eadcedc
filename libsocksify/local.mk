# SPDX-License-Identifier: ISC
include libsocksify/launcher.mk

# The preloaded library: libc only, and nothing exported but its hooks.
pkglib_LTLIBRARIES += libsocksify.la
libsocksify_la_SOURCES = $(client_names_sources)
libsocksify_la_CPPFLAGS = $(AM_CPPFLAGS)
libsocksify_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
libsocksify_la_LIBADD = libcommon.la
libsocksify_la_LDFLAGS = $(AM_LDFLAGS) $(NODEFS_LDFLAGS) -module -avoid-version -shared
