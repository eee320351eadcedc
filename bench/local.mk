# What a byte costs in the relay, by the way it takes.
if SERVER
check_PROGRAMS += bench/relay_cost
bench_relay_cost_SOURCES = bench/relay_cost.c
bench_relay_cost_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
bench_relay_cost_LDADD = libserver.la
endif
