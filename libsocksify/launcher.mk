# SPDX-License-Identifier: ISC
# What the library knows: settings, names, routes, and the hooks of the resolver.
client_names_sources = \
	libsocksify/hook_resolve.c \
	libsocksify/hook_resolve_async.c \
	libsocksify/hook_resolve_host.c \
	libsocksify/hosts.c \
	libsocksify/hosts.h \
	libsocksify/names.c \
	libsocksify/names.h \
	libsocksify/raw.h \
	libsocksify/resolve.c \
	libsocksify/resolve.h \
	libsocksify/resolve_real.c \
	libsocksify/resolve_real.h \
	libsocksify/route.c \
	libsocksify/route.h \
	libsocksify/settings.c \
	libsocksify/settings.h \
	libsocksify/settings_environment.c \
	libsocksify/state.c \
	libsocksify/state.h \
	$(NULL)
