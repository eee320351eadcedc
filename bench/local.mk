# The load generator. It is always built, so that it keeps compiling.
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
