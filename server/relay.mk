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
	$(NULL)
libserverrelay_la_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS)
libserverrelay_la_LIBADD = $(EVENT_LIBS)
