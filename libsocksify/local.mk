# SPDX-License-Identifier: ISC
include libsocksify/launcher.mk

# The preloaded library: libc only, and nothing exported but its hooks.
pkglib_LTLIBRARIES += libsocksify.la

# What drives connections, without the hooks: unit tests link this.
client_core_sources = \
	libsocksify/attempt.c \
	libsocksify/attempt.h \
	libsocksify/claims.c \
	libsocksify/claims.h \
	libsocksify/connect.c \
	libsocksify/connect.h \
	libsocksify/connect_call.c \
	libsocksify/connect_call.h \
	libsocksify/connect_here.c \
	libsocksify/connect_here.h \
	libsocksify/connect_leg.c \
	libsocksify/connect_leg.h \
	libsocksify/connect_recorded.c \
	libsocksify/connect_recorded.h \
	libsocksify/connection.c \
	libsocksify/connection.h \
	libsocksify/critical.c \
	libsocksify/critical.h \
	libsocksify/deadlines.c \
	libsocksify/deadlines.h \
	libsocksify/descriptors.c \
	libsocksify/descriptors.h \
	libsocksify/driver.c \
	libsocksify/driver.h \
	libsocksify/handler.c \
	libsocksify/handler.h \
	libsocksify/helper.c \
	libsocksify/helper.h \
	libsocksify/inbox.c \
	libsocksify/inbox.h \
	libsocksify/inherit.c \
	libsocksify/inherit.h \
	libsocksify/init.c \
	libsocksify/init.h \
	libsocksify/leg.c \
	libsocksify/leg.h \
	libsocksify/options.c \
	libsocksify/options.h \
	libsocksify/place.c \
	libsocksify/place.h \
	libsocksify/pool.c \
	libsocksify/pool.h \
	libsocksify/readable.c \
	libsocksify/readable.h \
	libsocksify/readiness.c \
	libsocksify/readiness.h \
	libsocksify/real.c \
	libsocksify/real.h \
	libsocksify/records.c \
	libsocksify/records.h \
	libsocksify/report.c \
	libsocksify/report.h \
	libsocksify/registered.c \
	libsocksify/registered.h \
	libsocksify/symbols.def \
	libsocksify/standin.c \
	libsocksify/standin.h \
	libsocksify/standin_options.c \
	libsocksify/standin_options.h \
	libsocksify/standin_record.c \
	libsocksify/standin_record.h \
	libsocksify/waiter.c \
	libsocksify/waiter.h \
	libsocksify/watch.c \
	libsocksify/watch.h \
	libsocksify/watching.c \
	libsocksify/watching.h \
	$(NULL)

libsocksify_la_SOURCES = \
	$(client_core_sources) \
	$(client_names_sources) \
	libsocksify/dns.c \
	libsocksify/dns.h \
	libsocksify/hook.h \
	libsocksify/filter.c \
	libsocksify/filter.h \
	libsocksify/hook_confine.c \
	libsocksify/hook_confine.h \
	libsocksify/hook_connect.c \
	libsocksify/hook_descriptor.c \
	libsocksify/hook_epoll.c \
	libsocksify/hook_exec.c \
	libsocksify/hook_io.c \
	libsocksify/hook_poll.c \
	libsocksify/hook_process.c \
	libsocksify/hook_remote.c \
	libsocksify/hook_res.c \
	libsocksify/nameserver.c \
	libsocksify/nameserver.h \
	libsocksify/hook_syscall.c \
	$(NULL)
# A fortified call would tie the library to the C library that it was built with.
libsocksify_la_CPPFLAGS = $(AM_CPPFLAGS) -U_FORTIFY_SOURCE
libsocksify_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
libsocksify_la_LIBADD = libcommon.la
libsocksify_la_LDFLAGS = $(AM_LDFLAGS) $(NODEFS_LDFLAGS) -module -avoid-version -shared \
	-Wl,--version-script=libsocksify/libsocksify.map
EXTRA_libsocksify_la_DEPENDENCIES = libsocksify/libsocksify.map

libsocksify/libsocksify.map: $(srcdir)/libsocksify/symbols.def
	$(AM_V_GEN)$(MKDIR_P) libsocksify && { \
	echo '{ global:' && \
	sed -n -E -e 's/^ALIAS\(([a-z0-9_]+)\)$$/\1;/p' \
		-e 's/^(KERNEL|LIBC|LATE)\([^,]*, ([a-z0-9_]+),.*/\2;/p' \
		$(srcdir)/libsocksify/symbols.def && \
	echo 'local: *; };'; } >$@.tmp && mv $@.tmp $@
CLEANFILES += libsocksify/libsocksify.map
