# The relay and what it stands on; the program links it, and so do its tests.
noinst_LTLIBRARIES += libserverrelay.la

libserverrelay_la_SOURCES = \
	server/log.c \
	server/log.h \
	server/loop.c \
	server/loop.h \
	server/pipe_pool.c \
	server/pipe_pool.h \
	server/relay.c \
	server/relay.h \
	server/relay_dir.c \
	server/relay_dir.h \
	$(NULL)
libserverrelay_la_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS)
libserverrelay_la_LIBADD = $(EVENT_LIBS)

check_PROGRAMS += bench/relay_cost
bench_relay_cost_SOURCES = bench/relay_cost.c
bench_relay_cost_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS)
bench_relay_cost_LDADD = libserverrelay.la
