# SPDX-License-Identifier: ISC
# What becomes settings: files and variables, for the library as for the launcher.
settings_sources = \
	libsocksify/settings.c \
	libsocksify/settings.h \
	libsocksify/lan_routes.c \
	libsocksify/lan_routes.h \
	libsocksify/no_proxy.c \
	libsocksify/no_proxy.h \
	libsocksify/settings_add.c \
	libsocksify/settings_add.h \
	libsocksify/settings_credentials.c \
	libsocksify/settings_credentials.h \
	libsocksify/settings_environment.c \
	libsocksify/settings_environment.h \
	libsocksify/settings_file.c \
	libsocksify/settings_file.h \
	libsocksify/settings_find.c \
	libsocksify/settings_find.h \
	libsocksify/settings_report.c \
	libsocksify/settings_report.h \
	libsocksify/socksconf.c \
	libsocksify/socksconf.h \
	libsocksify/socksconf_read.c \
	libsocksify/socksconf_read.h \
	libsocksify/socksconf_route.c \
	libsocksify/socksconf_route.h \
	$(NULL)

# What the library knows: settings, names, routes, and the hooks of the resolver.
client_names_sources = \
	$(settings_sources) \
	libsocksify/hook_resolve.c \
	libsocksify/hook_resolve_async.c \
	libsocksify/hook_resolve_host.c \
	libsocksify/direct_addresses.c \
	libsocksify/direct_addresses.h \
	libsocksify/health.c \
	libsocksify/health.h \
	libsocksify/hosts.c \
	libsocksify/hosts.h \
	libsocksify/idn.c \
	libsocksify/idn.h \
	libsocksify/names.c \
	libsocksify/names.h \
	libsocksify/raw.h \
	libsocksify/resolve.c \
	libsocksify/resolve.h \
	libsocksify/proxy_handshake.c \
	libsocksify/proxy_handshake.h \
	libsocksify/route.c \
	libsocksify/route.h \
	libsocksify/settings_load.c \
	libsocksify/settings_load.h \
	libsocksify/state.c \
	libsocksify/state.h \
	$(NULL)

# The launcher.
bin_PROGRAMS += socksify
socksify_SOURCES = \
	$(settings_sources) \
	libsocksify/critical.c \
	libsocksify/critical.h \
	libsocksify/direct_addresses.c \
	libsocksify/direct_addresses.h \
	libsocksify/elf_file.c \
	libsocksify/elf_file.h \
	libsocksify/health.c \
	libsocksify/health.h \
	libsocksify/hosts.c \
	libsocksify/hosts.h \
	libsocksify/launch_check.c \
	libsocksify/launch_check.h \
	libsocksify/launch_command.c \
	libsocksify/launch_command.h \
	libsocksify/launch_hint.c \
	libsocksify/launch_hint.h \
	libsocksify/launch_janitor.c \
	libsocksify/launch_janitor.h \
	libsocksify/launch_library.c \
	libsocksify/launch_library.h \
	libsocksify/launch_message.c \
	libsocksify/launch_message.h \
	libsocksify/launch_options.c \
	libsocksify/launch_options.h \
	libsocksify/launch_password.c \
	libsocksify/launch_password.h \
	libsocksify/launch_proxy.c \
	libsocksify/launch_proxy.h \
	libsocksify/launch_state.c \
	libsocksify/launch_state.h \
	libsocksify/launch_test.c \
	libsocksify/launch_test.h \
	libsocksify/names.c \
	libsocksify/names.h \
	libsocksify/proxy_handshake.c \
	libsocksify/proxy_handshake.h \
	libsocksify/route.c \
	libsocksify/route.h \
	libsocksify/settings_load.c \
	libsocksify/settings_load.h \
	libsocksify/socksify.c \
	libsocksify/state.c \
	libsocksify/state.h \
	$(NULL)
socksify_CPPFLAGS = $(AM_CPPFLAGS) $(FORTIFY_CPPFLAGS) \
	$(settings_cppflags) -DPKGLIBDIR='"$(pkglibdir)"' -DSBINDIR='"$(sbindir)"'
socksify_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
socksify_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
socksify_LDADD = libcommon.la
if SERVER
socksify_SOURCES += \
	libsocksify/embedded.c \
	libsocksify/embedded.h \
	libsocksify/embedded_files.c \
	libsocksify/embedded_files.h \
	$(NULL)
socksify_CPPFLAGS += -DWITH_SERVER $(CRYPT_CFLAGS)
socksify_LDADD += $(CRYPT_LIBS)
endif
