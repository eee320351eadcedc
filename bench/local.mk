# What a byte costs in the relay, by the way it takes.
if SERVER
check_PROGRAMS += bench/relay_cost
bench_relay_cost_SOURCES = bench/relay_cost.c
bench_relay_cost_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
bench_relay_cost_LDADD = libserver.la
endif
# The load generator, and the comparison that runs it. The generator is always
# built, so that it keeps compiling; "make bench" measures for some minutes and
# writes docs/performance.md and its plots into the source tree.
noinst_PROGRAMS += bench/load

bench_load_SOURCES = \
	bench/bulk.c \
	bench/connect.c \
	bench/engine.c \
	bench/engine.h \
	bench/histogram.c \
	bench/histogram.h \
	bench/load.c \
	bench/load.h \
	bench/pingpong.c \
	bench/socket.c \
	bench/socket.h \
	bench/socks.c \
	bench/socks.h \
	$(NULL)
bench_load_CPPFLAGS = $(AM_CPPFLAGS) $(FORTIFY_CPPFLAGS) -D_GNU_SOURCE
bench_load_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS) -pthread
bench_load_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS) -pthread

EXTRA_DIST += \
	bench/compare \
	bench/comparison/__init__.py \
	bench/comparison/client.py \
	bench/comparison/cpu.py \
	bench/comparison/machine.py \
	bench/comparison/measure.py \
	bench/comparison/plot.py \
	bench/comparison/report.py \
	bench/comparison/servers.py \
	bench/comparison/targets.py \
	bench/comparison/tunnels.py \
	bench/connects.py \
	$(NULL)

.PHONY: bench
bench: all tests/lib/slowsocks
	$(srcdir)/bench/compare --build $(abs_builddir) --output $(srcdir)/docs
# Being connected, for clients with blocking sockets.
noinst_PROGRAMS += bench/connect_time
bench_connect_time_SOURCES = bench/connect_time.c bench/histogram.c bench/histogram.h
bench_connect_time_CPPFLAGS = $(AM_CPPFLAGS) $(FORTIFY_CPPFLAGS) -D_GNU_SOURCE
bench_connect_time_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS) -pthread
bench_connect_time_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS) -pthread
