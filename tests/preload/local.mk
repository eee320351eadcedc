# SPDX-License-Identifier: ISC
# The library under small programs that do one thing each.
preload_scripts = \
	tests/preload/connect.sh \
	tests/preload/cost.sh \
	tests/preload/epoll.sh \
	tests/preload/exec.sh \
	tests/preload/exports.sh \
	tests/preload/failover.sh \
	tests/preload/harsh.sh \
	tests/preload/names.sh \
	tests/preload/plugin.sh \
	tests/preload/process.sh \
	tests/preload/proxies.sh \
	tests/preload/resolver.sh \
	tests/preload/sandbox.sh \
	tests/preload/standin.sh \
	tests/preload/threads.sh \
	tests/preload/unusual.sh \
	tests/preload/verbose.sh \
	$(NULL)
TESTS += $(preload_scripts)
EXTRA_DIST += $(preload_scripts) tests/preload/lib.bash

check_PROGRAMS += \
	tests/lib/makestate \
	tests/lib/slowsocks \
	tests/preload/names_state \
	tests/preload/victim_connect \
	tests/preload/victim_cost \
	tests/preload/victim_dial \
	tests/preload/victim_epoll \
	tests/preload/victim_exec \
	tests/preload/victim_foreign \
	tests/preload/victim_harsh \
	tests/preload/victim_number \
	tests/preload/victim_names \
	tests/preload/victim_names_table \
	tests/preload/victim_res \
	tests/preload/victim_plugin \
	tests/preload/victim_process \
	tests/preload/victim_sandbox \
	tests/preload/victim_standin \
	tests/preload/victim_standin_six \
	tests/preload/victim_threads \
	tests/preload/victim_unusual \
	$(NULL)
tests_lib_makestate_SOURCES = tests/lib/makestate.c libsocksify/settings.c libsocksify/state.c
tests_lib_makestate_LDADD = libcommon.la
tests_lib_slowsocks_SOURCES = tests/lib/slowsocks.c
victim_sources = tests/preload/victim.c tests/preload/victim.h
tests_preload_victim_connect_SOURCES = tests/preload/victim_connect.c $(victim_sources)
tests_preload_victim_cost_SOURCES = tests/preload/victim_cost.c $(victim_sources)
tests_preload_victim_dial_SOURCES = tests/preload/victim_dial.c $(victim_sources)
tests_preload_victim_epoll_SOURCES = tests/preload/victim_epoll.c $(victim_sources)
tests_preload_victim_exec_SOURCES = tests/preload/victim_exec.c $(victim_sources)
tests_preload_victim_foreign_SOURCES = tests/preload/victim_foreign.c $(victim_sources)
tests_preload_victim_harsh_SOURCES = tests/preload/victim_harsh.c $(victim_sources)
tests_preload_victim_number_SOURCES = tests/preload/victim_number.c $(victim_sources)
tests_preload_victim_plugin_SOURCES = tests/preload/victim_plugin.c $(victim_sources)
tests_preload_victim_process_SOURCES = tests/preload/victim_process.c $(victim_sources)
tests_preload_victim_sandbox_SOURCES = tests/preload/victim_sandbox.c $(victim_sources)
tests_preload_victim_standin_SOURCES = tests/preload/victim_standin.c $(victim_sources)
tests_preload_victim_standin_six_SOURCES = tests/preload/victim_standin_six.c \
	$(victim_sources)
tests_preload_victim_threads_SOURCES = tests/preload/victim_threads.c $(victim_sources)
tests_preload_victim_unusual_SOURCES = tests/preload/victim_unusual.c $(victim_sources)
tests_preload_names_state_SOURCES = tests/preload/names_state.c \
	libsocksify/settings.c libsocksify/state.c
tests_preload_names_state_CFLAGS = $(AM_CFLAGS)
tests_preload_names_state_LDADD = libcommon.la
tests_preload_victim_names_SOURCES = tests/preload/victim_names.c $(victim_sources)
tests_preload_victim_names_table_SOURCES = tests/preload/victim_names_table.c
tests_preload_victim_res_SOURCES = tests/preload/victim_res.c $(victim_sources)
tests_preload_victim_res_LDADD = -lresolv

# The path makes it a shared library, though it is never installed.
check_LTLIBRARIES += tests/preload/plugin.la
tests_preload_plugin_la_SOURCES = tests/preload/plugin.c tests/preload/plugin.h
tests_preload_plugin_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath $(abs_builddir)
